"""Canaries: who writes to whom and when, what became of it, and whose fault that is; nothing but values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.canary import (
    Bird,
    Fault,
    Flight,
    Role,
    Rules,
    State,
    culprit,
    doubtful,
    due,
    faults,
    judged,
    text,
    token_of,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULES = Rules(every=timedelta(hours=6), within=timedelta(minutes=10))


def bird(
    name: str,
    *,
    number: str = "+33611111111",
    ready: bool = True,
    idle: bool = True,
    doubtful: bool = False,
) -> Bird:
    return Bird(name=name, number=number, ready=ready, idle=idle, doubtful=doubtful)


def flight(
    sender: str, receiver: str, state: State = State.FLYING, *, minutes: float = 0, reported: bool = False
) -> Flight:
    """One that was sent so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return Flight(id=0, sender=sender, receiver=receiver, at=at, state=state, sent=True, reported=reported)


def history(*said: str) -> list[Flight]:
    """`a>b lost`, one a minute; `lost!`: although its report says that it was delivered."""
    flights = []
    for minute, words in enumerate(said):
        who, what = words.split()
        sender, receiver = who.split(">")
        state = State(what.rstrip("!"))
        flights.append(flight(sender, receiver, state, minutes=minute, reported=what.endswith("!")))
    return flights


# -- what became of one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "over", "arrived", "minutes", "state"),
    [
        (True, False, 2, 3, State.PASSED),
        (True, False, 12, 13, State.LATE),
        (True, False, None, 9, State.FLYING),
        (True, False, None, 10, State.LOST),
        (False, False, None, 9, State.FLYING),
        (False, False, None, 10, State.VOID),
        (False, True, None, 1, State.VOID),
        (True, False, 10, 11, State.PASSED),
    ],
)
def test_what_became_of_it(sent: bool, over: bool, arrived: int | None, minutes: int, state: State) -> None:
    arrived_at = None if arrived is None else NOON + timedelta(minutes=arrived)
    one = Flight(
        id=1,
        sender="a",
        receiver="b",
        at=NOON,
        state=State.FLYING,
        sent=sent,
        over=over,
        arrived_at=arrived_at,
    )
    assert judged(one, RULES, NOON + timedelta(minutes=minutes)) is state


def test_a_text_is_a_canary_or_it_is_none() -> None:
    assert token_of(text("00c0ffee")) == "00c0ffee"
    assert token_of(" smsgw canary 00c0ffee \n") == "00c0ffee"
    for other in ("smsgw canary", "smsgw canary 00C0FFEE", "9", "stop smsgw canary 00c0ffee", ""):
        assert token_of(other) is None


# -- whose fault -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ([], {}),
        (["a>b passed"], {}),
        (["a>b lost"], {}),
        (["a>b lost", "a>b lost"], {"a": Role.SENDING}),
        (["a>b late", "a>b lost"], {"a": Role.SENDING}),
        (["a>b lost", "a>b passed", "a>b lost"], {}),
        (["a>b lost", "a>b void", "a>b lost"], {"a": Role.SENDING}),
        (["a>b lost", "a>b lost", "a>b passed"], {}),
        (["a>b lost!", "a>b lost!"], {"b": Role.RECEIVING}),
        (["a>b lost!", "a>b lost!", "c>b passed"], {}),
        (["a>b lost", "a>c passed"], {}),
        (["a>b lost", "a>c passed", "c>b lost", "c>a passed"], {"b": Role.RECEIVING}),
        (["a>b lost", "a>c lost"], {"a": Role.SENDING}),
        (["a>b lost", "b>a lost", "a>b lost", "b>a lost"], {"a": Role.SENDING, "b": Role.SENDING}),
    ],
)
def test_who_is_taken_out(said: list[str], out: dict[str, Role]) -> None:
    assert {name: fault.role for name, fault in faults(history(*said)).items()} == out


def test_losses_to_a_deaf_modem_say_nothing_of_those_who_wrote() -> None:
    said = ["a>b lost!", "c>b lost!", "a>b lost", "a>b lost", "c>b lost", "c>b lost"]
    assert set(faults(history(*said))) == {"b"}


def test_the_network_that_says_delivered_knows_better() -> None:
    lost = flight("a", "b", State.LOST, reported=True)
    assert culprit(lost, ()) is Role.RECEIVING
    assert culprit(flight("a", "b", State.LOST), ()) is Role.SENDING


def test_the_sentence_names_the_other_modem() -> None:
    assert "to b" in Fault(role=Role.SENDING, other="b").words
    assert "from b" in Fault(role=Role.RECEIVING, other="b").words


def test_what_is_lost_at_a_number_where_nothing_ever_arrived_says_nothing_of_a_modem() -> None:
    lost = [replace(each, proven=False) for each in history("a>b lost", "a>b lost", "c>b lost!", "a>b lost!")]
    assert faults(lost) == {}


def test_a_number_that_may_be_a_strangers_gets_no_more() -> None:
    assert due([bird("a"), bird("b", doubtful=True)], [], {}, RULES, NOON) == [("b", "a")]
    assert due([bird("a", doubtful=True), bird("b", doubtful=True)], [], {}, RULES, NOON) == []
    assert [doubtful(0, 1), doubtful(0, 2), doubtful(1, 9)] == [False, True, False]


# -- when ------------------------------------------------------------------------------------------------


def test_at_the_start_everybody_is_tried_and_nobody_twice_at_once() -> None:
    pairs = due([bird(name) for name in "abcd"], [], {}, RULES, NOON)
    assert pairs == [("a", "b"), ("c", "d")]


def test_each_sends_once_in_its_time_and_to_another_one_each_time() -> None:
    birds = [bird(name) for name in "abc"]
    flights: list[Flight] = []
    for minute in range(0, 48 * 60, 5):
        now = NOON + timedelta(minutes=minute)
        for sender, receiver in due(birds, flights, {}, RULES, now):
            flights.append(flight(sender, receiver, State.PASSED, minutes=minute))
    assert 24 <= len(flights) <= 27, "three modems, every six hours, for two days"
    for name in "abc":
        written = [each.receiver for each in flights if each.sender == name]
        assert len(set(written[:2])) == 2


def test_one_that_has_something_to_do_is_left_to_its_work() -> None:
    assert due([bird("a", idle=False), bird("b", ready=False)], [], {}, RULES, NOON) == []
    assert due([bird("a", idle=False), bird("b")], [], {}, RULES, NOON) == [("b", "a")]


def test_a_sim_whose_number_nobody_knows_sends_and_receives_none() -> None:
    assert due([bird("a", number=""), bird("b")], [], {}, RULES, NOON) == [("a", "b")]
    assert due([bird("a", number=""), bird("b", number="")], [], {}, RULES, NOON) == []


def test_one_alone_has_nobody_to_write_to() -> None:
    assert due([bird("a")], [], {}, RULES, NOON) == []


def test_a_loss_is_followed_by_a_second_opinion_at_once_from_another_one() -> None:
    flights = [flight("a", "b", State.LOST), flight("b", "c", State.PASSED), flight("c", "b", State.PASSED)]
    now = NOON + timedelta(minutes=10)
    assert due([bird(name) for name in "abc"], flights, {}, RULES, now) == [("a", "c")]


def test_one_that_is_out_is_tried_again_sooner_and_not_all_the_time() -> None:
    flights = history("b>a passed", "a>b lost", "a>b lost")
    out = faults(flights)
    birds = [bird("a"), bird("b")]
    last = flights[-1].at
    assert due(birds, flights, out, RULES, last + RULES.again - timedelta(seconds=1)) == []
    assert ("a", "b") in due(birds, flights, out, RULES, last + RULES.again)


def test_one_that_is_deaf_is_written_to_in_turn_with_the_others() -> None:
    flights = history("a>b lost!", "c>b lost!", "b>a passed", "a>c passed")
    out = faults(flights)
    assert out["b"].role is Role.RECEIVING
    now = flights[-1].at + RULES.again
    assert ("c", "a") in due([bird(name) for name in "abc"], flights, out, RULES, now) or (
        "a",
        "b",
    ) in due([bird(name) for name in "abc"], flights, out, RULES, now)


def test_nothing_ever_floods() -> None:
    """Whatever gets lost: a modem has one in the air, and at most one in `within`."""
    birds = [bird(name) for name in "ab"]
    flights: list[Flight] = []
    for minute in range(24 * 60):
        now = NOON + timedelta(minutes=minute)
        flights = [
            Flight(
                id=0,
                sender=each.sender,
                receiver=each.receiver,
                at=each.at,
                state=judged(each, RULES, now) if each.state is State.FLYING else each.state,
                sent=True,
            )
            for each in flights
        ]
        out = faults([each for each in flights if each.state is not State.FLYING])
        for sender, receiver in due(birds, flights, out, RULES, now):
            flights.append(flight(sender, receiver, minutes=minute))
    assert len(flights) <= 2 * 24 * 60 / 30 + 4, "every half an hour while out"
