"""The service centre that all modems of a farm share, and its memory: the ground truth of every test.

What the network accepted is what was sent, whatever a gateway's own tables say.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from drivers.sim import clock
from drivers.sim.codec import Deliver, Stamp
from drivers.sim.crowd import Crowd, Phone
from drivers.sim.handsets import Handset
from drivers.sim.joining import join
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop
from drivers.sim.mail import Draft, Mail
from drivers.sim.records import Accepted, Delivered, Entry, Incoming, Message
from drivers.sim.refusals import Refusals
from drivers.sim.reporting import report_letter
from drivers.sim.results import cms
from drivers.sim.submission import Typed

if TYPE_CHECKING:
    from drivers.sim.device import Device

_SHORT_CODE = 6
"""Digits up to which a number is a service and no subscriber."""


class Network:
    """Accepts, joins, delivers, reports. The public methods may be called from any thread."""

    def __init__(
        self,
        loop: Loop,
        journal: Journal,
        rng: random.Random,
        *,
        smsc: str,
        handsets: tuple[Handset, ...],
        report_delay: float,
        offset: timedelta,
        ussd: dict[str, str],
        country: str,
    ) -> None:
        self.loop = loop
        self.journal = journal
        self.rng = rng
        self.smsc = smsc
        self.report_delay = report_delay
        self.ussd = ussd
        """Codes and what the network answers; {credit} and {number} are filled in."""
        self._offset = offset
        self._country = country
        self._accepted: list[Accepted] = []
        self._reports: list[Delivered] = []
        self._incoming: list[Incoming] = []
        self._devices: list[Device] = []
        self.mail = Mail(self)
        self.crowd = Crowd(self, handsets)
        self._refusals = Refusals(self)

    # ---- what tests and people ask

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every part that was taken, in order."""
        with self.loop.lock:
            return tuple(self._accepted)

    @property
    def accepted_count(self) -> int:
        """How many parts were taken: quick, however many they are."""
        with self.loop.lock:
            return len(self._accepted)

    @property
    def reports(self) -> tuple[Delivered, ...]:
        """Every status report that was given out."""
        with self.loop.lock:
            return tuple(self._reports)

    @property
    def incoming(self) -> tuple[Incoming, ...]:
        """Every message part that was sent to a SIM of the farm."""
        with self.loop.lock:
            return tuple(self._incoming)

    @property
    def log(self) -> tuple[Entry, ...]:
        """What happened, in order."""
        return self.journal.entries()

    def messages(self, recipient: str | None = None) -> tuple[Message, ...]:
        """Joined messages in the order of their first parts: what people read on their phones."""
        with self.loop.lock:
            parts = [part for part in self._accepted if recipient in (None, part.recipient)]
        return join(parts)

    def texts(self, recipient: str | None = None) -> list[str]:
        """The texts of the complete messages: count here what was sent how often."""
        return [message.text for message in self.messages(recipient) if message.complete]

    def wait(self, condition: Callable[[Network], Any], timeout: float = 5.0) -> Any:
        """Until `condition(network)` is true; returns what it gave.

        It is asked again after each log entry. Raises `TimeoutError`, which shows the end of the log.
        """

        def look() -> Any:
            self.loop.check()
            return condition(self)

        return self.journal.wait(look, timeout)

    def phone(self, number: str) -> Phone:
        """The phone of a number: what it received; switch it on and off, make it write."""
        with self.loop.lock:
            return self.crowd.phone(number)

    def add_handset(self, handset: Handset) -> None:
        """One more phone, or another behaviour for one that is there."""
        with self.loop.lock:
            self.crowd.add(handset)

    def deliver(
        self, modem: str, sender: str, text: str = "", *, pdu: str | None = None, **fields: Any
    ) -> None:
        """A message from `sender` (number, short code or name) to the SIM in `modem` (name, IMSI or number).

        `order`: "in", "reversed" or "shuffled" parts. `copies`: each part is delivered so often. `parts`: only
        these sequences. `reference`, `wide`: of the concatenation. `alphabet`: "gsm7" or "ucs2".
        `message_class`: 0 to 3. `data`: octets in place of a text. `dcs`: the coding scheme, such as 0xC8 for
        voicemail. `header`: more user-data elements, such as ports. `pid` 0x40: a silent message. `sent_at`: the
        time stamp. `pdu`: a raw TPDU in hex in place of everything else.
        Raises `LookupError` where there is no such SIM.
        """
        with self.loop.held():
            imsi = self.find(modem)
            if pdu is None:
                self.mail.post_draft(imsi, Draft(sender=sender, text=text, **fields))
            else:
                self.mail.post_raw(imsi, bytes.fromhex(pdu))
                self.mail.flush(imsi)

    def held(self, modem: str) -> int:
        """How many letters wait for a SIM."""
        with self.loop.lock:
            return self.mail.held(self.find(modem))

    def find(self, modem: str) -> str:
        """The IMSI of a SIM, by the name of its modem, by itself or by its number; raises `LookupError`."""
        for device in self._devices:
            sim = device.sim
            if sim is not None and modem in (device.name, sim.imsi, sim.number):
                return sim.imsi
        if modem.isdigit() and len(modem) == 15:
            return modem
        raise LookupError(f"no modem and no SIM is called {modem!r}")

    # ---- what the modems and the phones use, with the lock held

    def join_device(self, device: Device) -> None:
        """A modem of this network."""
        self._devices.append(device)

    def device_of(self, imsi: str) -> Device | None:
        """The modem that a SIM is in."""
        return next((each for each in self._devices if each.sim is not None and each.sim.imsi == imsi), None)

    def imsi_of(self, number: str) -> str | None:
        """The SIM of the farm that has this number."""
        number = self.full_number(number)
        sims = (device.sim for device in self._devices)
        return next((sim.imsi for sim in sims if sim is not None and sim.number == number), None)

    def full_number(self, dialled: str) -> str:
        """A number as it is known abroad: 0612345678 and 0033612345678 are +33612345678."""
        if dialled.startswith("00"):
            return "+" + dialled[2:]
        if dialled.startswith("0") and len(dialled) > _SHORT_CODE:
            return f"+{self._country}{dialled[1:]}"
        return dialled

    def date(self) -> datetime:
        """The service centre's clock."""
        return clock.wall(self._offset)

    def note_incoming(self, record: Incoming) -> None:
        """Remember a part that was sent to a SIM."""
        self._incoming.append(record)
        self.journal.write(
            "injected", imsi=record.imsi, sender=record.sender, text=record.text, pdu=record.pdu
        )

    def submit(self, device: Device, typed: Typed, *, answered: bool = True) -> Accepted:
        """Take a part, or raise the error that the network gives."""
        sim, submit = device.sim, typed.submit
        if sim is None:
            raise cms(310)
        self._refusals.check(device, submit, typed.pdu, self._accepted)
        if sim.credit is not None:
            sim.credit -= 1
        reference = sim.next_reference()
        if device.faults.on("reference_from_pdu"):
            reference = submit.reference
        if device.faults.on("reference_zero"):
            reference = 0
        stamp = self.date()
        validity = submit.validity
        if isinstance(validity, datetime):
            validity = max(timedelta(), validity - stamp)
        part = Accepted(
            number=len(self._accepted) + 1,
            at=self.loop.now(),
            modem=device.name,
            imsi=sim.imsi,
            recipient=submit.recipient,
            text=submit.text,
            data=submit.data,
            reference=reference,
            concat=submit.concat,
            report_requested=submit.report,
            validity=validity,
            dcs=submit.dcs,
            pid=submit.pid,
            stamp=stamp,
            pdu=typed.pdu,
            smsc=typed.smsc or sim.smsc,
            header=submit.header,
            answered=answered,
        )
        self._accepted.append(part)
        self.journal.write("accepted", device.name, **part.shown())
        if not device.faults.fire("silent_loss", recipient=part.recipient):
            self.crowd.route(part, device)
        return part

    def report(self, part: Accepted, status: int) -> None:
        """Give the SIM a status report about a part."""
        device = self.device_of(part.imsi)
        letter = report_letter(self, part, status, device)
        self._reports.append(
            Delivered(
                at=self.loop.now(),
                imsi=part.imsi,
                reference=part.reference,
                recipient=part.recipient,
                status=status,
                part=part.number,
                pdu=letter.pdu.hex().upper(),
            )
        )
        self.journal.write(
            "report", part.modem, imsi=part.imsi, reference=part.reference, status=status, part=part.number
        )
        self.mail.queue(part.imsi, letter)
        if device is not None and device.faults.fire("report_twice"):
            self.mail.queue(part.imsi, letter)
        self.mail.flush(part.imsi)

    def forward(self, part: Accepted, imsi: str) -> None:
        """From one SIM of the farm to another."""
        sender = self.device_of(part.imsi)
        deliver = Deliver(
            sender=sender.sim.number if sender is not None and sender.sim is not None else "",
            stamp=Stamp(part.stamp),
            text=part.text,
            data=part.data,
            pid=part.pid,
            dcs=part.dcs,
            header=part.header,
        )
        self.mail.post(imsi, deliver)
        self.mail.flush(imsi)
