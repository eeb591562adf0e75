"""Asking what is behind a port: a real pty with a modem, or something else, at its other end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from drivers.api import Identity
from drivers.at.fence import GENERIC, Probe
from drivers.errors import NotAModem, NotResponding, PortBusy, PortGone
from drivers.native.timing import Timing
from drivers.probe import probe_port

QUICK = Timing(command=0.3, fence=0.15, wake=0.15, wakes=3, escape=0.03)
"""Where silence is waited for."""
ANSWERS = {
    b"AT": b"",
    b"AT+CGMI": b"huawei",
    b"AT+CGMM": b"E3372",
    b"AT+CGSN": b"356938035643809",
    b"AT+CIMI": b"208150123456789",
    b"AT^ICCID?": b"^ICCID: 8933150319061234567F",
    b"AT+CPIN?": b"+CPIN: READY",
    b"AT+CREG?": b"+CREG: 0,5",
    b"AT+CSQ": b"+CSQ: 17,99",
    **{probe.command.encode(): f"{probe.answer} (0-2)".encode() for probe in GENERIC},
}
Answering = Callable[..., list[bytes]]


def reply(line: bytes) -> bytes:
    """A modem without echo, to which ESC says nothing where nothing is open."""
    if line == b"\x1b":
        return b""
    if line not in ANSWERS:
        return b"\r\nERROR\r\n"
    information = b"\r\n" + ANSWERS[line] + b"\r\n" if ANSWERS[line] else b""
    return information + b"\r\nOK\r\n"


def test_a_healthy_modem_tells_everything(pty_pair: tuple[int, str], answering: Answering) -> None:
    asked = answering(reply)
    answer = probe_port(pty_pair[1])
    assert answer.identity == Identity(
        manufacturer="huawei",
        model="E3372",
        imei="356938035643809",
        imsi="208150123456789",
        iccid="8933150319061234567",
        vendor="huawei",
    )
    assert answer.sim == "READY"
    assert (answer.registration, answer.signal) == (5, -79)
    assert asked[:2] == [b"\x1b", b"AT"], "ESC first: a prompt may be open (MODEMS F38)"
    assert asked[-8:] == list(ANSWERS)[1:9]


def test_nothing_is_changed_and_no_pin_is_tried(pty_pair: tuple[int, str], answering: Answering) -> None:
    asked = answering(reply)
    probe_port(pty_pair[1])
    assert {line for line in asked if b"=" in line and not line.endswith(b"=?")} == set()


def test_echo_chatter_and_odd_line_ends_do_not_matter(
    pty_pair: tuple[int, str], answering: Answering
) -> None:
    def noisy(line: bytes) -> bytes:
        return (
            b"\r\n^RSSI:17\r\n"
            + line
            + b"\r"
            + reply(line).replace(b"\r\n", b"\r\r\n")
            + b"\r\n^BOOT:1,0\r\n"
        )

    answering(noisy, first=b"\r\n^BOOT:35323129,0,0,0,26\r\n")
    answer = probe_port(pty_pair[1])
    assert (answer.identity.manufacturer, answer.identity.model) == ("huawei", "E3372")
    assert answer.signal == -79


def test_prefixes_quotes_and_spaces_are_taken_off(pty_pair: tuple[int, str], answering: Answering) -> None:
    odd = {
        b"AT+CGMI": b'+CGMI: " WAVECOM MODEM"',
        b"AT+CPIN?": b'+CPIN: "SIM PIN"',
        b"AT+CREG?": b"+CREG: 000,001",
    }

    def spell(line: bytes) -> bytes:
        return b"\r\n" + odd[line] + b"\r\n\r\nOK\r\n" if line in odd else reply(line)

    answering(spell)
    answer = probe_port(pty_pair[1])
    assert answer.identity.manufacturer == "WAVECOM MODEM"
    assert answer.identity.vendor == "wavecom"
    assert answer.sim == "SIM PIN"
    assert answer.registration == 1


def test_a_modem_without_sim_is_a_modem(pty_pair: tuple[int, str], answering: Answering) -> None:
    def empty(line: bytes) -> bytes:
        if line in (b"AT+CPIN?", b"AT+CIMI"):
            return b"\r\n+CME ERROR: 10\r\n"
        if line == b"AT+CSQ":
            return b"\r\n+CSQ: 99,99\r\n\r\nOK\r\n"
        return b"\r\nERROR\r\n" if line == b"AT+CREG?" else reply(line)

    answering(empty)
    answer = probe_port(pty_pair[1])
    assert answer.sim == "SIM not inserted"
    assert answer.identity.imsi == ""
    assert (answer.registration, answer.signal) == (-1, None)


def test_a_modem_that_gives_no_codes_is_not_asked_to(pty_pair: tuple[int, str], answering: Answering) -> None:
    answering(lambda line: b"\r\nERROR\r\n" if line == b"AT+CPIN?" else reply(line))
    assert probe_port(pty_pair[1]).sim == "no SIM, or unreadable"


@pytest.mark.parametrize("probe", GENERIC, ids=lambda probe: probe.command)
def test_a_modem_that_knows_one_question_of_the_fence_is_found(
    pty_pair: tuple[int, str], answering: Answering, probe: Probe
) -> None:
    others = {each.command.encode() for each in GENERIC} - {probe.command.encode()}
    answering(lambda line: b"\r\nERROR\r\n" if line in others else reply(line))
    assert probe_port(pty_pair[1], timing=QUICK).identity.model == "E3372"


def test_a_sleepy_modem_gets_three_tries(pty_pair: tuple[int, str], answering: Answering) -> None:
    calls: list[bytes] = []

    def sleepy(line: bytes) -> bytes:
        calls.append(line)
        return b"" if len(calls) < 4 else reply(line)

    answering(sleepy)
    assert probe_port(pty_pair[1], timing=QUICK).identity.model == "E3372"
    assert calls[:4] == [b"\x1b", b"AT", b"AT", b"AT"]


def test_a_late_first_answer_does_not_shift_the_others(
    pty_pair: tuple[int, str], answering: Answering
) -> None:
    """The OK of the first AT comes together with that of the second one (MODEMS F12)."""
    calls: list[bytes] = []

    def late(line: bytes) -> bytes:
        calls.append(line)
        if len(calls) <= 2:
            return b""
        return b"\r\nOK\r\n" + reply(line) if len(calls) == 3 else reply(line)

    answering(late)
    answer = probe_port(pty_pair[1], timing=QUICK)
    assert (answer.identity.manufacturer, answer.identity.imei) == ("huawei", "356938035643809")


def test_an_open_prompt_is_closed_and_nothing_is_sent(
    pty_pair: tuple[int, str], answering: Answering
) -> None:
    """Somebody abandoned AT+CMGS: our first AT becomes message text, ESC drops it (MODEMS F38)."""
    state = {"open": True}

    def prompted(line: bytes) -> bytes:
        assert b"\x1a" not in line
        if line == b"\x1b":
            state["open"] = False
            return b"\r\nOK\r\n"
        return b"\r\n> " if state["open"] else reply(line)

    answering(prompted)
    assert probe_port(pty_pair[1]).identity.model == "E3372"
    assert not state["open"]


def test_silence_is_not_waited_for_longer_than_three_tries(pty_pair: tuple[int, str]) -> None:
    start = time.monotonic()
    with pytest.raises(NotResponding, match="no answer to AT"):
        probe_port(pty_pair[1], timing=QUICK)
    assert 3 * QUICK.wake <= time.monotonic() - start < 3 * QUICK.wake + 1.5


def test_a_gps_port_is_recognised_and_not_written_to_again(
    pty_pair: tuple[int, str], answering: Answering
) -> None:
    asked = answering(lambda _: b"", first=b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,,*47\r\n")
    with pytest.raises(NotAModem, match="NMEA"):
        probe_port(pty_pair[1])
    assert len(asked) <= 1


def test_a_diagnosis_port_is_recognised(pty_pair: tuple[int, str], answering: Answering) -> None:
    answering(lambda _: b"\x13\x01\x00\x7e" * 40)
    with pytest.raises(NotAModem, match="binary"):
        probe_port(pty_pair[1], timing=QUICK)


def test_babble_is_told_from_silence(pty_pair: tuple[int, str], answering: Answering) -> None:
    answering(lambda _: b"Marlin 2.0 ready, printing\r\n")
    with pytest.raises(NotResponding, match="octets, none an answer"):
        probe_port(pty_pair[1], timing=QUICK)


def test_a_modem_that_falls_silent_tells_what_it_told(
    pty_pair: tuple[int, str], answering: Answering
) -> None:
    gone: list[bytes] = []

    def dying(line: bytes) -> bytes:
        if line == b"AT+CGSN" or gone:
            gone.append(line)
            return b""
        return reply(line)

    answering(dying)
    answer = probe_port(pty_pair[1], timing=QUICK)
    assert (answer.identity.model, answer.identity.imei, answer.sim) == ("E3372", "", "")
    assert len(gone) == 3, "one fence of two tries, then nothing more is asked"


def test_a_held_port_is_not_written_to(
    pty_pair: tuple[int, str], answering: Answering, hold: Callable[[str], int]
) -> None:
    asked = answering(reply)
    pid = hold(pty_pair[1])
    with pytest.raises(PortBusy, match=f"pid {pid}"):
        probe_port(pty_pair[1])
    assert asked == []


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(PortGone):
        probe_port("/dev/ttyUSB-none")


def test_the_port_is_free_again_afterwards(pty_pair: tuple[int, str], answering: Answering) -> None:
    answering(reply)
    assert probe_port(pty_pair[1]) == probe_port(pty_pair[1])
