"""Bad days of SIM and network: each has its sentence, and what waits goes once the day is better."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


def pin_file(folder: Path, pin: str, name: str = "sim.pin") -> Path:
    path = folder / name
    path.write_text(f"{pin}\n")
    path.chmod(0o600)
    return path


def tries(world: Farm, name: str = "sim1") -> int:
    sim = world.modem(name).sim
    assert sim is not None
    return sim.pin_tries


def pins_entered(world: Farm) -> int:
    return sum(line.startswith("AT+CPIN=") for line in world.modem("sim1").commands)


# -- PIN -------------------------------------------------------------------------------------------------


def test_a_pin_file_opens_the_sim_and_the_pin_is_nowhere_to_be_read(
    farm: Farms, gateway: Houses, tmp_path: Path
) -> None:
    world = farm(1, faults=["pin=4711"])
    house = gateway(world, pin_file=str(pin_file(tmp_path, "4711")))
    house.start()
    house.until_state(house.insert(CUSTOMER, "ouvert"), "delivered")
    assert tries(world) == 3
    assert pins_entered(world) == 1
    shown = house.cli("status", "--json") + house.cli("modem", "check", "sim1") + house.log_text()
    assert "4711" not in shown


def test_without_a_pin_file_the_sim_is_left_alone_and_the_sentence_says_so(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(1, faults=["pin=4711"])
    house = gateway(world).start(ready=())
    found = house.until_modem("sim1", "pin")
    assert "pin_file" in found["reason"]
    message = house.insert(CUSTOMER, "attend")
    house.until_reason(message, "modem_out", "sim1", "PIN")
    assert (tries(world), pins_entered(world)) == (3, 0)
    assert "pin" in house.cli("modem", "list")
    assert house.stop() == 0


def test_a_wrong_pin_is_tried_once_in_all_whatever_is_restarted(
    farm: Farms, gateway: Houses, tmp_path: Path
) -> None:
    world = farm(1, faults=["pin=4711"])
    path = pin_file(tmp_path, "1234")
    house = gateway(world, pin_file=str(path))
    for _ in range(2):
        house.start(ready=())
        found = house.until_modem("sim1", "pin_wrong")
        assert "modem unlock" in found["reason"]
        assert house.stop() == 0
    house.start(ready=())
    house.until_modem("sim1", "pin_wrong")
    house.kill()
    house.cli("modem", "check", "sim1", code=1)
    assert "PIN" in house.complaint
    house.cli("modem", "at", "sim1", "AT", code=1)
    assert (tries(world), pins_entered(world)) == (2, 1), "tried once, never again"

    house.start(ready=())
    house.until_modem("sim1", "pin_wrong")
    path.write_text("4711\n")
    assert "is open" in house.cli("modem", "unlock", "sim1")
    assert (tries(world), pins_entered(world)) == (3, 2)
    house.until_state(house.insert(CUSTOMER, "enfin"), "delivered")


def test_an_unlock_with_the_same_wrong_pin_says_so_and_the_last_try_is_left_to_a_person(
    farm: Farms, gateway: Houses, tmp_path: Path
) -> None:
    world = farm(1, faults=["pin=4711"])
    house = gateway(world, pin_file=str(pin_file(tmp_path, "1234"))).start(ready=())
    house.until_modem("sim1", "pin_wrong")
    house.cli("modem", "unlock", "sim1", code=1)
    assert "refused this PIN" in house.complaint
    assert tries(world) == 1
    for _ in range(2):
        house.cli("modem", "unlock", "sim1", code=1)
        assert "the configured one is not tried (tries left: 1)" in house.complaint
    assert tries(world) == 1


@pytest.mark.parametrize("running", [True, False])
def test_unlocking_one_modem_costs_the_others_nothing(
    farm: Farms, gateway: Houses, tmp_path: Path, running: bool
) -> None:
    """Two PIN files that were mixed up: mending one must not make the other one's wrong PIN be tried again."""
    world = farm(2, faults=["pin=4711"])
    house = gateway(world, pin_file=str(pin_file(tmp_path, "1234"))).start(ready=())
    for name in world.modems:
        house.until_modem(name, "pin_wrong")
    house.stop()
    house.modem("sim1", pin_file=str(pin_file(tmp_path, "4711", "mended.pin")))
    if running:
        house.start(ready=())
        house.until_modem("sim1", "pin_wrong")
    assert "is open" in house.cli("modem", "unlock", "sim1")
    if not running:
        house.start(ready=["sim1"])
    house.until_modem("sim2", "pin_wrong")
    assert (tries(world, "sim1"), tries(world, "sim2")) == (3, 2)


def test_a_sim_that_asks_for_its_puk_is_told_and_never_tried(
    farm: Farms, gateway: Houses, tmp_path: Path
) -> None:
    world = farm(1, faults=["puk"])
    house = gateway(world, pin_file=str(pin_file(tmp_path, "1234"))).start(ready=())
    assert "PUK" in house.until_modem("sim1", "puk")["reason"]
    assert pins_entered(world) == 0
    house.until_reason(house.insert(CUSTOMER, "attend"), "modem_out", "PUK")


def test_a_modem_without_a_sim_is_told_and_works_once_there_is_one(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    card = world.modem("sim1").sim
    world.modem("sim1").insert(None)
    house = gateway(world).start(ready=())
    assert "no SIM" in house.until_modem("sim1", "sim")["reason"]
    message = house.insert(CUSTOMER, "attend une carte")
    house.until_reason(message, "modem_out", "no SIM")
    world.modem("sim1").insert(card)
    world.modem("sim1").reboot()
    house.until_state(message, "delivered")


# -- network ---------------------------------------------------------------------------------------------


def test_a_message_waits_for_the_network_and_goes_once_it_is_there(farm: Farms, gateway: Houses) -> None:
    world = farm(1, faults=["creg=2"])
    house = gateway(world).start(ready=())
    assert "searching" in house.until_modem("sim1", "no_network")["reason"]
    message = house.insert(CUSTOMER, "attend le réseau")
    house.until_reason(message, "modem_out", "searching for a network")
    assert "searching" in house.cli("status")
    world.modem("sim1").register(1)
    house.until_state(message, "delivered", within=15)
    assert world.network.texts(CUSTOMER) == ["attend le réseau"]


def test_a_network_that_goes_away_while_messages_wait_loses_none(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.1)
    house = gateway(world).start()
    ids = [house.insert(f"+336123456{place:02d}", f"message {place}") for place in range(8)]
    world.network.wait(lambda network: len(network.accepted) >= 2)
    world.modem("sim1").arm("registration_lost", 2.0)
    for message in ids:
        house.until_state(message, "delivered", within=40)
    house.check_truth(world)


def test_a_denied_registration_says_so(farm: Farms, gateway: Houses) -> None:
    world = farm(1, faults=["creg=3"])
    house = gateway(world).start(ready=())
    assert "denied" in house.until_modem("sim1", "no_network")["reason"]
    house.cli("modem", "check", "sim1", code=1)
    assert "cannot send now" in house.complaint


def test_abroad_nothing_is_sent_unless_it_is_allowed(farm: Farms, gateway: Houses) -> None:
    world = farm(1, faults=["creg=5"])
    house = gateway(world).start(ready=())
    assert "roaming = true" in house.until_modem("sim1", "no_network")["reason"]
    message = house.insert(CUSTOMER, "à l'étranger")
    house.until_reason(message, "modem_out", "roaming")
    assert world.network.accepted == ()
    house.modem("sim1", roaming=True)
    house.signal(signal.SIGHUP)
    house.until_state(message, "delivered")


def test_a_sim_without_a_service_centre_is_told_and_smsc_helps(farm: Farms, gateway: Houses) -> None:
    world = farm(1, faults=["csca_empty"])
    house = gateway(world).start(ready=())
    house.until_logged("the SIM knows no service centre")
    message = house.insert(CUSTOMER, "sans centre")
    row = house.until_reason(message, "cms_330")
    assert row["state"] in ("queued", "failed")
    assert world.network.accepted == ()
    house.modem("sim1", smsc="+33609001390")
    house.signal(signal.SIGHUP)
    house.until_state(house.insert(CUSTOMER, "avec centre"), "delivered")
