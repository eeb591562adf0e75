"""A scripted modem on a real pty: exact commands to exact octets; anything else is an ERROR, and fails the test."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import tty
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from drivers import Settings
from drivers.modem import NativeModem
from drivers.native.timing import Timing

SHORT = Timing(
    command=1.0,
    submit=0.4,
    fence=0.3,
    wake=0.1,
    wakes=3,
    boot=10,
    escape=0.01,
    sim=0.3,
    pause=0.02,
    quiet=0.05,
    ready=0.2,
    ring=0.05,
)
"""Deadlines that a test can wait for. `command` is long: what is scripted answers at once."""
IMEI = "353490069873319"
IMSI = "208990000000001"
ICCID = "8933012345678901234"

Step = bytes | float
Answer = str | bytes | tuple[Step, ...]


def ok(*lines: str) -> str:
    """Information lines and OK, as most modems write them."""
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


PLAIN: dict[str, Answer] = {
    "AT": ok(),
    "ATV1": ok(),
    "ATE0": ok(),
    "ATQ0": ok(),
    "AT&D0": ok(),
    "AT+CMEE=1": ok(),
    "AT+CMEE=?": ok("+CMEE: (0-2)"),
    "AT+CMGF=?": ok("+CMGF: (0,1)"),
    "AT+CSMS=?": ok("+CSMS: (0,1)"),
    "AT+CNMI=?": ok("+CNMI: (0-2),(0-1),(0,2),(0-1),(0)"),
    "AT+CGMI": ok("Plain"),
    "AT+CGMM": ok("P1"),
    "AT+CGMR": ok("P1.00.07"),
    "AT+CGSN": ok(IMEI),
    "AT+CIMI": ok(IMSI),
    "AT+CCID": ok(f"+CCID: {ICCID}"),
    "AT+CFUN?": ok("+CFUN: 1"),
    "AT+CPIN?": ok("+CPIN: READY"),
    "AT+CMGF=0": ok(),
    "AT+CSMS=0": ok("+CSMS: 1,1,1"),
    "AT+CPMS=?": ok('+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")'),
    "AT+CPMS?": ok('+CPMS: "ME",0,50,"ME",0,50,"ME",0,50'),
    'AT+CPMS="ME","ME","ME"': ok("+CPMS: 0,50,0,50,0,50"),
    'AT+CPMS="ME"': ok("+CPMS: 0,50,0,50,0,50"),
    'AT+CPMS="SM"': ok("+CPMS: 0,10,0,50,0,50"),
    "AT+CMGL=4": ok(),
    "AT+CNMI=2,1,0,1,0": ok(),
    "AT+CNMI=2,1,0,2,0": ok(),
    "AT+CNMI?": ok("+CNMI: 2,1,0,1,0"),
    "AT+CLIP=1": ok(),
    "AT+CNUM": ok('+CNUM: "","+33612345678",145'),
    "AT+CSCA?": ok('+CSCA: "+33609001390",145'),
}
"""A modem with nothing to hide."""
UNPLUG = b"(unplug)"


@dataclass(frozen=True)
class Heard:
    """What the peer was told, in order: command lines, bodies as `BODY hex`, and `ESC`."""

    lines: tuple[str, ...]

    def after(self, line: str) -> tuple[str, ...]:
        """Everything behind the first `line`."""
        return self.lines[self.lines.index(line) + 1 :]


class Peer:
    """The far end: a thread that answers as the script says."""

    def __init__(self, script: dict[str, Answer]) -> None:
        self._near, far = pty.openpty()
        tty.setraw(far)
        self.path = os.ttyname(far)
        self._far = far
        self._script: dict[str, deque[Answer]] = {key: deque([answer]) for key, answer in script.items()}
        self._heard: list[str] = []
        self.unexpected: list[str] = []
        self._changed = threading.Condition()
        self._stop_read, self._stop_write = os.pipe()
        self._stopping = threading.Event()
        self._prompted = False
        self._thread = threading.Thread(target=self._run, name="peer", daemon=True)
        self._thread.start()

    @property
    def heard(self) -> Heard:
        """Everything up to now."""
        with self._changed:
            return Heard(tuple(self._heard))

    def on(self, command: str, *answers: Answer) -> None:
        """Answer `command` with these, one after the other; the last one repeats."""
        self._script[command] = deque(answers)

    def say(self, data: str | bytes) -> None:
        """Something that nobody asked for."""
        os.write(self._near, data.encode("latin-1") if isinstance(data, str) else data)

    def wait_for(self, line: str, timeout: float = 5.0) -> None:
        """Until the peer was told `line`."""
        with self._changed:
            assert self._changed.wait_for(lambda: line in self._heard, timeout), (
                f"{line} was never said: {self._heard}"
            )

    def unplug(self) -> None:
        """The device vanishes."""
        self._stopping.set()
        os.write(self._stop_write, b"x")
        if threading.current_thread() is not self._thread:
            self._thread.join(5.0)

    def stop(self) -> None:
        """Take everything down."""
        self.unplug()
        for fd in (self._far, self._stop_read, self._stop_write):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _run(self) -> None:
        buffer = b""
        while not self._stopping.is_set():
            ready, _, _ = select.select([self._near, self._stop_read], [], [])
            for octet in os.read(self._near, 4096) if self._near in ready else b"":
                buffer = self._octet(buffer, bytes((octet,)))
        os.close(self._near)

    def _octet(self, buffer: bytes, octet: bytes) -> bytes:
        if octet == b"\x1b":
            self._prompted = False
            self._told("ESC", "")
            return b""
        end = b"\x1a" if self._prompted else b"\r"
        if octet != end:
            return buffer + octet
        if self._prompted:
            self._prompted = False
            self._told(f"BODY {buffer.decode()}", "BODY")
        else:
            line = buffer.decode("latin-1")
            self._told(line, "AT+CMGS" if line.startswith("AT+CMGS=") and line not in self._script else line)
        return b""

    def _told(self, said: str, key: str) -> None:
        with self._changed:
            self._heard.append(said)
            self._changed.notify_all()
        answers = self._script.get(key or said)
        if answers is None and said != "ESC":
            self.unexpected.append(said)
            answers = deque(["\r\nERROR\r\n"])
        if answers:
            self._answer(answers.popleft() if len(answers) > 1 else answers[0])

    def _answer(self, answer: Answer) -> None:
        for step in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(step, float):
                self._stopping.wait(step)
                continue
            data = step.encode("latin-1") if isinstance(step, str) else step
            if data == UNPLUG:
                self.unplug()
                return
            self._prompted = self._prompted or b"> " in data or data.endswith((b">", b">\r\n"))
            with contextlib.suppress(OSError):
                os.write(self._near, data)


Make = Callable[..., Any]


@pytest.fixture
def peer() -> Iterator[Make]:
    """`peer({"AT+CSQ": …})`: a plain modem with these answers instead. None takes an answer away."""
    made: list[Peer] = []

    def make(script: dict[str, Answer | None] | None = None) -> Peer:
        merged: dict[str, Answer | None] = {**PLAIN, "AT+CMGS": "\r\n> ", **(script or {})}
        peer = Peer({key: answer for key, answer in merged.items() if answer is not None})
        made.append(peer)
        return peer

    yield make
    for each in made:
        each.stop()
    assert [line for each in made for line in each.unexpected] == []


@pytest.fixture
def modem() -> Iterator[Make]:
    """`modem(peer, timing changes)`: the native driver in front of a peer, closed at the end."""
    made: list[NativeModem] = []

    def make(peer: Peer, *, timing: dict[str, float] | None = None, **settings: Any) -> NativeModem:
        found = NativeModem(Settings(name="m1", port=peer.path, **settings), replace(SHORT, **(timing or {})))
        made.append(found)
        return found

    yield make
    for each in made:
        each.close()
