"""Incoming messages and status reports: nothing is lost, nothing is stored twice.

`take` commits what a modem handed over; the caller deletes it from the modem only after that. A PDU that
comes again (after a crash in between, from a network that missed the acknowledgement, out of a slot that
cannot be deleted) is known by its fingerprint and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from drivers import Deliver, Received, StatusReport, Undecodable
from gateway import failpoints, numbers
from gateway.clock import Clock, to_text
from gateway.failpoints import Step
from gateway.log import say
from gateway.receiving import content, known, shelf
from gateway.receiving.joining import home
from gateway.receiving.shelf import Classify, Verdict
from gateway.store import Store, Tx, events, inbound, inbox, reports
from gateway.store.inbound import Kept, Part

__all__ = ["Classify", "Receiver", "Taken", "Verdict", "What", "in_order"]

log = logging.getLogger(__name__)

_MODEM: Final = "ME"
"""The memory of the modem, not of its SIM (TS 27.005 3.2.2)."""
WAIT_FOR_PARTS = timedelta(seconds=300)
"""After the last part: then the message is shown with gaps."""

LOOK_BACK = timedelta(days=10)
"""Parts of one message may be received so far apart: the network keeps them while a modem is off."""

TRACED_DUPLICATES = 10
"""Of one message: a slot that cannot be deleted would fill the trace."""


class What(StrEnum):
    """What `take` found."""

    MESSAGE = "message"
    PART = "part"
    DUPLICATE = "duplicate"
    SILENT = "silent"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of something received. It is committed: delete it from the modem."""

    what: What
    inbox_id: int | None = None
    """The row of the inbox that it made, filled or repeated."""
    message_id: int | None = None
    """The outgoing message that a report spoke of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """Where and when something came in."""

    modem: str
    imsi: str
    pdu: str
    now: datetime
    stays: bool
    """It lies in the modem itself, where it stays when the SIM goes."""

    @property
    def at(self) -> str:
        return to_text(self.now)


class Receiver:
    """Takes what modems receive. Any thread may call it; each call is one transaction."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        zone: ZoneInfo | None = None,
        region: str = "FR",
        classify: Classify | None = None,
    ) -> None:
        self.zone = zone or ZoneInfo("UTC")
        self._store = store
        self._clock = clock
        self._region = region
        self._classify = classify

    def take(self, received: Received, *, modem: str, imsi: str) -> Taken:
        """Commit one thing that the modem handed over. Raises StoreError: then leave it where it lies."""
        origin = _Origin(
            modem=modem,
            imsi=imsi,
            pdu=content.storable(received.pdu),
            now=self._clock.now(),
            stays=received.slot is not None and received.slot.memory == _MODEM,
        )
        with self._store.write() as tx:
            taken = self._taken(tx, origin, received.content)
            failpoints.reach(Step.RECEIVED_WRITTEN)
        failpoints.reach(Step.RECEIVED_COMMITTED)
        return taken

    def _taken(self, tx: Tx, origin: _Origin, received: Deliver | StatusReport | Undecodable) -> Taken:
        match received:
            case StatusReport() as report:
                return self._report(tx, origin, report)
            case Deliver(silent=True) as message:
                return _silent(tx, origin, message)
            case Deliver() as message:
                return self._keep(tx, origin, self._part(origin, message))
            case Undecodable(why=why):
                return self._keep(tx, origin, _unreadable(origin), why)

    def sweep_incomplete(self, now: datetime) -> list[int]:
        """Show, with gaps, the long messages whose last part came 300 s ago or earlier; their inbox rows."""
        with self._store.read() as read:
            if not inbound.stale(read, to_text(now - WAIT_FOR_PARTS)):
                return []
        with self._store.write() as tx:
            late = inbound.stale(tx, to_text(now - WAIT_FOR_PARTS))
            return [self._show(tx, inbound.waiting(tx, first), now) for first in late]

    def _report(self, tx: Tx, origin: _Origin, report: StatusReport) -> Taken:
        recorded = reports.record(
            tx,
            report,
            pdu=origin.pdu,
            sim=origin.imsi,
            modem=origin.modem,
            region=self._region,
            now=origin.at,
        )
        if not recorded.new:
            return Taken(what=What.DUPLICATE)
        say(log, "report", modem=origin.modem, message=recorded.message_id, status=report.status)
        return Taken(what=What.REPORT, message_id=recorded.message_id)

    def _part(self, origin: _Origin, message: Deliver) -> Part:
        sender, robot = numbers.sender(message.sender, self._region, message.sender_is_name)
        part = Part(
            imsi=origin.imsi,
            modem=origin.modem,
            sender=content.storable(sender),
            scts=None if message.timestamp is None else to_text(message.timestamp),
            received_at=origin.at,
            text=content.part_text(message),
            pdu=origin.pdu,
            fingerprint=content.fingerprint(message),
            robot=robot or message.waiting_indicator or message.ports is not None,
        )
        concat = message.concat
        if concat is None or concat.total < 2 or not 1 <= concat.sequence <= concat.total:
            return part
        return replace(
            part,
            reference=concat.reference,
            wide=concat.wide,
            total=concat.total,
            sequence=concat.sequence,
        )

    def _keep(self, tx: Tx, origin: _Origin, part: Part, unreadable: str | None = None) -> Taken:
        """Store a part or a message of one part, unless it is there already."""
        before = inbound.latest(tx, part.imsi, part.fingerprint)
        if before is None and origin.stays and known.dated(part):
            before = inbound.latest_in(tx, part.modem, part.fingerprint)
        if before is not None:
            if known.is_the_same(before, origin.now):
                return _seen_again(tx, origin, before)
            part = replace(part, fingerprint=inbound.next_fingerprint(before))
        if part.total > 1:
            return self._join(tx, origin, part)
        first = inbound.add(tx, part)
        shown = self._show(tx, inbound.waiting(tx, first), origin.now, unreadable)
        return Taken(what=What.MESSAGE, inbox_id=shown)

    def _join(self, tx: Tx, origin: _Origin, part: Part) -> Taken:
        """Store a part of a long message, and show the message where it is the last one."""
        kept = inbound.begun(tx, part, to_text(origin.now - LOOK_BACK))
        found = home(part.sequence, part.text, known.moment(part), known.begun(kept))
        if found is None:
            inbound.add(tx, part)
            return _one_more(tx, origin, part)
        shown = next(other.inbox_id for other in kept if other.first_id == found.first_id)
        inbound.add(tx, part, first_id=found.first_id, inbox_id=shown)
        if part.sequence in found.places:
            return _repeated(tx, origin, shown)
        if shown is not None:
            shelf.fill(tx, shown, origin.now, origin.modem, part.sequence)
            return Taken(what=What.PART, inbox_id=shown)
        if len(found.places) + 1 < found.total:
            return _one_more(tx, origin, part)
        shown = self._show(tx, inbound.waiting(tx, found.first_id), origin.now)
        return Taken(what=What.MESSAGE, inbox_id=shown)

    def _show(self, tx: Tx, parts: list[Kept], now: datetime, unreadable: str | None = None) -> int:
        return shelf.show(tx, parts, now, classify=self._classify, unreadable=unreadable)


def in_order(batch: Iterable[Received]) -> list[Received]:
    """What a sweep found, in the order in which it was written: by the service centre's time, then by slot.

    Reports come first: a question is known to have arrived before its answer is looked at.
    """
    return sorted(batch, key=_age)


def _age(received: Received) -> tuple[int, float, int]:
    kinds = {StatusReport: 0, Deliver: 1, Undecodable: 2}
    stamp = getattr(received.content, "timestamp", None)
    index = received.slot.index if received.slot is not None else -1
    return kinds[type(received.content)], inf if stamp is None else stamp.timestamp(), index


def _unreadable(origin: _Origin) -> Part:
    return Part(
        imsi=origin.imsi,
        modem=origin.modem,
        sender="",
        received_at=origin.at,
        pdu=origin.pdu,
        fingerprint=content.raw_fingerprint(origin.pdu),
        robot=True,
    )


def _silent(tx: Tx, origin: _Origin, message: Deliver) -> Taken:
    """A type 0 message is traced and never shown (TS 23.040 9.2.3.9, MODEMS F97)."""
    detail = {"sender": message.sender, "pdu": origin.pdu}
    events.add(tx, "silent", now=origin.at, modem=origin.modem, detail=detail)
    return Taken(what=What.SILENT)


def _seen_again(tx: Tx, origin: _Origin, before: Kept) -> Taken:
    if before.inbox_id is not None and not known.dated(before):
        inbound.seen_again(tx, before.part_id, origin.at)
    return _repeated(tx, origin, before.inbox_id)


def _repeated(tx: Tx, origin: _Origin, inbox_id: int | None) -> Taken:
    times = inbox.count_duplicate(tx, inbox_id) if inbox_id is not None else 1
    if times <= TRACED_DUPLICATES:
        events.add(
            tx, "duplicate", now=origin.at, inbox_id=inbox_id, modem=origin.modem, detail={"times": times}
        )
    return Taken(what=What.DUPLICATE, inbox_id=inbox_id)


def _one_more(tx: Tx, origin: _Origin, part: Part) -> Taken:
    detail = {"sender": part.sender, "reference": part.reference, "part": part.sequence, "parts": part.total}
    events.add(tx, "part_received", now=origin.at, modem=origin.modem, detail=detail)
    return Taken(what=What.PART)
