"""What a modem's reference counter proves, case by case."""

from __future__ import annotations

import pytest

from gateway.counting import LONGEST, PAUSE, SILENCE, STREAK, TRUSTED, Counter, Seen

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
        return self.counter.accepted(self.number, self.tick, self.tick).not_sent

    def later(self) -> tuple[tuple[int, str], ...]:
        """The next one, after a pause in which every answer has come."""
        return self.accepted(after=PAUSE)

    def lost(self, attempt: int = 7, kind: str = SILENCE, waited: float = 1.0) -> None:
        self.counter.unknown(attempt, kind, waited)


def test_no_gap_and_one_more_without_a_gap_is_proof() -> None:
    modem = Modem()
    modem.lost(7)
    assert modem.accepted() == ()
    assert modem.later() == ((7, SILENCE),)
    assert modem.later() == (), "it is said once"


def test_without_a_pause_each_number_may_be_the_one_of_the_part_before() -> None:
    modem = Modem()
    modem.lost(7)
    for _ in range(9):
        assert modem.accepted() == ()
    assert modem.later() == ((7, SILENCE),)
    modem.lost(8)
    modem.accepted()
    assert modem.later(), "the next one is looked for anew"
    modem.lost(9)
    modem.accepted()
    modem.accepted()
    assert modem.accepted(1, after=PAUSE) == (), "the answer that was left over"


def test_the_pause_is_as_long_as_the_unknown_part_was_waited_for() -> None:
    modem = Modem()
    modem.lost(7, waited=180.0)
    modem.accepted()
    assert modem.accepted(after=179.0) == ()
    assert modem.accepted(after=180.0) == ((7, SILENCE),)


def test_several_in_a_row_are_proven_together_and_across_the_wrap() -> None:
    modem = Modem(start=249)
    modem.lost(7)
    modem.lost(8)
    modem.accepted()
    assert modem.later() == ((7, SILENCE), (8, SILENCE))


@pytest.mark.parametrize("gap", [1, 2, 5, 255])
def test_a_gap_proves_nothing(gap: int) -> None:
    modem = Modem()
    modem.lost()
    assert modem.accepted(gap) == ()
    assert modem.later() == ()


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
        assert modem.later() == ()


def test_a_restart_makes_what_was_before_worthless() -> None:
    modem = Modem()
    modem.lost()
    modem.counter.broken()
    modem.accepted()
    assert modem.later() == ()


def test_a_number_that_is_not_known_or_always_the_same_proves_nothing() -> None:
    modem = Modem()
    modem.lost()
    modem.counter.accepted(None, 20, 20)
    modem.accepted()
    assert modem.later() == ()
    zero = Counter(TRUSTING)
    for tick in range(10):
        zero.accepted(0, tick, tick)
    zero.unknown(7, SILENCE, 1.0)
    assert zero.accepted(0, 11, 11).not_sent == zero.accepted(0, 99, 99).not_sent == ()


def test_another_program_on_the_sim_ends_all_conclusions() -> None:
    modem = Modem()
    modem.accepted(1)
    for _ in range(STREAK + 1):
        modem.accepted()
    modem.lost()
    modem.accepted()
    assert modem.later() == ()


def test_a_whole_round_may_hide_in_a_long_time() -> None:
    modem = Modem()
    modem.lost()
    modem.accepted(after=LONGEST + 1)
    assert modem.later() == ()


def test_nothing_is_believed_that_was_not_seen_of_this_kind_and_this_modem() -> None:
    for seen in ({}, {SILENCE: Seen(TRUSTED - 1)}, {"cms_332": Seen(9)}, {SILENCE: Seen(9, missed=1)}):
        modem = Modem(seen)
        modem.lost()
        modem.accepted()
        assert modem.later() == ()


def test_it_learns_from_unknown_parts_that_left_a_gap() -> None:
    modem = Modem({})
    for attempt in range(TRUSTED):
        modem.lost(attempt)
        modem.number = (modem.number + 2) % 256
        assert modem.counter.accepted(modem.number, modem.tick, modem.tick + 1).counted == (SILENCE,)
    modem.lost(9)
    modem.accepted()
    assert modem.later() == ((9, SILENCE),)


def test_a_late_answer_takes_a_conclusion_back() -> None:
    modem = Modem()
    modem.lost(7)
    modem.accepted()
    modem.counter.late(7)
    assert modem.later() == ()


def test_one_contradiction_and_this_counter_is_never_believed_again() -> None:
    modem = Modem()
    modem.counter.contradicted(SILENCE)
    modem.lost()
    modem.accepted()
    assert modem.later() == ()
