"""Whatever a modem counts, and whoever else sends through it: nothing is called unsent that the network has."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.counting import PAUSE, SILENCE, TRUSTED, Counter, Seen

EVENTS = {
    "accepted": 8,
    "refused": 1,
    "silent, never left": 2,
    "silent, lost on the air": 1,
    "silent, accepted": 2,
    "somebody else": 1,
    "restart": 1,
}
event = st.sampled_from([name for name, weight in EVENTS.items() for _ in range(weight)])


@dataclass
class World:
    """A modem that counts in its own way, and a network that remembers."""

    rule: str
    number: int = 0
    accepted: set[int] = field(default_factory=set)

    def count(self, what: str) -> int:
        """One attempt; the number that it carries."""
        given = (self.number + 1) % 256
        counts = {
            "attempts": what not in ("silent, never left",),
            "what the network takes": what in ("accepted", "silent, accepted", "somebody else"),
            "what was answered": what in ("accepted", "somebody else"),
            "nothing": False,
        }[self.rule]
        self.number = given if counts else self.number
        return given if counts else (0 if self.rule == "nothing" else given)


@settings(max_examples=400, deadline=None)
@given(
    rule=st.sampled_from(["attempts", "what the network takes", "what was answered", "nothing"]),
    events=st.lists(event, min_size=15, max_size=80),
    start=st.integers(0, 255),
    kinds=st.lists(st.sampled_from([SILENCE, "cms_332"]), min_size=80, max_size=80),
    alone=st.booleans(),
)
def test_nothing_is_called_unsent_that_the_network_has(
    rule: str, events: list[str], start: int, kinds: list[str], alone: bool
) -> None:
    world, counter = World(rule, start), Counter({})
    if rule == "what was answered":
        alone = True  # a stranger who sends at those moments alone, and always then, would pass for a gap
    for attempt, what in enumerate(events):
        if what == "somebody else" and alone:
            continue
        if what == "restart":
            world.number = start
            counter.broken()
            continue
        number = world.count(what)
        if what == "accepted":
            found = counter.accepted(number, attempt * PAUSE, attempt * PAUSE)
            wrong = [lost for lost, _ in found.not_sent if lost in world.accepted]
            assert not wrong, f"{rule}: {wrong}"
        elif what == "refused":
            counter.refused()
        elif what.startswith("silent"):
            if what == "silent, accepted":
                world.accepted.add(attempt)
            counter.unknown(attempt, kinds[attempt], 1.0)


def test_the_model_reaches_a_proof() -> None:
    """Else the property would hold for a counter that never says anything."""
    world, counter = World("attempts"), Counter({SILENCE: Seen(TRUSTED)})
    said = []
    for attempt, what in enumerate([*["accepted"] * 6, "silent, never left", *["accepted"] * 2]):
        number = world.count(what)
        if what == "accepted":
            said += counter.accepted(number, attempt * PAUSE, attempt * PAUSE).not_sent
        else:
            counter.unknown(attempt, SILENCE, 1.0)
    assert said == [(6, SILENCE)]
