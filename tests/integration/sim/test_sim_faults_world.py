"""Faults around the message service: SIM, radio, USB, USSD (MODEMS 1.G to 1.J)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from drivers.sim import ModemSetup
from drivers.sim.catalogue import FAULTS


@pytest.fixture
def pair(farm, talk):
    """A modem and somebody at its port."""
    modem = farm().modem("m0")
    return modem, talk(modem)


@pytest.mark.parametrize(
    ("fault", "command", "lines"),
    [
        ("pin=4321", "AT+CPIN?", ["+CPIN: SIM PIN", "OK"]),
        ("pin=4321", "AT+CPIN=4321", ["OK"]),
        ("puk", "AT+CPIN?", ["+CPIN: SIM PUK", "OK"]),
        ("cpin_quoted", "AT+CPIN?", ['+CPIN: "READY"', "OK"]),
        ("sim_absent", "AT+CPIN?", ["+CME ERROR: 10"]),
        ("sim_absent", "AT+CMGL=4", ["+CMS ERROR: 310"]),
        ("sim_absent", "AT+CREG?", ["+CREG: 0,0", "OK"]),
        ("sim_failure", "AT+CPIN?", ["+CME ERROR: 13"]),
        ("sim_failure", "AT+CMGL=4", ["+CMS ERROR: 313"]),
        ("cfun_0", "AT+CFUN?", ["+CFUN: 0", "OK"]),
        ("cfun_0=4", "AT+CREG?", ["+CREG: 0,0", "OK"]),
        ("creg=11", "AT+CREG?", ["+CREG: 0,11", "OK"]),
        ("creg_malformed", "AT+CREG?", ['+CREG: 2,1,"0B,"0100701",7', "OK"]),
        ("ps_only", "AT+CREG?;+CEREG?", ["+CREG: 0,0", "+CEREG: 0,1", "OK"]),
        ("csq_99", "AT+CSQ", ["+CSQ: 99,99", "OK"]),
        ("csca_empty", "AT+CSCA?", ['+CSCA: "",129', "OK"]),
        ("csca_empty=error", "AT+CSCA?", ["+CMS ERROR: 330"]),
    ],
)
def test_what_the_modem_says_with(pair, fault, command, lines):
    modem, line = pair
    modem.arm_text(fault)
    assert line.ask(command) == lines


def test_the_sim_is_busy_after_its_pin(farm, talk):
    modem = farm(pin="1234", faults=["busy_after_pin=0.1"]).modem("m0")
    line = talk(modem)
    assert line.ask("AT+CPIN=1234") == ["OK"]
    assert line.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert line.ask("AT+CPMS?") == ["+CMS ERROR: 314"]
    assert line.quiet(0.11)
    assert line.ask("AT+CPMS?")[-1] == "OK"
    assert modem.device.faults.names == ("busy_after_pin",)
    assert "busy_after_pin" in FAULTS


@pytest.mark.parametrize(
    ("stat", "sends"),
    [(1, True), (5, True), (6, True), (7, True), (9, True), (10, True)]
    + [(n, False) for n in (0, 2, 3, 4, 8, 11)],
)
def test_which_registrations_carry_messages(pair, stat, sends):
    modem, line = pair
    modem.arm("creg", stat)
    assert line.submit(report=False)[0] == ("+CMGS: 0" if sends else "+CMS ERROR: 331")


def test_registration_is_lost_for_a_while(pair):
    modem, line = pair
    line.ask("AT+CREG=1")
    modem.arm("registration_lost", 0.03)
    assert line.until(b"2\r\n") == b"\r\n+CREG: 2\r\n"
    assert line.until(b"1\r\n") == b"\r\n+CREG: 1\r\n"


def test_registration_that_is_lost_twice_at_once_comes_back(pair):
    modem, line = pair
    line.ask("AT+CREG=1")
    modem.arm("registration_lost", 0.01)
    modem.arm("registration_lost", 0.03)
    assert line.until(b"1\r\n").endswith(b"+CREG: 1\r\n")
    assert line.until(b"1\r\n") == b"\r\n+CREG: 1\r\n"


def test_another_sim_is_in_it(pair, talk):
    modem, line = pair
    before = modem.sim.imsi
    modem.arm("sim_swap")
    with pytest.raises((EOFError, OSError)):
        line.until(b"never")
    modem.device.network.wait(lambda network: len(modem.device.journal.entries("plugged")) == 2)
    after = talk(modem).ask("AT+CIMI")[0]
    assert after != before
    assert (len(after), modem.sim.imsi) == (15, after)


# ---- USB


def test_the_stick_goes_and_comes_back_under_another_name(pair):
    modem, line = pair
    path = Path(modem.path)
    modem.arm("unplug_idle", 0.01, back=0.02, renamed=True)
    with pytest.raises((EOFError, OSError)):
        line.until(b"never")
    assert not path.is_symlink()
    modem.device.network.wait(lambda network: len(modem.device.journal.entries("plugged")) == 2)
    assert modem.path == f"{path}-again"
    assert Path(modem.path).exists()


def test_it_restarts_by_itself(farm, talk):
    modem = farm(profile="sim800").modem("m0")
    line = talk(modem)
    modem.arm("reboot_idle", 0.01)
    assert line.until(b"SMS Ready\r\n").startswith(b"\r\nRDY\r\n")
    assert line.ask("AT") == ["AT", "OK"]


def test_it_needs_a_while_to_start(pair):
    modem, line = pair
    modem.arm("slow_start", 0.1)
    line.write("AT\r")
    assert line.quiet()
    assert line.quiet(0.1)
    assert line.ask("AT")[-1] == "OK"


def test_it_hears_nothing_right_after_it_was_opened(farm, listen):
    modem = farm(faults=["slow_open=0.2"]).modem("m0")
    line = listen(modem)
    modem.device.network.wait(lambda network: any(entry.kind == "opened" for entry in network.log))
    line.write("AT\r")
    assert line.quiet(0.3)
    assert line.ask("AT")[-1] == "OK"


def test_it_hears_nothing_until_its_port_is_opened_again(farm, talk):
    modem = farm().modem("m0")
    line = talk(modem)
    modem.arm("stuck", "reopen")
    line.write("AT\r")
    assert line.quiet()
    line.close()
    assert talk(modem).ask("AT")[-1] == "OK"


def test_it_hears_nothing_but_the_command_for_a_restart(farm, talk):
    modem = farm(profile="sim800").modem("m0")
    line = talk(modem)
    modem.arm("stuck", "reset")
    line.write("AT\r")
    assert line.quiet()
    line.write("AT+CFUN=1,1\r")
    line.until(b"SMS Ready\r\n")
    assert line.ask("AT")[-1] == "OK"


def test_it_has_no_registration_until_its_radio_was_off(pair):
    modem, line = pair
    modem.arm("radio_stuck", "radio")
    assert line.ask("AT+CREG?")[-2] == "+CREG: 0,2"
    line.ask("AT+CFUN=0")
    line.ask("AT+CFUN=1")
    assert line.ask("AT+CREG?")[-2] == "+CREG: 0,1"


@pytest.mark.parametrize("fault", ["stuck=reset", "stuck=reopen", "radio_stuck=radio", "radio_stuck=reset"])
def test_what_helps_after_less_helps_after_more(farm, talk, fault):
    modem = farm().modem("m0")
    modem.arm_text(fault)
    modem.unplug()
    modem.plug()
    assert talk(modem).ask("AT+CREG?")[-2] == "+CREG: 0,1"


def test_it_does_not_take_what_is_written(pair):
    modem, line = pair
    modem.arm("stalled")
    line.write("AT\r")
    assert line.quiet()
    with pytest.raises(BlockingIOError):
        write_for_ever(line.fd)


def write_for_ever(fd):
    while True:
        os.write(fd, b"x" * 4096)


def test_what_nobody_reads_waits_for_the_next_program(farm, talk):
    modem = farm().modem("m0")
    first = talk(modem)
    modem.device.network.deliver("m0", "+33612345678", "9")
    first.close()
    second = talk(modem, "AT")
    assert second.before.startswith(b'\r\n+CMTI: "SM",1\r\n')


def test_unread_lines_are_lost_at_the_next_opening(farm, talk):
    modem = farm(faults=["unread_lost"]).modem("m0")
    first = talk(modem)
    first.ask("AT")
    modem.device.network.deliver("m0", "+33612345678", "9")
    second = talk(modem, "AT")
    modem.device.network.wait(lambda network: len(modem.device.journal.entries("opened")) == 2)
    assert second.ask("AT")[-1] == "OK"
    assert b"CMTI" not in second.heard


@pytest.mark.parametrize(
    ("kind", "start"), [("nmea", b"$GPGGA"), ("diag", b"\x7e\x60"), ("hdlc", b"\x7e\xff")]
)
def test_a_port_that_is_no_at_port(pair, kind, start):
    modem, line = pair
    modem.arm("not_at", kind)
    line.write("AT\r")
    assert line.until(start) == start
    assert b"OK" not in line.heard


def test_another_program_uses_the_port(pair):
    modem, line = pair
    modem.arm("second_client", 0.01, line="AT+CMGF=1")
    assert line.until(b"OK\r\n") == b"AT+CMGF=1\r\r\nOK\r\n"
    modem.disarm()
    assert "+CMGF: 1" in line.ask("AT+CMGF?") + line.ask("AT+CMGF?")


def test_the_other_ports_of_a_stick(farm, talk):
    modem = farm(modems=(ModemSetup(name="m0", ports=("at", "urc", "nmea", "dead")),)).modem("m0")
    main, urc = talk(modem), talk(modem.side_path("urc"), "AT+CNMI=2,1")
    assert talk(modem.side_path("at"), "ATE0").ask("AT+CGSN") == main.ask("AT+CGSN")
    modem.device.network.deliver("m0", "+33612345678", "9")
    assert urc.until(b'+CMTI: "SM",1\r\n')
    assert main.quiet()
    modem.unplug()
    assert not [name for name in os.listdir(Path(modem.path).parent) if name.startswith("m0")]


# ---- USSD


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ("ussd_ucs2=7", "*100#", f'+CUSD: 0,"{"Credit: illimite".encode("utf-16-be").hex().upper()}",7'),
        ("ussd_packed", "*100#", '+CUSD: 0,"4379999CA6'),
        ("ussd_packed_only", "AA180C3602", '+CUSD: 0,"Credit: illimite",15'),
        ("ussd_multiline", "*100#", '+CUSD: 0,"Credit: illimite\r\n1 "Forfait"\r\n2 Options",15'),
        ("ussd_timeout", "*100#", "+CUSD: 5"),
    ],
)
def test_ussd(pair, fault, code, said):
    modem, line = pair
    modem.arm_text(fault)
    assert line.ask(f'AT+CUSD=1,"{code}",15') == ["OK"]
    assert line.until(said.encode())


def test_ussd_before_its_ok_and_refused(pair):
    modem, line = pair
    modem.arm("ussd_before_ok")
    assert line.ask('AT+CUSD=1,"*123#",15') == ['+CUSD: 0,"+33699000001",15', "OK"]
    modem.arm("ussd_error")
    assert line.ask('AT+CUSD=1,"*100#",15') == ["+CME ERROR: 100"]


def test_every_fault_is_tried_somewhere():
    here = Path(__file__).parent
    tried = "".join(file.read_text() for file in here.glob("test_sim_faults_*.py"))
    untried = [name for name in FAULTS if not re.search(rf'"{name}["=,]', tried)]
    assert untried == []
