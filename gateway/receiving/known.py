"""What is known already of what comes in: the same part again, the parts of a message that has begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from gateway.clock import from_text
from gateway.matching import trusted
from gateway.receiving.joining import Begun, Moment
from gateway.store.inbound import Kept, Part

READ_AGAIN = timedelta(minutes=10)
"""Within this the same PDU under a worthless time stamp is the same message, read again."""


def is_the_same(known: Kept, now: datetime) -> bool:
    """Whether a part with this fingerprint is the one that is known, not a message that says the same.

    A time stamp that can be trusted settles it. Where it cannot (F145), "9" of today would hide behind "9" of
    last week: then only what was seen minutes ago is the same. In doubt it is stored twice rather than lost.
    """
    return dated(known) or abs(now - from_text(known.received_at)) <= READ_AGAIN


def dated(part: Part) -> bool:
    """Whether its time stamp can be trusted."""
    came = moment(part)
    return trusted(came.scts, came.received_at) is not None


def begun(kept: Iterable[Kept]) -> Iterator[Begun]:
    """The long messages that these parts belong to."""
    by_message = groupby(sorted(kept, key=attrgetter("first_id", "part_id")), key=attrgetter("first_id"))
    for first_id, group in by_message:
        parts = list(group)
        places = {part.sequence: part.text for part in reversed(parts)}
        yield Begun(first_id=first_id, total=parts[0].total, places=places, moments=tuple(map(moment, parts)))


def moment(part: Part) -> Moment:
    """When a part came."""
    scts = None if part.scts is None else from_text(part.scts)
    return Moment(scts=scts, received_at=from_text(part.received_at))
