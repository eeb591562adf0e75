"""One modem: its terminals, its storages, its radio, the SIM that is in it, and its faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.sim import delivery, onset
from drivers.sim.card import Memory, Sim, Stored
from drivers.sim.catalogue import FAULTS
from drivers.sim.commands import run, textual
from drivers.sim.faults import Armed, FaultBook, Value
from drivers.sim.grammar import Command
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop, Timer
from drivers.sim.port import Port
from drivers.sim.profiles import Chatter, Profile
from drivers.sim.records import Timing
from drivers.sim.results import AtError, Result
from drivers.sim.settings import Radio, Settings
from drivers.sim.terminal import Terminal

if TYPE_CHECKING:
    from drivers.sim.mail import Letter
    from drivers.sim.network import Network

_TIMINGS_KEPT = 1_000_000
_UNREAD_WAIT, _UNREAD_LOOK = 1.0, 0.002


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
        self.radio = Radio(act=profile.act)
        self.settings = Settings()
        self.memories = {each: Memory(each, size) for each, size in profile.memories}
        self.terminals: list[Terminal] = []
        self.side_ports: list[Port] = []
        """Ports that do not speak AT."""
        self.timings: list[Timing] = []
        self.booting = False
        self.start_time = profile.boot_time
        self.sim_ready_at = 0.0
        self.busy_code = 14
        self.credit_code = 500
        self.calling: str | None = None
        self.unacknowledged: Letter | None = None
        self.ack_timer: Timer | None = None
        self._timers: list[Timer] = []
        self._urgent = False

    @property
    def failing(self) -> bool:
        """The SIM itself fails just now."""
        return self.busy_code == 13 and self.loop.now() < self.sim_ready_at

    @property
    def imsi(self) -> str:
        """The SIM's IMSI; "" without a SIM."""
        return self.sim.imsi if self.sim is not None else ""

    def log(self, kind: str, **detail: Any) -> None:
        """A line in the log, under this modem's name."""
        self.journal.write(kind, self.name, **detail)

    def add_terminal(self, port: Port, *, urcs: bool = True) -> Terminal:
        """An AT interpreter on a port; the first one is the modem's main port."""
        terminal = Terminal(self, port, urcs=urcs)
        self.terminals.append(terminal)
        return terminal

    @property
    def ports(self) -> list[Port]:
        """All ttys, the main one first."""
        return [*(terminal.port for terminal in self.terminals), *self.side_ports]

    def arm(self, name: str, value: Value | None = None, **options: Any) -> Armed:
        """Arm a fault, and begin it where it begins at once."""
        armed = self.faults.arm(name, value, **options)
        onset.begin(self, armed)
        return armed

    def run(self, command: Command, terminal: Terminal) -> Result:
        """Carry out one command."""
        return run(self, terminal, command)

    def error_line(self, error: AtError, terminal: Terminal) -> str:
        """The final result of a failed command."""
        cmee = terminal.cmee
        if error.family == "CMS" and self.profile.cms_always_coded:
            cmee = cmee or 1
        return error.line(cmee)

    # ---- storages, and how messages are shown

    def memory(self, name: str) -> Memory | None:
        """A storage by its name; SM is the SIM's."""
        if name == "SM":
            return self.sim.memory if self.sim is not None else None
        return self.memories.get("ME" if name == "MT" else name)

    def as_hex(self, pdu: bytes) -> str:
        """A PDU as it is written to the program."""
        text = pdu.hex()
        if not self.faults.on("lower_hex"):
            text = text.upper()
        return text[:-1] if self.faults.fire("odd_hex") else text

    def as_text(self, stored: Stored, announcement: str) -> list[str]:
        """A message as it is pushed in text mode."""
        fields, text = textual.fields(stored, self.settings.cscs)
        return [f"{announcement}: {fields}"] + ([] if stored.is_report else [text])

    # ---- radio

    @property
    def reachable(self) -> bool:
        """The network finds the SIM."""
        plugged = any(terminal.port.plugged for terminal in self.terminals)
        return plugged and self.sim is not None and self.sim.open and not self.booting and self.radio.sms

    def register(self, stat: int) -> None:
        """Change the registration, and say so where that was asked for."""
        self.radio.creg = stat
        for name, mode in self.settings.registration.items():
            if mode:
                self.say(f"+{name}: {self.registration(name)}")
        self.network.mail.flush(self.imsi)

    def registration(self, kind: str) -> int:
        """<stat> of CREG, CGREG or CEREG."""
        if self.radio.cfun != 1 or self.sim is None or not self.sim.open:
            return 0
        return {"CREG": self.radio.creg, "CGREG": self.radio.cgreg, "CEREG": self.radio.cereg}[kind]

    def signal(self) -> int:
        """What +CSQ tells: 0 to 31, or 99."""
        return 99 if self.radio.cfun != 1 or self.faults.on("csq_99") else self.radio.csq

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

    def record(self, timing: Timing) -> None:
        """The measured times of one submission."""
        if len(self.timings) < _TIMINGS_KEPT:
            self.timings.append(timing)

    # ---- unsolicited lines

    def say(self, *lines: str) -> None:
        """An unsolicited line on every terminal that says them."""
        if self.faults.on("curc_mutes") and self.settings.muted:
            return
        for terminal in self.terminals:
            if terminal.urcs:
                terminal.urc(*lines, now=self._urgent)

    @contextmanager
    def urgently(self) -> Iterator[None]:
        """What is said meanwhile does not wait for the running command to end."""
        self._urgent = True
        try:
            yield
        finally:
            self._urgent = False

    def call(self, number: str, rings: int) -> None:
        """Somebody calls; it rings until the call is refused."""
        self.calling = number
        self.log("call", number=number)
        self._ring(rings)

    def _ring(self, left: int) -> None:
        if self.calling is None:
            return
        if not left:
            self.calling = None
            self.say("NO CARRIER")
            return
        self.say("RING")
        if self.settings.clip:
            self.say(f'+CLIP: "{self.calling}",145,"",,"",0')
        self.after(0.5, lambda: self._ring(left - 1))

    def hang_up(self) -> None:
        """End a call."""
        if self.calling is not None:
            self.log("hung_up", number=self.calling)
        self.calling = None

    # ---- power

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Something of this modem's own, forgotten when it loses power."""
        timer = self.loop.later(seconds, action)
        self._timers = [each for each in self._timers if each.waiting]
        self._timers.append(timer)
        return timer

    def power_on(self, *, cold: bool = True) -> None:
        """Everything that a start puts back; `cold` False: it was started long ago."""
        self.power_off()
        self.settings = Settings(cpms=[self.profile.preferred] * 3)
        self.settings.csms = 1 if self.faults.on("csms_stuck") else self.profile.csms[0]
        if self.sim is not None:
            self.sim.power_on()
        start = self.start_time if cold else 0.0
        self.booting = start > 0
        if cold:
            self.sim_ready_at, self.busy_code = (
                self.loop.now() + start + self.profile.sim_time,
                self.profile.busy_code,
            )
        self.after(start, self._started)
        for seconds, line in self.profile.boot if cold else ():
            self._say_later(start + seconds, line)
        for chatter in self.profile.chatter:
            self._chat(chatter)

    def _say_later(self, seconds: float, line: str) -> None:
        self.after(seconds, lambda: self.say(line))

    def _chat(self, chatter: Chatter) -> None:
        """Say a line every so often, until it is silenced."""

        def again() -> None:
            if chatter.line not in self.settings.muted:
                self.say(chatter.line)
                self.after(chatter.period, again)

        self.after(chatter.period, again)

    def power_off(self) -> None:
        """Whatever runs in it stops."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.unacknowledged = self.calling = None
        for terminal in self.terminals:
            terminal.reset()

    def _started(self) -> None:
        self.booting = False
        self.network.mail.flush(self.imsi)

    def plug(self, link: Path | None = None, *, cold: bool = True) -> None:
        """The device appears, freshly started."""
        for place, port in enumerate(self.ports):
            port.plug(None if place else link)
        self.power_on(cold=cold)
        self.log("plugged", port=self.terminals[0].port.path)

    def unplug(self) -> None:
        """The device vanishes."""
        self.log("unplugged")
        self.power_off()
        for port in self.ports:
            port.hang_up()

    def vanish(self, back: float, link: Path | None = None) -> None:
        """Unplug, and plug in again after `back` seconds (0: never)."""
        self.unplug()
        if back > 0:
            self.loop.later(back, lambda: self.plug(link))

    def vanish_once_read(self, back: float) -> None:
        """Unplug when the program has read what was written, or does not come for it."""
        deadline = self.loop.now() + _UNREAD_WAIT

        def look(before: int) -> None:
            # twice empty: what was just written is on its way through the kernel for a moment
            unread = self.terminals[0].port.unread
            if unread + before == 0 or self.loop.now() >= deadline:
                self.vanish(back)
            else:
                self.after(_UNREAD_LOOK, lambda: look(unread))

        self.after(_UNREAD_LOOK, lambda: look(1))

    def reboot(self, why: str = "") -> None:
        """Lose power for a moment: a USB stick vanishes with its port, a module on a line does not."""
        self.log("reboot", why=why)
        if self.profile.vanishes:
            self.vanish(self.profile.gone)
        else:
            self.power_on()

    # ---- other programs

    def foreign(self, line: str) -> None:
        """Another program writes a command to the same port; its echo and answer are there for all."""
        self.log("foreign", line=line)
        self.terminals[0].type_in(line)

    def abandon_prompt(self) -> None:
        """Another program left a prompt open; what is ended with Ctrl-Z now goes out."""
        self.terminals[0].open_prompt(lambda body: textual.stray(self, body))
