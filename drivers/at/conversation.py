"""What is being said to the modem, and what its replies do to it: commands, sends, fences and their ends.

Which lines are replies at all is the session's business (`drivers.at.session`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drivers.at.events import (
    Accepted,
    Answered,
    Command,
    Event,
    InStep,
    Late,
    Noise,
    OutOfStep,
    Prompted,
    TimedOut,
    Write,
)
from drivers.at.exchange import Echoes, Exchange
from drivers.at.fence import ESC, Fence, Probe
from drivers.at.grammar import QUIET, Result, final_result, head, number, value
from drivers.at.late import LateSends
from drivers.at.states import TRANSITIONS, Happening, OutOfTurn, State

CTRL_Z: Final = b"\x1a"
OK_GRACE: Final = 1.0
"""Seconds for the OK behind `+CMGS: n`; the message is accepted anyway (F49)."""
ABORT_GRACE: Final = 1.0
"""Seconds for what an ESC brings up (F39)."""
_PAST: Final = frozenset({State.STALE, State.FENCING, State.SILENT})
_NOTHING_RUNS: Final = frozenset({State.IDLE, State.STALE, State.SILENT})
_UNSURE_PROMPT: Final = frozenset({State.PROMPT, State.OPEN, State.SUBMITTED, State.ABORTING})


class Conversation:
    """The exchange in flight, its state and its deadline."""

    def __init__(self) -> None:
        self.state = State.IDLE
        self.exchange = Exchange.none()
        self.echoes = Echoes()
        self.last_command = ""
        self.prompt_may_be_open = True
        self._late = LateSends()
        self._fence: Fence | None = None
        self._heard = 0  # octets since the fence began
        self._owed_ok = 0.0  # until when an OK belongs to a late +CMGS
        self.numeric = False
        """The modem answers with digits, whatever ATV1 says (F09)."""

    # What is written.

    def command(self, command: Command, now: float) -> bytes:
        """Start a command."""
        self._go(Happening.COMMAND)
        return self._start(command, now)

    def submit(self, length: int, timeout: float, tag: int, now: float) -> bytes:
        """Start AT+CMGS."""
        self._go(Happening.SUBMIT)
        return self._start(Command(text=f"AT+CMGS={length}", timeout=timeout, prefix="+CMGS"), now, tag)

    def body(self, pdu: str, timeout: float, now: float) -> bytes:
        """The PDU and its Ctrl-Z."""
        self._go(Happening.BODY)
        self.exchange.submit(pdu, timeout, now)
        self._late.body_left()
        return pdu.encode("ascii") + CTRL_Z

    def abort(self, now: float) -> bytes:
        """ESC."""
        self._go(Happening.ABORT)
        self.exchange.deadline = now + ABORT_GRACE
        return ESC

    def fence(self, probes: Iterable[Probe], now: float, *, wait: float, settle: float) -> bytes:
        """The first of the probes."""
        self._go(Happening.FENCE)
        self._heard = 0
        self._owed_ok = 0.0
        self._fence = Fence(list(probes), wait=wait, settle=settle)
        return self._probing(self._fence.begin(now))

    # What comes back.

    def hear(self, octets: int) -> None:
        """So much came, whatever it means."""
        self._heard += octets

    def prompted(self) -> Event:
        """The modem waits for the body."""
        self._go(Happening.PROMPT)
        self.exchange.deadline = None
        return Prompted()

    def result(self, line: str) -> Result | None:
        """The final result that this line would be now."""
        numeric = self.numeric or self.exchange.command.numeric or self._fence is not None
        return final_result(line, dialling=self.exchange.dialling, numeric=numeric)

    def expects(self, line: str) -> bool:
        """Whether this line is meant for what is in flight, and for nothing else."""
        name = head(line).upper()
        return (
            self._fence is not None
            or name == "+CMGS"
            or (bool(name) and name == self.exchange.command.prefix)
        )

    def reply(self, line: str, result: Result | None, now: float) -> list[Event]:
        """A line that is nothing unsolicited."""
        if line.startswith("+CMGS:") and (
            self.state is not State.RUNNING or self.exchange.command.prefix != "+CMGS"
        ):
            return self._reference(line, now)
        if result is not None and result.ok and now <= self._owed_ok:
            self._owed_ok = 0.0
            return []
        if self._fence is not None:
            return self._fenced(self._fence, self._fence.line(line, result, now))
        if result is not None:
            return self._final(result, line, now)
        if self.state is State.RUNNING and self.exchange.takes(line, now):
            return []
        return [Noise(line)]

    def restarted(self, now: float) -> list[Event]:
        """The modem has just restarted: what was in flight gets no answer (F60)."""
        if self.state in _NOTHING_RUNS or self._fence is not None:
            return []
        return self._give_up(Happening.RESTART, now)

    def abandon(self, now: float) -> None:
        """The caller lost track of the exchange in flight: whatever it was, a fence has to follow."""
        if self._fence is not None:
            self._fence = None
            self._go(Happening.SILENCE)
        elif self.state not in _NOTHING_RUNS:
            self._give_up(Happening.DEADLINE, now)

    def deadline(self) -> float | None:
        """When `expire` is due."""
        return self._fence.deadline if self._fence is not None else self.exchange.due()

    def expire(self, now: float) -> list[Event]:
        """What the passing of time means."""
        if self._fence is not None:
            return self._fenced(self._fence, self._fence.expire(now)) if self._fence.deadline <= now else []
        exchange = self.exchange
        if exchange.quiet_at is not None and exchange.quiet_at <= now:
            if exchange.bare is not None and not exchange.lines:
                return self._end(exchange.bare, Happening.FINAL, now)  # it was its own after all (F11)
            return self._end(QUIET, Happening.QUIET, now)
        if exchange.deadline is not None and exchange.deadline <= now:
            return self._give_up(Happening.DEADLINE, now)
        return []

    def _final(self, result: Result, line: str, now: float) -> list[Event]:
        if self.state in _NOTHING_RUNS:
            return [Noise(line, is_result=self.state is State.IDLE)]
        if result.ok and self.state in (State.PROMPT, State.OPEN):
            return [Noise(line)]  # AT+CMGS has no OK before its body: it is an older command's (F12)
        if result.ok and self.state is State.SUBMITTED:
            self._late.given_up(self.exchange.tag, now)  # without +CMGS it proves nothing (F11, F50)
        if self.state is State.RUNNING and not self.exchange.ends_with(result, now):
            return []
        return self._end(result, Happening.FINAL, now)

    def _reference(self, line: str, now: float) -> list[Event]:
        found = number(value(line))
        reference = found if found is not None and 0 <= found <= 255 else None  # F51, F52
        if self.state is State.SUBMITTED:
            self._go(Happening.REFERENCE)
            self.exchange.deadline = now + OK_GRACE
            self._late.accepted(reference)
            return [Accepted(reference, now - self.exchange.started)]
        past = self.state in _PAST
        tag = self._late.claim(reference, now, certain=past)
        self._owed_ok = 0.0 if past else now + OK_GRACE
        return [Noise(line) if tag is None else Late(tag, reference)]

    # Steps.

    def _go(self, happening: Happening) -> None:
        following = TRANSITIONS[self.state].get(happening)
        if following is None:
            raise OutOfTurn(f"{happening} is not possible while the session is {self.state}")
        self.state = following

    def _start(self, command: Command, now: float, tag: int = 0) -> bytes:
        self.exchange = Exchange.begin(command, now, tag)
        self.last_command = command.text
        return self.echoes.wrote(command.text)

    def _end(self, result: Result, happening: Happening, now: float) -> list[Event]:
        exchange, state = self.exchange, self.state
        self.prompt_may_be_open = False
        self._stop(happening)
        return [Answered(tuple(exchange.lines), result, now - exchange.started, state)]

    def _give_up(self, happening: Happening, now: float) -> list[Event]:
        exchange, state = self.exchange, self.state
        if state is State.SUBMITTED:
            self._late.given_up(exchange.tag, now)
        self.prompt_may_be_open |= state in _UNSURE_PROMPT
        self._stop(happening)
        return [TimedOut(state, tuple(exchange.lines), happening is Happening.RESTART)]

    def _stop(self, happening: Happening) -> None:
        self._go(happening)
        self.exchange = Exchange.none()

    def _probing(self, data: bytes) -> bytes:
        return data if data in (b"", ESC) else self.echoes.wrote(data.decode("ascii").rstrip("\r"))

    def _fenced(self, fence: Fence, data: bytes) -> list[Event]:
        if data:
            return [Write(self._probing(data))]
        if fence.passed:
            self.prompt_may_be_open = False
            self._fence = None
            self._go(Happening.IN_STEP)
            return [InStep()]
        if fence.failed:
            self._fence = None
            self._go(Happening.SILENCE)
            return [OutOfStep(self._heard)]
        return []
