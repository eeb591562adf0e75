from __future__ import annotations

from itertools import pairwise

import pytest

from drivers.at.fence import ESC, GENERIC, Fence, Probe, choose
from drivers.at.grammar import ERROR, OK, Result

IMEI = Probe("AT+CGSN", "350000000000006")
IMSI = Probe("AT+CIMI", "208990000000001")


def fence(*probes: Probe) -> Fence:
    return Fence(probes, wait=2.0, settle=0.2)


def test_the_answer_and_its_final_let_pass() -> None:
    wall = fence(IMEI)
    assert wall.begin(0.0) == b"AT+CGSN\r"
    assert wall.line("350000000000006", None, 0.1) == b""
    assert not wall.passed
    assert wall.line("OK", OK, 0.1) == b""
    assert wall.passed


def test_all_before_the_answer_belongs_to_the_past() -> None:
    wall = fence(IMEI)
    wall.begin(0.0)
    for line, result in (
        ("+CSQ: 17,99", None),
        ("OK", OK),
        ("OK", OK),
        ("208990000000001", None),
        ("OK", OK),
    ):
        assert wall.line(line, result, 0.1) == b""
        assert not wall.passed


def test_the_answer_to_an_older_probe_does_not_let_pass() -> None:
    wall = fence(IMEI, IMSI)
    wall.begin(0.0)
    assert wall.expire(2.0) == b"AT+CIMI\r"
    wall.line("350000000000006", None, 2.1)
    wall.line("OK", OK, 2.1)
    assert not wall.passed
    wall.line("208990000000001", None, 2.2)
    wall.line("OK", OK, 2.2)
    assert wall.passed


def test_an_error_asks_the_next_question_at_once() -> None:
    wall = fence(IMEI, IMSI)
    wall.begin(0.0)
    assert wall.line("ERROR", ERROR, 0.1) == b"AT+CIMI\r"
    assert wall.deadline == 2.1


def test_an_error_to_the_last_question_is_waited_out() -> None:
    wall = fence(IMEI)
    wall.begin(0.0)
    assert wall.line("ERROR", ERROR, 0.1) == b""
    assert not wall.failed
    assert wall.expire(2.0) == b""
    assert wall.failed


def test_an_open_prompt_is_closed_first_and_what_that_brings_up_is_waited_for() -> None:
    wall = fence(Probe(IMEI.command, IMEI.answer, escape=True))
    assert wall.begin(0.0) == ESC
    assert wall.deadline == pytest.approx(0.2)
    assert wall.line("+CMGS: 7", None, 0.05) == b""
    assert wall.line("OK", OK, 0.1) == b"AT+CGSN\r"


def test_an_escape_that_brings_nothing_up_is_followed_by_the_probe() -> None:
    wall = fence(Probe(IMEI.command, IMEI.answer, escape=True))
    wall.begin(0.0)
    assert wall.expire(0.2) == b"AT+CGSN\r"
    assert wall.deadline == pytest.approx(2.2)


def test_to_wake_a_modem_up_any_ok_will_do_and_no_error() -> None:
    wall = fence(Probe("AT", ""), Probe("AT", ""))
    wall.begin(0.0)
    wall.line("+CME ERROR: 14", Result("cme", 14), 0.1)
    assert not wall.passed
    wall.line("OK", OK, 0.2)
    assert wall.passed


def test_two_different_probes_and_another_pair_each_time() -> None:
    for known in ((), (IMEI,), (IMEI, IMSI)):
        pairs = [choose(known, avoid="AT+CSQ", turn=turn) for turn in range(12)]
        assert all(first != second for first, second in pairs)
        assert all(following[0] not in before for before, following in pairwise(pairs))


def test_the_stale_command_is_no_probe() -> None:
    for turn in range(10):
        assert IMEI not in choose((IMEI,), avoid="AT+CGSN", turn=turn)


def test_the_generic_probes_are_told_apart_by_their_names() -> None:
    assert len({probe.answer for probe in GENERIC}) == len(GENERIC)
    assert len(choose((), avoid=GENERIC[0].command, turn=0)) == 2
