"""One modem: its terminals, its storages, its radio, the SIM that is in it, and its faults."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from drivers.sim import delivery, ussd
from drivers.sim.card import Memory, Sim
from drivers.sim.catalogue import FAULTS
from drivers.sim.commands import run
from drivers.sim.commands.table import Call
from drivers.sim.faults import FaultBook
from drivers.sim.grammar import Command
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop, Timer
from drivers.sim.port import Port
from drivers.sim.profiles import Profile
from drivers.sim.records import Timing
from drivers.sim.results import AtError, Result
from drivers.sim.settings import Radio, Settings
from drivers.sim.terminal import Terminal

if TYPE_CHECKING:
    from drivers.sim.network import Letter, Network

_TIMINGS_KEPT = 1_000_000


class Device:
    """Everything in here happens on the loop's thread, or on another that holds the loop's lock."""

    def __init__(
        self,
        *,
        name: str,
        profile: Profile,
        sim: Sim | None,
        imei: str,
        loop: Loop,
        journal: Journal,
        network: Network,
        rng: random.Random,
        submit_time: float | tuple[float, ...],
        prompt_time: float,
        linked_time: float | None = None,
    ) -> None:
        self.name = name
        self.profile = profile
        self.sim = sim
        self.imei = imei
        self.loop = loop
        self.journal = journal
        self.network = network
        self.rng = rng
        self.submit_time = submit_time
        self.prompt_time = prompt_time
        self.linked_time = linked_time
        self.faults = FaultBook(FAULTS, rng, self.log)
        self.radio = Radio()
        self.settings = Settings()
        self.memories = {each: Memory(each, size) for each, size in profile.memories}
        self.terminals: list[Terminal] = []
        self.timings: list[Timing] = []
        self.calling: str | None = None
        self.booting = False
        self.sim_ready_at = 0.0
        self.unacknowledged: Letter | None = None
        self.ack_timer: Timer | None = None
        self._timers: list[Timer] = []

    def log(self, kind: str, **detail: Any) -> None:
        """A line in the log, under this modem's name."""
        self.journal.write(kind, self.name, **detail)

    def add_terminal(self, port: Port) -> Terminal:
        """An AT interpreter on a port."""
        terminal = Terminal(self, port)
        self.terminals.append(terminal)
        return terminal

    # ---- storages

    def memory(self, name: str) -> Memory | None:
        """A storage by its name; SM is the SIM's."""
        if name == "SM":
            return self.sim.memory if self.sim is not None else None
        if name == "MT":
            name = "ME"
        return self.memories.get(name)

    # ---- what terminals ask

    def run(self, command: Command, terminal: Terminal) -> Result:
        """Carry out one command."""
        return run(self, terminal, command)

    def hear(self, terminal: Terminal, data: bytes) -> bytes:
        """What reaches the interpreter of the octets that a program wrote."""
        return b"" if self.booting or self.faults.on("dead") else data

    def hears_command(self, terminal: Terminal, body: str) -> bool:
        """Log a command line; False where it is lost."""
        self.log("command", line="AT" + body)
        return True

    def before_echo(self, terminal: Terminal) -> None:
        """A command line is complete and not echoed yet."""
        if struck := self.faults.fire("urc_before_echo"):
            terminal.urc(struck.text, now=True)

    def after_answer(self, terminal: Terminal, name: str) -> None:
        """A final result was written."""

    def error_line(self, error: AtError, terminal: Terminal) -> str:
        """The final result of a failed command."""
        cmee = terminal.cmee
        if error.family == "CMS" and self.profile.cms_always_coded:
            cmee = cmee or 1
        return error.line(cmee)

    def mute(self, terminal: Terminal) -> bool:
        """Nothing is said."""
        return self.faults.on("dead") is not None

    def ask(self, terminal: Terminal) -> None:
        """Write the prompt."""
        terminal.prompted_at = self.loop.now()
        terminal.write(b"\r\n> ")

    def registration(self, kind: str) -> int:
        """<stat> of CREG, CGREG or CEREG."""
        if self.radio.cfun != 1 or self.sim is None or not self.sim.open:
            return 0
        return {"CREG": self.radio.creg, "CGREG": self.radio.cgreg, "CEREG": self.radio.cereg}[kind]

    def signal(self) -> int:
        """What +CSQ tells: 0 to 31, or 99."""
        return self.radio.csq if self.radio.cfun == 1 else 99

    def ussd(self, call: Call, code: str) -> Result:
        """A question to the network."""
        return ussd.ask(self, code)

    def hang_up(self) -> None:
        """End a call."""
        self.calling = None

    def reboot(self, why: str) -> None:
        """Lose power for a moment."""
        self.log("reboot", why=why)
        self.power_on()

    def say(self, *lines: str, now: bool = False) -> None:
        """An unsolicited line on every terminal that says them."""
        for terminal in self.terminals:
            if terminal.urcs:
                terminal.urc(*lines, now=now)

    # ---- messages

    @property
    def reachable(self) -> bool:
        """The network finds the SIM."""
        plugged = any(terminal.port.plugged for terminal in self.terminals)
        sim = self.sim is not None and self.sim.open
        return plugged and sim and not self.booting and self.radio.sms

    def take(self, letter: Letter) -> bool:
        """The network hands over a message or a report; False where it must wait."""
        return delivery.take(self, letter)

    def draw_submit_time(self) -> float:
        """Seconds from Ctrl-Z to the network's answer, for this submission."""
        if self.linked_time is not None and self.settings.cmms and self.loop.now() < self.settings.cmms_until:
            return self.linked_time
        if isinstance(self.submit_time, tuple):
            return self.rng.choice(self.submit_time)
        return self.submit_time

    # ---- power

    def power_on(self) -> None:
        """Everything that a start puts back."""
        self.settings = Settings(cpms=[self.profile.preferred] * 3)
        self.settings.csms = self.profile.csms[0]
        self.radio.cfun = 1
        if self.sim is not None:
            self.sim.power_on()
        self.unacknowledged = None
        for terminal in self.terminals:
            terminal.reset()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.booting = self.profile.boot_time > 0
        self.sim_ready_at = self.loop.now() + self.profile.boot_time + self.profile.sim_time
        self.after(self.profile.boot_time, self._booted)
        for seconds, line in self.profile.boot:
            self.after(self.profile.boot_time + seconds, lambda line=line: self.say(line, now=True))

    def _booted(self) -> None:
        self.booting = False
        if self.sim is not None:
            self.network.flush(self.sim.imsi)

    def after(self, seconds: float, action: Any) -> Timer:
        """Something of this modem's own, forgotten when it loses power."""
        timer = self.loop.later(seconds, action)
        self._timers = [each for each in self._timers if each.waiting]
        self._timers.append(timer)
        return timer

    def plug(self) -> None:
        """The device appears, freshly started."""
        for terminal in self.terminals:
            terminal.port.plug()
        self.power_on()
        self.log("plugged", port=self.terminals[0].port.path)

    def unplug(self) -> None:
        """The device vanishes."""
        self.log("unplugged")
        for terminal in self.terminals:
            terminal.port.hang_up()
            terminal.reset()

    def record(self, timing: Timing) -> None:
        """The measured times of one submission."""
        if len(self.timings) < _TIMINGS_KEPT:
            self.timings.append(timing)
