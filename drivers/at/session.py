"""The conversation with one modem, without any I/O: octets and the time go in, events come out.

One command is in flight at a time, with an absolute deadline. Every line is classified by the table of
unsolicited codes first, then as a final result, and only then as part of the answer. After a missed deadline
no command may start before the fence was answered (`drivers.at.fence`).

The caller writes what `send`, `submit`, `body`, `abort`, `fence` and each `Write` event give, feeds what it
reads, and calls `expire` when `deadline` has passed and nothing more can be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drivers.at.conversation import CTRL_Z, Conversation
from drivers.at.events import Command, EchoBack, Event, Foreign, Noise, Unsolicited
from drivers.at.fence import Probe
from drivers.at.grammar import fields, is_hex, number, split_glued, value
from drivers.at.lines import LineBuffer, Mark
from drivers.at.news import NewsDesk
from drivers.at.states import State
from drivers.at.urc import Kind, Urc, UrcTable

__all__ = ["BOOT_GRACE", "CTRL_Z", "Session"]

BOOT_GRACE: Final = 60.0
"""Seconds after an initialisation during which SIM and message service may still announce themselves."""
_READS: Final = ("AT+CMGR", "AT+CMGL")
_PROMPTABLE: Final = frozenset({State.PROMPT, State.RUNNING})


class Session:
    """The state of one conversation. Owned by the thread that owns the port."""

    def __init__(self, urcs: UrcTable | None = None) -> None:
        self._lines = LineBuffer()
        self._news = NewsDesk(urcs or UrcTable())
        self._talk = Conversation()
        self._initialised: float | None = None

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._talk.state

    @property
    def last_command(self) -> str:
        """The command that was written last."""
        return self._talk.last_command

    @property
    def prompt_may_be_open(self) -> bool:
        """Whether ESC is wanted. At first, too: a prompt may be open from somebody else's send (F38)."""
        return self._talk.prompt_may_be_open

    @property
    def echoed(self) -> bool:
        """Whether an echo was heard since the last command was written."""
        return self._talk.echoes.heard

    def know(self, urcs: UrcTable) -> None:
        """The vendor is known now: use its table."""
        self._news.find = urcs.find

    def count_results(self) -> None:
        """The modem answers with digits, and cannot be told otherwise (F09)."""
        self._talk.numeric = True

    def abandon(self, now: float) -> None:
        """Give up whatever is in flight; a fence has to follow."""
        self._talk.abandon(now)

    def forget(self) -> None:
        """The modem is being initialised: its echo and its announcements are to be expected."""
        self._initialised = None
        self._talk.echoes.believed_off = False

    def initialised(self, now: float, *, echo_off: bool) -> None:
        """From now on an echo, or an announcement after BOOT_GRACE, means that the settings are lost."""
        self._initialised = now
        self._talk.echoes.believed_off = echo_off

    # What the caller writes. Each raises OutOfTurn where the state does not allow it.

    def send(self, command: Command, now: float) -> bytes:
        """Start a command."""
        return self._talk.command(command, now)

    def submit(self, length: int, timeout: float, tag: int, now: float) -> bytes:
        """Start AT+CMGS for a TPDU of `length` octets; `timeout` seconds for the prompt."""
        return self._talk.submit(length, timeout, tag, now)

    def body(self, pdu: str, timeout: float, now: float) -> bytes:
        """The PDU and Ctrl-Z for the open prompt; `timeout` seconds for `+CMGS`."""
        return self._talk.body(pdu, timeout, now)

    def abort(self, now: float) -> bytes:
        """ESC for the open prompt; what it brings up ends the exchange."""
        return self._talk.abort(now)

    def fence(self, probes: Iterable[Probe], now: float, *, wait: float, settle: float) -> bytes:
        """Start probing, `wait` seconds for each; `InStep` or `OutOfStep` ends it. See `drivers.at.fence`."""
        return self._talk.fence(probes, now, wait=wait, settle=settle)

    # What the caller feeds.

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Octets as they were read, and what they mean."""
        self._talk.hear(len(data))
        self._lines.feed(data)
        told: list[Event] = []
        while True:
            line = self._lines.take(prompt=self._talk.state in _PROMPTABLE)
            if line is None:
                return told
            if line is Mark.PROMPT:
                told.append(self._talk.prompted())
            elif line is Mark.OVERFLOW:
                told.append(Noise("(a line too long to be one)"))
            else:
                told += self._line(line, now)

    def deadline(self) -> float | None:
        """When `expire` is due; None where nothing is awaited."""
        talk, news = self._talk.deadline(), self._news.deadline()
        if talk is None or news is None:
            return news if talk is None else talk
        return min(talk, news)

    def expire(self, now: float) -> list[Event]:
        """What the passing of time means. To be called after everything readable was fed."""
        return [*self._news.expire(now), *self._talk.expire(now)]

    # What a line is: an echo, a code, the PDU of a code, part of a text, or a reply.

    def _line(self, line: str, now: float) -> list[Event]:
        if line[0] == ">" and self._talk.state is not State.IDLE and not self._news.in_text:
            line = line.lstrip("> ")  # a second prompt (F36), or one that came too late
        if not line or line == self._talk.exchange.body:
            return []  # the echo of the PDU (F36)
        if line[:2] in ("AT", "at"):
            echo = self._echo(line)
            if echo is not None:
                return echo
        row = self._news.find(line)
        if row is not None and not row.solicited_by(self._talk.exchange.name):
            return self._unsolicited(row, line, now)
        pushed = self._news.claim_pdu(line, reading=self._being_read())
        if pushed is not None:
            return [pushed]
        first, rest = split_glued(line)
        told = self._reply(first, now)
        return [*told, *self._line(rest, now)] if rest else told

    def _being_read(self) -> int | None:
        """How long the stored message is that the answer goes on with: see `NewsDesk.claim_pdu`."""
        exchange = self._talk.exchange
        if not exchange.name.startswith(_READS):
            return None
        last = exchange.lines[-1] if exchange.lines else ""
        return 0 if is_hex(last) else number(fields(value(last))[-1]) or 0

    def _reply(self, line: str, now: float) -> list[Event]:
        result = self._talk.result(line)
        if not self._news.in_text:
            return self._talk.reply(line, result, now)
        if result is None and not self._talk.expects(line):
            return [*self._news.add_text(line)]
        return [*self._news.end_text(), *self._talk.reply(line, result, now)]

    def _unsolicited(self, row: Urc, line: str, now: float) -> list[Event]:
        ready = self._initialised is not None and now - self._initialised > BOOT_GRACE
        if row.kind is Kind.RESTART or (row.kind is Kind.READY and ready):
            return [Unsolicited(Kind.RESTART, line), *self._talk.restarted(now)]
        return [*self._news.post(row, line, now)]

    def _echo(self, line: str) -> list[Event] | None:
        """Ours, or another program's (F121); None where it may be a bare answer that begins like a command.

        Before the initialisation it may be one of ours that lost a letter.
        """
        echoes = self._talk.echoes
        if echoes.are(line):
            lost, echoes.believed_off = echoes.believed_off, False  # said once
            return [EchoBack(line)] if lost else []
        if self._talk.exchange.name:
            return None
        return [Foreign(line) if self._initialised is not None else Noise(line)]
