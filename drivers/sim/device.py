"""One modem: its terminals, its storages, its radio, the SIM that is in it, and its faults."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from drivers.sim import delivery, onset
from drivers.sim.calls import Calls
from drivers.sim.card import Memory, Sim, Stored
from drivers.sim.catalogue import FAULTS
from drivers.sim.commands import run, textual
from drivers.sim.faults import Armed, FaultBook, Value
from drivers.sim.grammar import Command
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop, Timer
from drivers.sim.port import Port
from drivers.sim.power import Power
from drivers.sim.profiles import Profile
from drivers.sim.records import Timing
from drivers.sim.results import AtError, Result
from drivers.sim.settings import Radio, Settings
from drivers.sim.terminal import Terminal

if TYPE_CHECKING:
    from drivers.sim.mail import Letter
    from drivers.sim.network import Network

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
        self.radio = Radio(act=profile.act)
        self.settings = Settings()
        self.memories = {each: Memory(each, size) for each, size in profile.memories}
        self.terminals: list[Terminal] = []
        self.side_ports: list[Port] = []
        """Ports that do not speak AT."""
        self.timings: list[Timing] = []
        self.sim_ready_at = 0.0
        self.busy_code = 14
        self.credit_code = 500
        self.unacknowledged: Letter | None = None
        self.ack_timer: Timer | None = None
        self.power = Power(self)
        self.calls = Calls(self)
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
        return (
            plugged and self.sim is not None and self.sim.open and not self.power.booting and self.radio.sms
        )

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
        seconds = {name: value for name, value in asdict(timing).items() if name != "at"}
        self.log("answered", **seconds)

    # ---- unsolicited lines

    def say(self, *lines: str) -> None:
        """An unsolicited line on every terminal that says them."""
        if self.faults.on("curc_mutes") and self.settings.muted:
            return
        for terminal in self.terminals:
            if terminal.urcs:
                terminal.speaker.urc(*lines, now=self._urgent)

    @contextmanager
    def urgently(self) -> Iterator[None]:
        """What is said meanwhile does not wait for the running command to end."""
        self._urgent = True
        try:
            yield
        finally:
            self._urgent = False

    # ---- other programs

    def foreign(self, line: str) -> None:
        """Another program writes a command to the same port; its echo and answer are there for all."""
        self.log("foreign", line=line)
        self.terminals[0].type_in(line)

    def abandon_prompt(self) -> None:
        """Another program left a prompt open; what is ended with Ctrl-Z now goes out."""
        self.terminals[0].open_prompt(lambda body: textual.stray(self, body))
