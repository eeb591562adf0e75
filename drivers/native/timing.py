"""How long the driver waits for what. Seconds."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The deadlines of one modem. Tests shorten them."""

    command: float = 10.0
    """An ordinary command, and the wait for the prompt."""
    submit: float = 180.0
    """From Ctrl-Z to +CMGS."""
    fence: float = 3.0
    """For the answer to a probe: one that answers at all does so in 100 ms (MODEMS 4.1)."""
    wake: float = 0.5
    """For the answer to the first AT (F15)."""
    wakes: int = 10
    """How often AT is tried. After a restart, see `boot`."""
    boot: int = 60
    """The same after the modem said that it restarts: modules need 10 to 30 s (F125)."""
    escape: float = 0.2
    """For what an ESC brings up (F39)."""
    sim: float = 60.0
    """For a SIM that is busy or not ready yet (F59, F103)."""
    pause: float = 1.0
    """Between two looks at something that is not ready yet."""
    quiet: float = 0.5
    """Silence that counts as OK where the final may be missing (F10)."""
    ready: float = 30.0
    """For the message service to announce itself after a restart (F60)."""
    ring: float = 1.0
    """From RING to the caller's number, after which the call is hung up without."""

    @classmethod
    def of(cls, settings: Settings) -> Timing:
        """The configured deadlines; the rest are properties of modems, not of an installation."""
        return cls(
            command=settings.command_timeout,
            submit=settings.submit_timeout,
            fence=min(settings.command_timeout, 3.0),
            sim=min(60.0, 6 * settings.command_timeout),
        )
