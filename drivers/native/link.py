"""Commands and their answers, and step found again whenever it is lost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final

from drivers.at import fence
from drivers.at.events import Answered, Command, InStep, Outcome, OutOfStep, Prompted, TimedOut
from drivers.at.fence import Probe
from drivers.at.grammar import Result, command_name
from drivers.at.states import State
from drivers.errors import Need, NotReady, NotResponding, PortGone
from drivers.native.timing import Timing
from drivers.native.wire import Clock, Trace, Wire
from drivers.transport import Port

SLOW: Final = 3
"""Commands that move the SIM or the radio may take so many times longer than others."""
LISTING: Final = 6
"""The same for a listing: 500 messages at 115200 baud are 18 s."""
_MAYBE_DIGITS: Final = ("ATV1", "ATE0")
"""Commands that are answered before words are known to be switched on (F09)."""
QUIET: Final = ("AT+CPIN?", "AT+CPMS")
"""Commands whose OK may be missing (F10)."""


class Link(Wire):
    """The conversation over one port. Owned by the modem's thread."""

    def __init__(
        self, port: Port, timing: Timing, trace: Trace | None = None, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(port, timing, trace, clock)
        self.quiet: tuple[str, ...] = QUIET
        self.gap = 0.0
        """Seconds of silence between an answer and the next command (F16)."""
        self._probes: tuple[Probe, ...] = ()
        self._turns = 0

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
                text=text,
                timeout=timeout,
                prefix=prefix,
                quiet=quiet,
                secret=secret,
                numeric=text in _MAYBE_DIGITS,
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
            self.missed = True
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
        if self.session.state is State.OPEN:  # else the modem has taken it back by itself
            self.write(self.session.abort(self.now()))
        outcome = self.outcome()
        if self.session.state is State.STALE:
            self.resync()
        return outcome

    def ready(self) -> None:
        """Be able to write: in step, and no sooner than the modem likes."""
        self._outcomes.clear()
        if self.session.state is not State.IDLE:
            self.resync()
        if self.gap:
            self.pause(self._ended + self.gap - self.now())

    # Finding step.

    def know(self, probes: Iterable[Probe]) -> None:
        """What can be asked of this modem, of which the answer is known and cannot be mistaken."""
        self._probes = tuple(probes)
        self._turns = 0

    def wake(self, tries: int) -> None:
        """Get a first answer out of the modem. Raises NotResponding with `heard` octets told."""
        probes = [Probe("AT", "", escape=turn in (0, 3)) for turn in range(tries)]
        self._fence(probes, self.timing.wake)

    def resync(self) -> None:
        """Make sure that the next answer belongs to the next command. Raises NotResponding."""
        if self._gone is not None:
            raise PortGone(str(self._gone)) from self._gone
        self.session.abandon(self.now())
        self._outcomes.clear()
        two = fence.choose(self._probes, avoid=self.session.last_command, turn=self._turns)
        self._turns += 1
        escape = self.session.prompt_may_be_open
        self._fence([Probe(probe.command, probe.answer, escape) for probe in two], self.timing.fence)

    def _fence(self, probes: Sequence[Probe], wait: float) -> None:
        self.write(self.session.fence(probes, self.now(), wait=wait, settle=self.timing.escape))
        outcome = self.outcome()
        if isinstance(outcome, OutOfStep):
            raise Silent(self.port.name, outcome.heard)
        if not isinstance(outcome, InStep):
            raise NotResponding(f"{self.port.name}: out of step ({outcome})")


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
