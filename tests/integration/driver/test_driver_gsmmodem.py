"""What the adapter of python-gsmmodem does about the library's own ways, which no modem can show."""

from __future__ import annotations

import logging
import os
import threading
import tty
from collections.abc import Iterator

import pytest

from drivers import Alphabet, NotAModem, Settings, Submit, open_modem, sim
from drivers.gsmmodem import LibraryModem, LibraryPort
from drivers.transport import open_port


@pytest.fixture
def peer() -> Iterator[tuple[int, LibraryPort]]:
    """The far end of a pty, and the port on the near one."""
    far, near = os.openpty()
    tty.setraw(far)
    settings = Settings(name="m1", port=os.ttyname(near))
    os.close(near)
    port = LibraryPort(open_port(settings.port), settings, lambda: 0.0)
    yield far, port
    port.close()
    os.close(far)


def heard(port: LibraryPort, until: bytes) -> bytes:
    found = b""
    while until not in found:
        more = port.read(5.0)
        assert more, f"nothing more came after {found!r}"
        found += more
    return found


def test_octets_that_are_no_utf8_come_through_as_they_are(peer: tuple[int, LibraryPort]) -> None:
    far, port = peer
    os.write(far, b'\xff\xfe\r\n+CUSD: 0,"\xe9t\xe9",15\r\n')
    assert heard(port, b",15") == b'\xff\xfe\r\n+CUSD: 0,"\xe9t\xe9",15\r\n'


def test_a_line_that_does_not_end_is_ended(peer: tuple[int, LibraryPort]) -> None:
    far, port = peer
    os.write(far, b"x" * 5000 + b"\r\n")
    assert max(map(len, heard(port, b"x\r\n").split(b"\r\n"))) <= 4096


def test_a_modem_that_nobody_listens_to_fills_neither_memory_nor_log(
    peer: tuple[int, LibraryPort], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("drivers.gsmmodem._HELD_BOUND", 100)
    _, port = peer
    for _ in range(50):
        port.heard("^RSSI:18")
    assert len(port.read(0.0)) <= 110
    assert caplog.text.count("lines are dropped") == 1
    port.heard("+CSQ: 17,99")
    assert port.read(0.0) == b"+CSQ: 17,99\r\n"


def test_its_thread_goes_on_after_a_mistake_of_its_own(
    peer: tuple[int, LibraryPort], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    far, port = peer
    once = iter([AttributeError("'NoneType' object has no attribute 'set'")])

    def stumbling(line: str, check: bool = True) -> None:
        for error in once:
            raise error
        port.heard(line)

    monkeypatch.setattr(port._library, "_handleLineRead", stumbling)
    os.write(far, b"first\r\nsecond\r\n")
    assert heard(port, b"second") == b"second\r\n"
    assert "goes on" in caplog.text


def test_neither_the_pin_nor_a_text_is_in_its_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    setup = sim.Setup(modems=(sim.ModemSetup(pin="4321", submit_time=0.002),))
    with sim.start(setup) as farm:
        modem = LibraryModem(Settings(name="m1", port=farm.modem(0).path, pin="4321"))
        modem.open()
        modem.submit(Submit(recipient="+33612345678", text="Bonjour", alphabet=Alphabet.GSM7), lambda: True)
        modem.close()
        assert [part.text for part in farm.network.accepted] == ["Bonjour"]
    assert "4321" not in caplog.text
    assert "AT+CMGS" not in caplog.text
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("gsmmodem-")]


def test_without_the_library_it_is_no_modem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.find_spec", lambda name: None)
    with pytest.raises(NotAModem, match=r"python-gsmmodem-new.*not installed"):
        open_modem(Settings(name="m1", port="sim:"), "gsmmodem")
    with pytest.raises(NotAModem, match='there are "at" and "gsmmodem"'):
        open_modem(Settings(name="m1", port="sim:"), "huawei")
