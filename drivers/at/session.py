"""The conversation with one modem, without any I/O: octets and the time go in, events come out.

One command is in flight at a time, with an absolute deadline. Every line is classified by the table of
unsolicited codes first, then as a final result, and only then as part of the answer. After a missed deadline
no command may start before the fence was answered (`drivers.at.fence`).

The caller writes what `send`, `submit`, `body`, `abort`, `fence` and each `Write` event give, feeds what it
reads, and calls `expire` when `deadline` has passed and nothing more can be read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from drivers.at.events import (
    Accepted,
    Answered,
    Command,
    EchoBack,
    Event,
    Foreign,
    InStep,
    Late,
    Noise,
    OutOfStep,
    Prompted,
    TimedOut,
    Unsolicited,
    Write,
)
from drivers.at.fence import ESC, Fence, Probe
from drivers.at.grammar import QUIET, SIGILS, Result, final_result, head, number, split_glued, value
from drivers.at.late import LateSends
from drivers.at.lines import LineBuffer, Mark
from drivers.at.news import NewsDesk
from drivers.at.states import TRANSITIONS, Happening, OutOfTurn, State
from drivers.at.urc import Kind, Urc, UrcTable

CTRL_Z: Final = b"\x1a"
OK_GRACE: Final = 2.0
"""Seconds for the OK behind `+CMGS: n`; the message is accepted anyway (F49)."""
ABORT_GRACE: Final = 1.0
"""Seconds for what an ESC brings up (F39)."""
BOOT_GRACE: Final = 60.0
"""Seconds after an initialisation during which SIM and message service may still announce themselves."""
ANSWER_BOUND: Final = 4096
"""Lines of one answer: a full listing of the largest storage known (500) is 1000."""
_ECHOES: Final = 8
"""Commands whose late echo is still recognised as ours."""
_PROMPTABLE: Final = frozenset({State.PROMPT, State.RUNNING})
_PAST: Final = frozenset({State.STALE, State.FENCING, State.SILENT})
_NOTHING_RUNS: Final = frozenset({State.IDLE, State.STALE, State.SILENT})
_UNSURE_PROMPT: Final = frozenset({State.PROMPT, State.OPEN, State.SUBMITTED, State.ABORTING})


class Session:
    """The state of one conversation. Owned by the thread that owns the port."""

    def __init__(self, urcs: UrcTable | None = None) -> None:
        self._lines = LineBuffer()
        self._news = NewsDesk(urcs or UrcTable())
        self._late = LateSends()
        self._state = State.IDLE
        self._command = Command(text="", timeout=0.0)
        self._name = ""  # the command in flight, upper-case, as the table compares it; "" while none runs
        self._dialling = False
        self._deadline: float | None = None
        self._quiet_at: float | None = None
        self._started = 0.0  # when the command, or the Ctrl-Z, was written
        self._initialised: float | None = None
        self._body = ""
        self._tag = 0
        self._answer: list[str] = []
        self._fence: Fence | None = None
        self._heard = 0
        self._owed_ok = 0.0  # until when an OK belongs to a late +CMGS
        self._echoes: deque[str] = deque(maxlen=_ECHOES)
        self._echo_off = False
        self.echoed = False
        """Whether the command in flight was echoed."""
        self.prompt_may_be_open = True
        """At first nothing is known: a prompt may be open from somebody else's send (F38)."""

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def last_command(self) -> str:
        """The command that was written last."""
        return self._command.text

    def know(self, urcs: UrcTable) -> None:
        """The vendor is known now: use its table."""
        self._news.find = urcs.find

    def forget(self) -> None:
        """The modem is being initialised: its echo and its announcements are to be expected."""
        self._initialised = None
        self._echo_off = False

    def initialised(self, now: float, *, echo_off: bool) -> None:
        """From now on an echo, or an announcement after BOOT_GRACE, means that the settings are lost."""
        self._initialised = now
        self._echo_off = echo_off

    # What the caller writes.

    def send(self, command: Command, now: float) -> bytes:
        """Start a command. Raises OutOfTurn while another one runs or before a fence is answered."""
        self._go(Happening.COMMAND)
        return self._start(command, now)

    def submit(self, length: int, timeout: float, tag: int, now: float) -> bytes:
        """Start AT+CMGS for a TPDU of `length` octets; `timeout` seconds for the prompt."""
        self._go(Happening.SUBMIT)
        self._tag = tag
        return self._start(Command(text=f"AT+CMGS={length}", timeout=timeout, prefix="+CMGS"), now)

    def body(self, pdu: str, timeout: float, now: float) -> bytes:
        """The PDU and Ctrl-Z for the open prompt; `timeout` seconds for `+CMGS`."""
        self._go(Happening.BODY)
        self._body = pdu
        self._started, self._deadline = now, now + timeout
        self._late.body_left()
        return pdu.encode("ascii") + CTRL_Z

    def abort(self, now: float) -> bytes:
        """ESC for the open prompt."""
        self._go(Happening.ABORT)
        self._deadline = now + ABORT_GRACE
        return ESC

    def fence(self, probes: Iterable[Probe], now: float, *, wait: float, settle: float) -> bytes:
        """Start probing; `InStep` or `OutOfStep` ends it. See `drivers.at.fence`."""
        self._go(Happening.FENCE)
        self._heard = 0
        self._answer = []
        self._fence = Fence(list(probes), wait=wait, settle=settle)
        return self._probing(self._fence.begin(now))

    # What the caller feeds.

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Octets as they were read, and what they mean."""
        self._heard += len(data)
        self._lines.feed(data)
        told: list[Event] = []
        while True:
            line = self._lines.take(prompt=self._state in _PROMPTABLE)
            if line is None:
                return told
            if line is Mark.PROMPT:
                self._go(Happening.PROMPT)
                self._deadline = None
                told.append(Prompted())
            elif line is Mark.OVERFLOW:
                told.append(Noise("(a line too long to be one)"))
            else:
                self._line(line, now, told)

    def deadline(self) -> float | None:
        """When `expire` is due; None where nothing is awaited."""
        fence = self._fence.deadline if self._fence else None
        waits = [
            at for at in (self._deadline, self._quiet_at, fence, self._news.deadline()) if at is not None
        ]
        return min(waits) if waits else None

    def expire(self, now: float) -> list[Event]:
        """What the passing of time means. To be called after everything readable was fed."""
        told: list[Event] = list(self._news.expire(now))
        if self._fence is not None:
            if self._fence.deadline <= now:
                self._fenced(self._fence.expire(now), told)
        elif self._quiet_at is not None and self._quiet_at <= now:
            self._end(QUIET, Happening.QUIET, now, told)
        elif self._deadline is not None and self._deadline <= now:
            self._give_up(Happening.DEADLINE, now, told)
        return told

    # What a line is: a code, a PDU of a code, part of a text, a result, or part of the answer.

    def _line(self, line: str, now: float, told: list[Event]) -> None:
        if line[0] == ">" and self._state is not State.IDLE and not self._news.in_text:
            line = line.lstrip("> ")  # a second prompt (F36), or one that came too late
            if not line:
                return
        if line[:2] in ("AT", "at") and self._is_echo(line, told):
            return
        row = self._news.find(line)
        if row is not None and not row.solicited_by(self._name):
            self._unsolicited(row, line, now, told)
        elif line == self._body:
            return  # the echo of the PDU (F36)
        elif (pushed := self._news.claim_pdu(line)) is not None:
            told.append(pushed)
        else:
            first, rest = split_glued(line)
            self._reply(first, now, told)
            if rest:
                self._line(rest, now, told)

    def _reply(self, line: str, now: float, told: list[Event]) -> None:
        if line.startswith("+CMGS:") and (
            self._state is not State.RUNNING or self._command.prefix != "+CMGS"
        ):
            self._reference(line, now, told)
            return
        numeric = self._command.numeric or self._fence is not None
        result = final_result(line, dialling=self._dialling, numeric=numeric)
        if self._news.in_text:
            told.extend(self._news.add_text(line) if result is None else self._news.end_text())
            if result is None:
                return
        if result is not None and result.ok and now <= self._owed_ok:
            self._owed_ok = 0.0
        elif self._fence is not None:
            self._fenced(self._fence.line(line, result, now), told)
        elif result is None:
            self._information(line, now, told)
        else:
            self._final(result, line, now, told)

    def _information(self, line: str, now: float, told: list[Event]) -> None:
        command = self._command
        foreign = command.prefix and line[0] in SIGILS and head(line).upper() != command.prefix  # F28
        if self._state is not State.RUNNING or foreign:
            told.append(Noise(line))
            return
        if len(self._answer) < ANSWER_BOUND:
            self._answer.append(line)
        if command.quiet is not None:
            self._quiet_at = now + command.quiet

    def _final(self, result: Result, line: str, now: float, told: list[Event]) -> None:
        if self._state in _NOTHING_RUNS:
            told.append(Noise(line))
        elif result.ok and self._state in (State.PROMPT, State.OPEN):
            told.append(Noise(line))  # AT+CMGS has no OK before its body: it is an older command's (F12)
        else:
            if self._state is State.SUBMITTED and result.ok:
                self._late.given_up(self._tag, now)  # OK without +CMGS proves nothing (F11, F50)
            self._end(result, Happening.FINAL, now, told)

    def _reference(self, line: str, now: float, told: list[Event]) -> None:
        found = number(value(line))
        reference = found if found is not None and 0 <= found <= 255 else None  # F51, F52
        if self._state is State.SUBMITTED:
            self._go(Happening.REFERENCE)
            self._deadline = now + OK_GRACE
            self._late.accepted(reference)
            told.append(Accepted(reference, now - self._started))
            return
        past = self._state in _PAST
        tag = self._late.claim(reference, now, certain=past)
        self._owed_ok = 0.0 if past else now + OK_GRACE
        told.append(Noise(line) if tag is None else Late(tag, reference))

    def _unsolicited(self, row: Urc, line: str, now: float, told: list[Event]) -> None:
        restart = row.kind is Kind.RESTART or (row.kind is Kind.READY and self._long_up(now))
        if restart:
            told.append(Unsolicited(Kind.RESTART, line))
            if self._state not in _NOTHING_RUNS and self._fence is None:
                self._give_up(Happening.RESTART, now, told)
        else:
            told.extend(self._news.post(row, line, now))

    def _is_echo(self, line: str, told: list[Event]) -> bool:
        plain = line.replace(" ", "").upper()
        if plain not in self._echoes:
            if self._name:
                return False  # a bare answer may begin with these letters
            told.append(Foreign(line))
            return True
        self.echoed = True
        if self._echo_off:
            self._echo_off = False  # said once
            told.append(EchoBack(line))
        return True

    # Steps.

    def _go(self, happening: Happening) -> None:
        following = TRANSITIONS[self._state].get(happening)
        if following is None:
            raise OutOfTurn(f"{happening} is not possible while the session is {self._state}")
        self._state = following

    def _start(self, command: Command, now: float) -> bytes:
        self._command = command
        self._name = command.text.upper()
        self._dialling = command.dialling
        self._started, self._deadline, self._quiet_at = now, now + command.timeout, None
        self._answer = []
        return self._wrote(command.text)

    def _wrote(self, text: str) -> bytes:
        self._echoes.append(text.replace(" ", "").upper())
        self.echoed = False
        return text.encode("ascii") + b"\r"  # CR alone: a LF would begin the body of AT+CMGS (F22)

    def _end(self, result: Result, happening: Happening, now: float, told: list[Event]) -> None:
        told.append(Answered(tuple(self._answer), result, now - self._started, self._state))
        self.prompt_may_be_open = False
        self._stop(happening)

    def _give_up(self, happening: Happening, now: float, told: list[Event]) -> None:
        if self._state is State.SUBMITTED:
            self._late.given_up(self._tag, now)
        self.prompt_may_be_open |= self._state in _UNSURE_PROMPT
        told.append(TimedOut(self._state, tuple(self._answer), happening is Happening.RESTART))
        self._stop(happening)

    def _stop(self, happening: Happening) -> None:
        self._go(happening)
        self._name = self._body = ""
        self._deadline = self._quiet_at = None

    def _probing(self, data: bytes) -> bytes:
        return data if data in (b"", ESC) else self._wrote(data.decode("ascii").rstrip("\r"))

    def _fenced(self, data: bytes, told: list[Event]) -> None:
        fence = self._fence
        if data:
            told.append(Write(self._probing(data)))
        elif fence is not None and fence.passed:
            self.prompt_may_be_open = False
            self._fence = None
            self._go(Happening.IN_STEP)
            told.append(InStep())
        elif fence is not None and fence.failed:
            self._fence = None
            self._go(Happening.SILENCE)
            told.append(OutOfStep(self._heard))

    def _long_up(self, now: float) -> bool:
        return self._initialised is not None and now - self._initialised > BOOT_GRACE
