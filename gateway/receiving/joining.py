"""Which long message a part belongs to: a pure decision.

Senders number their long messages with 8 bits, often badly: a reference comes back within hours, a phone
that saw no acknowledgement sends a part again. Reference, place, content and time decide together
(MODEMS F98).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.matching import trusted

TOGETHER = timedelta(hours=24)
"""Parts of one message are at most this far apart, by the service centre's time."""

AGAIN = timedelta(minutes=15)
"""Within this a part that a complete message has already is the phone's second try, not a new message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a part came: by the service centre (where it says), and by our clock."""

    scts: datetime | None
    received_at: datetime

    def apart(self, other: Moment) -> timedelta:
        """How far two parts are apart: by the centre's time where both have one that can be trusted."""
        mine, its = trusted(self.scts, self.received_at), trusted(other.scts, other.received_at)
        if mine is not None and its is not None:
            return abs(mine - its)
        return abs(self.received_at - other.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A long message of which something has come."""

    first_id: int
    """The part that opened it."""
    total: int
    places: Mapping[int, str]
    """What came, by place: the content as stored."""
    moments: tuple[Moment, ...]

    @property
    def complete(self) -> bool:
        """Every place is filled."""
        return len(self.places) == self.total

    def apart(self, moment: Moment) -> timedelta:
        """How far a moment is from the nearest of its parts."""
        return min(moment.apart(own) for own in self.moments)

    def takes(self, place: int, content: str, moment: Moment) -> bool:
        """Whether a part may belong here: its place is empty, or holds the same."""
        held = self.places.get(place)
        if held is not None and held != content:
            return False
        return self.apart(moment) <= (AGAIN if self.complete else TOGETHER)


def home(place: int, content: str, moment: Moment, begun: Iterable[Begun]) -> Begun | None:
    """The message, of those begun under the same key, that a part belongs to; None: it opens a new one.

    Where several would take it, the nearest in time.
    """
    fitting = [message for message in begun if message.takes(place, content, moment)]
    return min(fitting, key=lambda message: (message.apart(moment), -message.first_id), default=None)
