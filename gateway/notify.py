"""Telling systemd how we are (sd_notify(3)): ready, status, watchdog, reloading, stopping.

Without systemd every call does nothing; where telling fails it is logged once and never stops the work.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

from gateway.log import say

log = logging.getLogger(__name__)


class Notifier:
    """The line to systemd, as $NOTIFY_SOCKET names it. One datagram a call, from any thread."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._complained = False
        self.watchdog_interval = _watchdog_interval(environ)
        """Seconds between two `watchdog` calls, half of what systemd allows; None where it does not watch."""

    def ready(self, status: str = "") -> None:
        """The start, or a reload, is complete."""
        self._tell("READY=1" + (f"\nSTATUS={_one_line(status)}" if status else ""))

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._tell(f"STATUS={_one_line(text)}")

    def watchdog(self) -> None:
        """Still alive."""
        self._tell("WATCHDOG=1")

    def reloading(self, tick: float) -> None:
        """The configuration is read again; `ready` follows. `tick`: monotonic seconds, `Clock.tick()`."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(tick * 1_000_000)}")

    def stopping(self, status: str = "") -> None:
        """The stop has begun."""
        self._tell("STOPPING=1" + (f"\nSTATUS={_one_line(status)}" if status else ""))

    def extend(self, seconds: float) -> None:
        """Start, reload or stop needs up to so many seconds more."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(message.encode("utf-8", "replace"), address)
        except OSError as error:
            if not self._complained:
                say(log, "notify_failed", logging.WARNING, socket=self._address, error=error)
            self._complained = True


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _watchdog_interval(environ: Mapping[str, str]) -> float | None:
    """Half of $WATCHDOG_USEC in seconds, where it is meant for this process (sd_watchdog_enabled(3))."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    usec = environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2_000_000 if usec.isdecimal() and int(usec) else None
