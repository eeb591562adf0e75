"""Sticks that come back elsewhere, as something else, with another SIM, or while they are read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from drivers import sim
from drivers.modem import NativeModem
from tests.integration.daemon.hall import Hall

if TYPE_CHECKING:
    pass


def rename(hall: Hall, before: str, after: str) -> None:
    """The kernel gives the tty in that place another name, as it does while somebody holds the old one."""
    for folder in ("class/tty", "devices/usb1/1-1/1-1:1.2"):
        (hall.host.sys / folder / before).rename(hall.host.sys / folder / after)
    link = hall.host.sys / "class/tty" / after
    link.unlink()
    link.symlink_to(hall.host.sys / "devices/usb1/1-1/1-1:1.2" / after)
    (hall.host.dev / before).rename(hall.host.dev / after)


def test_a_stick_that_comes_back_under_another_name_is_found_in_its_socket(
    hall: Hall, world: sim.Farm
) -> None:
    hall.plug("a", "1", world.modem("a").path)
    hall.start().ready("a", "b")
    world.modem("a").unplug()
    hall.until(lambda: hall.state("a") == "gone", "it is gone", moving=0.0)
    rename(hall, "ttya0", "ttyUSB7")
    world.modem("a").plug()
    assert hall.recovered()["by"] == "reopen"
    hall.send("a", "sous un autre nom")


def test_a_stick_that_comes_back_as_a_cd_rom_is_named(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", world.modem("a").path, usb_id="12d1:1506")
    hall.start().ready("a", "b")
    world.modem("a").unplug()
    (hall.host.sys / "class/tty/ttya0").unlink()
    (hall.host.sys / "bus/usb/devices/1-1/idProduct").write_text("1f01\n")

    def reason() -> str:
        return str(next(each["reason"] for each in hall.fleet.snapshot() if each["modem"] == "a"))

    hall.until(lambda: "usb_modeswitch" in reason(), "what it is now")
    hall.send("b", "pendant ce temps")


def test_what_another_sim_has_sent_is_not_counted_for_the_one_that_is_in(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", world.modem("a").path)
    hall.start().ready("a", "b")
    hall.send("a", "de la première")
    world.modem("a").arm("sim_swap", 0.0)
    hall.until(lambda: hall.events("sim_changed"), "the other SIM", moving=0.1)
    hall.ready("a")
    sent = next(each["sent"] for each in hall.fleet.snapshot() if each["modem"] == "a")
    assert sent["day"] == 0
    hall.send("a", "de la seconde")
    first, second = (part.imsi for part in world.network.accepted)
    assert first != second


def test_a_stick_that_is_named_by_its_imei_is_found_wherever_it_is(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", world.modem("a").path, imei=world.modem("a").device.imei)
    hall.start().ready("a", "b")
    world.modem("a").unplug()
    hall.until(lambda: hall.state("a") == "gone", "it is gone", moving=0.0)
    rename(hall, "ttya0", "ttyUSB7")
    world.modem("a").plug()
    hall.recovered()
    hall.send("a", "retrouvée")


def test_an_opening_that_blocks_takes_out_its_own_modem_only(
    hall: Hall, world: sim.Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MODEMS F117: open and close may block for 30 s."""
    blocked, go = threading.Event(), threading.Event()
    opened = NativeModem.open

    def block(modem: NativeModem) -> Any:
        if modem._settings.name == "a":
            blocked.set()
            go.wait(20)
        return opened(modem)

    monkeypatch.setattr(NativeModem, "open", block)
    hall.plug("a", "1", world.modem("a").path)
    hall.start().ready("b")
    assert blocked.wait(10)
    before = hall.crew.dispatcher.turned_at
    hall.send("b", "pendant ce temps")
    assert hall.state("a") == "opening"
    hall.until(lambda: hall.crew.dispatcher.turned_at > before, "the dispatcher turns: the watchdog is fed")
    go.set()
    hall.ready("a")


def test_a_stick_that_is_pulled_while_it_is_read_loses_and_doubles_nothing(
    hall: Hall, world: sim.Farm
) -> None:
    device = world.modem("a")
    for place in range(6):
        world.network.deliver("a", f"+3361234560{place}", f"réponse {place}")
    device.arm("chunked", 0.001)
    hall.plug("a", "1", device.path)
    hall.start()
    hall.until(lambda: any(line.startswith("AT+CMGL") for line in device.commands), "it is read", moving=0.0)
    device.unplug()
    hall.until(lambda: hall.state("a") == "gone", "it is gone", moving=0.0)
    device.disarm()
    device.plug()
    hall.ready("a", "b")

    def bodies() -> list[str]:
        with hall.crew.store.read() as read:
            return [row["body"] for row in read.execute("SELECT body FROM inbox ORDER BY body")]

    wanted = [f"réponse {place}" for place in range(6)]
    hall.until(lambda: bodies() == wanted, "each once", moving=0.0)
    hall.until(lambda: not device.stored("SM") and not device.stored("ME"), "all deleted", moving=0.0)
    assert bodies() == wanted
