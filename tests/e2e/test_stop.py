"""STOP by a customer's phone: at once, from any SIM, confirmed once. Judged by the network's log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.sim import Farm, Handset, Rule

if TYPE_CHECKING:
    from tests.e2e.conftest import House

ANA, BEN = "+33612345678", "+33698765432"
GOODBYE = "Bricolo : c'est noté, vous ne recevrez plus de SMS de notre part. Pour reprendre : START"
BACK = "Bricolo : c'est noté, vous pouvez à nouveau recevoir nos SMS. Pour ne plus en recevoir : STOP"


def texts(world: Farm, number: str) -> list[str]:
    """What the network took for a number, in order."""
    return [part.text for part in world.network.accepted if part.recipient == number]


def test_a_stop_cancels_what_waits_and_is_confirmed_exactly_once(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    handset = Handset(number=ANA, rules=(Rule("colis", "Stop svp", 0.05), Rule("reprendre", "Merci", 0.05)))
    world = farm(2, world={"handsets": [handset]})
    house = gateway(world).configure(brand="Bricolo").start()
    later = [house.insert(ANA, f"Rappel {day}", not_before=f"2096-01-0{day}") for day in range(1, 5)]
    others = house.insert(BEN, "Rappel", not_before="2096-01-01")
    house.insert(ANA, "Votre colis arrive demain.")
    for message in later:
        row = house.until_state(message, "cancelled")
        assert row["reason"].startswith("opted_out: message ")
    house.wait(lambda: GOODBYE in texts(world, ANA), "the confirmation")
    thanks = house.wait(lambda: house.rows("SELECT kind FROM inbox WHERE body = 'Merci'"), "the thanks")
    assert thanks == [{"kind": "pleasantry"}]

    refused = house.until_state(house.insert("06 12 34 56 78", "Encore une chose"), "refused")
    assert refused["reason"].startswith("opted_out: ")
    again = house.until_state(house.insert(BEN, "Bonjour"), "sent", "delivered")
    assert again["number"] == BEN
    assert house.message(others)["state"] == "queued"
    assert house.stop() == 0
    assert texts(world, ANA) == ["Votre colis arrive demain.", GOODBYE]
    (row,) = house.rows("SELECT kind, body FROM inbox WHERE kind = 'opt_out'")
    assert row["body"] == "Stop svp"


def test_start_brings_the_messages_back(farm: Callable[..., Farm], gateway: Callable[..., House]) -> None:
    handset = Handset(number=ANA, rules=(Rule("colis", "STOP", 0.05), Rule("START", "start", 0.05)))
    world = farm(1, world={"handsets": [handset]})
    house = gateway(world).configure(brand="Bricolo").start()
    house.insert(ANA, "Votre colis arrive demain.")
    house.wait(lambda: BACK in texts(world, ANA), "the confirmation of START")
    message = house.until_state(house.insert(ANA, "Bonjour Ana"), "sent", "delivered")
    assert message["number"] == ANA
    assert house.stop() == 0
    assert texts(world, ANA) == ["Votre colis arrive demain.", GOODBYE, BACK, "Bonjour Ana"]


def test_a_stop_takes_back_what_a_modem_is_about_to_send(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    """Slow modem, many rows: what is offered already is checked again when the body would leave."""
    handset = Handset(number=ANA, rules=(Rule("numéro 1 ", "STOP", 0.0),))
    world = farm(1, world={"handsets": [handset]}, submit_time=0.3)
    house = gateway(world).configure(brand="Bricolo").start()
    rows = [house.insert(ANA, f"Bonjour, numéro {n} du jour") for n in range(1, 9)]
    house.until_settled()
    house.wait(lambda: GOODBYE in texts(world, ANA), "the confirmation")
    assert house.stop() == 0
    states = [house.message(row)["state"] for row in rows]
    assert states.count("cancelled") >= 4
    told = texts(world, ANA)
    assert told[-1] == GOODBYE
    assert told.count(GOODBYE) == 1
    house.check_truth(world)
