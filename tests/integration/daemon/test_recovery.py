"""A modem that only the nth rung of the ladder brings back, for each n, while its neighbour goes on sending.

Real ptys and workers; the machine that they are plugged into (/sys, /dev) is a folder; the clock is told to move.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from drivers import sim
from gateway.clock import to_text
from gateway.store import alerts
from tests.integration.daemon.hall import FAST, Hall, both_ports, power

if TYPE_CHECKING:
    pass


def test_the_fence_is_enough_for_an_answer_that_is_lost(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("no_answer_cmgs", True, nth=1)
    message = hall.crew.insert(body="sans réponse", modem="a")
    hall.until(lambda: hall.crew.row(message).state in ("unknown", "delivered"), "its outcome", moving=0.01)
    hall.until(lambda: "fence" in hall.steps(), "the fence", moving=0.01)
    hall.send("a", "après")
    assert hall.steps() == ["fence"]
    assert world.network.texts().count("sans réponse") == 1


def test_lost_settings_are_made_anew_on_the_open_port(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("settings_lost", 1, nth=1)
    hall.until(lambda: "initialise" in hall.steps(), "its settings")
    hall.ready("a")
    hall.send("a", "après")
    assert hall.steps() == ["initialise"]


def test_reopening_is_enough_for_a_port_that_hangs(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("stuck", "reopen")
    assert hall.recovered()["by"] == "reopen"
    hall.send("a", "après")
    assert hall.steps() == ["reopen"]


def test_the_other_at_port_of_the_stick_is_tried(hall: Hall, world: sim.Farm) -> None:
    world.modem("a").arm("stuck", "port")
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("b")
    assert hall.recovered()["by"] == "other_port"
    hall.send("a", "par l'autre port")
    assert hall.steps() == ["reopen", "other_port"]
    assert not [line for line in world.modem("a").commands if "CFUN=1,1" in line]


def test_a_registration_that_stays_away_is_brought_back_by_the_radio(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("radio_stuck", "radio")
    found = hall.recovered(moving=FAST)
    assert found["by"] == "radio"
    assert found["seconds"] >= 300
    hall.send("a", "après")
    assert hall.steps()[0] == "radio"


def test_what_the_radio_cannot_mend_a_restart_does(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("radio_stuck", "reset")
    found = hall.recovered(moving=FAST)
    steps = hall.steps()
    assert steps.index("radio") < steps.index("reset")
    assert found["seconds"] >= 900
    hall.send("a", "après")


def test_silence_that_neither_port_ends_is_ended_by_a_restart(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("stuck", "reset")
    hall.until(lambda: "reset" in hall.steps(), "the restart")
    hall.send("b", "pendant ce temps")
    hall.recovered()
    hall.send("a", "après")
    assert hall.steps()[:3] == ["reopen", "other_port", "reset"]
    assert "power" not in hall.steps()


def test_the_power_of_its_socket_is_the_last_remedy_where_it_is_allowed(
    hall: Hall, world: sim.Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycled = power(monkeypatch, world)
    hall.plug("a", "1", *both_ports(world), usb_power="authorized")
    hall.start().ready("a", "b")
    world.modem("a").arm("stuck", "power")
    hall.until(lambda: cycled, "its socket is switched")
    hall.recovered()
    hall.send("a", "après")
    assert hall.steps()[:4] == ["reopen", "other_port", "reset", "power"]
    assert cycled == ["1-1"]
    assert (hall.host.sys / "bus/usb/devices/1-1/authorized").read_text() == "1"


def test_what_nothing_helps_is_left_in_peace_and_said_so_while_the_other_goes_on(
    hall: Hall, world: sim.Farm, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cycled = power(monkeypatch, world)
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    world.modem("a").arm("dead")
    hall.until(lambda: "back_off" in hall.steps(), "it is given up")
    assert hall.steps() == ["reopen", "other_port", "reset", "back_off"]
    assert cycled == [], "never where nobody allowed it"
    hall.send("b", "l'autre")
    assert "action=recovery modem=a step=back_off" in caplog.text
    world.modem("a").disarm()
    hall.recovered()
    hall.send("a", "après")
    assert len(world.network.texts()) == 2


def test_a_socket_that_cannot_be_switched_is_told_and_nothing_more(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world), usb_power="authorized")
    (hall.host.sys / "bus/usb/devices/1-1/authorized").unlink()
    hall.start().ready("a", "b")
    world.modem("a").arm("dead")
    hall.until(lambda: "back_off" in hall.steps(), "it is given up")
    failed = hall.events("recovery_failed")
    assert failed[0]["step"] == "power"
    assert "is not there" in failed[0]["why"]


def standing(hall: Hall) -> list[alerts.Alert]:
    with hall.crew.store.read() as read:
        return alerts.list_rows(read, to_text(hall.crew.clock.now()))


def test_a_hub_that_drops_all_at_once_is_told_as_one(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    for name in ("a", "b"):
        world.modem(name).unplug()
    (found,) = hall.until(lambda: hall.events("hub_lost"), "both are gone", moving=0.0)
    assert (found["hub"], found["modems"]) == ("1", ["a", "b"])
    (alert,) = standing(hall)
    assert alert.title == "modems vanished together"
    world.modem("a").plug()
    hall.ready("a")
    assert standing(hall) == [alert], "one of them is still away"
    world.modem("b").plug()
    hall.ready("b")
    hall.until(lambda: not standing(hall), "the alert is closed, since they are back")
    hall.send("a", "de retour")
    hall.send("b", "aussi")


def test_modems_that_are_told_to_restart_together_are_no_lost_hub(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    for name in ("a", "b"):
        world.modem(name).arm("radio_stuck", "reset")

    def took(step: str) -> bool:
        return step in hall.steps("a") and step in hall.steps("b")

    hall.until(lambda: took("radio"), "both lost their network", moving=FAST)
    hall.crew.clock.advance(timedelta(seconds=900))
    hall.until(lambda: took("reset"), "both restart", moving=0.0)
    hall.until(lambda: hall.state("a") == hall.state("b") == "gone", "both are away", moving=0.0)
    hall.ready("a", "b")
    assert hall.events("hub_lost") == []


def test_the_power_of_a_socket_that_holds_a_disk_by_now_is_left_alone(
    hall: Hall, world: sim.Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycled = power(monkeypatch, world)
    hall.plug("a", "1", *both_ports(world), usb_power="authorized")
    hall.start().ready("a", "b")
    world.modem("a").unplug()
    usb = hall.host.sys / "devices/usb1/1-1"
    for interface in usb.glob("1-1:*"):
        shutil.rmtree(interface)
    (usb / "idVendor").write_text("0781\n")
    (usb / "idProduct").write_text("5581\n")
    hall.until(lambda: hall.state("a") == "gone", "it is missed", moving=0.0)
    since = hall.crew.clock.tick()
    hall.until(lambda: hall.crew.clock.tick() - since > 300, "five minutes pass", moving=FAST)
    assert cycled == []
