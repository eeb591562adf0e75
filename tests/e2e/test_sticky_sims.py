"""A survey goes on from the SIM that the customer knows, in whichever modem that is (SURVEYS M11)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers.sim import Farm
from tests.e2e.test_survey import ALWAYS, CUSTOMER, FILE

if TYPE_CHECKING:
    from tests.e2e.conftest import House

Farms = Callable[..., Farm]
Houses = Callable[..., "House"]
QUESTION, NEXT = "Bricolo: votre satisfaction pour A-12, de 1 à 5 ? Refus : STOP", "Que s'est-il passé ?"


def asked(house: House, world: Farm, **environ: str) -> tuple[str, str, str]:
    """The first question went out: its SIM, its modem, and the other modem."""
    (house.folder / "surveys").mkdir()
    (house.folder / "surveys" / "note.toml").write_text(FILE, "utf-8")
    house.configure(ALWAYS, surveys="surveys", brand="Bricolo").start(**environ)
    house.rows(
        "INSERT INTO invitation (survey, recipient, event_ref) VALUES ('note', '06 12 34 56 78', 'A-12')"
    )
    house.wait(lambda: house.rows("SELECT 1 FROM session WHERE state = 'awaiting'"), "the customer is asked")
    (part,) = world.network.accepted
    assert part.text == QUESTION
    return part.imsi, part.modem, "sim2" if part.modem == "sim1" else "sim1"


def put(house: House, world: Farm, **cards: Any) -> None:
    """Pull sticks, put these SIMs into them, and plug them in again."""
    for name, card in cards.items():
        world.modem(name).unplug()
        house.until_modem(name, "gone")
        world.modem(name).device.sim = card
    for name in cards:
        world.modem(name).plug()
    for name in cards:
        house.until_modem(name, "ready", within=30)


def gone(house: House, world: Farm, modem: str) -> Any:
    """Another SIM is in the modem; the one that was in it."""
    card, restarts = world.modem(modem).device.sim, house.log_text().count(f"modem={modem} state=ready")
    world.modem(modem).arm("sim_swap")
    house.wait(
        lambda: house.log_text().count(f"modem={modem} state=ready") > restarts,
        f"{modem} has another SIM",
        30,
    )
    return card


def next_part(house: House, world: Farm) -> Any:
    """The second part that the network took."""
    house.wait(lambda: len(world.network.accepted) == 2, "the next question", within=30)
    return world.network.accepted[1]


def mismatches(house: House) -> list[str]:
    return [row["kind"] for row in house.rows("SELECT kind FROM event WHERE kind = 'sim_mismatch'")]


def test_the_next_question_follows_the_sim_into_another_modem(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    house = gateway(world)
    sim, modem, other = asked(house, world)
    cards = {name: world.modem(name).device.sim for name in (modem, other)}
    put(house, world, **{modem: cards[other], other: cards[modem]})
    world.network.deliver(other, CUSTOMER, "2")
    part = next_part(house, world)
    assert (part.imsi, part.modem, part.text) == (sim, other, NEXT)
    assert mismatches(house) == []


def test_the_next_question_waits_for_a_sim_that_another_one_has_replaced(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(2)
    house = gateway(world)
    sim, modem, other = asked(house, world)
    card = gone(house, world, modem)
    world.network.deliver(other, CUSTOMER, "2")
    house.wait(
        lambda: house.rows("SELECT 1 FROM outbox WHERE id = 2 AND reason LIKE 'waits_for_sim%'"),
        "the question says that it waits for its SIM",
    )
    assert mismatches(house) == ["sim_mismatch"]
    assert [row["kind"] for row in house.rows("SELECT kind FROM inbox")] == ["answer"]
    assert len(world.network.accepted) == 1
    put(house, world, **{modem: card})
    part = next_part(house, world)
    assert (part.imsi, part.modem, part.text) == (sim, modem, NEXT)


@pytest.fixture
def impatient(tmp_path: Path) -> str:
    """A folder for PYTHONPATH with which 30 minutes without a SIM last 3 s."""
    folder = tmp_path / "impatient"
    folder.mkdir()
    shorter = """
        import gateway.sender.desk
        import gateway.sender.whereabouts
        gateway.sender.desk.LONG_OUT = gateway.sender.whereabouts.LONG_OUT = 3.0
    """
    (folder / "sitecustomize.py").write_text(textwrap.dedent(shorter))
    return str(folder)


def test_a_survey_whose_sim_stays_away_moves_and_says_who_writes(
    farm: Farms, gateway: Houses, impatient: str
) -> None:
    world = farm(2)
    house = gateway(world)
    sim, modem, other = asked(house, world, PYTHONPATH=impatient)
    gone(house, world, modem)
    world.network.deliver(other, CUSTOMER, "2")
    part = next_part(house, world)
    assert part.imsi != sim
    assert part.text == f"Bricolo: {NEXT}"
    world.network.deliver(part.modem, CUSTOMER, "trop long")
    house.wait(lambda: len(world.network.accepted) == 3, "thanks", within=30)
    assert world.network.accepted[2].imsi == part.imsi
    assert mismatches(house) == ["sim_mismatch"], "it is at home there now"
