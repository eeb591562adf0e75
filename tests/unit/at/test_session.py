from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers.at.events import Answered, EchoBack, Foreign, Noise, TimedOut, Torn, Unsolicited
from drivers.at.exchange import ANSWER_BOUND
from drivers.at.grammar import ERROR, OK, QUIET, Result
from drivers.at.session import Session
from drivers.at.states import TRANSITIONS, Happening, OutOfTurn, State
from drivers.at.urc import Kind, UrcTable

if TYPE_CHECKING:
    from conftest import Talk

CMTI = Unsolicited(Kind.MESSAGE_STORED, '+CMTI: "SM",1')
PDU = "07913396050066F0040B913316325476F80000620111214365800441E19008"


def answered(*lines: str, result: Result = OK, state: State = State.RUNNING) -> Answered:
    return Answered(lines, result, 0.0, state)


# One command, its answer, its end.


def test_a_command_goes_out_with_a_cr_alone(talk: Talk) -> None:
    talk.send("AT+CSQ")
    assert talk.written == [b"AT+CSQ\r"]


def test_an_answer_with_its_final(talk: Talk) -> None:
    talk.send("AT+CSQ")
    assert talk.hear("\r\n+CSQ: 17,99\r\n\r\nOK\r\n") == [answered("+CSQ: 17,99")]
    assert talk.session.state is State.IDLE
    assert talk.session.deadline() is None


def test_an_error_with_its_code(talk: Talk) -> None:
    talk.send("AT+CPIN?")
    assert talk.hear("\r\n+CME ERROR: 10\r\n") == [answered(result=Result("cme", 10, "+CME ERROR: 10"))]


def test_the_next_command_waits_for_the_end_of_this_one(talk: Talk) -> None:
    talk.send("AT+CSQ")
    with pytest.raises(OutOfTurn, match="running"):
        talk.send("AT+CREG?")


def test_what_follows_the_final_in_the_same_read_is_not_lost(talk: Talk) -> None:
    talk.send("AT+CSQ")
    assert talk.hear('\r\nOK\r\n\r\n+CMTI: "SM",1\r\n') == [answered(), CMTI]


def test_a_bare_answer_may_look_like_anything(talk: Talk) -> None:
    talk.send("AT+CGMR")
    talk.hear("\r\nATMEL 1.2\r\n+CGMR: x\r\n\r\nOK please\r\n")
    assert talk.hear("OK\r\n") == [answered("ATMEL 1.2", "+CGMR: x", "OK please")]


def test_an_answer_without_end_is_bounded(talk: Talk) -> None:
    talk.send("AT+CMGL=4")
    for _ in range(ANSWER_BOUND // 100 + 2):
        talk.hear("x\r\n" * 100)
    told = talk.hear("OK\r\n")
    assert isinstance(told[0], Answered)
    assert len(told[0].lines) == ANSWER_BOUND


def test_digits_end_a_command_where_the_modem_may_be_in_numeric_mode(talk: Talk) -> None:
    talk.send("ATV1", numeric=True)
    assert talk.hear("0\r") == [answered(result=Result("ok", None, "0"))]
    talk.send("AT+CGSN")
    assert talk.hear("0\r") == []


def test_a_glued_final_ends_the_command_and_the_rest_is_read(talk: Talk) -> None:
    talk.send("AT+CNUM")
    assert talk.hear('ERROR+CMTI: "SM",1\r\n') == [answered(result=ERROR), CMTI]


def test_no_carrier_ends_a_dialled_call_and_nothing_else(talk: Talk) -> None:
    talk.send("AT+CSQ")
    assert talk.hear("\r\nNO CARRIER\r\n") == [Unsolicited(Kind.CHATTER, "NO CARRIER")]
    talk.hear("OK\r\n")
    talk.send("ATD0612345678;")
    assert talk.hear("\r\nNO CARRIER\r\n") == [answered(result=Result("error", None, "NO CARRIER"))]


def test_an_ok_of_an_older_command_does_not_end_a_question(talk: Talk) -> None:
    talk.send("AT+CREG?")
    assert talk.hear("OK\r\n") == []
    assert talk.hear("+CREG: 0,1\r\n\r\nOK\r\n") == [answered("+CREG: 0,1")]
    assert talk.session.state is State.IDLE
    assert talk.wait(60.0) == []


def test_a_question_that_is_only_answered_ok_ends_a_moment_later(talk: Talk) -> None:
    talk.send("AT+CSCA?")
    assert talk.hear("OK\r\n") == []
    assert talk.wait(0.3) == [Answered((), OK, pytest.approx(0.3), State.RUNNING)]
    assert talk.session.state is State.IDLE


# What comes by itself, in every odd place.


@pytest.mark.parametrize(
    "heard",
    [
        '\r\n+CMTI: "SM",1\r\nAT+CSQ\r\r\n+CSQ: 17,99\r\n\r\nOK\r\n',
        'AT+CSQ\r\r\n+CMTI: "SM",1\r\n+CSQ: 17,99\r\n\r\nOK\r\n',
        '\r\n+CSQ: 17,99\r\n\r\n+CMTI: "SM",1\r\n\r\nOK\r\n',
    ],
)
def test_a_notification_anywhere_in_an_exchange_is_news_and_no_answer(talk: Talk, heard: str) -> None:
    talk.send("AT+CSQ")
    told = talk.hear(heard)
    assert CMTI in told
    assert answered("+CSQ: 17,99") in told
    assert len(told) == 2


def test_a_notification_between_the_header_of_a_listing_and_its_pdu(talk: Talk) -> None:
    talk.send("AT+CMGL=4")
    told = talk.hear(f'+CMGL: 1,1,,24\r\n+CMTI: "SM",1\r\n^RSSI:20\r\n{PDU}\r\n\r\nOK\r\n')
    assert told == [CMTI, Unsolicited(Kind.CHATTER, "^RSSI:20"), answered("+CMGL: 1,1,,24", PDU)]


def test_a_pushed_message_inside_a_listing_takes_its_own_pdu(talk: Talk) -> None:
    length = len(PDU) // 2 - 8
    other = PDU[:-2] + "09"
    talk.send("AT+CMGL=4")
    told = talk.hear(f"+CMGL: 1,1,,{length}\r\n+CMT: ,{length}\r\n{other}\r\n{PDU}\r\n\r\nOK\r\n")
    assert told == [
        Unsolicited(Kind.MESSAGE, f"+CMT: ,{length}", other),
        answered(f"+CMGL: 1,1,,{length}", PDU),
    ]


@pytest.mark.parametrize(("report", "longer"), [(PDU[:-10], -5), (PDU + "FFFFFF", 3)])
def test_a_message_that_is_read_is_not_taken_for_the_report_whose_header_came_before(
    talk: Talk, report: str, longer: int
) -> None:
    length = len(PDU) // 2 - 8
    talk.send("AT+CMGR=1")
    told = talk.hear(f"+CMGR: 1,,{length}\r\n+CDS: {length + longer}\r\n{PDU}\r\n{report}\r\n\r\nOK\r\n")
    assert told == [
        Unsolicited(Kind.REPORT, f"+CDS: {length + longer}", report),
        answered(f"+CMGR: 1,,{length}", PDU),
    ]


def test_other_traffic_between_a_pushed_header_and_its_pdu(talk: Talk) -> None:
    told = talk.hear(f"\r\n+CMT: ,24\r\n^RSSI:12\r\n{PDU}\r\n")
    assert told == [Unsolicited(Kind.CHATTER, "^RSSI:12"), Unsolicited(Kind.MESSAGE, "+CMT: ,24", PDU)]


def test_a_header_whose_pdu_never_comes_is_told(talk: Talk) -> None:
    assert talk.hear("\r\n+CDS: 25\r\n") == []
    assert talk.wait(2.0) == [Torn("+CDS: 25")]


def test_the_same_name_is_an_answer_while_its_command_runs(talk: Talk) -> None:
    assert talk.hear("+CREG: 2\r\n") == [Unsolicited(Kind.CHATTER, "+CREG: 2")]
    talk.send("AT+CREG?")
    assert talk.hear("+CREG: 0,1\r\nOK\r\n") == [answered("+CREG: 0,1")]


def test_unknown_chatter_with_a_sign_is_not_taken_into_an_answer(talk: Talk) -> None:
    talk.send("AT+CSQ")
    told = talk.hear("*XYZ: 3\r\n+CSQ: 17,99\r\nOK\r\n")
    assert told == [Noise("*XYZ: 3"), answered("+CSQ: 17,99")]


def test_a_ussd_answer_before_the_ok_of_its_command(talk: Talk) -> None:
    talk.send('AT+CUSD=1,"*100#",15')
    told = talk.hear('+CUSD: 1,"Menu\r\n1. Solde",15\r\n\r\nOK\r\n')
    assert told == [Unsolicited(Kind.USSD, '+CUSD: 1,"Menu\n1. Solde",15'), answered()]


def test_the_final_ends_a_ussd_text_that_never_closed(talk: Talk) -> None:
    talk.send('AT+CUSD=1,"*100#",15')
    told = talk.hear('+CUSD: 1,"Menu\r\n1. Solde\r\nOK\r\n')
    assert told == [Unsolicited(Kind.USSD, '+CUSD: 1,"Menu\n1. Solde'), answered()]


def test_an_unfinished_ussd_text_does_not_swallow_an_answer(talk: Talk) -> None:
    talk.hear('+CUSD: 1,"Menu\r\n')
    talk.send("AT+CPMS?")
    told = talk.hear("+CPMS: 1,20\r\nOK\r\n")
    assert told == [Unsolicited(Kind.USSD, '+CUSD: 1,"Menu'), answered("+CPMS: 1,20")]


def test_a_line_that_belongs_to_nothing_is_noise(talk: Talk) -> None:
    assert talk.hear("$GPGGA,1\r\nOK\r\nERROR\r\n") == [
        Noise("$GPGGA,1"),
        Noise("OK", is_result=True),
        Noise("ERROR", is_result=True),
    ]


def test_octets_that_are_no_text_are_survived(talk: Talk) -> None:
    talk.send("AT+CSQ")
    talk.hear(b"\x00\xff\xfe~\x7e\r\n\x11\x13")
    assert talk.hear("OK\r\n") == [answered("ÿþ~~")]


# Echoes.


@pytest.mark.parametrize("echo", ["AT+CPMS?\r", "AT+CPMS?\r\r\n", "AT +CPMS?\r\n", "at+cpms?\r"])
def test_an_echo_is_no_part_of_the_answer(talk: Talk, echo: str) -> None:
    talk.send("AT+CPMS?")
    assert talk.hear(echo + "\r\n+CPMS: 1,20\r\n\r\nOK\r\n") == [answered("+CPMS: 1,20")]
    assert talk.session.echoed


def test_an_echo_that_was_switched_off_says_once_that_settings_are_lost(talk: Talk) -> None:
    talk.session.initialised(talk.now, echo_off=True)
    talk.send("AT+CSQ")
    assert talk.hear("AT+CSQ\r\r\nOK\r\n") == [EchoBack("AT+CSQ"), answered()]
    talk.send("AT+CSQ")
    assert talk.hear("AT+CSQ\r\r\nOK\r\n") == [answered()]


def test_an_echo_that_cannot_be_switched_off_is_no_sign(talk: Talk) -> None:
    talk.session.initialised(talk.now, echo_off=False)
    talk.send("AT+CSQ")
    assert talk.hear("AT+CSQ\r\r\nOK\r\n") == [answered()]


def test_the_echo_of_a_command_that_we_never_wrote(talk: Talk) -> None:
    assert talk.hear("AT+GCAP\r\r\n") == [Noise("AT+GCAP")]
    talk.session.initialised(talk.now, echo_off=False)
    assert talk.hear("AT+GCAP\r\r\n") == [Foreign("AT+GCAP")]


# Deadlines.


def test_chatter_does_not_extend_the_deadline(talk: Talk) -> None:
    talk.send("AT+CSQ", timeout=10.0)
    for _ in range(9):
        assert talk.wait(1.0) == []
        talk.hear("^RSSI:18\r\n")
    assert talk.wait(1.0) == [TimedOut(State.RUNNING)]
    assert talk.session.state is State.STALE


def test_after_a_missed_deadline_no_command_may_start(talk: Talk) -> None:
    talk.send("AT+CSQ", timeout=1.0)
    talk.wait(1.0)
    with pytest.raises(OutOfTurn, match="stale"):
        talk.send("AT+CREG?")


def test_what_came_of_an_unfinished_answer_is_told(talk: Talk) -> None:
    talk.send("AT+CMGL=4", timeout=1.0)
    talk.hear("+CMGL: 1,1,,24\r\n")
    assert talk.wait(1.0) == [TimedOut(State.RUNNING, ("+CMGL: 1,1,,24",))]


def test_silence_after_the_answer_is_its_end_where_no_final_comes(talk: Talk) -> None:
    talk.send("AT+CPIN?", quiet=0.5)
    assert talk.hear("+CPIN: READY\r\n") == []
    assert talk.session.deadline() == talk.now + 0.5
    told = talk.wait(0.5)
    assert told == [Answered(("+CPIN: READY",), QUIET, 0.5, State.RUNNING)]
    assert talk.session.state is State.STALE, "its OK may still come"


def test_the_final_is_not_waited_for_twice(talk: Talk) -> None:
    talk.send("AT+CPIN?", quiet=0.5)
    assert talk.hear("+CPIN: READY\r\nOK\r\n") == [answered("+CPIN: READY")]
    assert talk.wait(60.0) == []


# Restarts.


def test_a_restart_ends_what_is_running(talk: Talk) -> None:
    talk.send("AT+CSQ")
    told = talk.hear("\r\nRDY\r\n")
    assert told == [Unsolicited(Kind.RESTART, "RDY"), TimedOut(State.RUNNING, restarted=True)]


def test_a_vendor_may_have_announcements_of_its_own(talk: Talk) -> None:
    talk.session.know(UrcTable(restarts=("HELLO",)))
    assert talk.hear("HELLO\r\n") == [Unsolicited(Kind.RESTART, "HELLO")]


def test_readiness_soon_after_the_initialisation_is_the_end_of_a_start(talk: Talk) -> None:
    talk.session.initialised(talk.now, echo_off=True)
    assert talk.hear("SMS Ready\r\n") == [Unsolicited(Kind.READY, "SMS Ready")]
    talk.wait(61.0)
    assert talk.hear("SMS Ready\r\n") == [Unsolicited(Kind.RESTART, "SMS Ready")]


def test_during_the_initialisation_nothing_is_a_sign(talk: Talk) -> None:
    talk.session.initialised(talk.now, echo_off=True)
    talk.wait(61.0)
    talk.session.forget()
    talk.send("ATE0")
    assert talk.hear("ATE0\r\r\nOK\r\nSMS Ready\r\n") == [answered(), Unsolicited(Kind.READY, "SMS Ready")]


# The table of steps.


def test_every_state_can_be_left_and_reached() -> None:
    assert set(TRANSITIONS) == set(State)
    reached = {state for steps in TRANSITIONS.values() for state in steps.values()}
    assert reached == set(State)
    used = {happening for steps in TRANSITIONS.values() for happening in steps}
    assert used == set(Happening)


def test_no_command_can_start_while_a_body_is_out() -> None:
    for state in (State.PROMPT, State.OPEN, State.SUBMITTED, State.ACCEPTED, State.STALE, State.FENCING):
        assert Happening.COMMAND not in TRANSITIONS[state]
        assert Happening.SUBMIT not in TRANSITIONS[state]


def test_nothing_can_be_written_between_ctrl_z_and_the_deadline() -> None:
    writing = {Happening.COMMAND, Happening.SUBMIT, Happening.BODY, Happening.ABORT, Happening.FENCE}
    assert not writing & set(TRANSITIONS[State.SUBMITTED])


def test_a_new_session_awaits_nothing() -> None:
    session = Session()
    assert session.deadline() is None
    assert session.expire(1e9) == []
    assert session.prompt_may_be_open
