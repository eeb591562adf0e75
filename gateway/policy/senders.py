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
    return frozenset(sim.modem for sim in sims.list_sims(read) if sim.modem and _reserved(sim.number, rules))


def narrowed(lane: LaneKey, category: str, reserved: frozenset[str]) -> LaneKey | Refusal:
    """The lane without these modems for what is sent automatically; a refusal where none is left."""
    if category not in set(Scope) or reserved.isdisjoint(lane.modems):
        return lane
    left = tuple(name for name in lane.modems if name not in reserved)
    if not left:
        return REFUSED
    if lane.prefer in left:
        return replace(lane, modems=left)
    return LaneKey(modems=left)


def _reserved(number: str, rules: Rules) -> bool:
    try:
        return numbers.normalise(number, rules.region).startswith(RESERVED_NUMBERS)
    except numbers.InvalidNumber:  # many SIMs do not know their own number
        return False
