"""Sender numbers that are reserved for persons: French mobiles, whose SIMs automatic sending may cost."""

from __future__ import annotations

from dataclasses import replace

from gateway import numbers
from gateway.consent import Scope
from gateway.model import Reason, reason
from gateway.policy.values import Refusal, Rules
from gateway.router import LaneKey
from gateway.store import Reader, sims

RESERVED_NUMBERS = ("+336", "+337")
"""ARCEP decision 2022-1583: 06 and 07 are for messages between persons."""

REFUSED = Refusal(
    reason(
        Reason.SENDER_RESTRICTED, "every modem that could carry it has a number that is reserved for persons"
    )
)


def reserved_modems(read: Reader, rules: Rules) -> frozenset[str]:
    """The modems whose SIM has such a number, as far as SIMs tell; none where the operator takes it on."""
    if rules.restricted_senders != "refuse":
        return frozenset()
    return frozenset(
        sim.modem for sim in sims.list_sims(read) if sim.modem and is_reserved(sim.number, rules.region)
    )


def narrowed(lane: LaneKey, category: str, reserved: frozenset[str], rules: Rules) -> LaneKey | Refusal:
    """The lane without the modems that must not send this; a refusal where none is left.

    `allow` of a modem is for every category, reserved numbers are about what is sent automatically.
    """
    left = tuple(name for name in lane.modems if rules.allows(name, category))
    if lane.modems and not left:
        detail = f"{', '.join(lane.modems)} must not send category '{category}': modems.NAME.allow"
        return Refusal(reason(Reason.SENDER_NOT_ALLOWED, detail))
    if category in set(Scope):
        own = tuple(name for name in left if name not in reserved)
        if left and not own:
            return REFUSED
        left = own
    if left == lane.modems:
        return lane
    kept = lane.binding or lane.prefer in left
    return replace(lane, modems=left) if kept else LaneKey(modems=left)


def is_reserved(number: str, region: str) -> bool:
    """Whether a SIM's own number is one of those for persons; False where the SIM does not tell it."""
    try:
        return numbers.normalise(number, region).startswith(RESERVED_NUMBERS)
    except numbers.InvalidNumber:  # many SIMs do not know their own number
        return False
