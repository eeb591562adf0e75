"""A session with a clock of its own, and the check that every reader gets: whole, octet by octet, with more behind."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from drivers.at.events import Command, Event, Write
from drivers.at.grammar import command_name
from drivers.at.session import Session
from drivers.at.states import State


@dataclass
class Talk:
    """One session and the time; what it wanted written is kept."""

    session: Session = field(default_factory=Session)
    now: float = 100.0
    written: list[bytes] = field(default_factory=list)

    def send(self, text: str, timeout: float = 10.0, **options: object) -> None:
        """Start a command whose answer begins with its name."""
        self.written.append(
            self.session.send(
                Command(text=text, timeout=timeout, prefix=command_name(text), **options), self.now
            )
        )

    def hear(self, data: bytes | str) -> list[Event]:
        """Feed octets; `Write` events are carried out and not returned."""
        return self._keep(
            self.session.feed(data if isinstance(data, bytes) else data.encode("latin-1"), self.now)
        )

    def wait(self, seconds: float) -> list[Event]:
        """Let time pass, expiring what is due on the way."""
        until, told = self.now + seconds, []
        while (due := self.session.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            told += self._keep(self.session.expire(self.now))
        self.now = until
        return told

    def submit(self, pdu: str = "0011000B", tag: int = 1, timeout: float = 180.0) -> None:
        """AT+CMGS up to its Ctrl-Z."""
        self.written.append(self.session.submit(len(pdu) // 2, 10.0, tag, self.now))
        self.hear("\r\n> ")
        assert self.session.state is State.OPEN
        self.written.append(self.session.body(pdu, timeout, self.now))

    def _keep(self, told: list[Event]) -> list[Event]:
        self.written += [event.data for event in told if isinstance(event, Write)]
        return [event for event in told if not isinstance(event, Write)]


@pytest.fixture
def talk() -> Talk:
    return Talk()
