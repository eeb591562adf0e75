"""Good manners, pure: when one may write to somebody, and how often. No clock, no database.

windows     hours, days and holidays in the recipient's own time
zones       where a number lives, as far as it tells
publicdays  public holidays, by country
caps        how many messages a person gets in how much time; quarantine between surveys
loop        how often the gateway answers by itself, so that two machines do not talk for ever
"""

from __future__ import annotations

from gateway.politeness.caps import Cap, Closed, quarantined, room
from gateway.politeness.loop import LIMITS, may_answer
from gateway.politeness.windows import Opening, Window, opening, spread
from gateway.politeness.zones import Place, place_of

__all__ = [
    "LIMITS",
    "Cap",
    "Closed",
    "Opening",
    "Place",
    "Window",
    "may_answer",
    "opening",
    "place_of",
    "quarantined",
    "room",
    "spread",
]
