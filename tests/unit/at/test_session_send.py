from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers.at.events import (
    Accepted,
    Answered,
    Event,
    InStep,
    Late,
    Noise,
    OutOfStep,
    Prompted,
    TimedOut,
    Unsolicited,
)
from drivers.at.fence import Probe
from drivers.at.grammar import OK, Result
from drivers.at.states import State
from drivers.at.urc import Kind

if TYPE_CHECKING:
    from conftest import Talk

CMTI = Unsolicited(Kind.MESSAGE_STORED, '+CMTI: "SM",2')
IMEI = Probe("AT+CGSN", "350000000000006", escape=True)
IMSI = Probe("AT+CIMI", "208990000000001", escape=True)


def fence(talk: Talk, *probes: Probe) -> None:
    talk.written.append(talk.session.fence(probes or (IMEI, IMSI), talk.now, wait=2.0, settle=0.2))


def give_up(talk: Talk, tag: int = 1) -> None:
    """A send whose answer does not come."""
    talk.submit(tag=tag, timeout=60.0)
    assert talk.wait(60.0) == [TimedOut(State.SUBMITTED)]


# The prompt.


@pytest.mark.parametrize(
    "prompt", ["\r\n> ", "\r\n>", ">\r\n", "AT+CMGS=26\r\r\n>\r\n", "AT+CMGS=26\r\r\n> ", " > "]
)
def test_every_prompt_that_modems_show(talk: Talk, prompt: str) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    assert talk.hear(prompt) == [Prompted()]
    assert talk.session.state is State.OPEN


def test_an_error_instead_of_the_prompt(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    told = talk.hear("\r\n+CMS ERROR: 310\r\n")
    assert told == [Answered((), Result("cms", 310, "+CMS ERROR: 310"), 0.0, State.PROMPT)]


def test_a_stray_ok_is_no_answer_to_a_send_without_body(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    assert talk.hear("\r\nOK\r\n\r\n> ") == [Noise("OK"), Prompted()]


def test_news_before_the_prompt_and_behind_it(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    assert talk.hear('\r\n+CMTI: "SM",2\r\n> \r\n+CMTI: "SM",2\r\n') == [CMTI, Prompted(), CMTI]


def test_no_prompt(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    assert talk.wait(10.0) == [TimedOut(State.PROMPT)]
    assert talk.session.prompt_may_be_open


def test_a_late_prompt_is_not_taken_for_a_line(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    talk.wait(10.0)
    fence(talk)
    assert talk.hear("\r\n> \r\nOK\r\n") == []
    assert talk.hear("350000000000006\r\n\r\nOK\r\n") == [InStep()]


def test_an_open_prompt_has_no_deadline_of_its_own(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    talk.hear("> ")
    assert talk.session.deadline() is None


def test_a_body_that_is_not_wanted_any_more(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    talk.hear("> ")
    assert talk.session.abort(talk.now) == b"\x1b"
    assert talk.hear("\r\nOK\r\n") == [Answered((), OK, 0.0, State.ABORTING)]
    assert talk.session.state is State.IDLE


def test_an_escape_that_brings_nothing_up_needs_a_fence(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    talk.hear("> ")
    talk.session.abort(talk.now)
    assert talk.wait(1.0) == [TimedOut(State.ABORTING)]
    assert talk.session.state is State.STALE
    assert talk.session.prompt_may_be_open


# The answer.


@pytest.mark.parametrize(
    ("line", "reference"),
    [
        ("+CMGS: 12", 12),
        ("+CMGS:0", 0),
        ('+CMGS: 12,"24/05/01,10:00:00+08"', 12),
        ("+CMGS: 12,07", 12),
        ("+CMGS: -1", None),
        ("+CMGS: 256", None),
        ("+CMGS: x", None),
    ],
)
def test_references(talk: Talk, line: str, reference: int | None) -> None:
    talk.submit()
    assert talk.hear(f"\r\n{line}\r\n") == [Accepted(reference, 0.0)]


def test_the_body_and_ctrl_z_leave_together(talk: Talk) -> None:
    talk.submit("0011000B")
    assert talk.written[-1] == b"0011000B\x1a"


@pytest.mark.parametrize(
    "heard",
    [
        "\r\n+CMGS: 12\r\n\r\nOK\r\n",
        "\r\n\r\n+CMGS: 12\r\n\r\n\r\n\r\nOK\r\n",
        "0011000B\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n",
        "> 0011000B\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n",
        "\r\n> \r\n+CMGS: 12\r\n\r\nOK\r\n",
    ],
)
def test_however_it_is_wrapped(talk: Talk, heard: str) -> None:
    talk.submit()
    assert talk.hear(heard) == [Accepted(12, 0.0), Answered((), OK, 0.0, State.ACCEPTED)]
    assert talk.session.state is State.IDLE


def test_news_between_ctrl_z_and_the_answer(talk: Talk) -> None:
    talk.submit()
    assert talk.hear('^RSSI:16\r\n+CMTI: "SM",2\r\n+CMGS: 12\r\nOK\r\n') == [
        Unsolicited(Kind.CHATTER, "^RSSI:16"),
        CMTI,
        Accepted(12, 0.0),
        Answered((), OK, 0.0, State.ACCEPTED),
    ]


def test_the_reference_alone_is_success(talk: Talk) -> None:
    talk.submit()
    assert talk.hear("+CMGS: 12\r\n") == [Accepted(12, 0.0)]
    assert talk.wait(1.0) == [TimedOut(State.ACCEPTED)]


def test_seconds_count_from_ctrl_z(talk: Talk) -> None:
    talk.session.submit(26, 10.0, 1, talk.now)
    talk.wait(3.0)
    talk.hear("> ")
    talk.session.body("00", 60.0, talk.now)
    talk.wait(5.0)
    assert talk.hear("+CMS ERROR: 38\r\n") == [
        Answered((), Result("cms", 38, "+CMS ERROR: 38"), 5.0, State.SUBMITTED)
    ]


def test_ok_without_a_reference_is_told_as_what_it_is(talk: Talk) -> None:
    talk.submit()
    assert talk.hear("\r\nOK\r\n") == [Answered((), OK, 0.0, State.SUBMITTED)]


def test_a_restart_while_the_body_is_out(talk: Talk) -> None:
    talk.submit()
    assert talk.hear("\r\nRDY\r\n") == [
        Unsolicited(Kind.RESTART, "RDY"),
        TimedOut(State.SUBMITTED, restarted=True),
    ]


# Late answers.


def test_a_reference_that_comes_into_the_fence_belongs_to_the_send(talk: Talk) -> None:
    give_up(talk, tag=42)
    fence(talk)
    assert talk.hear("\r\n+CMGS: 77\r\n\r\nOK\r\n") == [Late(42, 77)]
    assert talk.hear("350000000000006\r\n\r\nOK\r\n") == [InStep()]


def test_a_reference_between_deadline_and_fence(talk: Talk) -> None:
    give_up(talk, tag=42)
    assert talk.hear("+CMGS: 77\r\n") == [Late(42, 77)]


def test_a_reference_during_another_command_leaves_that_command_its_own_ok(talk: Talk) -> None:
    give_up(talk, tag=42)
    fence(talk)
    talk.hear("OK\r\n350000000000006\r\nOK\r\n")
    talk.send("AT+CSQ")
    assert talk.hear("\r\n+CMGS: 77\r\n\r\nOK\r\n") == [Late(42, 77)]
    assert talk.hear("+CSQ: 17,99\r\n\r\nOK\r\n") == [Answered(("+CSQ: 17,99",), OK, 0.0, State.RUNNING)]


def test_a_reference_after_ten_minutes_is_noise(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    talk.hear("OK\r\n350000000000006\r\nOK\r\n")
    talk.wait(601.0)
    assert talk.hear("+CMGS: 77\r\n") == [Noise("+CMGS: 77")]


def test_a_reference_that_does_not_follow_the_last_one_is_noise(talk: Talk) -> None:
    talk.submit()
    talk.hear("+CMGS: 10\r\nOK\r\n")
    give_up(talk, tag=2)
    fence(talk)
    talk.hear("OK\r\n350000000000006\r\nOK\r\n")
    assert talk.hear("+CMGS: 99\r\n") == [Noise("+CMGS: 99")]
    assert talk.hear("+CMGS: 11\r\n") == [Late(2, 11)]


def test_the_answer_to_the_send_in_flight_is_its_own(talk: Talk) -> None:
    give_up(talk, tag=1)
    fence(talk)
    talk.hear("OK\r\n350000000000006\r\nOK\r\n")
    talk.submit(tag=2)
    assert talk.hear("+CMGS: 5\r\n") == [Accepted(5, 0.0)]


def test_after_ok_without_a_reference_it_may_still_come(talk: Talk) -> None:
    talk.submit(tag=9)
    talk.hear("OK\r\n")
    assert talk.hear("+CMGS: 5\r\nOK\r\n") == [Late(9, 5)]


# The fence.


def test_an_open_prompt_is_closed_with_escape_and_never_with_ctrl_z(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    talk.wait(10.0)
    assert talk.written[-4:] == [b"\x1b", b"AT+CGSN\r", b"\x1b", b"AT+CIMI\r"]
    assert b"\x1a" not in b"".join(talk.written[-4:])


def test_a_fence_that_nobody_answers(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    assert talk.wait(60.0) == [OutOfStep(heard=0)]
    assert talk.session.state is State.SILENT


def test_a_fence_that_only_chatter_answers(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    talk.hear("^RSSI:18\r\n")
    assert talk.wait(60.0) == [OutOfStep(heard=10)]


def test_a_silent_modem_may_be_probed_again(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    talk.wait(60.0)
    fence(talk, Probe("AT", ""))
    assert talk.hear("\r\nOK\r\n") == [InStep()]
    assert talk.session.state is State.IDLE
    assert not talk.session.prompt_may_be_open


def test_a_late_answer_to_the_stale_command_does_not_answer_the_next_one(talk: Talk) -> None:
    talk.send("AT+CSQ", timeout=1.0)
    talk.wait(1.0)
    fence(talk)
    told: list[Event] = talk.hear("\r\n+CSQ: 17,99\r\n\r\nOK\r\n")
    told += talk.hear("\r\n350000000000006\r\n\r\nOK\r\n")
    assert told == [Unsolicited(Kind.CHATTER, "+CSQ: 17,99"), InStep()]
    talk.send("AT+CREG?")
    assert talk.hear("+CREG: 0,1\r\nOK\r\n") == [Answered(("+CREG: 0,1",), OK, 0.0, State.RUNNING)]


def test_news_during_a_fence_are_not_lost(talk: Talk) -> None:
    give_up(talk)
    fence(talk)
    assert talk.hear('+CMTI: "SM",2\r\n') == [CMTI]
