"""What the driver asks of a port."""

from __future__ import annotations

from typing import Final, Protocol

READ_BOUND: Final = 4096
"""Octets per read: the kernel's tty buffer."""
WRITE_TIMEOUT: Final = 5.0
"""Seconds in which a port must take what is written: the longest thing is a PDU of 352 digits."""


class Port(Protocol):
    """Octets in and out. Owned by one thread; only `wake` may be called from another one."""

    @property
    def name(self) -> str:
        """What it was opened as."""

    def read(self, timeout: float, *, wakeable: bool = False) -> bytes:
        """What has come, waiting at most `timeout` seconds for the first octet; b"" where nothing did.

        `wakeable`: return b"" at once when `wake` is, or has been, called. Raises PortGone.
        """

    def write(self, data: bytes) -> None:
        """Write everything. Raises PortGone; then the last octet of `data` was not taken by the port."""

    def wake(self) -> None:
        """End a wakeable read, this one or the next. Any thread, any time, also after `close`."""

    def was_woken(self) -> bool:
        """Whether `wake` was called since the last time; forgets it."""

    def close(self) -> None:
        """Let go. Safe to call twice."""
