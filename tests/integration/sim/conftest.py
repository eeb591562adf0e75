"""A farm for a test, and somebody who talks to its ports byte by byte."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from drivers import sim
from drivers.sim.codec import Submit

PATIENCE = 5.0
FINAL = re.compile(rb"(?:^|[\r\n])(OK|ERROR|NO CARRIER|COMMAND NOT SUPPORT|\+CM[ES] ERROR: [^\r\n]*)\r+\n")


class Talker:
    """A program at a port: no state, no mercy."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.heard = b""
        self.before = b""
        """What came before the first answer."""

    def write(self, data: str | bytes) -> None:
        left = data.encode("latin-1") if isinstance(data, str) else data
        while left:
            select.select([], [self.fd], [], PATIENCE)
            left = left[os.write(self.fd, left) :]

    def read(self, deadline: float) -> bytes:
        ready, _, _ = select.select([self.fd], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"heard only {self.heard!r}")
        data = os.read(self.fd, 65536)
        if not data:
            raise EOFError(f"the port is gone; heard {self.heard!r}")
        return data

    def until(self, wanted: bytes | re.Pattern[bytes], timeout: float = PATIENCE) -> bytes:
        """All that comes up to and including `wanted`; what follows it stays for the next call."""
        pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
        deadline = time.monotonic() + timeout
        while not (found := pattern.search(self.heard)):
            self.heard += self.read(deadline)
        said, self.heard = self.heard[: found.end()], self.heard[found.end() :]
        return said

    def ask(self, command: str, timeout: float = PATIENCE) -> list[str]:
        """The lines of an answer, the final result last."""
        self.write(command + "\r")
        heard = self.until(FINAL, timeout)
        self.before = self.before or heard
        return [line for line in re.split(r"[\r\n]+", heard.decode("latin-1")) if line]

    def quiet(self, seconds: float = 0.05) -> bool:
        """Nothing comes for a while."""
        try:
            self.heard += self.read(time.monotonic() + seconds)
        except TimeoutError:
            return True
        return False

    def prompt(self, command: str) -> None:
        self.write(command + "\r")
        self.until(re.compile(rb">[ \r]"))

    def body(self, text: str = "hello", recipient: str = "+33612345678", **fields: Any) -> tuple[int, str]:
        tpdu = Submit(recipient=recipient, text=text, report=fields.pop("report", True), **fields).encode()
        return len(tpdu), "00" + tpdu.hex().upper()

    def submit(self, text: str = "hello", recipient: str = "+33612345678", **fields: Any) -> list[str]:
        """Send a part; the lines after Ctrl-Z."""
        length, pdu = self.body(text, recipient, **fields)
        self.prompt(f"AT+CMGS={length}")
        self.write(pdu + "\x1a")
        said = self.until(FINAL).decode("latin-1")
        return [line for line in re.split(r"[\r\n]+", said) if line]

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


Farmer = Callable[..., sim.Farm]


@pytest.fixture
def farm(tmp_path) -> Iterator[Farmer]:
    """`farm(modem fields…, setup={…})` starts a farm of one modem "m0", or of the `modems` given."""
    farms: list[sim.Farm] = []

    def start(*, modems: Any = None, setup: dict[str, Any] | None = None, **fields: Any) -> sim.Farm:
        fields.setdefault("submit_time", 0.005)
        chosen = modems or (sim.ModemSetup(name="m0", **fields),)
        world = {"report_delay": 0.005, **(setup or {})}
        farms.append(sim.start(sim.Setup(modems=chosen, directory=tmp_path / f"dev{len(farms)}", **world)))
        return farms[-1]

    yield start
    for each in farms:
        each.close()


@pytest.fixture
def listen() -> Iterator[Callable[[sim.Modem], Talker]]:
    """`listen(modem)` opens its port and says nothing."""
    talkers: list[Talker] = []

    def open_port(modem: sim.Modem) -> Talker:
        talkers.append(Talker(modem.path))
        return talkers[-1]

    yield open_port
    for each in talkers:
        each.close()


@pytest.fixture
def talk() -> Iterator[Callable[..., Talker]]:
    """`talk(modem)` opens its port, switches echo off and errors on, and asks for pushed reports."""
    talkers: list[Talker] = []

    def open_port(modem: sim.Modem | str, *init: str) -> Talker:
        talker = Talker(modem if isinstance(modem, str) else modem.path)
        talkers.append(talker)
        for command in init or ("ATE0", "AT+CMEE=1", "AT+CMGF=0", "AT+CNMI=2,1,0,1,0"):
            assert talker.ask(command)[-1] == "OK"
        return talker

    yield open_port
    for each in talkers:
        each.close()
