"""Bad days of ports and cables: each has its sentence, and one sick modem never stops the others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


def number(place: int) -> str:
    return f"+336123400{place:02d}"


# -- ports that are no modem -----------------------------------------------------------------------------


def test_a_port_that_is_not_there_is_named_and_the_others_go_on(
    farm: Farms, gateway: Houses, tmp_path: Path
) -> None:
    world = farm(1)
    house = gateway(world).modem("lost", port=f"{tmp_path}/ttyUSB9").start(ready=["sim1"])
    found = house.until_modem("lost", "gone")
    assert f"{tmp_path}/ttyUSB9 is not there" in found["reason"]
    assert "smsgw modem detect" in found["reason"]
    house.until_state(house.insert(CUSTOMER, "par l'autre"), "delivered")
    only = house.insert(CUSTOMER, "par lui seul", modem="lost")
    house.until_reason(only, "modem_out", "lost", "is not there")
    house.cli("modem", "at", "lost", "AT", code=1)
    assert "is not there" in house.complaint
    house.stop()
    house.cli("modem", "check", "lost", code=1)
    assert "is not there" in house.complaint


@pytest.mark.parametrize("kind", ["nmea", "diag"])
def test_a_port_that_talks_something_else_is_told_apart_from_a_modem(
    farm: Farms, gateway: Houses, kind: str
) -> None:
    world = farm(2)
    world.modem("sim2").arm("not_at", kind)
    house = gateway(world).start(ready=["sim1"])
    found = house.until_modem("sim2", "unusable", within=40)
    assert "does not answer AT" in found["reason"]
    assert "smsgw modem detect" in found["reason"]
    house.until_state(house.insert(CUSTOMER, "par l'autre"), "delivered")


@contextmanager
def echoing_port() -> Iterator[str]:
    """A pty that gives back every octet, as a loop-back plug does."""
    program = "import os, sys\nwhile True: os.write(3, os.read(3, 512))"
    control, port = os.openpty()
    tty.setraw(port)
    with subprocess.Popen(
        [sys.executable, "-c", f"import os; os.dup2({control}, 3)\n{program}"], pass_fds=[control]
    ) as echo:
        try:
            yield os.ttyname(port)
        finally:
            echo.kill()
            os.close(control)
            os.close(port)


def test_a_port_that_only_echoes_is_no_modem(gateway: Houses) -> None:
    with echoing_port() as port:
        house = gateway().modem("echo", port=port, command_timeout="1s").start(ready=())
        found = house.wait(
            lambda: next(
                (each for each in [house.now("echo")] if each["state"] in ("unusable", "silent")), None
            ),
            "it is no modem",
            within=40,
        )
        assert re.search("does not answer AT|no answer", found["reason"])
        assert house.stop() == 0


def test_a_port_that_another_program_holds_is_left_alone_and_the_program_named(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(2)
    program = (
        "import os, sys\n"
        "port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, world.modem("sim2").path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        house = gateway(world).start(ready=["sim1"])
        found = house.until_modem("sim2", "gone")
        assert "is held by" in found["reason"]
        assert str(holder.pid) in found["reason"]
        assert world.modem("sim2").commands == [], "nothing was written to it"
        house.until_state(house.insert(CUSTOMER, "par l'autre"), "delivered")
        holder.stdin.close()
    house.until_modem("sim2", "ready")


def test_a_modem_that_says_nothing_at_all_is_out_and_the_others_go_on(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    world.modem("sim2").arm("dead")
    house = gateway(world).start(ready=["sim1"])
    found = house.until_modem("sim2", "silent", within=30)
    assert "Unplug the modem" in found["reason"]
    house.until_state(house.insert(CUSTOMER, "par l'autre"), "delivered")
    world.modem("sim2").disarm()
    house.until_modem("sim2", "ready", within=30)


def test_a_modem_that_falls_silent_in_mid_send_is_unknown_and_the_rest_goes_elsewhere(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(2)
    world.modem("sim2").arm("no_answer_cmgs", "no", nth=1)
    house = gateway(world, submit_timeout="2s", command_timeout="2s").start()
    held = house.insert(number(0), "sans réponse", modem="sim2")
    world.network.wait(lambda _: any(line.startswith("AT+CMGS") for line in world.modem("sim2").commands))
    others = [house.insert(number(place), f"message {place}") for place in range(1, 6)]
    for message in others:
        assert house.until_state(message, "delivered")
    assert house.until_state(held, "unknown")["reason"].startswith("outcome_unknown")
    house.until_modem("sim2", "ready")
    house.check_truth(world)


# -- cables ----------------------------------------------------------------------------------------------


def test_a_modem_unplugged_while_idle_comes_back_by_itself(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    house = gateway(world).start()
    world.modem("sim2").unplug()
    house.wait(lambda: house.now("sim2")["state"] == "gone", "sim2 is gone")
    for place in range(3):
        row = house.until_state(house.insert(number(place), f"message {place}"), "delivered")
        assert row["modem_used"] == "sim1"
    waits = house.insert(CUSTOMER, "par sim2", modem="sim2")
    house.until_reason(waits, "modem_out", "sim2")
    world.modem("sim2").plug()
    assert house.until_state(waits, "delivered", within=30)["modem_used"] == "sim2"
    house.check_truth(world)


@pytest.mark.parametrize("accepted", ["yes", "no"])
def test_a_modem_unplugged_in_mid_send_doubles_nothing(farm: Farms, gateway: Houses, accepted: str) -> None:
    """Whether the network had it, only the network knows; its report tells once the stick is back."""
    world = farm(2, submit_time=0.3)
    world.modem("sim2").arm("vanish_before_cmgs", accepted=accepted, nth=1)
    house = gateway(world).start()
    torn = house.insert(number(0), "en plein envoi", modem="sim2")
    row = house.until_state(torn, "unknown")
    assert "vanished" in row["reason"]
    others = [house.insert(number(place), f"message {place}") for place in range(1, 4)]
    for message in others:
        assert house.until_state(message, "delivered")["modem_used"] == "sim1"
    world.modem("sim2").plug()
    house.until_modem("sim2", "ready", within=30)
    house.until_state(house.insert(number(9), "de retour", modem="sim2"), "delivered")
    house.check_truth(world)
    if accepted == "no":
        assert house.message(torn)["state"] == "unknown", "held, never sent again by itself"


def test_a_modem_that_restarts_in_mid_send_goes_on_afterwards(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.2)
    world.modem("sim1").arm("reboot_mid_send", "no", nth=1)
    house = gateway(world).start()
    torn = house.insert(number(0), "en plein envoi")
    house.until_state(torn, "unknown")
    house.until_state(house.insert(number(1), "après"), "delivered", within=40)
    house.check_truth(world)


def test_a_campaign_survives_a_stick_that_comes_and_goes(farm: Farms, gateway: Houses) -> None:
    world = farm(2, submit_time=0.05)
    house = gateway(world).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(40)]
    for turn in range(2):
        world.network.wait(lambda network, turn=turn: len(network.accepted) >= 8 * (turn + 1))
        world.modem("sim2").unplug()
        house.wait(lambda: house.now("sim2")["state"] == "gone", "sim2 is gone")
        world.modem("sim2").plug()
    states = house.until_settled()
    assert states["delivered"] + states["sent"] + states["unknown"] == len(ids)
    assert states["unknown"] <= 2
    house.check_truth(world)


# -- the driver that is not there ------------------------------------------------------------------------


@pytest.fixture
def without_library(tmp_path: Path) -> str:
    """A folder for PYTHONPATH which hides the library of the second driver."""
    hiding = """
        import sys
        class Hidden:
            def find_spec(name, *_):
                if name.partition(".")[0] == "gsmmodem":
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Hidden)
    """
    folder = tmp_path / "hidden"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(textwrap.dedent(hiding))
    return str(folder)


def test_a_driver_that_is_not_installed_is_a_sentence_and_not_a_storm(
    farm: Farms, gateway: Houses, without_library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", without_library)
    world = farm(2)
    house = gateway(world).modem("sim2", driver="gsmmodem").start(ready=["sim1"])
    found = house.wait(
        lambda: next((each for each in [house.now("sim2")] if each["state"] != "opening"), None), "its state"
    )
    assert "not installed" in found["reason"]
    house.until_state(house.insert(CUSTOMER, "par l'autre"), "delivered")
    assert "Traceback" not in house.log_text()
    with closing(open(house.log)) as log:
        assert sum("worker_died" in line for line in log) == 0
    house.cli("config", "check", code=3)
    assert "modems.sim2.driver" in house.complaint
    assert "python-gsmmodem-new" in house.complaint
