"""Finding modems: which sticks there are, which port of each to use, and why one cannot be used.

Ports that another program holds are left alone, and so are ports for GPS and diagnosis. Of a stick whose
interfaces are known, only the AT port is asked; of a stranger, one port after the other until one answers.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.errors import ModemError, PortBusy, PortGone
from drivers.ports import PROBED, Device, Holder, Host, Port, Role, advice, devices, holder_of, running
from drivers.ports.known import HILINK, STORAGE
from drivers.ports.roles import is_known_modem, is_modem_maker
from drivers.probe import Answer, Probe, probe_port

_IMEI_OWN = 14
"""Digits that are the modem's own; behind them comes a check digit, or the version of its software."""
_AT_ONCE = 8
"""Devices asked at the same time: a dead one takes seconds, and a farm has dozens."""


class Condition(StrEnum):
    """Whether a device can be used as a modem now."""

    USABLE = "usable"
    HELD = "held"
    DENIED = "denied"
    DEAD = "dead"
    STORAGE = "storage_mode"
    HILINK = "hilink"
    NO_PORT = "no_port"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One stick, or one named port, and whether it can be used."""

    device: Device
    condition: Condition
    why: str = ""
    """Why it cannot be used and what to do; "" where it can."""
    tty: str = ""
    """The port that answered, or would be asked."""
    port: str = ""
    """The name of that port that stays the same: what belongs into the configuration."""
    answer: Answer | None = None
    holder: Holder | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """Everything that was found, in the order of the USB sockets."""

    found: tuple[Found, ...]
    modem_manager: Holder | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What disturbs modems on this machine, as sentences."""
        if self.modem_manager is None:
            return ()
        return (f"{self.modem_manager} is running and opens new modems; {advice.leave_alone()}",)

    @property
    def usable(self) -> tuple[Found, ...]:
        """What can be configured."""
        return tuple(found for found in self.found if found.condition is Condition.USABLE)


def detect(
    named: Sequence[str] = (), *, probe: Probe = probe_port, host: Host | None = None, uarts: bool = False
) -> Detected:
    """Look at all sticks, or at the named ports only.

    uarts: also ask serial adapters and unknown serial devices, which may be anything and do not expect it.
    """
    host = host or Host()
    present = devices(host)
    wanted = _named(named, present) if named else [each for each in present if _wanted(each, uarts)]
    alike = Counter(_looks(device) for device in present)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        looks = [pool.submit(_look, each, alike[_looks(each)] < 2, host, probe) for each in wanted]
        found = [look.result() for look in looks]
    return Detected(
        found=tuple(_with_notes(_merged(found))),
        modem_manager=running(advice.MODEM_MANAGER, host.proc),
    )


def find_imei(imei: str, *, probe: Probe = probe_port, host: Host | None = None) -> str:
    """The port, by a name that stays, of the modem with this IMEI, wherever it is plugged in.

    Asks all sticks that nobody holds. Raises PortBusy where the modem may be one that is held, PortGone where
    it is not there, or where two answer with the same IMEI.
    """
    detected = detect(probe=probe, host=host)
    ports = [found.port for found in detected.usable if _imei(found)[:_IMEI_OWN] == imei[:_IMEI_OWN]]
    if len(ports) == 1:
        return ports[0]
    if ports:
        raise PortGone(f"two modems answer with IMEI {imei}: {', '.join(ports)}. Configure them by port")
    held = [found.tty for found in detected.found if found.condition is Condition.HELD]
    if held:
        raise PortBusy(f"no free modem has IMEI {imei}; held by others: {', '.join(held)}")
    raise PortGone(f"no modem has IMEI {imei}: plug it in, or run `smsgw modem detect`")


def _wanted(device: Device, uarts: bool) -> bool:
    """Whether a device belongs into the list although nobody named it."""
    if not device.ports:
        known = device.usb_id in STORAGE or device.usb_id in HILINK or is_known_modem(device.usb_id)
        return known or (device.storage_only and is_modem_maker(device.usb_id))
    return uarts or is_modem_maker(device.usb_id)


def _named(named: Iterable[str], present: Sequence[Device]) -> list[Device]:
    """The devices of the named ports, with these ports only; a port of no device stands for itself."""
    found: dict[str, Device] = {}
    for name in named:
        device, port = _behind(name, present)
        key = device.usb_path or port.path
        ports = found[key].ports if key in found else ()
        found[key] = replace(device, ports=(*ports, *(() if port in ports else (port,))))
    return list(found.values())


def _behind(name: str, present: Sequence[Device]) -> tuple[Device, Port]:
    if "://" in name or name.startswith("sim:"):
        return Device(), Port(path=name)
    target = os.path.realpath(name)
    for device in present:
        for port in device.ports:
            if os.path.realpath(port.path) == target:
                return device, port
    return Device(), Port(path=os.path.abspath(name))


def _look(device: Device, unique: bool, host: Host, probe: Probe) -> Found:
    """One device: what it offers, who has it, then its answer. `unique`: no other one looks the same."""
    if not device.ports:
        return _without_port(device)
    candidates = _candidates(device)
    found = Found(device=device, condition=Condition.DEAD)
    if not candidates:
        return replace(found, why=advice.no_at_port(device.ports))
    found = _at(found, candidates[0], unique)
    holders = [(port, holder_of(port.path, host.proc)) for port in candidates]
    for port, holder in holders:
        if holder and (port.role is not Role.PPP or port is candidates[0]):  # others may dial beside us
            why = advice.held(holder, device.usb_id)
            return replace(_at(found, port, unique), condition=Condition.HELD, why=why, holder=holder)
    free = [port for port, holder in holders if not holder]
    if all(_missing(port.path) for port in free):
        return replace(found, why=advice.missing(found.tty))
    allowed = [port for port in free if _may_open(port.path)]
    if not allowed:
        return replace(found, condition=Condition.DENIED, why=advice.denied(found.tty))
    return _ask(found, allowed, unique, probe)


def _at(found: Found, port: Port, unique: bool) -> Found:
    return replace(found, tty=port.path, port=_lasting_name(port, unique=unique))


def _ask(found: Found, ports: Sequence[Port], unique: bool, probe: Probe) -> Found:
    """Ask one port after the other, in the order of preference: the first that answers is the best."""
    failures = []
    for port in ports:
        try:
            answer = probe(port.path)
        except PortBusy as error:
            return replace(_at(found, port, unique), condition=Condition.HELD, why=str(error))
        except ModemError as error:
            failures.append(str(error))
            continue
        return replace(_at(found, port, unique), condition=Condition.USABLE, answer=answer)
    return replace(found, why=advice.silent(failures))


def _without_port(device: Device) -> Found:
    if device.usb_id in HILINK:
        return Found(device=device, condition=Condition.HILINK, why=advice.HILINK)
    if device.usb_id in STORAGE or device.storage_only:
        return Found(device=device, condition=Condition.STORAGE, why=advice.STORAGE)
    return Found(device=device, condition=Condition.NO_PORT, why=advice.NO_PORT)


def _candidates(device: Device) -> list[Port]:
    """The ports that may be asked, the best first. Old Huawei sticks have theirs last (MODEMS part 5)."""
    backwards = device.usb_id.startswith("12d1:")

    def preference(port: Port) -> tuple[int, int]:
        place = port.interface or 0
        return PROBED.index(port.role), -place if backwards and port.role is Role.UNKNOWN else place

    return sorted((port for port in device.ports if port.role in PROBED), key=preference)


def _missing(path: str) -> bool:
    """Whether a port that is a file is not there; other places are for the probe to try."""
    return path.startswith("/") and not os.path.exists(path)


def _may_open(path: str) -> bool:
    """Whether the permissions allow it."""
    return not path.startswith("/") or os.access(path, os.R_OK | os.W_OK, effective_ids=True)


def _looks(device: Device) -> tuple[str, ...]:
    """What a by-id name is made of."""
    return device.usb_id, device.product, device.serial


def _lasting_name(port: Port, *, unique: bool) -> str:
    """By serial number where that tells sticks apart, else by the socket (MODEMS F114)."""
    return (port.by_id if unique else "") or port.by_path or port.path


def _merged(found: Iterable[Found]) -> list[Found]:
    """Ports of no USB device that answer with the same IMEI are one modem: the first one stands for it."""
    kept: list[Found] = []
    for each in found:
        imei = each.answer.identity.imei if each.answer else ""
        twin = next((k for k in kept if imei and not _usb(k, each) and _imei(k) == imei), None)
        if twin is None:
            kept.append(each)
        else:
            kept[kept.index(twin)] = replace(twin, notes=(*twin.notes, f"answers on {each.tty} too"))
    return kept


def _with_notes(found: Sequence[Found]) -> list[Found]:
    """Say where two sticks cannot be told apart by their IMEI (MODEMS F114)."""
    count = Counter(_imei(each) for each in found if _imei(each))
    note = "another stick has the same IMEI: configure it by port, not by imei"
    return [replace(each, notes=(*each.notes, note)) if count[_imei(each)] > 1 else each for each in found]


def _usb(*found: Found) -> bool:
    return any(each.device.usb_id for each in found)


def _imei(found: Found) -> str:
    return found.answer.identity.imei if found.answer else ""
