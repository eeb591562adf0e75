"""What waits in the network for a SIM, and how it is handed over."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.sim.codec import Deliver, Stamp, compose
from drivers.sim.codec.address import encode_smsc
from drivers.sim.codec.coding import alphabet_of, class_of
from drivers.sim.records import Incoming

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.network import Network


@dataclass(slots=True, kw_only=True)
class Letter:
    """A message part or a status report on its way to a SIM."""

    tpdu: bytes
    smsc: str
    is_report: bool = False
    pid: int = 0
    message_class: int | None = None
    shown_as_held: bool = False

    @property
    def pdu(self) -> bytes:
        """As it lies in a modem: the service centre's address first."""
        return encode_smsc(self.smsc) + self.tpdu


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is to come in; `Network.deliver` says what the fields mean."""

    sender: str
    text: str = ""
    data: bytes | None = None
    order: str = "in"
    copies: int = 1
    message_class: int | None = None
    alphabet: str | None = None
    wide: bool = False
    reference: int | None = None
    parts: tuple[int, ...] | None = None
    pid: int = 0
    dcs: int | None = None
    header: bytes = b""
    sent_at: datetime | None = None


class Mail:
    """The queues of the service centre, one a SIM. The caller holds the lock."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._waiting: dict[tuple[str, bool], deque[Letter]] = {}
        self._reference = network.rng.randrange(256)

    def post_draft(self, imsi: str, draft: Draft) -> None:
        """Cut a message into parts and send them to a SIM."""
        for deliver in self._parts(draft):
            for _ in range(draft.copies):
                self.post(imsi, deliver)
        self.flush(imsi)

    def post(self, imsi: str, deliver: Deliver) -> None:
        """One part."""
        self.post_raw(imsi, deliver.encode(), deliver)

    def post_raw(self, imsi: str, tpdu: bytes, deliver: Deliver | None = None) -> None:
        """One TPDU, which may be anything."""
        network = self._network
        letter = Letter(tpdu=tpdu, smsc=network.smsc)
        sender, text = "", None
        if deliver is not None:
            sender, text = deliver.sender, deliver.text
            letter.pid, letter.message_class = deliver.pid, class_of(deliver.dcs)
        pdu = letter.pdu.hex().upper()
        network.note_incoming(
            Incoming(at=network.loop.now(), imsi=imsi, sender=sender, text=text, pdu=pdu),
        )
        self.queue(imsi, letter)

    def queue(self, imsi: str, letter: Letter) -> None:
        """Behind what waits already."""
        queue = self._queue(imsi, letter)
        queue.append(letter)
        device = self._network.device_of(imsi)
        if device is not None and not letter.is_report and device.faults.fire("duplicate_mt"):
            queue.append(letter)

    def again(self, imsi: str, letter: Letter) -> None:
        """One that the modem did not acknowledge: before all others."""
        self._queue(imsi, letter).appendleft(letter)

    def _queue(self, imsi: str, letter: Letter) -> deque[Letter]:
        """Messages and reports wait apart: a full storage for the ones does not hold up the others."""
        return self._waiting.setdefault((imsi, letter.is_report), deque())

    def flush(self, imsi: str) -> None:
        """Hand over as much as the modem takes."""
        device = self._network.device_of(imsi)
        for is_report in (False, True):
            waiting = self._waiting.get((imsi, is_report))
            while waiting and device is not None and device.reachable and self._hand(device, waiting):
                pass

    def _hand(self, device: Device, waiting: deque[Letter]) -> bool:
        letter = waiting.popleft()
        if device.take(letter):
            return True
        waiting.appendleft(letter)
        return False

    def held(self, imsi: str) -> int:
        """How much waits for a SIM."""
        return sum(len(self._waiting.get((imsi, is_report), ())) for is_report in (False, True))

    def _parts(self, draft: Draft) -> Iterable[Deliver]:
        stamp = Stamp(draft.sent_at or self._network.date())
        if draft.data is not None:
            return [_binary(draft, draft.data, stamp)]
        delivers = compose(
            draft.text,
            sender=draft.sender,
            stamp=stamp,
            reference=self._next_reference(draft),
            wide=draft.wide,
            message_class=draft.message_class,
            pid=draft.pid,
            alphabet=draft.alphabet if draft.dcs is None else alphabet_of(draft.dcs),
        )
        delivers = [_adorned(each, draft) for each in delivers]
        if draft.parts is not None:
            delivers = [delivers[sequence - 1] for sequence in draft.parts]
        if draft.order == "reversed":
            delivers.reverse()
        elif draft.order == "shuffled":
            self._network.rng.shuffle(delivers)
        return delivers

    def _next_reference(self, draft: Draft) -> int:
        if draft.reference is not None:
            return draft.reference
        self._reference = (self._reference + 1) % (65536 if draft.wide else 256)
        return self._reference


def _binary(draft: Draft, data: bytes, stamp: Stamp) -> Deliver:
    dcs = draft.dcs
    if dcs is None:
        dcs = 0x04 if draft.message_class is None else 0x14 | draft.message_class
    return Deliver(
        sender=draft.sender, stamp=stamp, text=None, data=data, pid=draft.pid, dcs=dcs, header=draft.header
    )


def _adorned(deliver: Deliver, draft: Draft) -> Deliver:
    """With the coding scheme and the header elements that were asked for."""
    dcs = deliver.dcs if draft.dcs is None else draft.dcs
    return replace(deliver, dcs=dcs, header=draft.header + deliver.header)
