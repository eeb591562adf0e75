"""The initialisation ladder (MODEMS 3.2): from a port that may be anything to a modem that is ready.

Every step is tolerant unless the modem cannot be used without it; what is odd but bearable becomes a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.api import Identity, Settings
from drivers.at import replies
from drivers.at.events import Answered
from drivers.at.fence import Probe
from drivers.at.grammar import DIGIT
from drivers.at.urc import UrcTable
from drivers.errors import Need, NotAModem
from drivers.native.link import QUIET, SLOW, Link, Silent
from drivers.native.needs import is_busy, not_ready, refused
from drivers.native.simcard import SimCard
from drivers.native.storage import Storage
from drivers.transport import usb_id
from drivers.vendors import GENERIC, Quirks, choose

_BASICS: Final = ("ATV1", "ATE0", "ATQ0", "AT&D0", "AT+CMEE=1")
_RADIO_OFF: Final = (0, 4)
_IMSI_TRIES: Final = 3
_UNMISTAKABLE: Final = 6
"""Characters from which on a revision can be told from anything else that a modem says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What the initialisation found out and set up."""

    identity: Identity
    quirks: Quirks
    simcard: SimCard
    storage: Storage
    acknowledge: bool
    """Pushed messages want AT+CNMA (F77)."""
    notifications: str
    """The arguments of AT+CNMI that the modem took; "" where it took none."""


class Setup:
    """One run of the ladder."""

    def __init__(self, link: Link, settings: Settings) -> None:
        self._link = link
        self._settings = settings
        self._warnings: list[str] = []
        self.quirks = GENERIC
        """The vendor's profile, as soon as it is known."""

    def run(self, *, restarted: bool) -> Ready:
        """Climb. `restarted`: it has just started anew. Raises NotAModem, NotReady, NotResponding, PortGone."""
        self._link.lost = ""
        self._link.session.forget()
        self._wake(self._link.timing.boot if restarted else self._link.timing.wakes)
        echo_off = self._basics()
        maker, model, revision, imei = self._who()
        self._apply_quirks(maker, model)
        self._radio_on()
        simcard = SimCard(self._link, self._settings, self.quirks)
        iccid = simcard.open(imei)
        self._link.forget_sim_news()
        imsi = self._imsi()
        self._know(imei, revision, imsi)
        if restarted and self.quirks.needs_sms_ready:
            self._await_announcement()
        self._must("AT+CMGF=0")
        acknowledge = self._phase()
        storage = self._storage()
        notifications = self._notifications()
        self._link.run("AT+CLIP=1")
        identity = Identity(
            manufacturer=maker,
            model=model,
            revision=revision,
            imei=imei,
            imsi=imsi,
            iccid=iccid,
            number=self._number(),
            smsc=self._service_centre(),
            vendor=self.quirks.name,
            warnings=self._all_warnings(),
        )
        self._link.session.initialised(self._link.now(), echo_off=echo_off)
        return Ready(
            identity=identity,
            quirks=self.quirks,
            simcard=simcard,
            storage=storage,
            acknowledge=acknowledge,
            notifications=notifications,
        )

    # Who is there?

    def _wake(self, tries: int) -> None:
        """A first answer, then one that cannot be mistaken: several AT may still be owed their OK."""
        try:
            self._link.wake(tries)
        except Silent as silent:
            if silent.heard:
                raise NotAModem(
                    f"{self._settings.name}: {self._link.port.name} talks, but does not answer AT. "
                    "It is another port of the modem, or another device: run `smsgw modem detect`"
                ) from silent
            raise
        self._link.know(())
        self._link.resync()

    def _basics(self) -> bool:
        """Words, no echo, coded errors. Whether the echo is believed to be off (F14: some cannot)."""
        for command in _BASICS:
            answer = self._link.run(command)
            if command == "ATE0" and answer.result.text == DIGIT:
                self._link.session.count_results()
        return not self._link.session.echoed

    def _who(self) -> tuple[str, str, str, str]:
        maker, model, revision, serial = (
            self._link.run(command).lines for command in ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN")
        )
        return replies.plain(maker), replies.plain(model), replies.plain(revision), replies.imei(serial)

    def _apply_quirks(self, maker: str, model: str) -> None:
        port = self._link.port.name
        quirks = choose(maker, model, usb_id(port) if port.startswith("/") else None)
        self.quirks = quirks
        self._link.session.know(UrcTable(quirks.urcs, quirks.restart_lines))
        self._link.quiet = (*QUIET, *quirks.no_final)
        self._link.gap = quirks.inter_command_ms / 1000
        self._link.byte_gap = quirks.inter_byte_ms / 1000
        for command in quirks.init:
            self._link.run(command)

    def _imsi(self) -> str:
        """Whose SIM it is: limits and references are counted by it, so one refusal is not taken for an answer."""
        for _ in range(_IMSI_TRIES):
            imsi = replies.imsi(self._patiently("AT+CIMI").lines)
            if imsi:
                return imsi
            self._link.pause(self._link.timing.pause)
        self._warnings.append("the SIM does not tell its IMSI: its limits are counted by its other numbers")
        return ""

    def _know(self, imei: str, revision: str, imsi: str) -> None:
        """What the fence can ask for from now on."""
        known = [Probe("AT+CGSN", imei), Probe("AT+CGMR", revision), Probe("AT+CIMI", imsi)]
        self._link.know(probe for probe in known if len(probe.answer) >= _UNMISTAKABLE)

    # Radio and messages.

    def _radio_on(self) -> None:
        """After a flaky start the radio may be off (F106)."""
        if replies.capability(self._link.ask("AT+CFUN?").lines) not in _RADIO_OFF:
            return
        answer = self._link.run("AT+CFUN=1", factor=SLOW)
        if not answer.result.ok and not is_busy(answer.result):
            self._warnings.append(f"the radio is off and AT+CFUN=1 was answered by {answer.result}")

    def _await_announcement(self) -> None:
        """The message service comes up last, and says so on some modems (F60)."""
        until = self._link.now() + self._link.timing.ready
        lines = self.quirks.ready_lines
        while lines and not any(line.startswith(lines) for line in self._link.announced):
            left = until - self._link.now()
            if left <= 0:
                return
            self._link.listen(left)

    def _phase(self) -> bool:
        """AT+CSMS=0: the modem acknowledges by itself (F77). Whether it insists on doing otherwise."""
        wanted = self.quirks.csms
        if wanted is not None and self._link.run(f"AT+CSMS={wanted}").result.ok:
            return wanted == 1
        return any(
            answer.startswith("1") for answer in replies.answers(self._link.ask("AT+CSMS?").lines, "+CSMS")
        )

    def _storage(self) -> Storage:
        storage = Storage(self._link, lists=self.quirks.cmgl_ok)
        forced = self._settings.storage
        preferred = self.quirks.cpms if forced == "auto" else (forced,)
        if not storage.choose(preferred, others=forced == "auto" and bool(preferred)):
            self._warnings.append("no message storage can be chosen: the modem's own is used")
        elif storage.counts and storage.counts[0] >= storage.counts[1] > 0:
            self._warnings.append(f"the storage {storage.home} is full: nothing more can be received")
        return storage

    def _notifications(self) -> str:
        """The first form that the modem takes; where none is, sweeps find what arrives (F94)."""
        for form in self.quirks.cnmi:
            answer = self._patiently(f"AT+CNMI={form}")
            if answer.result.ok:
                if form.split(",")[3] == "0":
                    self._warnings.append("this modem gives no status reports")
                return form
        self._warnings.append("the modem announces no messages: they are found by looking, at intervals")
        return ""

    def _service_centre(self) -> str:
        wanted = self._settings.smsc
        found = replies.service_centre(self._patiently("AT+CSCA?").lines) or ""
        if wanted and wanted != found:
            kind = 145 if wanted.startswith("+") else 129
            answer = self._link.run(f'AT+CSCA="{wanted}",{kind}', factor=SLOW)
            if answer.result.ok:
                return wanted
            self._warnings.append(f"the configured service centre was refused ({answer.result})")
        if not found:
            self._warnings.append("the SIM knows no service centre: set `smsc`, or nothing can be sent")
        return found

    def _number(self) -> str:
        return replies.own_number(self._link.ask(self.quirks.number).lines) if self.quirks.number else ""

    def _all_warnings(self) -> tuple[str, ...]:
        for command in self._settings.init:
            answer = self._link.run(command, factor=SLOW)
            if not answer.result.ok:
                self._warnings.append(f"{command} was answered by {answer.result}")
        return tuple(self._warnings)

    # How to ask.

    def _must(self, command: str) -> None:
        answer = self._patiently(command)
        if not answer.result.ok:
            raise refused(self._settings.name, command, answer)

    def _patiently(self, command: str) -> Answered:
        """Ask again while the SIM is busy (F58, F59)."""
        until = self._link.now() + self._link.timing.sim
        while True:
            answer = self._link.run(command, factor=SLOW)
            if not is_busy(answer.result):
                return answer
            if self._link.now() >= until:
                raise not_ready(
                    self._settings.name, Need.SETTLING, f"{command} is answered by {answer.result}"
                )
            self._link.pause(self._link.timing.pause)
