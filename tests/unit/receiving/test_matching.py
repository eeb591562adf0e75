from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.matching import Candidate, Report, choose, learn, reference_reliable, trusted

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NUMBER = "+33612345678"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def candidate(attempt_id: int, seconds: float, **changes: object) -> Candidate:
    """Accepted three seconds after its intent, under its own id as reference."""
    values: dict[str, object] = {
        "attempt_id": attempt_id,
        "number": NUMBER,
        "at": at(seconds),
        "ended_at": at(seconds + 3),
        "reference": attempt_id,
        "open": True,
    }
    return Candidate(**{**values, **changes})  # type: ignore[arg-type]


def report(reference: int, seconds: float | None, recipient: str = NUMBER) -> Report:
    scts = None if seconds is None else at(seconds)
    return Report(recipient=recipient, reference=reference, scts=scts)


def match(
    what: Report, *candidates: Candidate, offset: float | None = 0.0, reliable: bool = True
) -> int | None:
    return choose(what, candidates, clock_offset=offset, reference_reliable=reliable)


def test_number_reference_and_time_agree() -> None:
    assert match(report(7, 2), candidate(7, 0), candidate(8, 5)) == 7


def test_nothing_to_match() -> None:
    assert match(report(7, 2)) is None


@pytest.mark.parametrize("recipient", ["0612345678", "33612345678", "+33612345678"])
def test_the_spelling_of_the_number_does_not_matter(recipient: str) -> None:
    assert match(report(7, 2, recipient), candidate(7, 0)) == 7


def test_another_number_is_another_message() -> None:
    assert match(report(7, 2, "+33698765432"), candidate(7, 0)) is None


def test_another_reference_is_another_message() -> None:
    assert match(report(9, 2), candidate(7, 0)) is None


def test_wrapped_reference_goes_to_the_newest_that_can_be_meant() -> None:
    old = candidate(1, 0, reference=5)
    new = candidate(2, 3600, reference=5)
    assert match(report(5, 3602), old, new) == 2
    assert match(report(5, 2), old, new) == 1, "taken before the newer one was submitted"


def test_wrapped_reference_without_a_time_goes_to_the_newest() -> None:
    assert match(report(5, None), candidate(1, 0, reference=5), candidate(2, 3600, reference=5)) == 2


def test_wrapped_reference_of_a_finished_message_is_passed_over() -> None:
    done = candidate(1, 0, reference=5, open=False, scts=at(2), reported=5)
    assert match(report(5, 3602), done, candidate(2, 3600, reference=5)) == 2


def test_later_report_has_the_same_time_stamp() -> None:
    pending = candidate(1, 0, reference=5, scts=at(2), reported=5)
    newer = candidate(2, 60, reference=5)
    assert match(report(5, 2), pending, newer) == 1
    assert match(report(5, 62), pending, newer) == 2


def test_repeated_final_report_stays_with_its_message() -> None:
    done = candidate(1, 0, reference=5, open=False, scts=at(2), reported=5)
    assert match(report(5, 2), done, candidate(2, 60, reference=5)) == 1


def test_parts_taken_in_the_same_second_are_told_apart_by_reference() -> None:
    first = candidate(1, 0, scts=at(2), reported=1, open=False)
    assert match(report(2, 2), first, candidate(2, 1)) == 2


def test_lost_cmgs_takes_the_report_that_fits_no_other() -> None:
    lost = candidate(1, 0, reference=None, ended_at=at(180))
    assert match(report(77, 4), lost, candidate(2, 200)) == 1


def test_lost_cmgs_does_not_take_the_report_of_another_part() -> None:
    lost = candidate(1, 0, reference=None, ended_at=at(180))
    other = candidate(2, 100, reference=77)
    assert match(report(77, 102), lost, other) == 2


def test_lost_cmgs_wins_over_a_newer_use_of_its_reference() -> None:
    lost = candidate(1, 0, reference=None, ended_at=at(180))
    newer = candidate(2, 3600, reference=77)
    assert match(report(77, 4), lost, newer) == 1


def test_lost_cmgs_needs_a_fitting_time() -> None:
    lost = candidate(1, 0, reference=None, ended_at=at(180))
    assert match(report(77, -600), lost) is None
    assert match(report(77, 3600), lost) is None


@pytest.mark.parametrize("set_by", [3 * 3600, -5 * 3600])
def test_lost_cmgs_takes_the_report_right_behind_it_where_a_clock_was_set(set_by: float) -> None:
    """The times disagree by hours and the difference is learnt by a minute a report."""
    lost = candidate(1, set_by, reference=None, ended_at=at(set_by + 180))

    def came(seconds: float, reference: int = 77) -> Report:
        return replace(report(reference, 4), received_at=at(set_by + seconds))

    assert match(came(6), lost) == 1
    assert match(came(290), lost) == 1
    assert match(came(-1), lost) is None, "it was there before"
    assert match(came(301), lost) is None, "too late to be told from another one"
    assert match(came(6), lost, candidate(2, set_by + 5, reference=None)) is None, "it may be of either"
    other = candidate(8, set_by - 20 * 3600, open=False)
    assert match(came(6, reference=8), lost, other) is None, "a late one of another message"


def test_of_two_lost_ones_the_nearest() -> None:
    lost = [candidate(1, 0, reference=None), candidate(2, 30, reference=None)]
    assert match(report(77, 2), *lost) == 1
    assert match(report(78, 32), *lost) == 2


def test_lost_cmgs_noted_after_a_crash_hours_later() -> None:
    lost = candidate(1, 0, reference=None, ended_at=at(7200))
    assert match(report(77, 5), lost) == 1
    assert match(report(77, 7000), lost) is None, "it left within minutes of its intent, or not at all"


def test_lost_cmgs_without_a_time_only_where_it_is_the_only_one() -> None:
    lost = candidate(1, 0, reference=None)
    assert match(report(77, None), lost) == 1
    assert match(report(77, None), lost, candidate(2, 30, reference=None)) is None


def test_clock_of_the_centre_is_taken_off() -> None:
    lost = candidate(1, 0, reference=None)
    assert match(report(77, 3602), lost, offset=3600.0) == 1
    assert match(report(77, 2), lost, offset=3600.0) is None


def test_wrong_clock_not_learnt_yet_is_no_reason_to_lose_a_report() -> None:
    assert match(report(7, 2 - 3600), candidate(7, 0), offset=None) == 7
    assert match(report(7, 2 - 3600), candidate(7, 0), offset=0.0) == 7
    assert match(report(7, 2 - 16 * 3600), candidate(7, 0), offset=None) is None


def test_report_for_what_was_no_longer_awaited() -> None:
    given_up = candidate(7, 0, open=False)
    assert match(report(7, 2), given_up) == 7
    assert match(report(7, 9000), given_up) is None


def test_reference_that_is_always_0_leaves_it_to_time() -> None:
    sent = [candidate(1, 0, reference=0), candidate(2, 20, reference=0), candidate(3, 40, reference=0)]
    assert match(report(201, 22), *sent, reliable=False) == 2
    assert match(report(0, 2), *sent, reliable=False) == 1
    assert match(report(203, 41), *sent, reliable=False) == 3


def test_always_0_each_submission_takes_one_first_report() -> None:
    first = candidate(1, 0, reference=0, scts=at(2), reported=201)
    second = candidate(2, 2, reference=0)
    assert match(report(202, 2), first, second, reliable=False) == 2
    assert match(report(201, 2), first, second, reliable=False) == 1


def test_always_0_in_the_same_second_a_closed_one_is_passed_over() -> None:
    first = candidate(1, 0, reference=0, scts=at(2), reported=0, open=False)
    second = candidate(2, 1, reference=0)
    assert match(report(0, 2), first, second, reliable=False) == 2
    assert match(report(0, 2), first, reliable=False) == 1


def test_always_0_and_a_wrong_clock_only_where_nothing_can_be_mistaken() -> None:
    first, second = candidate(1, 0, reference=0), candidate(2, 30, reference=0)
    assert match(report(0, 3602), first, reliable=False, offset=None) == 1
    assert match(report(0, 3602), first, second, reliable=False, offset=None) is None
    assert match(report(0, None), first, reliable=False) == 1
    assert match(report(0, None), first, second, reliable=False) is None


@pytest.mark.parametrize(
    ("references", "reliable"),
    [([], True), ([0], True), ([0, 0], True), ([0, 0, 0], False), ([9, 9, 9, 9], False), ([0, 0, 1], True)],
)
def test_constant_references_tell_nothing(references: list[int], reliable: bool) -> None:
    assert reference_reliable(references) is reliable


def test_placeholder_times_are_not_believed() -> None:
    assert trusted(datetime(2000, 1, 1, tzinfo=UTC), NOON) is None
    assert trusted(at(2 * 86400), NOON) is None
    assert trusted(None, NOON) is None
    assert trusted(at(-86400), NOON) == at(-86400)


def test_clock_offset_is_learnt_slowly_and_survives_one_wrong_pair() -> None:
    assert learn(None, at(10), at(3)) == 7.0
    assert learn(4.0, at(3), at(3)) == 3.0
    assert learn(0.0, at(36000), at(0)) == 60.0
    assert learn(0.0, at(-36000), at(0)) == -60.0


def test_a_centre_that_sets_its_clock_is_followed() -> None:
    offset: float | None = 0.0
    for _ in range(90):
        offset = learn(offset, at(3600), at(0))
    assert offset == pytest.approx(3600, abs=60)
