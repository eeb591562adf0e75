"""A modem that only the nth rung of the ladder brings back, for each n, while its neighbour goes on sending.

Real ptys and workers; the machine that they are plugged into (/sys, /dev) is a folder; the clock is told to move.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Settings as DriverSettings
from drivers import sim
from drivers.modem import NativeModem
from drivers.native.timing import Timing
from drivers.ports import Host, cycle
from gateway.clock import to_text
from gateway.config import load
from gateway.daemon import plan_of
from gateway.fleet import Fleet
from gateway.store import alerts

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Crew

Until = Callable[..., Any]
SHORT = Timing(
    command=0.3,
    submit=0.5,
    fence=0.1,
    wake=0.03,
    wakes=3,
    boot=40,
    escape=0.01,
    sim=1.0,
    pause=0.03,
    quiet=0.05,
    ready=0.2,
    ring=0.1,
)
SLOW, FAST = 0.3, 3.0
"""Seconds that the clock moves at each look: a modem's minute, or a network's."""


class Hall:
    """Modems in USB sockets, the fleet that owns them, and a clock that moves while something is waited for."""

    def __init__(self, crew: Crew, folder: Path, until: Until) -> None:
        self.crew, self._until = crew, until
        self.host = Host(sys=folder / "sys", dev=folder / "dev")
        self.fleet = Fleet(crew.tools, self._make, self.host)
        self.modems: dict[str, str] = {}
        for part in ("sys/class/tty", "sys/bus/usb/devices", "dev/serial"):
            (folder / part).mkdir(parents=True)

    @staticmethod
    def _make(settings: DriverSettings, _driver: str) -> Any:
        return NativeModem(settings, SHORT)

    def plug(self, name: str, socket: str, *paths: str, usb_id: str = "2c7c:0125", **options: str) -> None:
        """A stick with its AT ports (interfaces 2 and 3 of a Quectel), and its place in the configuration."""
        usb = self.host.sys / f"devices/usb1/1-{socket}"
        for number, path in enumerate(paths):
            interface = usb / f"1-{socket}:1.{number + 2}"
            node = interface / f"tty{name}{number}"
            node.mkdir(parents=True)
            (interface / "bInterfaceNumber").write_text(f"{number + 2:02x}\n")
            (node / "device").symlink_to(interface)
            (self.host.sys / "class/tty" / node.name).symlink_to(node)
            (self.host.dev / node.name).symlink_to(path)
        vendor, product = usb_id.split(":")
        facts = {
            "idVendor": vendor,
            "idProduct": product,
            "busnum": "1",
            "devpath": socket,
            "authorized": "1",
        }
        for fact, value in facts.items():
            (usb / fact).write_text(f"{value}\n")
        (self.host.sys / f"bus/usb/devices/1-{socket}").symlink_to(usb)
        where = {} if "imei" in options else {"port": f"{self.host.dev}/tty{name}0"}
        more = "".join(f'{key} = "{value}"\n' for key, value in (where | options).items())
        self.modems[name] = f"[modems.{name}]\n{more}"

    def start(self) -> Hall:
        path = self.host.dev.parent / "config.toml"
        path.write_text("\n".join(self.modems.values()))
        settings = load(path)
        self.fleet.apply(settings)
        self.crew.dispatcher.replan(plan_of(settings))
        return self

    def state(self, name: str) -> str:
        return str(next(each["state"] for each in self.fleet.snapshot() if each["modem"] == name))

    def until(self, condition: Callable[[], Any], what: str, *, moving: float = SLOW) -> Any:
        """What the condition gives; time passes meanwhile, and no worker sleeps through it."""

        def look() -> Any:
            found = condition()
            if not found:
                self.crew.clock.advance(timedelta(seconds=moving))
                for member in self.fleet.members():
                    member.worker.wake()
            return found

        return self._until(look, f"{what}; {self.steps()}; {self.fleet.snapshot()}")

    def ready(self, *names: str, moving: float = SLOW) -> None:
        self.until(lambda: all(self.state(name) == "ready" for name in names), f"{names}", moving=moving)

    def events(self, kind: str) -> list[dict[str, Any]]:
        with self.crew.store.read() as read:
            rows = read.execute("SELECT modem, detail FROM event WHERE kind = ? ORDER BY id", (kind,))
            return [{"modem": row["modem"], **json.loads(row["detail"])} for row in rows]

    def steps(self, modem: str = "a") -> list[str]:
        return [each["step"] for each in self.events("recovery") if each["modem"] == modem]

    def recovered(self, *, moving: float = SLOW) -> dict[str, Any]:
        found = self.until(lambda: self.events("recovered"), "it recovers", moving=moving)
        self.ready("a", moving=moving)
        return dict(found[-1])

    def send(self, modem: str, body: str) -> None:
        message = self.crew.insert(body=body, modem=modem)
        self.until(
            lambda: self.crew.row(message).state in ("sent", "delivered"), f"{body} is sent", moving=0.01
        )

    def close(self) -> None:
        for worker in self.fleet.stop(lambda thread: thread.join(10)):
            pytest.fail(f"{worker.name} did not stop")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[sim.Farm]:
    setups = [sim.ModemSetup(name="a", ports=["at"]), sim.ModemSetup(name="b")]
    with sim.start(sim.Setup(modems=setups, directory=tmp_path / "ptys")) as farm:
        yield farm


@pytest.fixture
def hall(crew: Crew, world: sim.Farm, tmp_path: Path, until: Until) -> Iterator[Hall]:
    crew.start()
    made = Hall(crew, tmp_path / "machine", until)
    made.plug("b", "2", world.modem("b").path)
    yield made
    made.close()


def both_ports(world: sim.Farm) -> tuple[str, str]:
    return world.modem("a").path, world.modem("a").side_path("at")


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


def power(monkeypatch: pytest.MonkeyPatch, world: sim.Farm) -> list[str]:
    """The kernel drops the device and takes it up anew once its switch is written."""
    cycled: list[str] = []

    def switched(usb_path: str, how: Any, host: Host | None) -> None:
        cycle(usb_path, how, host, off=0.0)
        cycled.append(usb_path)
        world.modem("a").unplug()
        world.modem("a").plug()

    monkeypatch.setattr("gateway.driving.ports.cycle", switched)
    return cycled


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


def test_a_hub_that_drops_all_at_once_is_told_as_one(hall: Hall, world: sim.Farm) -> None:
    hall.plug("a", "1", *both_ports(world))
    hall.start().ready("a", "b")
    for name in ("a", "b"):
        world.modem(name).unplug()
    (found,) = hall.until(lambda: hall.events("hub_lost"), "both are gone", moving=0.0)
    assert (found["hub"], found["modems"]) == ("1", ["a", "b"])
    with hall.crew.store.read() as read:
        (alert,) = alerts.list_rows(read, to_text(hall.crew.clock.now()))
    assert alert.title == "modems vanished together"
    for name in ("a", "b"):
        world.modem(name).plug()
    hall.ready("a", "b")
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
