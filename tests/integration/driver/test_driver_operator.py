from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from drivers import PortGone, Refused, Restarted
from drivers.errors import NotResponding

if TYPE_CHECKING:
    from conftest import Make


def ok(*lines: str) -> str:
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


def opened(peer: Make, modem: Make, script: dict[str, Any], **options: Any) -> tuple[Any, Any]:
    far = peer(script)
    near = modem(far, **options)
    near.open()
    return far, near


HEALTH = {
    "AT+CREG?": ok("+CREG: 0,1"),
    "AT+CSQ": ok("+CSQ: 17,99"),
    "AT+COPS?": ok('+COPS: 0,0,"Orange F",2'),
    "AT+CPMS?": ok('+CPMS: "ME",3,50,"ME",3,50,"ME",3,50'),
}

# Health.


def test_health(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, HEALTH)
    health = near.health()
    assert (health.registration, health.can_send, health.roaming) == (1, True, False)
    assert (health.signal, health.operator) == (-79, "Orange F")
    assert (health.storage_used, health.storage_total, health.warnings) == (3, 50, ())


@pytest.mark.parametrize(
    ("stat", "allowed", "can_send", "roaming"),
    [
        (0, True, False, False),
        (2, True, False, False),
        (3, True, False, False),
        (5, False, False, True),
        (5, True, True, True),
        (6, False, True, False),
        (7, False, False, True),
        (8, True, False, False),
        (9, False, True, False),
        (10, True, True, True),
        (11, True, False, False),
    ],
)
def test_who_may_send(
    peer: Make, modem: Make, *, stat: int, allowed: bool, can_send: bool, roaming: bool
) -> None:
    script = {**HEALTH, "AT+CREG?": ok(f"+CREG: 0,{stat}"), "AT+CEREG?": ok("+CEREG: 0,0")}
    _far, near = opened(peer, modem, script, roaming=allowed)
    health = near.health()
    assert (health.can_send, health.roaming) == (can_send, roaming)


def test_data_alone_is_a_warning(peer: Make, modem: Make) -> None:
    script = {**HEALTH, "AT+CREG?": ok("+CREG: 0,0"), "AT+CEREG?": ok("+CEREG: 0,1")}
    _far, near = opened(peer, modem, script)
    health = near.health()
    assert not health.can_send
    assert "data only" in health.warnings[0]


def test_a_storage_that_fills_up_is_a_warning(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {**HEALTH, "AT+CPMS?": ok('+CPMS: "ME",45,50')})
    assert "45 of 50" in near.health().warnings[0]


def test_a_modem_that_forgot_its_notifications_is_set_up_again(peer: Make, modem: Make) -> None:
    """No echo, no error, no line by itself: nothing else tells that no push will come any more (F08, F13)."""
    far, near = opened(peer, modem, HEALTH)
    near.health()
    far.on("AT+CNMI?", ok("+CNMI: 0,0,0,0,0"), ok("+CNMI: 2,1,0,1,0"))
    assert near.health().can_send
    assert far.heard.lines.count("AT+CNMI=2,1,0,1,0") == 2
    (restarted,) = near.wait(0.0)
    assert restarted.announcement == "it forgot AT+CNMI"
    assert near.health().can_send
    assert far.heard.lines.count("AT+CNMI=2,1,0,1,0") == 2


def test_a_modem_that_tells_its_notifications_otherwise_is_left_in_peace(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {**HEALTH, "AT+CNMI?": ok("+CNMI: 2,1,0,1,1")})
    for _ in range(3):
        near.health()
    assert far.heard.lines.count("AT+CNMI=2,1,0,1,0") == 1


def test_a_modem_that_says_nothing_of_itself(peer: Make, modem: Make) -> None:
    no = "\r\nERROR\r\n"
    _far, near = opened(peer, modem, {**dict.fromkeys(HEALTH, no), "AT+CEREG?": no})
    health = near.health()
    assert (health.registration, health.can_send, health.signal, health.operator) == (-1, False, None, "")
    assert (health.storage_used, health.storage_total) == (None, None)


# Raw commands.


def test_a_raw_command_and_its_result(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"ATI": ok("Plain", "P1"), "AT+ODD?": "\r\n+CME ERROR: 4\r\n"})
    assert near.command("ATI") == ["Plain", "P1", "OK"]
    assert near.command("AT+ODD?") == ["+CME ERROR: 4"]


@pytest.mark.parametrize(
    "line", ["", "CSQ", "AT\r", "AT+CMGS=\x1a", "ATé", "AT+CMGS=23", "at+cmgw=5", "AT\n"]
)
def test_what_is_no_raw_command(peer: Make, modem: Make, line: str) -> None:
    far, near = opened(peer, modem, {})
    before = far.heard
    with pytest.raises(ValueError, match=r"AT|body"):
        near.command(line)
    assert far.heard == before


def test_a_raw_command_without_an_answer(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"AT+COPS=?": (), "AT+CSQ": ok("+CSQ: 1,1")})
    with pytest.raises(Refused, match=r"no answer within 0\.05 s"):
        near.command("AT+COPS=?", timeout=0.05)
    assert near.command("AT+CSQ") == ["+CSQ: 1,1", "OK"], "the next answer is the next command's"


def test_a_raw_command_that_opens_a_prompt_does_not_leave_it_open(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+ODD=1": "\r\n> ", "ESC": ok()})
    assert near.command("AT+ODD=1") == ["OK"]
    assert far.heard.lines[-1] == "ESC"


def test_after_a_command_that_changes_something_the_modem_is_initialised_again(
    peer: Make, modem: Make
) -> None:
    far, near = opened(peer, modem, {"AT+CMGF=1": ok()})
    near.command("AT+CMGF=1")
    (restarted,) = near.wait(1.0)
    assert isinstance(restarted, Restarted)
    assert "AT+CMGF=0" in far.heard.after("AT+CMGF=1")


def test_a_pin_that_is_given_by_hand_appears_in_no_trace(peer: Make, modem: Make) -> None:
    trace: list[bytes] = []
    _far, near = opened(
        peer, modem, {'AT+CPIN="4321"': ok()}, trace=lambda _direction, data: trace.append(data)
    )
    near.command('AT+CPIN="4321"')
    assert b"4321" not in b"".join(trace)


# USSD.

CODE = 'AT+CUSD=1,"*100#",15'


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('+CUSD: 0,"Solde: 5.00 EUR",15', "Solde: 5.00 EUR"),
        ('+CUSD: 2,"Au revoir",15', "Au revoir"),
        ('+CUSD: 0,"0053006F006C00640065003A00200035002020AC",72', "Solde: 5 €"),
        ('+CUSD: 0,"D3379B5CD6816A",15', "Solde: 5"),
        ("+CUSD: 0,D3379B5CD6816A", "Solde: 5"),
        ('+CUSD: 0,"0612345678",15', "0612345678"),
        ('+CUSD: 0,"cafe",15', "cafe"),
        ('+CUSD: 0,"Solde: 5 \xc3\xa9",15', "Solde: 5 é"),
    ],
)
def test_ussd_however_it_is_written(peer: Make, modem: Make, said: str, text: str) -> None:
    _far, near = opened(peer, modem, {CODE: (ok().encode(), f"\r\n{said}\r\n".encode("latin-1"))})
    assert near.ussd("*100#") == text


def test_ussd_before_its_ok(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {CODE: b'\r\n+CUSD: 0,"Solde",15\r\n\r\nOK\r\n'})
    assert near.ussd("*100#") == "Solde"


def test_a_menu_is_left_again(peer: Make, modem: Make) -> None:
    said = (ok().encode(), b'\r\n+CUSD: 1,"Menu\r\n1. Solde\r\n0. Fin",15\r\n')
    far, near = opened(peer, modem, {CODE: said, "AT+CUSD=2": ok()})
    assert near.ussd("*100#") == "Menu\n1. Solde\n0. Fin"
    assert far.heard.lines[-1] == "AT+CUSD=2"


def test_what_follows_a_release_is_the_answer(peer: Make, modem: Make) -> None:
    said = (ok().encode(), b'\r\n+CUSD: 2,"Initiating release",15\r\n', 0.02, b'\r\n+CUSD: 0,"Solde",15\r\n')
    _far, near = opened(peer, modem, {CODE: said})
    assert near.ussd("*100#") == "Solde"


def test_a_code_that_must_be_packed(peer: Make, modem: Make) -> None:
    script = {CODE: "\r\nERROR\r\n", "AT+CUSD=1,AA180C3602,15": ok() + '\r\n+CUSD: 0,"Solde",15\r\n'}
    _far, near = opened(peer, modem, script)
    assert near.ussd("*100#") == "Solde"


def test_a_code_that_is_refused(peer: Make, modem: Make) -> None:
    script = {CODE: "\r\n+CME ERROR: 4\r\n", "AT+CUSD=1,AA180C3602,15": "\r\n+CME ERROR: 4\r\n"}
    _far, near = opened(peer, modem, script)
    with pytest.raises(Refused) as caught:
        near.ussd("*100#")
    assert (caught.value.kind, caught.value.code) == ("cme", 4)


def test_a_network_that_does_not_know_the_code(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {CODE: ok() + "\r\n+CUSD: 4\r\n"})
    with pytest.raises(Refused, match="does not know"):
        near.ussd("*100#")


def test_a_network_that_says_nothing(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {CODE: ok()})
    with pytest.raises(Refused, match="no answer to"):
        near.ussd("*100#", timeout=0.05)


@pytest.mark.parametrize("code", ["", "hello", '*100#"', "*100#\r"])
def test_what_is_no_code(peer: Make, modem: Make, code: str) -> None:
    _far, near = opened(peer, modem, {})
    with pytest.raises(ValueError, match="USSD"):
        near.ussd(code)


# Step and restart.


def test_resync(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    near.resync()
    for probe in ("AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CMEE=?", "AT+CMGF=?", "AT+CSMS=?", "AT+CNMI=?"):
        far.on(probe, ())
    with pytest.raises(NotResponding):
        near.resync()


def test_a_reset_writes_the_command_and_lets_go(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CFUN=1,1": (ok().encode(), b"(unplug)")})
    near.reset()
    assert far.heard.lines[-2:] == ("ESC", "AT+CFUN=1,1")
    with pytest.raises(PortGone, match="not open"):
        near.health()


def test_a_reset_reaches_a_modem_that_fell_silent(peer: Make, modem: Make) -> None:
    far = peer({"AT": (), "AT+CFUN=1,1": ()})
    near = modem(far, timing={"command": 0.05})
    with pytest.raises(NotResponding):
        near.open()
    near.reset()
    assert far.heard.lines[-1] == "AT+CFUN=1,1"


def test_a_radio_that_would_not_come_back_is_switched_on_by_the_next_look(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CFUN=0": ok(), "AT+CREG?": ok("+CREG: 0,1")})
    far.on("AT+CFUN?", ok("+CFUN: 0"))
    far.on("AT+CFUN=1", "\r\nERROR\r\n", ok())
    with pytest.raises(Refused, match="switched on"):
        near.cycle_radio()
    near.sweep()
    assert far.heard.lines.count("AT+CFUN=1") == 2
