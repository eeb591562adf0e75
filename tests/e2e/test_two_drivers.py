"""One daemon, a modem on each driver: both send, receive and report, and the network's journal judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset, Rule
from drivers.trace import replay
from gateway import control
from tests.transcripts.overheard import overhear

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
ANSWERING = Handset(number=CUSTOMER, rules=(Rule("Bonjour", "Oui 😀", 0.1),))
TEXTS = ("Bonjour", "Déjà 5 € payés 😀", "0123456789" * 40)


@pytest.fixture
def running(farm: Callable[..., Farm], gateway: Callable[..., House]) -> tuple[House, Farm]:
    world = farm(2, pin="4321", world={"handsets": [ANSWERING], "report_delay": 0.05})
    house = gateway(world)
    pin = house.path.with_name("sim.pin")
    pin.write_text("4321\n")
    pin.chmod(0o600)
    for modem, driver in (("sim1", "at"), ("sim2", "gsmmodem")):
        house.modem(modem, driver=driver, pin_file=str(pin))
    return house.start(), world


def test_a_modem_on_each_driver(running: tuple[House, Farm], tmp_path: Path) -> None:
    house, world = running
    for modem in ("sim1", "sim2"):
        control.ask(house.database, "modem.trace", name=modem, file=str(tmp_path / f"{modem}.at"))
    ids = {
        (modem, text): house.insert(CUSTOMER, text, modem=modem)
        for modem in ("sim1", "sim2")
        for text in TEXTS
    }
    for (modem, _), message in ids.items():
        row = house.until_state(message, "delivered")
        assert (row["modem_used"], row["attempts"]) == (modem, 1)
    for modem, sim, imsi in (
        ("sim1", "+33699000001", "208990000000001"),
        ("sim2", "+33699000002", "208990000000002"),
    ):
        parts = [part for part in world.network.accepted if part.imsi == imsi]
        assert "".join(part.text or "" for part in parts).startswith("".join(TEXTS[:2])), modem
        assert len(parts) == 5
        assert len({part.reference for part in parts}) == 5, "one reference for each part"
        answers = house.wait(
            lambda sim=sim: house.rows("SELECT * FROM inbox WHERE sim = ?", sim), "the answer"
        )
        assert [(each["body"], each["modem"]) for each in answers] == [("Oui 😀", modem)]
        control.ask(house.database, "modem.trace", name=modem, stop=True)
        told = overhear(replay(tmp_path / f"{modem}.at"))
        assert told.references == [part.reference for part in parts]
        assert not told.odd
        assert CUSTOMER[4:] not in (tmp_path / f"{modem}.at").read_text()
    assert house.json("modem", "check", "sim2")["health"]["can_send"]
    assert house.stop() == 0
    for modem in ("sim1", "sim2"):
        assert not [message for memory in ("SM", "ME") for message in world.modem(modem).stored(memory)]
    assert "4321" not in house.log_text()
    assert CUSTOMER not in house.log_text()


def test_the_second_driver_loses_its_port_and_comes_back(running: tuple[House, Farm]) -> None:
    house, world = running
    world.modem("sim2").unplug()
    house.until_modem("sim2", "gone")
    world.modem("sim2").plug()
    house.until_modem("sim2", "ready")
    house.until_state(house.insert(CUSTOMER, "Bonjour", modem="sim2"), "delivered")
    world.network.deliver("sim2", CUSTOMER, "encore là")
    house.wait(lambda: house.rows("SELECT 1 FROM inbox WHERE body = 'encore là'"), "the message")
    house.check_truth(world)
