from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.receiving.kinds import answers, repeats, reply_time

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [0, -60, -7 * 86400, 600])
def test_a_customer_wrote_when_the_network_says(seconds: float) -> None:
    assert reply_time(at(seconds), NOON) == at(seconds)


@pytest.mark.parametrize("sent_at", [None, at(-7 * 86400 - 1), at(601), datetime(2000, 1, 1, tzinfo=UTC)])
def test_else_when_it_came(sent_at: datetime | None) -> None:
    assert reply_time(sent_at, NOON) == NOON


@pytest.mark.parametrize(
    ("body", "seconds", "repeated"),
    [("5", 0, True), (" 5\n", 59, True), ("5", 60, False), ("6", 1, False), ("5", -59, True)],
)
def test_the_same_text_within_a_minute(body: str, seconds: float, repeated: bool) -> None:
    assert repeats(body, at(seconds), [("5", NOON)], []) is repeated


def test_the_same_text_is_what_says_the_same() -> None:
    assert repeats("5", at(10), [(" 5.", NOON)], [])
    assert repeats("Très bien !", at(10), [("tres bien", NOON)], [])
    assert repeats("👍", at(10), [("👍", NOON)], [])
    assert not repeats("👍", at(10), [("👎", NOON)], [])
    assert not repeats("نعم", at(10), [("لا", NOON)], [])


def test_a_question_in_between_makes_it_an_answer() -> None:
    assert not repeats("5", at(20), [("5", NOON)], [at(10)])
    assert repeats("5", at(20), [("5", NOON)], [at(-10), at(30)])


def test_any_earlier_one_counts() -> None:
    assert repeats("5", at(20), [("6", at(10)), ("5", NOON)], [])
    assert not repeats("5", at(20), [], [])


def test_an_answer_is_to_the_latest_before_it() -> None:
    assert answers(NOON, [(1, at(-100)), (2, at(-10)), (3, at(100))]) == 2
    assert answers(NOON, [(1, at(30))]) == 1, "the clocks differ by a little"
    assert answers(NOON, [(1, at(-31 * 86400))]) is None
    assert answers(NOON, []) is None
