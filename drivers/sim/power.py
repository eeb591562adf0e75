"""The power of a modem: it starts, stops, vanishes and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.sim import delivery, stuck
from drivers.sim.loop import Timer
from drivers.sim.profiles import Chatter
from drivers.sim.settings import Settings

if TYPE_CHECKING:
    from drivers.sim.device import Device

_UNREAD_WAIT, _UNREAD_LOOK = 1.0, 0.002


def factory(device: Device) -> Settings:
    """What a modem begins with, and falls back to."""
    profile = device.profile
    csms = 1 if device.faults.on("csms_stuck") else profile.csms[0]
    return Settings(csms=csms, cpms=[profile.preferred] * 3)


class Power:
    """Owns what runs in the modem by itself; all of it stops when the power does."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._timers: list[Timer] = []
        self.booting = False
        self.start_time = device.profile.boot_time
        """Seconds from power to the first answer."""

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do something later, unless the power goes before."""
        timer = self._device.loop.later(seconds, action)
        self._timers = [each for each in self._timers if each.waiting]
        self._timers.append(timer)
        return timer

    def on(self, *, cold: bool = True) -> None:
        """Everything that a start puts back; `cold` False: it was started long ago."""
        self.off()
        device, profile = self._device, self._device.profile
        device.settings = factory(device)
        if device.sim is not None:
            device.sim.power_on()
        start = self.start_time if cold else 0.0
        self.booting = start > 0
        if cold:
            device.sim_ready_at = device.loop.now() + start + profile.sim_time
            device.busy_code = profile.busy_code
        self.after(start, self._started)
        for seconds, line in profile.boot if cold else ():
            self._say_later(start + seconds, line)
        for chatter in profile.chatter:
            self.chat(chatter)

    def off(self) -> None:
        """Whatever runs in it stops."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        delivery.forget(self._device)
        self._device.calls.forget()
        for terminal in self._device.terminals:
            terminal.reset()

    def _started(self) -> None:
        self.booting = False
        self._device.network.mail.flush(self._device.imsi)

    def _say_later(self, seconds: float, line: str) -> None:
        self.after(seconds, lambda: self._device.say(line))

    def chat(self, chatter: Chatter) -> None:
        """Say a line every so often, until it is silenced."""

        def again() -> None:
            if chatter.line not in self._device.settings.muted:
                self._device.say(chatter.line)
                self.after(chatter.period, again)

        self.after(chatter.period, again)

    # ---- the plug

    def plug(self, link: Path | None = None, *, cold: bool = True) -> None:
        """The device appears, freshly started."""
        for place, port in enumerate(self._device.ports):
            port.plug(None if place else link)
        self.on(cold=cold)
        self._device.log("plugged", port=self._device.ports[0].path)

    def unplug(self) -> None:
        """The device vanishes."""
        self._device.log("unplugged")
        self.off()
        for port in self._device.ports:
            port.hang_up()

    def vanish(self, back: float, link: Path | None = None) -> None:
        """Unplug, and plug in again after `back` seconds (0: never)."""
        self.unplug()
        if back > 0:
            self._device.loop.later(back, lambda: self.plug(link))

    def vanish_once_read(self, back: float) -> None:
        """Unplug when the program has read what was written, or does not come for it."""
        port = self._device.ports[0]
        deadline = self._device.loop.now() + _UNREAD_WAIT

        def look(before: int) -> None:
            # twice empty: what was just written is on its way through the kernel for a moment
            if port.unread + before == 0 or self._device.loop.now() >= deadline:
                self.vanish(back)
            else:
                self.after(_UNREAD_LOOK, lambda: look(port.unread))

        self.after(_UNREAD_LOOK, lambda: look(1))

    def reboot(self, why: str = "") -> None:
        """Lose power for a moment: a USB stick vanishes with its port, a module on a line does not."""
        self._device.log("reboot", why=why)
        stuck.heal(self._device, "reset")
        if self._device.profile.vanishes:
            self.vanish(self._device.profile.gone)
        else:
            self.on()
