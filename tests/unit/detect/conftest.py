"""A machine of our own (/sys, /dev, /proc below tmp_path) with sticks to plug in, and modems that answer."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.api import Identity
from drivers.errors import ModemError, NotResponding
from drivers.ports import Host
from drivers.probe import Answer

HOLD = (
    "import os,sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print('ok', flush=True); sys.stdin.read()"
)
PLAIN = ("ff", "ff", "ff")


@dataclass
class Machine:
    """Builds the files that a kernel and udev would show."""

    root: Path

    @property
    def host(self) -> Host:
        return Host(sys=self.root / "sys", dev=self.root / "dev", proc=self.root / "proc")

    def __post_init__(self) -> None:
        for folder in (
            "sys/class/tty",
            "sys/bus/usb/devices",
            "dev/serial/by-id",
            "dev/serial/by-path",
            "proc",
        ):
            (self.root / folder).mkdir(parents=True)

    def plug(
        self,
        usb_id: str,
        socket: str = "1",
        *,
        ttys: Sequence[str | None] = (),
        classes: Sequence[tuple[str, str, str]] = (),
        product: str = "Mobile",
        serial: str = "",
        links: bool = True,
    ) -> None:
        """A device in a socket; `ttys` are its ports by interface, None for an interface without one."""
        usb = self.root / f"sys/devices/pci0000:00/usb1/1-{socket}"
        usb.mkdir(parents=True)
        vid, pid = usb_id.split(":")
        attributes = {"idVendor": vid, "idProduct": pid, "busnum": "1", "devpath": socket, "product": product}
        _write(usb, attributes | ({"serial": serial} if serial else {}))
        (self.root / f"sys/bus/usb/devices/1-{socket}").symlink_to(usb)
        shapes = [*classes] or [PLAIN] * len(ttys)
        for number, shape in enumerate(shapes):
            interface = usb / f"1-{socket}:1.{number}"
            interface.mkdir()
            names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
            _write(interface, {"bInterfaceNumber": f"{number:02x}", **dict(zip(names, shape, strict=True))})
            name = ttys[number] if number < len(ttys) else None
            if name:
                self._tty(name, interface)
                if links:
                    self._links(name, number, socket, "_".join(filter(None, ("usb-Maker", product, serial))))

    def unplug(self, socket: str, *ttys: str) -> None:
        """The device and its ports are gone, and so are their names."""
        for name in ttys:
            (self.root / "sys/class/tty" / name).unlink()
            (self.root / "dev" / name).unlink()
        (self.root / f"sys/bus/usb/devices/1-{socket}").unlink()
        shutil.rmtree(self.root / f"sys/devices/pci0000:00/usb1/1-{socket}")

    def uart(self, name: str, kind: str) -> None:
        """A serial line of the board; kind is the UART's type, 0 where there is none."""
        device = self.root / "sys/devices/platform/serial8250"
        device.mkdir(parents=True, exist_ok=True)
        node = device / "tty" / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(device)
        (node / "type").write_text(f"{kind}\n")
        (self.root / "sys/class/tty" / name).symlink_to(node)
        self._node(name)

    def program(self, pid: int, name: str) -> None:
        """A running process."""
        folder = self.root / f"proc/{pid}"
        (folder / "fd").mkdir(parents=True)
        _write(folder, {"comm": name})

    def path(self, name: str) -> str:
        return str(self.root / "dev" / name)

    def _tty(self, name: str, interface: Path) -> None:
        holder = interface if name.startswith("ttyACM") else interface / name
        node = holder / "tty" / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(holder)
        (self.root / "sys/class/tty" / name).symlink_to(node)
        self._node(name)

    def _node(self, name: str) -> None:
        (self.root / "dev" / name).touch(0o660)

    def _links(self, name: str, number: int, socket: str, by_id: str) -> None:
        for link in (
            f"by-id/{by_id}-if{number:02x}-port0",
            f"by-path/pci-0000:00:14.0-usb-0:{socket}:1.{number}-port0",
        ):
            place = self.root / "dev/serial" / link
            place.unlink(missing_ok=True)  # udev: the last one wins
            place.symlink_to(f"../../{name}")


def _write(folder: Path, attributes: dict[str, str]) -> None:
    for name, value in attributes.items():
        (folder / name).write_text(f"{value}\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def _healthy(imei: str = "356938035643809", model: str = "E3372", sim: str = "READY") -> Answer:
    return Answer(
        identity=Identity(manufacturer="huawei", model=model, imei=imei, vendor="huawei"),
        sim=sim,
        registration=1,
        signal=-79,
    )


@pytest.fixture
def healthy() -> Callable[..., Answer]:
    """`healthy(imei=…, model=…, sim=…)` is what a healthy modem answers."""
    return _healthy


@dataclass
class Bench:
    """Stands in for the probe: what answers behind which tty; the rest is silent. Remembers who was asked."""

    behind: dict[str, Answer | ModemError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str) -> Answer:
        name = Path(path).name
        self.asked.append(name)
        answer = self.behind.get(name, NotResponding("no answer to AT"))
        if isinstance(answer, ModemError):
            raise answer
        return answer


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pty_pair() -> Iterator[tuple[int, str]]:
    """The near end of a pty, and the path of its far end, which is open too."""
    near, far = os.openpty()
    tty.setraw(far)
    yield near, os.ttyname(far)
    os.close(near)
    os.close(far)


@pytest.fixture
def spawn() -> Iterator[Callable[..., tuple[int, str]]]:
    """`spawn(code, *arguments)` runs Python until the test ends; gives its pid and its first line."""
    running: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> tuple[int, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        return process.pid, process.stdout.readline().strip()

    yield start
    for process in running:
        process.communicate(timeout=10)


@pytest.fixture
def hold(spawn: Callable[..., tuple[int, str]]) -> Callable[[str], int]:
    """`hold(path)`: another process opens it; gives its pid."""

    def start(path: str) -> int:
        pid, said = spawn(HOLD, path)
        assert said == "ok"
        return pid

    return start


Reply = Callable[[bytes], bytes]


@pytest.fixture
def answering(pty_pair: tuple[int, str]) -> Iterator[Callable[..., list[bytes]]]:
    """`answering(reply, first=b"")` starts a modem that answers each line, or ESC; returns what it was given."""
    near, _ = pty_pair
    stop_read, stop_write = os.pipe()
    threads: list[threading.Thread] = []

    def serve(reply: Reply, lines: list[bytes]) -> None:
        waiting = b""
        while near in select.select([near, stop_read], [], [], 10)[0]:
            *whole, waiting = re.split(rb"\r|(?<=\x1b)", waiting + os.read(near, 4096))
            for line in whole:
                lines.append(line)
                os.write(near, reply(line))

    def start(reply: Reply, first: bytes = b"") -> list[bytes]:
        lines: list[bytes] = []
        os.write(near, first)
        threads.append(threading.Thread(target=serve, args=(reply, lines)))
        threads[0].start()
        return lines

    yield start
    os.write(stop_write, b"!")
    for thread in threads:
        thread.join(10)
    os.close(stop_read)
    os.close(stop_write)
