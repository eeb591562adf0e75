"""Which serial ports there are, and the USB devices that they belong to: read from /sys, without udev.

`/sys/class/tty/ttyUSB0/device` leads into the interface's folder (bInterfaceNumber); its parent is the USB
device (idVendor, busnum, devpath, serial). Sticks without any tty are found below `/sys/bus/usb/devices`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.ports.known import Role
from drivers.ports.roles import UsbClass, name_of, role_of

_MASS_STORAGE = "08"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where this machine shows itself; tests build their own."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")
    proc: Path = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One tty, or another place where a modem may answer (a pty, socket://host:port)."""

    path: str
    """/dev/ttyUSB0: what to open now."""
    interface: int | None = None
    """bInterfaceNumber; None where it is no USB port."""
    role: Role = Role.UNKNOWN
    by_id: str = ""
    """A name made of maker, product and serial number; not unique where sticks have none (MODEMS F114)."""
    by_path: str = ""
    """A name made of the socket that it is plugged into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One piece of hardware with its ports, in the order of their interfaces."""

    name: str = ""
    usb_id: str = ""
    """vid:pid in lower-case hex; "" where it is no USB device."""
    usb_path: str = ""
    """Bus and sockets, 1-1.2: the same as long as nobody plugs it elsewhere."""
    serial: str = ""
    product: str = ""
    """What the device calls itself."""
    storage_only: bool = False
    """All that it offers is a disk."""
    ports: tuple[Port, ...] = ()


def devices(host: Host) -> list[Device]:
    """All USB devices, with or without ttys, by their path; then the ttys that belong to none."""
    ttys: dict[Path | None, list[tuple[str, Path | None]]] = {}
    for name, where in _ttys(host):
        interface = _climb(where, "bInterfaceNumber", host.sys)
        usb = _climb(interface, "idVendor", host.sys) if interface else None
        ttys.setdefault(usb, []).append((name, interface if usb else None))
    links = _Links(host.dev)
    found = [_usb_device(usb, ttys.get(usb, []), host, links) for usb in _usb_folders(host)]
    alone = [Device(name="serial line", ports=(links.port(host, name),)) for name, _ in ttys.get(None, [])]
    return sorted(found, key=lambda device: _natural(device.usb_path)) + alone


def _ttys(host: Host) -> Iterator[tuple[str, Path]]:
    """Names and device folders of the ttys with hardware behind them; virtual consoles have no `device`."""
    for tty in sorted((host.sys / "class/tty").glob("*"), key=lambda tty: _natural(tty.name)):
        if (tty / "device").exists() and _text(tty / "type") != "0":  # 0: a UART that is not there
            yield tty.name, (tty / "device").resolve()


def _climb(start: Path | None, file: str, root: Path) -> Path | None:
    """The nearest folder from `start` upwards that has `file`."""
    top = root.resolve()
    while start is not None and start != top and start != start.parent:
        if (start / file).exists():
            return start
        start = start.parent
    return None


def _usb_folders(host: Host) -> list[Path]:
    """The folders of USB devices; interfaces and hubs' ports have no idVendor."""
    entries = (host.sys / "bus/usb/devices").glob("*")
    return [entry.resolve() for entry in sorted(entries) if (entry / "idVendor").exists()]


def _usb_device(usb: Path, ttys: list[tuple[str, Path | None]], host: Host, links: _Links) -> Device:
    usb_id = f"{_text(usb / 'idVendor')}:{_text(usb / 'idProduct')}".lower()
    ports = [links.port(host, name, usb_id, folder) for name, folder in ttys]
    classes = {_text(entry / "bInterfaceClass") for entry in usb.glob("*:*") if entry.is_dir()}
    product = _text(usb / "product")
    return Device(
        name=name_of(usb_id) or product,
        usb_id=usb_id,
        usb_path=f"{_text(usb / 'busnum')}-{_text(usb / 'devpath')}",
        serial=_text(usb / "serial"),
        product=product,
        storage_only=classes == {_MASS_STORAGE},
        ports=tuple(sorted(ports, key=lambda port: (port.interface or 0, _natural(port.path)))),
    )


class _Links:
    """The names below /dev/serial, by the tty that they lead to."""

    def __init__(self, dev: Path) -> None:
        self.by_id = _targets(dev / "serial/by-id")
        self.by_path = _targets(dev / "serial/by-path")

    def port(self, host: Host, name: str, usb_id: str = "", interface: Path | None = None) -> Port:
        """The port behind the tty `name`."""
        number = int(_text(interface / "bInterfaceNumber") or "0", 16) if interface else None
        role = Role.UNKNOWN
        if interface is not None and number is not None:
            role = role_of(usb_id, number, _class(interface))
        return Port(
            path=str(host.dev / name),
            interface=number,
            role=role,
            by_id=self.by_id.get(name, ""),
            by_path=self.by_path.get(name, ""),
        )


def _targets(folder: Path) -> dict[str, str]:
    """Name of a tty to the link that leads to it, the first of several."""
    found: dict[str, str] = {}
    for link in sorted(folder.glob("*")):
        if link.is_symlink():
            found.setdefault(link.readlink().name, str(link))
    return found


def _class(interface: Path) -> UsbClass:
    parts = [_text(interface / f"bInterface{part}").lower() for part in ("Class", "SubClass", "Protocol")]
    return parts[0], parts[1], parts[2]


def _text(file: Path) -> str:
    """One attribute, trimmed; "" where it is missing or cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _natural(name: str) -> list[tuple[int, str]]:
    """A sorting key under which ttyUSB10 follows ttyUSB9, and 1-1.10 follows 1-1.9."""
    digits = "".join(char if char.isdigit() else f" {char} " for char in name).split()
    return [(int(part), "") if part.isdigit() else (-1, part) for part in digits]
