"""The AT commands of a well-behaved simulated modem."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("AT", ["OK"]),
        ("at+csq", ["+CSQ: 20,99", "OK"]),
        ("AT+CREG?;+CSQ", ["+CREG: 0,1", "+CSQ: 20,99", "OK"]),
        ("AT+CMGF=0;+CMEE=1", ["OK"]),
        ("AT+CGMI", ["Simulated", "OK"]),
        ("AT+GMM", ["SIM-1", "OK"]),
        ("AT+CGMR=?", ["OK"]),
        ("AT+CGSN", ["350000000000006", "OK"]),
        ("AT+CIMI", ["208990000000001", "OK"]),
        ("AT+CCID", ["+CCID: 8933990000000000014", "OK"]),
        ("AT+CNUM", ['+CNUM: "","+33699000001",145', "OK"]),
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CPINR", ["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10", "OK"]),
        ('AT+CLCK="SC",2', ["+CLCK: 0", "OK"]),
        ("AT+CFUN?", ["+CFUN: 1", "OK"]),
        ("AT+COPS?", ['+COPS: 0,0,"Simtel",2', "OK"]),
        ("AT+COPS=3,2;+COPS?", ['+COPS: 0,2,"20899",2', "OK"]),
        ("AT+CREG=2;+CREG?", ['+CREG: 2,1,"00A1","01F3C2B4",2', "OK"]),
        ("AT+CEREG?", ["+CEREG: 0,4", "OK"]),
        ("AT+CMGF?", ["+CMGF: 0", "OK"]),
        ("AT+CSMS=0", ["+CSMS: 1,1,1", "OK"]),
        ("AT+CSMS?", ["+CSMS: 0,1,1,1", "OK"]),
        ('AT+CPMS="SM","SM","SM"', ["+CPMS: 0,20,0,20,0,20", "OK"]),
        ("AT+CPMS?", ['+CPMS: "SM",0,20,"SM",0,20,"SM",0,20', "OK"]),
        ("AT+CNMI=2,1", ["OK"]),
        ("AT+CNMI=?", ["+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)", "OK"]),
        ("AT+CSCA?", ['+CSCA: "+33609001390",145', "OK"]),
        (
            'AT+CSCS="UCS2";+CSCA?',
            ['+CSCA: "' + "+33609001390".encode("utf-16-be").hex().upper() + '",145', "OK"],
        ),
        ("AT+CMMS=2;+CMMS?", ["+CMMS: 2", "OK"]),
        ("AT+CMEE?", ["+CMEE: 1", "OK"]),
        ("ATS3?", ["013", "OK"]),
        ("AT&C1X4&D0", ["OK"]),
        ("AT+GCAP", ["+GCAP: +CGSM", "OK"]),
        ("AT+CMGL=4", ["OK"]),
        ("AT+CMGR=1", ["OK"]),
        ("AT+CMGD=1", ["OK"]),
        ("ATH", ["OK"]),
        ("AT+NOSUCH", ["ERROR"]),
        ("AT+CSQ;+NOSUCH;+CREG?", ["+CSQ: 20,99", "ERROR"]),
        ("AT+CMGR=99", ["+CMS ERROR: 321"]),
        ("AT+CMGF=7", ["+CMS ERROR: 303"]),
        ("AT+CNMI=2,9", ["+CMS ERROR: 302"]),
        ('AT+CPMS="XX"', ["+CMS ERROR: 302"]),
        ("AT+CNMA", ["+CMS ERROR: 340"]),
        ("AT+CMGS=x", ["+CMS ERROR: 304"]),
        ('AT+CPIN="1234"', ["+CME ERROR: 3"]),
    ],
)
def test_a_command_and_its_answer(farm, talk, command, lines):
    assert talk(farm().modem("m0")).ask(command) == lines


def test_the_octets_of_an_answer(farm, talk):
    line = talk(farm().modem("m0"))
    line.write("AT+CSQ\r")
    assert line.until(b"OK\r\n") == b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    line.ask("ATE1")
    line.write("AT\r")
    assert line.until(b"OK\r\n") == b"AT\r\r\nOK\r\n"


def test_errors_are_told_as_asked_for(farm, talk):
    line = talk(farm().modem("m0"))
    assert line.ask("AT+CMEE=0;+CMGR=99") == ["ERROR"]
    assert line.ask("AT+CMEE=2;+CMGR=99") == ["+CMS ERROR: invalid memory index"]


def test_numbers_for_results_and_no_results(farm, talk):
    line = talk(farm().modem("m0"))
    line.write("ATV0\r")
    assert line.until(b"0\r") == b"0\r"
    line.write("AT+NOSUCH\r")
    assert line.until(b"4\r") == b"4\r"
    line.write("ATV1Q1\r")
    line.write("AT\rATQ0\r")
    assert line.until(b"OK\r\n") == b"\r\nOK\r\n"


def test_noise_before_the_command_and_backspaces_in_it(farm, talk):
    line = talk(farm().modem("m0"))
    assert line.ask("\x1b\x1a\nxxAT+CSX\bQ") == ["+CSQ: 20,99", "OK"]
    line.write("no command\r")
    assert line.quiet()


def test_the_last_command_again(farm, talk):
    line = talk(farm().modem("m0"))
    line.ask("AT+CSQ")
    assert line.ask("A/") == ["+CSQ: 20,99", "OK"]


def test_commands_that_wait_are_answered_in_order(farm, talk):
    line = talk(farm().modem("m0"))
    line.write("AT+CSQ\rAT+CREG?\rAT\r")
    said = line.until(b"OK\r\n") + line.until(b"OK\r\n") + line.until(b"OK\r\n")
    assert said.split() == b"+CSQ: 20,99 OK +CREG: 0,1 OK OK".split()


def test_a_factory_reset_forgets(farm, talk):
    line = talk(farm().modem("m0"))
    assert line.ask("ATZ") == ["OK"]
    assert line.ask("AT+CMEE?") == ["AT+CMEE?", "+CMEE: 0", "OK"]


def test_the_pin_is_asked_for_and_counted(farm, talk):
    modem = farm(pin="1234").modem("m0")
    line = talk(modem)
    assert line.ask("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert line.ask("AT+CREG?") == ["+CREG: 0,0", "OK"]
    assert line.ask("AT+CMGL=4") == ["+CMS ERROR: 311"]
    assert line.ask("AT+CIMI") == ["+CME ERROR: 11"]
    assert line.ask('AT+CPIN="0000"') == ["+CME ERROR: 16"]
    assert line.ask('AT+CPINR="SIM PIN"') == ["+CPINR: SIM PIN,2,3", "OK"]
    assert line.ask("AT+CPIN=1234") == ["OK"]
    assert line.ask("AT+CREG?") == ["+CREG: 0,1", "OK"]
    assert modem.sim is not None
    assert modem.sim.pin_tries == 3


def test_three_wrong_pins_need_the_puk(farm, talk):
    line = talk(farm(pin="1234", puk="87654321").modem("m0"))
    assert [line.ask("AT+CPIN=0000") for _ in range(3)] == [["+CME ERROR: 16"]] * 2 + [["+CME ERROR: 12"]]
    assert line.ask("AT+CPIN?") == ["+CPIN: SIM PUK", "OK"]
    assert line.ask("AT+CMGL=4") == ["+CMS ERROR: 316"]
    assert line.ask('AT+CPIN="11111111","4321"') == ["+CME ERROR: 16"]
    assert line.ask('AT+CPIN="87654321","4321"') == ["OK"]
    assert line.ask('AT+CLCK="SC",0,"4321"') == ["OK"]
    assert line.ask('AT+CLCK="SC",2') == ["+CLCK: 0", "OK"]


def test_the_radio_goes_off_and_on(farm, talk):
    line = talk(farm().modem("m0"))
    assert line.ask("AT+CFUN=4;+CREG?;+CSQ;+COPS?") == ["+CREG: 0,0", "+CSQ: 99,99", "+COPS: 0", "OK"]
    assert line.submit() == ["+CMS ERROR: 331"]
    assert line.ask("AT+CFUN=1;+CREG?") == ["+CREG: 0,1", "OK"]
    assert line.submit()[0] == "+CMGS: 0"


def test_registration_is_announced_where_asked_for(farm, talk):
    modem = farm().modem("m0")
    line = talk(modem)
    line.ask("AT+CREG=1")
    modem.register(2)
    assert line.until(b"+CREG: 2\r\n")
    assert line.submit() == ["+CMS ERROR: 331"]


def test_ussd_comes_by_itself(farm, talk):
    line = talk(farm(credit=7).modem("m0"))
    assert line.ask('AT+CUSD=1,"*100#",15') == ["OK"]
    assert line.until(b"15\r\n") == b'\r\n+CUSD: 0,"Credit: 7",15\r\n'


def test_somebody_calls(farm, talk):
    modem = farm().modem("m0")
    line = talk(modem)
    line.ask("AT+CLIP=1")
    modem.call("+33698765432")
    assert line.until(b'+CLIP: "+33698765432",145')
    assert line.ask("AT+CLCC")[-2:] == ['+CLCC: 1,1,4,0,0,"+33698765432",145', "OK"]
    assert line.ask("AT+CHUP")[-1] == "OK"
    assert line.ask("AT+CLCC") == ["OK"]
    assert [entry.kind for entry in modem.device.journal.entries("hung_up")] == ["hung_up"]
