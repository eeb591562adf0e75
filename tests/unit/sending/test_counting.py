"""What a modem's reference counter proves, case by case."""

from __future__ import annotations

import pytest

from gateway.counting import LONGEST, SILENCE, STREAK, TRUSTED, Counter, Seen

TRUSTING = {SILENCE: Seen(counted=TRUSTED)}


class Modem:
    """Says accepted numbers to a counter, one second apart."""

    def __init__(self, seen: dict[str, Seen] | None = None, start: int = 10) -> None:
        self.counter = Counter(TRUSTING if seen is None else seen)
        self.number, self.tick = start, 0.0
        for _ in range(STREAK + 1):
            self.accepted()

    def accepted(self, skip: int = 0, *, after: float = 1.0) -> tuple[tuple[int, str], ...]:
        self.number = (self.number + 1 + skip) % 256
        self.tick += after
        return self.counter.accepted(self.number, self.tick).not_sent

    def lost(self, attempt: int = 7, kind: str = SILENCE) -> None:
        self.counter.unknown(attempt, kind)


def test_no_gap_and_one_more_without_a_gap_is_proof() -> None:
    modem = Modem()
    modem.lost(7)
    assert modem.accepted() == ()
    assert modem.accepted() == ((7, SILENCE),)
    assert modem.accepted() == (), "it is said once"


def test_several_in_a_row_are_proven_together_and_across_the_wrap() -> None:
    modem = Modem(start=249)
    modem.lost(7)
    modem.lost(8)
    modem.accepted()
    assert modem.accepted() == ((7, SILENCE), (8, SILENCE))


@pytest.mark.parametrize("gap", [1, 2, 5, 255])
def test_a_gap_proves_nothing(gap: int) -> None:
    modem = Modem()
    modem.lost()
    assert modem.accepted(gap) == ()
    assert modem.accepted() == ()


def test_a_refusal_in_between_leaves_it_open() -> None:
    for refuse_first in (True, False):
        modem = Modem()
        modem.lost()
        if refuse_first:
            modem.counter.refused()
            modem.accepted()
        else:
            modem.accepted()
            modem.counter.refused()
        assert modem.accepted() == ()


def test_a_restart_makes_what_was_before_worthless() -> None:
    modem = Modem()
    modem.lost()
    modem.counter.broken()
    modem.accepted()
    assert modem.accepted() == ()


def test_a_number_that_is_not_known_or_always_the_same_proves_nothing() -> None:
    modem = Modem()
    modem.lost()
    modem.counter.accepted(None, 20)
    modem.accepted()
    assert modem.accepted() == ()
    zero = Counter(TRUSTING)
    for tick in range(10):
        zero.accepted(0, tick)
    zero.unknown(7, SILENCE)
    assert zero.accepted(0, 11).not_sent == zero.accepted(0, 12).not_sent == ()


def test_another_program_on_the_sim_ends_all_conclusions() -> None:
    modem = Modem()
    modem.accepted(1)
    for _ in range(STREAK + 1):
        modem.accepted()
    modem.lost()
    modem.accepted()
    assert modem.accepted() == ()


def test_a_whole_round_may_hide_in_a_long_time() -> None:
    modem = Modem()
    modem.lost()
    modem.accepted(after=LONGEST + 1)
    assert modem.accepted() == ()


def test_nothing_is_believed_that_was_not_seen_of_this_kind_and_this_modem() -> None:
    for seen in ({}, {SILENCE: Seen(TRUSTED - 1)}, {"cms_332": Seen(9)}, {SILENCE: Seen(9, missed=1)}):
        modem = Modem(seen)
        modem.lost()
        modem.accepted()
        assert modem.accepted() == ()


def test_it_learns_from_unknown_parts_that_left_a_gap() -> None:
    modem = Modem({})
    for attempt in range(TRUSTED):
        modem.lost(attempt)
        modem.number = (modem.number + 2) % 256
        assert modem.counter.accepted(modem.number, modem.tick + 1).counted == (SILENCE,)
    modem.lost(9)
    modem.accepted()
    assert modem.accepted() == ((9, SILENCE),)


def test_a_late_answer_takes_a_conclusion_back() -> None:
    modem = Modem()
    modem.lost(7)
    modem.accepted()
    modem.counter.late(7)
    assert modem.accepted() == ()


def test_one_contradiction_and_this_counter_is_never_believed_again() -> None:
    modem = Modem()
    modem.counter.contradicted(SILENCE)
    modem.lost()
    modem.accepted()
    assert modem.accepted() == ()
