"""A serial port: opened exclusively, raw, 8N1, with its modem lines left alone."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import struct
import termios
from pathlib import Path
from typing import Final

from drivers.errors import PortBusy, PortGone
from drivers.ports import advice
from drivers.ports.holders import holder_of
from drivers.transport.descriptor import DescriptorPort
from drivers.transport.port import Port

_SYSTEM: Final = Path("/sys/class/tty")
_RATES: Final = {
    int(name[1:]): getattr(termios, name) for name in dir(termios) if re.fullmatch(r"B\d+", name)
}
_TIOCGSERIAL: Final = 0x541E
_TIOCSSERIAL: Final = 0x541F
_SERIAL_STRUCT: Final = 72
_CLOSING_WAIT: Final = struct.Struct("=H")
_CLOSING_WAIT_AT: Final = 34
_CLOSING_WAIT_NONE: Final = 65535
_HUSH: Final = termios.IXON | termios.IXOFF | termios.IXANY | termios.ICRNL | termios.INLCR | termios.IGNCR


def open_tty(name: str, baudrate: int = 115200, *, rtscts: bool = False) -> Port:
    """Open a tty. What waits in it is kept; DTR and RTS are not toggled (MODEMS F20, F21, F121, F128).

    `rtscts` only where the wiring is known. Raises PortBusy with its holder, PortGone with what to do.
    """
    return DescriptorPort(open_descriptor(name, baudrate, rtscts=rtscts), name, release=release)


def open_descriptor(name: str, baudrate: int, *, rtscts: bool = False) -> int:
    """The same as a descriptor, to be given back with `release`."""
    if baudrate not in _RATES:
        raise PortGone(f"{name}: {baudrate} is no baud rate; 115200 is the usual one")
    try:
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _explained(name, error) from error
    try:
        termios.tcgetattr(fd)  # before anything else: what is no tty has no holder either
        _take(fd, name)
        _make_raw(fd, _RATES[baudrate], rtscts=rtscts)
    except (OSError, termios.error, PortGone) as error:
        os.close(fd)
        if isinstance(error, PortGone):
            raise
        raise PortGone(f"{name} is no serial port ({error.args[-1]})") from error
    return fd


def usb_id(name: str) -> str | None:
    """The USB identity of the device behind a tty, "vid:pid" in lower-case hex; None where it has none."""
    device = Path(os.path.realpath(_SYSTEM / Path(os.path.realpath(name)).name / "device"))
    for folder in (device, *device.parents):
        with contextlib.suppress(OSError):
            vendor, product = (folder / "idVendor").read_text(), (folder / "idProduct").read_text()
            return f"{vendor.strip()}:{product.strip()}".lower()
    return None


def _take(fd: int, name: str) -> None:
    """Both locks: TIOCEXCL keeps others from opening it, flock tells those who look (MODEMS F121, F122).

    Neither stops root, so another holder is looked for as well.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _busy(name) from None
    if holder_of(name):
        raise _busy(name)
    fcntl.ioctl(fd, termios.TIOCEXCL)


def _make_raw(fd: int, rate: int, *, rtscts: bool) -> None:
    """8N1, no echo, no signals, no flow control by characters, no hang-up on close."""
    iflag, oflag, cflag, lflag, _, _, characters = termios.tcgetattr(fd)
    iflag &= ~(_HUSH | termios.BRKINT | termios.ISTRIP | termios.INPCK | termios.PARMRK)
    oflag &= ~termios.OPOST
    cflag &= ~(termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.HUPCL | termios.CRTSCTS)
    cflag |= termios.CS8 | termios.CREAD | termios.CLOCAL | (termios.CRTSCTS if rtscts else 0)
    lflag &= ~(termios.ICANON | termios.ECHO | termios.ECHONL | termios.ISIG | termios.IEXTEN)
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    # TCSANOW, not TCSAFLUSH: a message that was pushed while nobody listened may be waiting.
    termios.tcsetattr(fd, termios.TCSANOW, [iflag, oflag, cflag, lflag, rate, rate, characters])
    _no_closing_wait(fd)


def _no_closing_wait(fd: int) -> None:
    """A port that takes no octets any more would block `close` for 30 s (MODEMS F117). Where it can be set."""
    settings = bytearray(_SERIAL_STRUCT)
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, _TIOCGSERIAL, settings)
        _CLOSING_WAIT.pack_into(settings, _CLOSING_WAIT_AT, _CLOSING_WAIT_NONE)
        fcntl.ioctl(fd, _TIOCSSERIAL, bytes(settings))


def release(fd: int) -> None:
    """Give the port back to everybody, then close it. A vanished one refuses the first; close it anyway."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, termios.TIOCNXCL)
    with contextlib.suppress(OSError, termios.error):
        termios.tcflush(fd, termios.TCOFLUSH)
    os.close(fd)


def _busy(name: str) -> PortBusy:
    return PortBusy(advice.busy(name, usb_id(name) or ""))


def _explained(name: str, error: OSError) -> PortGone:
    if error.errno == errno.EBUSY:
        return _busy(name)
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortGone(advice.denied(name))
    if error.errno == errno.ENOENT:
        return PortGone(f"{name} is not there. Plug the modem in, or run `smsgw modem detect`")
    return PortGone(f"{name} cannot be opened ({error.strerror}). Unplug the modem and plug it in again")
