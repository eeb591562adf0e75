"""Faults of the line: what a program hears when each one strikes (MODEMS 1.A to 1.C)."""

from __future__ import annotations

import re

import pytest

CSQ = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"


@pytest.fixture
def pair(farm, talk):
    """A modem and somebody at its port."""
    modem = farm().modem("m0")
    return modem, talk(modem)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("crcrlf", b"\r\r\n+CSQ: 20,99\r\r\n\r\r\nOK\r\r\n"),
        ("lf_only", b"\n+CSQ: 20,99\n\nOK\n"),
        ("cr_only", b"\r+CSQ: 20,99\r\rOK\r"),
        ("extra_crlf", b"\r\n\r\n+CSQ: 20,99\r\n\r\n\r\n\r\nOK\r\n"),
        ("no_space", b"\r\n+CSQ:20,99\r\n\r\nOK\r\n"),
        ("final_glued", b"\r\n+CSQ: 20,99\r\nOK\r\n"),
        ("nul_burst=2,times=1", b"\0\0" + CSQ),
        ("xon_xoff,times=1", b"\x11\r\n+CSQ: 20,99\r\n\x13\r\nOK\r\n"),
        ("chunked", CSQ),
        ("stray_ok", b"\r\nOK\r\n" + CSQ),
        ("bare_ok", b"\r\nOK\r\n"),
        ("bare_error", b"\r\nERROR\r\n"),
        ("cme_error=13", b"\r\n+CME ERROR: 13\r\n"),
        ("command_not_support", b"\r\nCOMMAND NOT SUPPORT\r\n"),
        ("numeric_results", b"\r\n+CSQ: 20,99\r\n0\r"),
        ("drop_final", b"\r\n+CSQ: 20,99\r\n"),
        ("urc_before_echo", b"\r\n^RSSI:18\r\n" + CSQ),
        ("urc_after_echo=RING", b"\r\nRING\r\n" + CSQ),
        ("urc_in_answer", b"\r\n+CSQ: 20,99\r\n\r\n^RSSI:18\r\n\r\nOK\r\n"),
        ("urc_after_ok", CSQ + b"\r\n^RSSI:18\r\n"),
        ("urc_same_prefix", b"\r\n+CSQ: 18,99\r\n" + CSQ),
        ("late_answer=0.05", CSQ),
    ],
)
def test_an_answer_with(pair, fault, said):
    modem, line = pair
    modem.arm_text(fault)
    line.write("AT+CSQ\r")
    assert line.until(said) == said
    name = re.split("[=,]", fault)[0]
    assert name in [entry.detail["fault"] for entry in modem.device.journal.entries("fault")]
    modem.disarm()
    assert line.ask("AT") == ["OK"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("echo_stuck_on", b"AT\r\r\nOK\r\n"),
        ("echo_late=0.02", b"\r\nOK\r\n"),
        ("echo_stuck_off", b"\r\nOK\r\n"),
    ],
)
def test_echo_with(pair, fault, said):
    modem, line = pair
    modem.arm_text(fault)
    if fault == "echo_stuck_off":
        line.ask("ATE1")
    line.write("AT\r")
    assert line.until(b"OK\r\n") == said


def test_late_echo_keeps_its_place(pair):
    modem, line = pair
    line.ask("ATE1")
    modem.arm("echo_late", 0.03)
    line.write("AT\r")
    assert line.until(b"OK\r\n") == b"AT\r\r\nOK\r\n"


def test_echo_returns(pair):
    modem, line = pair
    modem.arm("echo_returns", nth=1)
    line.ask("AT")
    line.write("AT\r")
    assert line.until(b"OK\r\n") == b"AT\r\r\nOK\r\n"


def test_the_body_is_echoed(pair):
    modem, line = pair
    modem.arm("echo_body")
    length, pdu = line.body()
    line.prompt(f"AT+CMGS={length}")
    line.write(pdu + "\x1a")
    assert line.until(b"OK\r\n").startswith(pdu.encode() + b"\x1a\r\n+CMGS: 0")


def test_settings_are_lost_without_a_word(pair):
    modem, line = pair
    modem.arm("settings_lost", nth=1)
    assert line.ask("AT") == ["OK"]
    assert line.ask("AT+CMGF?;+CNMI?;+CMEE?")[-4:] == ["+CMGF: 1", "+CNMI: 0,0,0,0,0", "+CMEE: 0", "OK"]


def test_garbage_is_not_ascii_and_the_rest_is_whole(pair):
    modem, line = pair
    modem.arm("garbage", 5, nth=1)
    line.write("AT+CSQ\r")
    said = line.until(b"OK\r\n")
    assert said[5:] == CSQ
    assert all(octet >= 0x80 for octet in said[:5])


def test_characters_get_lost(pair):
    modem, line = pair
    modem.arm("lost_chars", 2, nth=1)
    line.write("AT+CSQ\r")
    said = line.until(b"OK\r\n")
    assert len(said) == len(CSQ) - 2
    modem.arm("lost_input", nth=1)
    line.write("AT+CREG?\r")
    assert line.quiet() or line.ask("AT")


def test_nothing_is_answered_and_then_everything_again(pair):
    modem, line = pair
    modem.arm("drop_answer", nth=1)
    line.write("AT+CSQ\r")
    assert line.quiet()
    assert line.ask("AT+CSQ") == ["+CSQ: 20,99", "OK"]


def test_a_late_answer_is_late_and_the_next_command_waits_for_nobody(pair):
    modem, line = pair
    modem.arm("late_answer", 0.1, on="+CSQ")
    line.write("AT+CSQ\r")
    assert line.quiet()
    line.write("AT+CREG?\r")
    assert line.until(b"+CREG: 0,1\r\n\r\nOK\r\n").split() == [
        b"+CSQ:",
        b"20,99",
        b"OK",
        b"+CREG:",
        b"0,1",
        b"OK",
    ]


@pytest.mark.parametrize(("fault", "command"), [("no_ok_cpin", "AT+CPIN?"), ("no_ok_cpms", 'AT+CPMS="SM"')])
def test_commands_without_their_ok(pair, fault, command):
    modem, line = pair
    modem.arm(fault)
    line.write(command + "\r")
    line.until(b"\r\n+CP")
    line.until(b"\r\n")
    assert line.quiet()
    assert line.ask("AT") == ["OK"]


def test_a_hanging_command_hangs_for_its_time(pair):
    modem, line = pair
    modem.arm("hang", 0.05, on="+CSQ")
    line.write("AT+CSQ\rAT\r")
    assert line.quiet(0.03)
    assert line.until(b"OK\r\n") == b"\r\nOK\r\n"


def test_the_first_command_is_not_heard(pair):
    modem, line = pair
    modem.arm("first_lost", nth=1)
    line.write("AT\r")
    assert line.quiet()
    assert line.ask("AT") == ["OK"]


def test_a_hasty_command_is_not_heard(pair):
    modem, line = pair
    modem.arm("gap_needed", 5.0, times=1)
    line.write("AT\r")
    assert line.quiet()
    modem.disarm()
    assert line.ask("AT") == ["OK"]


def test_errors_as_text(pair):
    modem, line = pair
    modem.arm("text_error")
    assert line.ask("AT+CMGR=99") == ["+CMS ERROR: invalid memory index"]


@pytest.mark.parametrize(("code", "cms"), [(14, 314), (515, 515)])
def test_the_sim_is_busy_for_a_while(pair, code, cms):
    modem, line = pair
    modem.arm("busy_for", 0.1, code=code)
    assert line.ask("AT+CMGL=4") == [f"+CMS ERROR: {cms}"]
    assert line.ask("AT+CIMI") == [f"+CME ERROR: {code}"]
    assert line.quiet(0.12)
    assert line.ask("AT+CMGL=4") == ["OK"]


def test_a_dead_modem(pair):
    modem, line = pair
    modem.arm("dead")
    line.write("AT\r")
    assert line.quiet()
    modem.disarm("dead")
    assert line.ask("AT") == ["OK"]


def test_a_line_between_a_header_and_its_pdu(pair):
    modem, line = pair
    modem.device.network.deliver("m0", "+33612345678", "9")
    modem.arm("urc_in_listing", nth=1)
    lines = line.ask("AT+CMGL=4")[-4:]
    assert lines[0].startswith("+CMGL: 1,0,,")
    assert lines[1] == "^RSSI:18"


def test_lines_inside_a_submission(pair):
    modem, line = pair
    modem.arm("urc_in_prompt", '+CMTI: "SM",4')
    modem.arm("urc_before_cmgs")
    length, pdu = line.body()
    line.write(f"AT+CMGS={length}\r")
    assert line.until(b",4\r\n") == b'\r\n> \r\n+CMTI: "SM",4\r\n'
    line.write(pdu + "\x1a")
    assert line.until(b"OK\r\n") == b"\r\n^RSSI:18\r\n\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_a_torn_push(pair):
    modem, line = pair
    line.ask("AT+CNMI=2,2,0,0,0")
    modem.arm("torn_push", nth=1)
    modem.device.network.deliver("m0", "+33612345678", "9")
    assert re.fullmatch(
        rb"\r\n\+CMT: ,20\r\n\^RSSI:18\r\n[0-9A-F]+\r\n", line.until(re.compile(rb"[0-9A-F]{40,}\r\n"))
    )


def test_chatter_until_it_is_disarmed(pair):
    modem, line = pair
    modem.arm("chatter", 0.01, text="^HCSQ:1")
    for _ in range(3):
        assert line.until(b"1\r\n") == b"\r\n^HCSQ:1\r\n"
    modem.disarm("chatter")
    line.ask("AT")
    assert line.quiet()


def test_silencing_the_chatter_silences_too_much(farm, talk):
    modem = farm(profile="huawei").modem("m0")
    line = talk(modem)
    modem.arm("curc_mutes")
    modem.device.network.deliver("m0", "+33612345678", "9")
    assert line.until(b'+CMTI: "SM",0\r\n')
    assert line.ask("AT^CURC=0") == ["OK"]
    modem.device.network.deliver("m0", "+33612345678", "9")
    assert line.quiet()


def test_a_call_comes(pair):
    modem, line = pair
    modem.arm("ring", number="+33611111111", rings=1)
    assert line.until(b"RING\r\n") == b"\r\nRING\r\n"
    assert line.until(b"CARRIER\r\n") == b"\r\nNO CARRIER\r\n"


# ---- prompt


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("prompt_no_space", b"\r\n>"),
        ("prompt_crlf", b"\r\n>\r\n"),
        ("prompt_double", b"\r\n> \r\n> "),
        ("prompt_late=0.03", b"\r\n> "),
        ("prompt_none", b""),
    ],
)
def test_a_prompt_with(pair, fault, said):
    modem, line = pair
    modem.arm_text(fault)
    length, pdu = line.body()
    line.write(f"AT+CMGS={length}\r")
    assert line.until(said) == said
    assert line.quiet()
    line.write(pdu + "\x1a")
    assert line.until(b"OK\r\n") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_an_error_instead_of_a_prompt(pair):
    modem, line = pair
    modem.arm("prompt_refused", 302)
    assert line.ask("AT+CMGS=20") == ["+CMS ERROR: 302"]


def test_a_prompt_that_somebody_left_open(pair):
    modem, line = pair
    modem.arm("prompt_left_open")
    line.write("AT+CSQ\r")
    assert line.quiet()
    line.write("\x1b")
    assert line.until(b"OK\r\n")
    assert line.ask("AT+CSQ") == ["+CSQ: 20,99", "OK"]
    assert modem.device.network.accepted == ()
    modem.arm("prompt_left_open")
    line.write("AT\r\x1a")
    assert line.until(b"OK\r\n")
    assert modem.device.network.texts("+33600000000") == ["AT\r"]


@pytest.mark.parametrize(("text", "said"), [("ERROR", b"\r\nERROR\r\n"), ("none", b"")])
def test_escape_is_answered(pair, text, said):
    modem, line = pair
    modem.arm("esc_answer", text)
    line.prompt("AT+CMGS=20")
    line.write("\x1b")
    assert line.until(said) == said
    assert line.quiet()
    assert line.ask("AT") == ["OK"]


def test_keys_that_are_not_heard_in_the_prompt(pair):
    modem, line = pair
    modem.arm("esc_deaf", nth=1)
    modem.arm("ctrlz_lost", nth=1)
    length, pdu = line.body()
    line.prompt(f"AT+CMGS={length}")
    line.write("\x1b")
    assert line.quiet()
    line.write(pdu + "\x1a")
    assert line.quiet()
    line.write("\x1a")
    assert line.until(b"OK\r\n") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
