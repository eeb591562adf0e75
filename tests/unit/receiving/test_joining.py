from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.receiving.joining import Begun, Moment, home

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def moment(seconds: float, received: float | None = None) -> Moment:
    at = NOON + timedelta(seconds=seconds)
    return Moment(scts=at, received_at=at if received is None else NOON + timedelta(seconds=received))


def unstamped(seconds: float) -> Moment:
    return Moment(scts=None, received_at=NOON + timedelta(seconds=seconds))


def begun(first_id: int, places: dict[int, str], *moments: Moment, total: int = 3) -> Begun:
    return Begun(first_id=first_id, total=total, places=places, moments=moments)


def test_nothing_begun() -> None:
    assert home(1, "a", moment(0), []) is None


def test_an_empty_place() -> None:
    message = begun(1, {1: "a"}, moment(0))
    assert home(2, "b", moment(5), [message]) is message


def test_a_place_that_holds_the_same() -> None:
    message = begun(1, {1: "a"}, moment(0))
    assert home(1, "a", moment(40), [message]) is message


def test_a_place_that_holds_something_else() -> None:
    assert home(1, "b", moment(5), [begun(1, {1: "a"}, moment(0))]) is None


def test_a_day_is_the_limit() -> None:
    message = begun(1, {1: "a"}, moment(0))
    assert home(2, "b", moment(86400), [message]) is message
    assert home(2, "b", moment(86401), [message]) is None


def test_a_day_from_the_nearest_part() -> None:
    message = begun(1, {1: "a", 2: "b"}, moment(0), moment(80_000))
    assert home(3, "c", moment(160_000), [message]) is message


def test_the_centres_time_counts_before_ours() -> None:
    message = begun(1, {1: "a"}, moment(0, received=0))
    assert home(2, "b", moment(5, received=5 * 86400), [message]) is message
    assert home(2, "b", moment(86_500, received=86_500), [message]) is None


def test_our_time_counts_where_the_centre_gives_none() -> None:
    message = begun(1, {1: "a"}, moment(0))
    assert home(2, "b", unstamped(3600), [message]) is message
    assert home(2, "b", unstamped(90_000), [message]) is None


def test_placeholders_are_no_times() -> None:
    never = datetime(2000, 1, 1, tzinfo=UTC)
    message = begun(1, {1: "a"}, Moment(scts=never, received_at=NOON))
    later = Moment(scts=never, received_at=NOON + timedelta(days=2))
    assert home(2, "b", later, [message]) is None


def test_a_complete_message_takes_a_second_try_only() -> None:
    whole = begun(1, {1: "a", 2: "b"}, moment(0), moment(3), total=2)
    assert home(1, "a", moment(600), [whole]) is whole
    assert home(1, "a", moment(1000), [whole]) is None
    assert home(1, "x", moment(10), [whole]) is None


def test_of_several_the_nearest() -> None:
    old, new = begun(1, {1: "a"}, moment(0)), begun(5, {1: "b"}, moment(3600))
    assert home(2, "c", moment(3605), [old, new]) is new
    assert home(2, "c", moment(5), [old, new]) is old
    assert home(1, "a", moment(3605), [old, new]) is old, "the only one that has room for it"


def test_equally_near_ones_the_newer() -> None:
    old, new = begun(1, {1: "a"}, moment(0)), begun(5, {1: "b"}, moment(0))
    assert home(2, "c", moment(1), [new, old]) is new
