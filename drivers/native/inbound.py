"""From what the modem says by itself to what the gateway is told: messages, reports, calls, late answers."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Final

from drivers.api import Call, Event, LateAccepted, Received, Slot, StorageFull, Undecodable
from drivers.at.events import Late, Torn, Unsolicited
from drivers.at.grammar import fields, value
from drivers.at.replies import Stored, caller, memory_index
from drivers.at.urc import Kind
from drivers.native.link import Link
from drivers.native.storage import Storage
from drivers.pdu import Deliver, PduError, StatusReport, SubmitPdu, decode_pdu

_REMEMBERED: Final = 1024
"""Slots whose content is known: twice the largest storage."""

_LOOKS: Final = 2
"""Looks at one slot before it is emptied, on a modem that calls its memory otherwise than it was told to."""

log = logging.getLogger(__name__)


class Inbound:
    """What one modem receives. Reads a stored message at once, hands a pushed one over."""

    def __init__(self, link: Link, storage: Storage, *, sr_memory: str, acknowledge: bool) -> None:
        """`sr_memory`: where reports lie whatever +CDSI says (F72). `acknowledge`: see `acknowledge`."""
        self._link = link
        self._storage = storage
        self._sr_memory = sr_memory
        self._wants_acknowledgement = acknowledge
        self._unacknowledged = 0
        self._ringing_until: float | None = None
        self._known: OrderedDict[Slot, str] = OrderedDict()
        self._doubtful: set[Slot] = set()
        self._puzzles: dict[Slot, str] = {}
        self._turns = 0  # of the storage: what was read before another memory was chosen is doubtful
        self._sweep_due = False  # a notification could not be followed, or may have been missed

    def collect(self, found: list[Event]) -> None:
        """Add to `found` what came since last time, as the gateway knows it.

        One by one: what was pushed exists nowhere else, and must not go when a later one raises.
        """
        while self._link.news:
            found += self._event(self._link.news.popleft())
        if self._ringing_until is not None and self._link.now() >= self._ringing_until:
            found.append(self._hang_up(""))
        if self._sweep_due or self._link.missed:
            self._sweep_due = False
            found += self.sweep()
            self._link.missed = False

    def salvage(self, found: list[Event]) -> None:
        """Add to `found` what can still be told of a modem that no longer answers: what it had pushed."""
        for news in self._link.news:
            if isinstance(news, Late) or (isinstance(news, Unsolicited) and news.pdu):
                found += self._event(news)
        self._link.news.clear()

    def deadline(self) -> float | None:
        """When `collect` has something to do although nothing came."""
        return self._ringing_until

    def sweep(self) -> list[Received]:
        """Everything incoming in every storage."""
        turns = self._storage.turns
        received = [self._received(slot, entry) for slot, entry in self._storage.sweep()]
        if self._storage.turns != turns:
            self._doubtful.update(self._known)
        return [each for each in received if each is not None]

    def discard(self, slot: Slot) -> None:
        """Delete what was handed over from this slot, once: whatever else comes to lie there is found by a sweep.

        After a restart the SIM may be another. Where a memory was chosen since, it may have been read from one that
        the modem had fallen back to without a word. Then the slot can hold what nobody has read: look first.
        """
        self._doubt()
        pdu = self._known.pop(slot, None)
        if pdu is None or not self._lies_there(slot, pdu):
            return
        if not self._storage.delete(slot):
            log.warning(
                "%s: the message in %s %d cannot be deleted", self._link.port.name, slot.memory, slot.index
            )

    def _lies_there(self, slot: Slot, pdu: str) -> bool:
        """Whether what was handed over is what a deletion would hit: read from this memory, which is chosen now."""
        doubtful = slot in self._doubtful
        self._doubtful.discard(slot)
        for _ in range(_LOOKS):
            if doubtful:
                entry = self._storage.read(slot)
                if entry is None or not _same(entry.pdu, pdu):
                    self._look_again(slot, entry)
                    return False
            if self._storage.holds(slot.memory):
                break
            doubtful = True
        return not self._link.lost  # else it may be another SIM; once that is known, everything is swept

    def _look_again(self, slot: Slot, entry: Stored | None) -> None:
        """What lies in this slot is another message; if it was so before, each look reads it differently."""
        if entry is not None and self._puzzles.get(slot) != entry.pdu:
            self._puzzles[slot] = entry.pdu
            self._sweep_due = True

    def _doubt(self) -> None:
        if self._turns != self._storage.turns:
            self._turns = self._storage.turns
            self._doubtful.update(self._known)

    def take_over(self, predecessor: Inbound) -> None:
        """After a restart: what `predecessor` read may no longer be where it was."""
        self._known = predecessor._known
        self._doubtful = set(self._known)
        self._unacknowledged = predecessor._unacknowledged
        self._sweep_due = True

    def acknowledge(self) -> None:
        """Tell the network that pushed messages are safe, where the modem does not do so by itself (F77).

        To be called when what was handed over has been committed: that is, when the next is asked for.
        """
        while self._unacknowledged:
            self._unacknowledged -= 1
            self._link.run("AT+CNMA")  # CMS 340, none expected, is fine

    def _event(self, news: Unsolicited | Torn | Late) -> list[Event]:
        if isinstance(news, Late):
            return [LateAccepted(tag=news.tag, reference=news.reference)]
        if isinstance(news, Torn):
            self._sweep_due = True
            return []
        match news.kind:
            case Kind.MESSAGE_STORED:
                return self._stored(news.line, is_report=False)
            case Kind.REPORT_STORED:
                return self._stored(news.line, is_report=True)
            case Kind.MESSAGE | Kind.REPORT:
                return self._pushed(news.pdu, is_report=news.kind is Kind.REPORT)
            case Kind.FULL:
                return [StorageFull(memory=_memory(news.line))]
            case Kind.RING:
                self._ringing_until = self._ringing_until or self._link.now() + self._link.timing.ring
            case Kind.CALLER if self._ringing_until is not None:
                return [self._hang_up(caller(news.line))]
        return []

    def _stored(self, line: str, *, is_report: bool) -> list[Event]:
        """The message that a notification is about; it is a hint, so where it is wrong, look everywhere (F33)."""
        named = memory_index(line)
        if named is not None:
            memory, index = named
            places = [memory, self._sr_memory] if is_report and self._sr_memory else [memory]
            for place in dict.fromkeys(places):
                slot = Slot(memory=place, index=index)
                entry = self._storage.read(slot)
                received = self._received(slot, entry) if entry else None
                if received and (not is_report or isinstance(received.content, StatusReport)):
                    return [received]
        self._sweep_due = True
        return []

    def _pushed(self, pdu: str, *, is_report: bool) -> list[Event]:
        self._unacknowledged += self._wants_acknowledgement
        content = _content(pdu) or Undecodable(why="an outgoing message")
        if is_report and isinstance(content, Deliver):  # junk before a report reads as a message (F76)
            content = Undecodable(why="announced as a status report, and none")
        return [Received(pdu=pdu, content=content, slot=None)]

    def _received(self, slot: Slot, entry: Stored) -> Received | None:
        """None for a message that somebody stored in order to send it (F100)."""
        content = _content(entry.pdu)
        if content is None:
            return None
        self._doubt()
        self._known[slot] = entry.pdu
        self._doubtful.discard(slot)
        self._known.move_to_end(slot)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return Received(pdu=entry.pdu, content=content, slot=slot)

    def _hang_up(self, number: str) -> Call:
        """Nobody answers here, and a call that goes on disturbs sending (F29)."""
        self._ringing_until = None
        if not self._link.run("AT+CHUP").result.ok:
            self._link.run("ATH")
        return Call(number=number)


def _content(pdu: str) -> Deliver | StatusReport | Undecodable | None:
    try:
        content = decode_pdu(pdu)
    except PduError as error:
        return Undecodable(why=str(error))
    return None if isinstance(content, SubmitPdu) else content


def _same(pdu: str, other: str) -> bool:
    """Whether it is one message: a modem may list it otherwise than it reads it."""
    return pdu == other or (
        isinstance(_content(pdu), Deliver | StatusReport) and _content(pdu) == _content(other)
    )


def _memory(line: str) -> str:
    """`^SMMEMFULL: "SM"` names one, `SMS FULL` does not."""
    name = fields(value(line))[0]
    return name if len(name) == 2 else ""
