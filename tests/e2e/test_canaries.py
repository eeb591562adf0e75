"""Canaries through the whole gateway: a modem that accepts everything and sends nothing is found by the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.sim import Farm

if TYPE_CHECKING:
    from tests.e2e.conftest import House

Farms = Callable[..., Farm]
Houses = Callable[..., "House"]

CANARIES = '[canary]\nevery = "12s"\nwithin = "3s"\n[alerts]\nabout_modems = ["sms:+33699999999"]\n'
PATIENCE = 60.0


def canaries(house: House, state: str) -> list[dict[str, Any]]:
    return house.rows("SELECT * FROM canary WHERE state = ? ORDER BY id", state)


def test_a_modem_that_accepts_and_drops_is_taken_out_and_comes_back(farm: Farms, gateway: Houses) -> None:
    world = farm(3)
    world.modem("sim2").arm("silent_loss")
    house = gateway(world)
    house.more = CANARIES
    house.configure().start()
    found = house.until_modem("sim2", "canary", within=PATIENCE)
    assert "does not arrive" in found["reason"]
    assert house.now("sim1")["state"] == house.now("sim3")["state"] == "ready"

    for place in range(6):
        row = house.until_state(house.insert(f"+336123400{place:02d}", f"client {place}"), "delivered")
        assert row["modem_used"] != "sim2", "no customer's message goes there"
    only = house.insert("+33612340099", "par lui seul", modem="sim2")
    house.until_reason(only, "modem_out", "sim2", "canaries")

    listed = house.cli("modem", "list") + house.cli("status")
    assert "canary" in listed
    alert = house.json("alert", "list")[0]
    assert alert["title"] == "modem sim2 is out"
    assert "does not arrive" in house.cli("alert", "show", alert["id"])
    told = house.rows("SELECT * FROM outbox WHERE recipient = '+33699999999'")
    assert told, "the target is told"

    world.modem("sim2").disarm()
    house.until_modem("sim2", "ready", within=PATIENCE)
    house.until_state(only, "delivered")
    assert house.json("alert", "list") == [], "closed by the canary that passed"
    kinds = {row["kind"] for row in house.rows("SELECT kind FROM event WHERE modem = 'sim2'")}
    assert {"canary", "canary_out", "canary_back"} <= kinds


def test_canaries_count_in_the_limits_and_touch_nothing_else(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    house = gateway(world)
    house.more = CANARIES
    house.configure().start()
    house.wait(lambda: len(canaries(house, "passed")) >= 2, "two canaries", within=PATIENCE)
    arrived = house.rows("SELECT * FROM inbox")
    assert {row["kind"] for row in arrived} == {"canary"}
    assert all(row["handled_at"] and row["session_id"] is None for row in arrived)
    assert house.json("inbox", "list", "--unhandled") == []
    sent = house.rows("SELECT * FROM outbox")
    assert {row["category"] for row in sent} == {"staff"}
    assert len(house.rows("SELECT * FROM air")) >= 2, "the throttle counts them"
    numbers = {sim.number for sim in (world.modem(name).sim for name in world.modems) if sim is not None}
    assert {part.recipient for part in world.network.accepted} <= numbers
    assert not house.rows("SELECT * FROM session")


def test_a_sim_that_does_not_know_its_number_is_named_and_may_be_told(farm: Farms, gateway: Houses) -> None:
    world = farm(2, number="")
    house = gateway(world)
    house.more = CANARIES
    house.configure().start()
    house.until_logged("action=canary_number modem=sim1")
    house.until_logged("set `number`")
    assert house.rows("SELECT * FROM canary") == []


def test_a_number_with_a_digit_mistyped_gets_two_and_no_more_and_costs_no_modem(
    farm: Farms, gateway: Houses
) -> None:
    world, stranger = farm(2), "+33612340077"
    house = gateway(world)
    house.more = CANARIES.replace("12s", "4s").replace("3s", "2s")
    house.modem("sim2", number=stranger).start()
    house.until_logged("action=canary_number modem=sim2", within=PATIENCE)
    house.wait(lambda: len(canaries(house, "passed")) >= 2, "the other direction goes on", within=PATIENCE)
    assert len([part for part in world.network.accepted if part.recipient == stranger]) == 2
    assert house.now("sim1")["state"] == house.now("sim2")["state"] == "ready"
    (alert,) = house.json("alert", "list")
    assert alert["title"] == "the number of modem sim2"
