"""The command in flight, and the echoes that it and those before it may have."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from drivers.at.events import Command
from drivers.at.grammar import SIGILS, Result, head, is_dial

ANSWER_BOUND: Final = 4096
"""Lines of one answer: a full listing of the largest storage known (500) is 1000."""
LINE_WAIT: Final = 0.3
"""Seconds between an OK and the answer that it may have overtaken."""
_ECHOES: Final = 8
"""Commands whose late echo is still recognised as ours."""


@dataclass(slots=True)
class Exchange:
    """One command from its write to its end."""

    command: Command
    started: float
    """When the command, or later its Ctrl-Z, was written."""
    deadline: float | None
    """When it is given up; None while the modem waits for us."""
    tag: int = 0
    body: str = ""
    quiet_at: float | None = None
    """When silence counts as OK (F10)."""
    bare: Result | None = None
    """The OK that came before any information line."""
    lines: list[str] = field(default_factory=list)
    dialling: bool = False
    name: str = ""
    """The command as the table of unsolicited codes compares it."""

    @classmethod
    def begin(cls, command: Command, now: float, tag: int = 0) -> Exchange:
        """The command is being written."""
        name = command.text.upper()
        return cls(command, now, now + command.timeout, tag, dialling=is_dial(name), name=name)

    @classmethod
    def none(cls) -> Exchange:
        """Nothing is in flight."""
        return cls(Command(text="", timeout=0.0), 0.0, None)

    def submit(self, body: str, timeout: float, now: float) -> None:
        """The body is being written: the time counts from here."""
        self.body, self.started, self.deadline = body, now, now + timeout

    def takes(self, line: str, now: float) -> bool:
        """Add an information line; False for a signed line that does not begin as the answer must (F28)."""
        prefix = self.command.prefix
        if prefix and line[0] in SIGILS and head(line).upper() != prefix:
            return False
        if len(self.lines) < ANSWER_BOUND:
            self.lines.append(line)
        self.quiet_at = None if self.command.quiet is None else now + self.command.quiet
        return True

    @property
    def wants_line(self) -> bool:
        """A question, whose answer begins with its name."""
        return bool(self.command.prefix) and self.name.endswith("?")

    def ends_with(self, result: Result, now: float) -> bool:
        """Whether this final is the answer's own.

        An OK before the line that was asked for may be an older command's (F12): wait a moment for the line.
        """
        if self.bare is not None or not result.ok or self.lines or not self.wants_line:
            return True
        self.bare, self.quiet_at = result, now + LINE_WAIT
        return False

    def due(self) -> float | None:
        """When it ends by itself, one way or the other."""
        if self.quiet_at is None or self.deadline is None:
            return self.deadline
        return min(self.quiet_at, self.deadline)


class Echoes:
    """What the last commands look like when they come back (F01, F13, F14)."""

    def __init__(self) -> None:
        self._written: deque[str] = deque(maxlen=_ECHOES)
        self.believed_off = False
        """An echo now means that the modem lost its settings."""
        self.heard = False
        """Whether anything was echoed since the last command was written."""

    def wrote(self, text: str) -> bytes:
        """A command as it goes out: with CR alone, since a LF would begin the body of AT+CMGS (F22)."""
        self._written.append(_plain(text))
        self.heard = False
        return text.encode("ascii") + b"\r"

    def are(self, line: str) -> bool:
        """Whether this line is the echo of one of them, whatever its blanks."""
        if _plain(line) not in self._written:
            return False
        self.heard = True
        return True


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()
