from __future__ import annotations

from drivers.at.late import WINDOW, LateSends


def given_up(previous: int | None = None, bodies: int = 1, tag: int = 7) -> LateSends:
    late = LateSends()
    if previous is not None:
        late.body_left()
        late.accepted(previous)
    for _ in range(bodies):
        late.body_left()
    late.given_up(tag, 0.0)
    return late


def test_between_deadline_and_fence_it_can_be_nobody_else() -> None:
    assert given_up(previous=200).claim(3, 1.0, certain=True) == 7


def test_later_the_reference_has_to_follow_the_last_one() -> None:
    assert given_up(previous=12).claim(13, 60.0, certain=False) == 7
    assert given_up(previous=12).claim(14, 60.0, certain=False) is None
    assert given_up(previous=12).claim(12, 60.0, certain=False) is None
    assert given_up(previous=255).claim(0, 60.0, certain=False) == 7


def test_sends_in_between_widen_what_fits() -> None:
    assert given_up(previous=12, bodies=3).claim(15, 60.0, certain=False) == 7


def test_without_a_reference_before_it_any_fits() -> None:
    assert given_up().claim(99, 60.0, certain=False) == 7


def test_no_reference_fits_nothing_by_itself() -> None:
    assert given_up().claim(None, 60.0, certain=False) is None
    assert given_up().claim(None, 1.0, certain=True) == 7


def test_after_ten_minutes_it_is_not_believed() -> None:
    assert given_up().claim(99, WINDOW + 1, certain=False) is None
    assert given_up().claim(99, WINDOW + 1, certain=True) is None


def test_each_attempt_is_claimed_once_and_the_newest_first() -> None:
    late = given_up(tag=1)
    late.body_left()
    late.given_up(2, 1.0)
    assert late.claim(5, 2.0, certain=True) == 2
    assert late.claim(5, 2.0, certain=True) == 1
    assert late.claim(5, 2.0, certain=True) is None


def test_what_is_kept_is_bounded() -> None:
    late = LateSends()
    for tag in range(1000):
        late.given_up(tag, 0.0)
    claimed = 0
    while late.claim(1, 0.0, certain=True) is not None:
        claimed += 1
    assert claimed == 16
