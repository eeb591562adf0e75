"""One modem's port and its session, joined: write a command, get its answer; keep what comes by itself."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from drivers.at import fence
from drivers.at.events import (
    Answered,
    Command,
    EchoBack,
    Event,
    Foreign,
    InStep,
    Late,
    Noise,
    Outcome,
    OutOfStep,
    Prompted,
    TimedOut,
    Torn,
    Unsolicited,
    Write,
)
from drivers.at.fence import Probe
from drivers.at.grammar import Result, command_name
from drivers.at.session import Session
from drivers.at.states import State
from drivers.at.urc import Kind
from drivers.errors import Need, NotReady, NotResponding, PortGone
from drivers.native.timing import Timing
from drivers.transport import Port

Trace = Callable[[str, bytes], None]
Clock = Callable[[], float]

SLOW: Final = 3
"""Commands that move the SIM or the radio may take so many times longer than others."""
LISTING: Final = 6
"""The same for a listing: 500 messages at 115200 baud are 18 s."""
_NEWS_BOUND: Final = 4096
"""Events kept until somebody waits for them: a network delivers a few messages a second at most, and a send
takes three minutes at most."""
_ANNOUNCED: Final = 16
_LAST_READS: Final = 16
"""Reads between a deadline and giving up: 64 KiB, more than any tty holds."""
_QUIET: Final = ("AT+CPIN?", "AT+CPMS")
"""Commands whose OK may be missing (F10)."""

log = logging.getLogger(__name__)


class Link:
    """The conversation over one port. Owned by the modem's thread."""

    def __init__(
        self, port: Port, timing: Timing, trace: Trace | None = None, clock: Clock = time.monotonic
    ) -> None:
        self.port = port
        self.timing = timing
        self.session = Session()
        self.news: deque[Unsolicited | Torn | Late] = deque(maxlen=_NEWS_BOUND)
        self.lost = ""
        """Why the modem's settings must be thought lost; "" while they are not."""
        self.probes: tuple[Probe, ...] = ()
        """What is known of this modem and cannot be mistaken."""
        self.announced: deque[str] = deque(maxlen=_ANNOUNCED)
        """What the modem said about its start, newest last (F60)."""
        self.quiet: tuple[str, ...] = _QUIET
        self.gap = 0.0
        """Seconds of silence between an answer and the next command (F16)."""
        self.byte_gap = 0.0
        """Seconds between two octets (F16)."""
        self.fences = 0
        """How many times step had to be found again."""
        self._clock = clock
        self._trace = trace
        self._secret = False
        self._outcomes: deque[Outcome] = deque()
        self._ended = 0.0
        self._gone: PortGone | None = None
        """Why the port is no more; then nothing can be said to it, in whatever state the session was left."""

    # Commands.

    def run(
        self, text: str, *, factor: float = 1, prefix: str | None = None, secret: bool = False
    ) -> Answered:
        """One command and its answer.

        A command that got no answer by its deadline has the result "timeout"; by then the next answer belongs
        to the next command again. Raises PortGone, NotResponding where not even the fence is answered, and
        Rebooted where the modem restarted instead.
        """
        quiet = self.timing.quiet if text.startswith(self.quiet) else None
        timeout = self.timing.command * factor
        return self.execute(
            Command(
                text=text, timeout=timeout, prefix=prefix, quiet=quiet, secret=secret, numeric=text == "ATV1"
            )
        )

    def ask(self, text: str, *, factor: float = 1) -> Answered:
        """The same where the answer begins with the command's own name."""
        return self.run(text, factor=factor, prefix=command_name(text))

    def execute(self, command: Command) -> Answered:
        """One command as given. See `run`."""
        self.ready()
        outcome = self._exchange(command)
        if isinstance(outcome, Prompted):
            outcome = self.abort()
        if isinstance(outcome, TimedOut):
            if outcome.restarted:
                raise Rebooted(self.port.name, self.lost)
            self.resync()
            said = f"no answer within {command.timeout:g} s"
            return Answered(outcome.lines, Result("timeout", text=said), command.timeout, outcome.state)
        if not isinstance(outcome, Answered):
            raise NotResponding(f"{self.port.name}: out of step ({outcome})")
        if self.session.state is State.STALE:
            self.resync()
        return outcome

    def _exchange(self, command: Command) -> Outcome:
        self._secret = command.secret
        try:
            self.write(self.session.send(command, self.now()))
            return self.outcome()
        finally:
            self._secret = False

    def abort(self) -> Outcome:
        """Close the open prompt, and be sure that it is closed."""
        self.write(self.session.abort(self.now()))
        outcome = self.outcome()
        if self.session.state is State.STALE:
            self.resync()
        return outcome

    def ready(self) -> None:
        """Be able to write: in step, and no sooner than the modem likes."""
        if self.session.state is not State.IDLE:
            self.resync()
        if self.gap:
            self.pause(self._ended + self.gap - self.now())

    def write(self, data: bytes) -> None:
        """Write what the session gave. Raises PortGone."""
        self._record(">", data)
        if not self.byte_gap:
            self._put(data)
            return
        for octet in data:
            self._put(bytes((octet,)))
            self.pause(self.byte_gap)

    def _put(self, data: bytes) -> None:
        try:
            self.port.write(data)
        except PortGone as gone:
            self._gone = gone
            raise

    # Finding step.

    def wake(self, tries: int) -> None:
        """Get a first answer out of the modem. Raises NotResponding with `heard` octets told."""
        probes = [Probe("AT", "", escape=turn in (0, 3)) for turn in range(tries)]
        self._fence(probes, self.timing.wake)

    def resync(self) -> None:
        """Make sure that the next answer belongs to the next command. Raises NotResponding."""
        if self._gone is not None:
            raise PortGone(str(self._gone)) from self._gone
        self.fences += 1
        two = fence.choose(self.probes, avoid=self.session.last_command, turn=self.fences)
        escape = self.session.prompt_may_be_open
        self._fence([Probe(probe.command, probe.answer, escape) for probe in two], self.timing.fence)

    def _fence(self, probes: Sequence[Probe], wait: float) -> None:
        self.write(self.session.fence(probes, self.now(), wait=wait, settle=self.timing.escape))
        outcome = self.outcome()
        if isinstance(outcome, OutOfStep):
            raise Silent(self.port.name, outcome.heard)
        if not isinstance(outcome, InStep):
            raise NotResponding(f"{self.port.name}: out of step ({outcome})")

    # Octets and time.

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock()

    def outcome(self) -> Outcome:
        """What the exchange in flight comes to; waits for it."""
        while not self._outcomes:
            self._turn(None)
        return self._outcomes.popleft()

    def idle(self, timeout: float) -> None:
        """Read what comes for at most `timeout` seconds, or until something comes or `Port.wake` is called."""
        self._turn(timeout, wakeable=True)

    def listen(self, timeout: float) -> None:
        """The same without heed of wake-ups."""
        self._turn(timeout)

    def pause(self, seconds: float) -> None:
        """Let time pass, still reading."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            self._turn(left)

    def _turn(self, limit: float | None, *, wakeable: bool = False) -> None:
        now = self.now()
        due = self.session.deadline()
        wait = min(
            at for at in (limit, None if due is None else due - now, self.timing.command) if at is not None
        )
        self._take(self._read(wait, wakeable=wakeable))
        if due is not None and self.now() >= due:
            for _ in range(_LAST_READS):  # what came in time is read before anything is given up
                data = self._read(0.0)
                if not data:
                    break
                self._take(data)
            self._handle(self.session.expire(self.now()))

    def _read(self, wait: float, *, wakeable: bool = False) -> bytes:
        try:
            data = self.port.read(max(0.0, wait), wakeable=wakeable)
        except PortGone as gone:
            self._gone = gone
            raise
        if data:
            self._record("<", data)
        return data

    def _record(self, direction: str, data: bytes) -> None:
        """For the trace: with a PIN in flight neither what is written nor its echo."""
        if self._trace is not None:
            self._trace(direction, b"(hidden: a PIN)\r" if self._secret else data)

    def _take(self, data: bytes) -> None:
        if data:
            self._handle(self.session.feed(data, self.now()))

    def _handle(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Write):
                self.write(event.data)
            elif isinstance(event, Unsolicited | Torn | Late):
                self._news(event)
            elif isinstance(event, EchoBack):
                self.lost = self.lost or "it echoes again"
            elif isinstance(event, Foreign):
                self.lost = self.lost or "another program writes to the port"
                log.warning("another program writes to %s: %s", self.port.name, event.line[:40])
            elif isinstance(event, Noise):
                log.debug("%s: unexpected line %r", self.port.name, event.line[:40])
            else:
                self._ended = self.now()
                self._outcomes.append(event)

    def _news(self, event: Unsolicited | Torn | Late) -> None:
        if isinstance(event, Unsolicited):
            if event.kind is Kind.CHATTER:
                return
            if event.kind in (Kind.RESTART, Kind.SIM):
                self.lost = event.line
                self.announced.clear()
                return
            if event.kind is Kind.READY:
                self.announced.append(event.line)
                return
        self.news.append(event)


class Silent(NotResponding):
    """Not even the fence was answered; `heard` octets came meanwhile."""

    def __init__(self, name: str, heard: int) -> None:
        said = f"{heard} octets came, but no answer" if heard else "no answer at all"
        super().__init__(f"{name}: {said}. Unplug the modem and plug it in again if this goes on")
        self.heard = heard


class Rebooted(NotReady):
    """The modem restarted in the middle of a command: it has to be initialised again."""

    def __init__(self, name: str, announcement: str) -> None:
        super().__init__(
            Need.SETTLING, f"{name} has just restarted ({announcement}). It is initialised again"
        )
