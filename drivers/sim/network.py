"""The service centre that all modems of a farm share, and its memory: the ground truth of every test.

What the network accepted is what was sent, whatever a gateway's own tables say.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from drivers.sim import clock
from drivers.sim.codec import Deliver, Report, Stamp, Submit, compose
from drivers.sim.codec.address import encode_smsc
from drivers.sim.crowd import Crowd
from drivers.sim.handsets import Handset
from drivers.sim.joining import join
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop, Timer
from drivers.sim.records import Accepted, Delivered, Entry, Incoming, Message
from drivers.sim.results import cms

if TYPE_CHECKING:
    from drivers.sim.device import Device

_VALIDITY = timedelta(days=3)
"""What the service centre grants a message that asks for nothing."""


@dataclass(slots=True)
class Letter:
    """Something that waits for a SIM."""

    tpdu: bytes
    is_report: bool
    sender: str = ""
    text: str | None = None
    message_class: int | None = None
    pid: int = 0
    expires: float = field(default=float("inf"))


class Network:
    """Accepts, joins, delivers, reports. Every public method may be called from any thread."""

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
    ) -> None:
        self.loop = loop
        self.journal = journal
        self.rng = rng
        self.smsc = smsc
        self.report_delay = report_delay
        self._offset = offset
        self._accepted: list[Accepted] = []
        self._reports: list[Delivered] = []
        self._incoming: list[Incoming] = []
        self._devices: list[Device] = []
        self._waiting: dict[str, deque[Letter]] = {}
        self._recent: dict[tuple[str, int, str], float] = {}
        self._reference = rng.randrange(256)
        self.crowd = Crowd(self, handsets)

    # ---- what tests and people ask

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every part that was taken, in order."""
        with self.loop.lock:
            return tuple(self._accepted)

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
        return self.journal.wait(lambda: condition(self), timeout)

    # ---- messages towards the modems

    def deliver(
        self,
        modem: str,
        sender: str,
        text: str = "",
        *,
        data: bytes | None = None,
        order: str = "in",
        copies: int = 1,
        message_class: int | None = None,
        alphabet: str | None = None,
        wide: bool = False,
        reference: int | None = None,
        parts: tuple[int, ...] | None = None,
        pid: int = 0,
        dcs: int | None = None,
        sent_at: datetime | None = None,
        pdu: str | None = None,
    ) -> None:
        """A message from `sender` (number, short code or name) to the SIM in `modem` (name, IMSI or number).

        `order`: "in", "reversed" or "shuffled" parts. `copies`: the network delivers each part again.
        `parts`: only these sequences. `data` with `dcs`: 8-bit content. `pid` 0x40: a silent message.
        `pdu`: a raw TPDU in hex in place of everything else.
        """
        with self.loop.held():
            imsi = self.find(modem)
            for tpdu in self._compose(
                sender,
                text,
                data,
                order,
                message_class,
                alphabet,
                wide,
                reference,
                parts,
                pid,
                dcs,
                sent_at,
                pdu,
            ):
                for _ in range(copies):
                    self._post(imsi, tpdu, sender)
            self.flush(imsi)

    def _compose(
        self,
        sender: str,
        text: str,
        data: bytes | None,
        order: str,
        message_class: int | None,
        alphabet: str | None,
        wide: bool,
        reference: int | None,
        parts: tuple[int, ...] | None,
        pid: int,
        dcs: int | None,
        sent_at: datetime | None,
        pdu: str | None,
    ) -> list[Deliver | bytes]:
        stamp = Stamp(sent_at or self.date())
        if pdu is not None:
            return [bytes.fromhex(pdu)]
        if data is not None:
            scheme = (0x04 if message_class is None else 0x14 | message_class) if dcs is None else dcs
            return [Deliver(sender=sender, stamp=stamp, text=None, data=data, pid=pid, dcs=scheme)]
        if reference is None:
            self._reference = (self._reference + 1) % (65536 if wide else 256)
            reference = self._reference
        delivers = compose(
            text,
            sender=sender,
            stamp=stamp,
            reference=reference,
            wide=wide,
            message_class=message_class,
            pid=pid,
            alphabet=alphabet,
        )
        if parts is not None:
            delivers = [delivers[sequence - 1] for sequence in parts]
        if order == "reversed":
            delivers.reverse()
        elif order == "shuffled":
            self.rng.shuffle(delivers)
        return list(delivers)

    def _post(self, imsi: str, message: Deliver | bytes, sender: str) -> None:
        tpdu = message if isinstance(message, bytes) else message.encode()
        text = None if isinstance(message, bytes) else message.text
        pdu = (encode_smsc(self.smsc) + tpdu).hex().upper()
        record = Incoming(at=self.loop.now(), imsi=imsi, sender=sender, text=text, pdu=pdu)
        self._incoming.append(record)
        self.journal.write("injected", imsi=imsi, sender=sender, text=text)
        letter = Letter(tpdu=tpdu, is_report=False, sender=sender, text=text)
        if isinstance(message, Deliver):
            letter.pid = message.pid
        self._waiting.setdefault(imsi, deque()).append(letter)

    def find(self, modem: str) -> str:
        """The IMSI of a modem's SIM, by the modem's name, the IMSI itself or the number.

        Raises `LookupError` where there is none.
        """
        for device in self._devices:
            sim = device.sim
            if sim is not None and modem in (device.name, sim.imsi, sim.number):
                return sim.imsi
        if modem.isdigit() and len(modem) == 15:
            return modem
        raise LookupError(f"no modem and no SIM is called {modem!r}")

    # ---- what the modems and the handsets use, with the lock held

    def join_device(self, device: Device) -> None:
        """A modem of this network."""
        self._devices.append(device)

    def date(self) -> datetime:
        """The service centre's clock."""
        return clock.wall(self._offset)

    def imsi_of(self, number: str) -> str | None:
        """The SIM of the farm that has this number."""
        for device in self._devices:
            if device.sim is not None and device.sim.number == number:
                return device.sim.imsi
        return None

    def number_of(self, imsi: str) -> str:
        """The number of a SIM, as those who get its messages see it."""
        for device in self._devices:
            if device.sim is not None and device.sim.imsi == imsi:
                return device.sim.number
        return ""

    def submit(self, device: Device, submit: Submit, pdu: str, *, answered: bool = True) -> Accepted:
        """Take a part, or raise the error that the network gives."""
        sim = device.sim
        if sim is None:
            raise cms(310)
        refusal = self.crowd.refusal(submit.recipient)
        if refusal is not None:
            self.journal.write("refused", device.name, recipient=submit.recipient, code=refusal)
            raise cms(refusal)
        reference = sim.next_reference()
        if device.faults.on("reference_from_pdu"):
            reference = submit.reference
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
            pdu=pdu,
            header=submit.header,
            answered=answered,
        )
        self._accepted.append(part)
        self.journal.write(
            "accepted",
            device.name,
            number=part.number,
            imsi=sim.imsi,
            recipient=part.recipient,
            text=part.text,
            reference=reference,
            concat=_place(part),
            report=part.report_requested,
            validity=None if validity is None else validity.total_seconds(),
            answered=answered,
        )
        if not device.faults.fire("silent_loss", recipient=part.recipient):
            self.crowd.route(part, device)
        return part

    def report(self, part: Accepted, status: int, device: Device | None = None) -> None:
        """Give the SIM a status report about a part."""
        stamp, now = Stamp(part.stamp.replace(microsecond=0)), Stamp(self.date().replace(microsecond=0))
        report = Report(
            reference=part.reference,
            recipient=part.recipient,
            submitted=stamp,
            discharged=now,
            status=status,
        )
        tpdu = report.encode()
        record = Delivered(
            at=self.loop.now(),
            imsi=part.imsi,
            reference=part.reference,
            recipient=part.recipient,
            status=status,
            part=part.number,
            pdu=(encode_smsc(self.smsc) + tpdu).hex().upper(),
        )
        self._reports.append(record)
        self.journal.write(
            "report", part.modem, imsi=part.imsi, reference=part.reference, status=status, part=part.number
        )
        letter = Letter(tpdu=tpdu, is_report=True, sender=part.recipient)
        self._waiting.setdefault(part.imsi, deque()).append(letter)
        self.flush(part.imsi)

    def send(self, imsi: str, sender: str, text: str, order: str = "in") -> None:
        """A phone writes to a SIM."""
        for tpdu in self._compose(
            sender, text, None, order, None, None, False, None, None, 0, None, None, None
        ):
            self._post(imsi, tpdu, sender)
        self.flush(imsi)

    def forward(self, part: Accepted, imsi: str, device: Device) -> None:
        """From one SIM of the farm to another."""
        deliver = Deliver(
            sender=self.number_of(part.imsi),
            stamp=Stamp(part.stamp),
            text=part.text,
            data=part.data,
            pid=part.pid,
            dcs=part.dcs,
            header=part.header,
        )
        self._post(imsi, deliver, deliver.sender)
        self.flush(imsi)
        if part.report_requested and not device.faults.fire("report_missing", recipient=part.recipient):
            self.later(self.report_delay, lambda: self.report(part, 0, device))

    def flush(self, imsi: str) -> None:
        """Hand over what waits for a SIM, as far as its modem takes it."""
        waiting = self._waiting.get(imsi)
        if not waiting:
            return
        device = next((d for d in self._devices if d.sim is not None and d.sim.imsi == imsi), None)
        while waiting and device is not None and device.reachable and device.take(waiting[0]):
            waiting.popleft()

    def held(self, imsi: str) -> int:
        """How many messages wait for a SIM."""
        with self.loop.lock:
            return len(self._waiting.get(imsi, ()))

    def again(self, imsi: str, letter: Letter) -> None:
        """A letter that the modem took and did not acknowledge: it goes to the front of the queue."""
        self._waiting.setdefault(imsi, deque()).appendleft(letter)

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Something that happens in the network after a while."""
        return self.loop.later(seconds, action)


def _place(part: Accepted) -> str | None:
    place = part.concat
    return None if place is None else f"{place.sequence}/{place.total} ref {place.reference}"
