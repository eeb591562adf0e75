"""By which modem? Pure decisions on lanes.

A lane is what a set of messages has in common: the modems that may carry them, and the one that should. Every
decision is made on lanes, of which there are few, and never on rows, of which there may be a million.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A configured modem as the router sees it."""

    name: str
    prefixes: tuple[str, ...] = ()
    """Numbers that it serves, by E.164 prefix; none: all."""

    def serves(self, number: str) -> bool:
        """Whether a number is this modem's to carry."""
        return not self.prefixes or number.startswith(self.prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneKey:
    """Who may, who should, and whether the others must wait for the one who should."""

    modems: tuple[str, ...]
    prefer: str | None = None
    """The modem that should; where that binds, the SIM (IMSI), in whichever modem it is."""
    binding: bool = False


def lane_for(
    number: str,
    routes: Sequence[Route],
    *,
    wanted: str | None = None,
    prefer: str | None = None,
    sim: str | None = None,
    without: frozenset[str] = frozenset(),
) -> LaneKey:
    """The lane of a message to `number`.

    `wanted` is the modem that the application named, `prefer` the one whose SIM last talked with the
    customer, `sim` the SIM that a conversation is bound to, `without` those that were tried in vain. An empty
    lane waits for a change of configuration.
    """
    if wanted is not None:
        modems = tuple(route.name for route in routes if route.name == wanted)
        return LaneKey(modems=modems)
    modems = tuple(
        sorted(route.name for route in routes if route.serves(number) and route.name not in without)
    )
    if sim is not None:
        return LaneKey(modems=modems, prefer=sim, binding=True)
    return LaneKey(modems=modems, prefer=prefer if prefer in modems else None)


def first_choice(lane: LaneKey, modem: str, sim: str) -> bool:
    """Whether `modem`, with this SIM in it, may take from the lane without asking about the others."""
    return modem in lane.modems and lane.prefer in (None, sim if lane.binding else modem)


def second_choice(
    lane: LaneKey, modem: str, sim: str, occupied: Callable[[str], bool], gone: Callable[[str], bool]
) -> bool:
    """Whether an idle `modem` may take what another should carry.

    A preference yields when the preferred modem is `occupied` or out; a binding only when its SIM is `gone` for
    long (a customer's thread on the phone is worth waiting for).
    """
    if modem not in lane.modems or lane.prefer is None or first_choice(lane, modem, sim):
        return False
    return gone(lane.prefer) if lane.binding else occupied(lane.prefer)
