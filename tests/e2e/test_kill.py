"""kill -9 at any moment: nothing is lost, nothing is sent twice, and every row tells the truth."""

from __future__ import annotations

import random
import select
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset
from gateway import control

if TYPE_CHECKING:
    from tests.e2e.conftest import House

KILLS = 5
WAVE = 12
"""Messages inserted before each kill."""


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    farm: Callable[..., Farm], gateway: Callable[..., House], seed: int
) -> None:
    rng = random.Random(seed)
    world = farm(2, submit_time=0.03, world={"seed": seed, "handsets": [Handset(number="*")]})
    house = gateway(world)
    written = 0
    for wave in range(KILLS):
        house.start()
        for place in range(WAVE):
            house.insert(f"+3361234{wave:02d}{place:02d}", f"message {wave}.{place}")
            if place % 3 == 0:
                written += 1
                world.network.deliver(f"sim{rng.randint(1, 2)}", "+33687654321", f"réponse {written}")
        select.select([], [], [], rng.uniform(0.0, 0.4))  # the moment of the kill is what is being tried
        house.kill()
        house.check_truth(world)
    house.start()
    states = house.until_settled()
    house.wait(
        lambda: len(house.rows("SELECT 1 FROM inbox")) >= written,
        f"{written} incoming messages",
    )
    everything_was_read(house, world)
    states = house.states()
    assert sum(states.values()) == KILLS * WAVE
    house.check_truth(world)
    inbox = Counter(row["body"] for row in house.rows("SELECT body FROM inbox"))
    assert inbox == Counter(f"réponse {place}" for place in range(1, written + 1))
    assert set(states) <= {"sent", "delivered", "unknown"}
    assert states["unknown"] <= 2 * KILLS, "at most one send a modem can be in the air at a kill"
    assert states["delivered"] >= KILLS * WAVE / 2
    told = {row["number"] for row in house.rows("SELECT number FROM report")}
    for row in house.rows("SELECT id, recipient FROM outbox WHERE state IN ('sent', 'unknown')"):
        # its report was pushed into a process that was killed before it could write it down
        assert row["recipient"] not in told, f"message {row['id']} has a report"
    assert house.rows("SELECT * FROM report WHERE attempt_id IS NULL") == []
    assert house.stop() == 0
    with closing(open(house.log)) as log:
        assert "Traceback" not in log.read()


def everything_was_read(house: House, world: Farm) -> None:
    """All reports were pushed, and the daemon has taken in what was pushed before a command's answer."""
    world.network.wait(lambda network: len(network.reports) == len(network.accepted))
    for name in world.modems:
        control.ask(house.database, "modem.at", name=name, command="AT")
        control.ask(house.database, "modem.at", name=name, command="AT")


def test_a_kill_between_the_networks_yes_and_its_record_is_told_as_unknown_and_cleared_up_by_the_report(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    late = Handset(number="+33612345678", report_delay=1.5)
    world = farm(1, faults=["no_answer_cmgs=yes,nth=1"], world={"handsets": [late]})
    house = gateway(world).start()
    message = house.insert(late.number, "oui ou non")
    world.network.wait(lambda network: network.accepted)
    house.kill()
    house.start()
    assert house.until_state(message, "delivered")["attempts"] == 1
    assert len(world.network.accepted) == 1
    events = [row["kind"] for row in house.rows("SELECT kind FROM event WHERE message_id = ?", message)]
    assert events.index("unknown") < events.index("delivered")


def test_a_kill_before_the_network_has_it_is_never_resent_by_itself(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(1, faults=["no_answer_cmgs=no,nth=1"])
    house = gateway(world).start()
    message = house.insert("+33612345678", "jamais parti")
    house.wait(lambda: house.rows("SELECT 1 FROM attempt"), "the attempt")
    house.kill()
    house.start()
    other = house.insert("+33612345679", "le suivant")
    house.until_state(other, "delivered")
    assert house.message(message)["state"] == "unknown"
    assert "daemon_died" in house.message(message)["reason"]
    house.cli("outbox", "resolve", message, "--failed")
    house.cli("outbox", "retry", message)
    house.until_state(message, "delivered")
    house.check_truth(world)
