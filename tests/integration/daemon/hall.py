"""Modems in USB sockets of a machine (/sys, /dev) that is a folder, their fleet, and a clock that is told to move."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Settings as DriverSettings
from drivers import sim
from drivers.modem import NativeModem
from drivers.native.timing import Timing
from drivers.ports import Host, cycle
from gateway.config import load
from gateway.daemon import plan_of
from gateway.fleet import Fleet

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


def both_ports(world: sim.Farm) -> tuple[str, str]:
    return world.modem("a").path, world.modem("a").side_path("at")


def power(monkeypatch: pytest.MonkeyPatch, world: sim.Farm) -> list[str]:
    """The kernel drops the device and takes it up anew once its switch is written."""
    cycled: list[str] = []

    def switched(usb_path: str, how: Any, host: Host | None) -> None:
        cycle(usb_path, how, host, off=0.0)
        cycled.append(usb_path)
        world.modem("a").unplug()
        world.modem("a").plug()

    monkeypatch.setattr("gateway.sockets.ports.cycle", switched)
    return cycled
