"""Faults that begin the moment they are armed: a radio that goes off, a stick that is pulled, noise that starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.sim.card import READ, SENT, Memory, Sim, Stored
from drivers.sim.codec import Deliver, Stamp, Submit
from drivers.sim.codec.address import encode_smsc
from drivers.sim.faults import Armed
from drivers.sim.noise import NOISE, PERIOD

if TYPE_CHECKING:
    from drivers.sim.device import Device

Onset = Callable[["Device", Armed], None]
_ONSETS: dict[str, Onset] = {}


def begin(device: Device, armed: Armed) -> None:
    """Called once for each armed fault."""
    onset = _ONSETS.get(armed.fault.name)
    if onset is not None:
        onset(device, armed)
        if armed.fault.standing:
            _log_first(device, armed)


def _onset(name: str) -> Callable[[Onset], Onset]:
    def register(onset: Onset) -> Onset:
        _ONSETS[name] = onset
        return onset

    return register


def _log_first(device: Device, armed: Armed) -> None:
    if not armed.fired:
        armed.fired = 1
        device.log("fault", fault=armed.fault.name)


def _once(device: Device, armed: Armed, seconds: float, action: Callable[[], None]) -> None:
    """After a while, unless the fault was disarmed meanwhile. Survives restarts of the modem."""
    armed.fired = 1

    def act() -> None:
        if device.faults.holds(armed):
            device.log("fault", fault=armed.fault.name)
            action()

    if seconds > 0:
        device.loop.later(seconds, act)
    else:
        act()


def _again(device: Device, armed: Armed, seconds: float, action: Callable[[], None]) -> None:
    """Every so often, until it is disarmed."""

    def act() -> None:
        if device.faults.holds(armed):
            _log_first(device, armed)
            action()
            device.loop.later(max(seconds, 0.001), act)

    device.loop.later(max(seconds, 0.001), act)


# ---- noise


@_onset("chatter")
def _chatter(device: Device, armed: Armed) -> None:
    _again(device, armed, armed.seconds, lambda: device.say(armed["text"]))


@_onset("ring")
def _ring(device: Device, armed: Armed) -> None:
    _once(device, armed, armed.seconds, lambda: device.calls.begin(armed["number"], armed["rings"]))


@_onset("not_at")
def _not_at(device: Device, armed: Armed) -> None:
    noise = NOISE[armed.text]
    _again(device, armed, PERIOD, lambda: device.terminals[0].port.write(noise))


@_onset("second_client")
def _second_client(device: Device, armed: Armed) -> None:
    _again(device, armed, armed.seconds, lambda: device.foreign(armed["line"]))


# ---- prompt, power, port


@_onset("prompt_left_open")
def _prompt_left_open(device: Device, armed: Armed) -> None:
    _once(device, armed, 0.0, device.abandon_prompt)


@_onset("unplug_idle")
def _unplug_idle(device: Device, armed: Armed) -> None:
    def vanish() -> None:
        port = device.terminals[0].port
        if armed["renamed"]:
            device.power.vanish(armed["back"], _renamed(port.link))
        else:
            device.power.vanish(armed["back"])

    _once(device, armed, armed.seconds, vanish)


def _renamed(link: Path) -> Path:
    return link.with_name(link.name + "-again")


@_onset("reboot_idle")
def _reboot_idle(device: Device, armed: Armed) -> None:
    _once(device, armed, armed.seconds, device.power.reboot)


@_onset("slow_start")
def _slow_start(device: Device, armed: Armed) -> None:
    device.power.start_time = armed.seconds
    device.power.on()


@_onset("stalled")
def _stalled(device: Device, armed: Armed) -> None:
    _once(device, armed, armed.seconds, lambda: device.terminals[0].port.stall(True))


# ---- SIM and radio


@_onset("pin")
def _pin(device: Device, armed: Armed) -> None:
    if device.sim is not None:
        device.sim.pin, device.sim.open = armed.text, False


@_onset("puk")
def _puk(device: Device, armed: Armed) -> None:
    if device.sim is not None:
        device.sim.pin = device.sim.pin or "1234"
        device.sim.open, device.sim.pin_tries = False, 0


@_onset("sim_absent")
def _sim_absent(device: Device, armed: Armed) -> None:
    device.sim = None


@_onset("sim_swap")
def _sim_swap(device: Device, armed: Armed) -> None:
    def swap() -> None:
        old = device.sim
        last = old.imsi if old is not None else "208990000000000"
        imsi = str(int(last) + 5_000_000)
        device.sim = Sim(
            imsi=imsi, iccid=f"8933990{imsi[3:]}", number="+33699990001", smsc=device.network.smsc
        )
        device.power.reboot("another SIM")

    _once(device, armed, armed.seconds, swap)


@_onset("busy_for")
def _busy_for(device: Device, armed: Armed) -> None:
    device.sim_ready_at, device.busy_code = device.loop.now() + armed.seconds, armed["code"]


@_onset("sim_failure")
def _sim_failure(device: Device, armed: Armed) -> None:
    device.sim_ready_at, device.busy_code = device.loop.now() + armed.seconds, 13


@_onset("cfun_0")
def _cfun(device: Device, armed: Armed) -> None:
    device.radio.cfun = armed.number


@_onset("creg")
def _creg(device: Device, armed: Armed) -> None:
    device.register(armed.number)


@_onset("ps_only")
def _ps_only(device: Device, armed: Armed) -> None:
    device.register(0)
    device.radio.cereg = 1


@_onset("radio_stuck")
def _radio_stuck(device: Device, armed: Armed) -> None:
    device.register(2)


@_onset("registration_lost")
def _registration_lost(device: Device, armed: Armed) -> None:
    before = 1 if device.radio.creg == 2 else device.radio.creg  # lost twice is not lost for good
    device.register(2)
    device.loop.later(armed.seconds, lambda: device.register(before))


@_onset("csca_empty")
def _csca_empty(device: Device, armed: Armed) -> None:
    if device.sim is not None:
        device.sim.smsc = ""


# ---- storage


def _memories(device: Device) -> list[Memory]:
    own = list(device.memories.values())
    return [device.sim.memory, *own] if device.sim is not None else own


@_onset("index_base_0")
def _index_base_0(device: Device, armed: Armed) -> None:
    for memory in _memories(device):
        memory.slots = {index - memory.base: stored for index, stored in memory.slots.items()}
        memory.base = 0


@_onset("storage_full")
def _storage_full(device: Device, armed: Armed) -> None:
    memory = device.memory(device.settings.cpms[2])
    number = 0
    while memory is not None and not memory.full:
        number += 1
        memory.store(_old_message(device, number))


def _old_message(device: Device, number: int) -> Stored:
    stamp = Stamp(datetime(2020, 1, 1, tzinfo=device.network.date().tzinfo) + timedelta(minutes=number))
    deliver = Deliver(sender="+33611111111", stamp=stamp, text=f"vieux message {number}")
    tpdu = deliver.encode()
    return Stored(encode_smsc(device.network.smsc) + tpdu, len(tpdu), READ)


@_onset("stored_outgoing")
def _stored_outgoing(device: Device, armed: Armed) -> None:
    memory = device.memory(device.settings.cpms[0])
    for number in range(armed.number if memory is not None else 0):
        tpdu = Submit(recipient="+33622222222", text=f"brouillon {number + 1}").encode()
        if memory is not None:
            memory.store(Stored(b"\0" + tpdu, len(tpdu), SENT))


@_onset("csms_stuck")
def _csms_stuck(device: Device, armed: Armed) -> None:
    device.settings.csms = 1


@_onset("credit_out")
def _credit_out(device: Device, armed: Armed) -> None:
    if device.sim is not None:
        device.sim.credit, device.credit_code = armed.number, armed["code"]


@_onset("reference_wrap")
def _reference_wrap(device: Device, armed: Armed) -> None:
    if device.sim is not None:
        device.sim.restart_references(armed.number)


@_onset("slow_network")
def _slow_network(device: Device, armed: Armed) -> None:
    device.submit_time = tuple(armed.seconds * each for each in (0.3, 2.0, 5.0, 15.0, 45.0, 65.0, 130.0))
