r"""Recording a conversation as a transcript that a test can replay, numbers and texts masked.

    # vendor: huawei
    > AT+CMGS=20\r
    ~ 86
    < \r\n>\x20
    > 0021…\x1a
    ~ 2140
    < \r\n+CMGS: 12\r\n\r\nOK\r\n

`>` was written to the modem, `<` came from it, `~` is a pause in milliseconds, `#` a remark; `# key: value`
is part of the header wherever it stands. What is not printable is escaped as in C.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from drivers.api import Identity
from drivers.masking import Masker

LIMIT: Final = 64 * 1024 * 1024
"""Octets of one recording: a modem that sends day and night fills them in a month."""
_LONGEST: Final = 4096
"""Octets of a line, as the session bounds them."""
_WRITTEN: Final = (b"\r", b"\x1a", b"\x1b")
"""What ends a command, a body, and either of them."""
_PAUSE: Final = 0.005
"""Seconds below which a pause is not worth a line."""
_LINE: Final = re.compile(rb"[^\r\n\x1a\x1b]+|[\r\n\x1a\x1b]+")
_DIGITS: Final = b"0123456789"
_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)")
_SHORT: Final = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\"}
_LONG: Final = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
_REMARK: Final = re.compile(r"# ?([a-z]+): ?(.*)")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a transcript."""

    kind: str
    """">", "<", "~" or "#"."""
    data: bytes = b""
    seconds: float = 0.0
    text: str = ""
    """A remark, as it stands."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A recorded conversation."""

    header: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


class Recorder:
    """Writes what it is told into a file. To be given to the driver as `Settings.trace`.

    What is said is kept until its line is complete, since a read may cut a number in two, and some modems want
    a PDU in pieces.
    """

    def __init__(self, file: Path | str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError where the file exists or cannot be written. It is made for its owner's eyes only.

        Whoever asks the daemon for a recording names a file that the daemon writes: never one that is there.
        """
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="ascii")
        self._clock = clock
        self._lock = threading.Lock()  # the modem's thread records while another one closes
        self._masker = Masker()
        self._partial = b""
        self._since = 0.0  # when the first octet of `_partial` came
        self._torn = False  # a line was recorded in halves: neither may show half a number
        self._written = b""
        self._begun = 0.0  # when the first octet of `_written` went
        self._last: float | None = None
        self._left = LIMIT
        begun = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
        self._put(f"# date: {begun:%Y-%m-%d}")

    def __call__(self, direction: str, octets: bytes) -> None:
        """One write (">") or read ("<") of the driver."""
        with self._lock:
            if self._file.closed:
                return
            now = self._clock()
            if direction == ">":
                self._write(octets, now)
                return
            if self._written:  # an echo of the pieces: it belongs behind them
                self._partial += octets
                return
            self._since = self._since if self._partial else now
            octets = self._partial + octets
            complete = _complete(octets)
            octets, self._partial = octets[:complete], octets[complete:]
            self._record(direction, octets, self._since)
            self._since = now

    def _write(self, octets: bytes, now: float) -> None:
        if not self._written:
            self._flush()
            self._begun = now
        self._written += octets
        if self._written.endswith(_WRITTEN) or len(self._written) > _LONGEST:
            self._flush_written()
            self._since = now

    def identify(self, identity: Identity) -> None:
        """Say in the header whose conversation it is; nothing that tells one SIM from another."""
        with self._lock:
            for key, value in (
                ("vendor", identity.manufacturer),
                ("model", identity.model),
                ("firmware", identity.revision),
                ("profile", identity.vendor),
            ):
                self._put(f"# {key}: {escaped(value.encode('ascii', 'replace'))}")

    def close(self) -> None:
        """End the recording. Safe to call twice."""
        with self._lock:
            if not self._file.closed:
                self._flush_written()
                self._flush()
                with suppress(OSError):
                    self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _flush_written(self) -> None:
        written, self._written = self._written, b""
        self._record(">", written, self._begun)

    def _flush(self) -> None:
        partial, self._partial = self._partial, b""
        self._record("<", partial.rstrip(_DIGITS).ljust(len(partial), b"0"), self._since)
        self._torn = bool(partial)

    def _record(self, direction: str, octets: bytes, now: float) -> None:
        if not octets:
            return
        if direction == "<" and self._torn:
            octets, self._torn = octets.lstrip(_DIGITS).rjust(len(octets), b"0"), False
        if self._last is not None and now - self._last >= _PAUSE:
            self._put(f"~ {1000 * (now - self._last):.0f}")
        self._last = now
        self._put(f"{direction} {escaped(masked(self._masker, octets))}")

    def _put(self, line: str) -> None:
        if self._left <= 0:
            return
        self._left -= len(line) + 1
        try:
            self._file.write(f"{line}\n" if self._left > 0 else "# the recording is full\n")
            self._file.flush()
        except OSError as error:  # a full disk must not stop the modem that is being recorded
            self._left = 0
            log.warning("the recording ends: %s", error)


def _complete(octets: bytes) -> int:
    """How many octets make whole lines and prompts; all of them where no line is so long."""
    if octets.endswith((b"> ", b">")) or len(octets) > _LONGEST:
        return len(octets)
    return max(octets.rfind(b"\r"), octets.rfind(b"\n")) + 1


def masked(masker: Masker, octets: bytes) -> bytes:
    """Octets with their lines masked, as many as before."""
    return b"".join(
        part if part[0] in b"\r\n\x1a\x1b" else masker.line(part.decode("latin-1")).encode("latin-1")
        for part in _LINE.findall(octets)
    )


def escaped(octets: bytes) -> str:
    """Octets as a transcript shows them; blanks at the ends are escaped, since editors eat them."""
    text = "".join(_SHORT.get(char) or _printable(char) for char in octets.decode("latin-1"))
    if text.endswith(" "):
        text = text[:-1] + "\\x20"
    return "\\x20" + text[1:] if text.startswith(" ") else text


def _printable(char: str) -> str:
    return char if " " <= char <= "~" else f"\\x{ord(char):02x}"


def unescaped(text: str) -> bytes:
    """The octets behind `escaped`. Raises ValueError for an escape that means nothing."""

    def octet(found: re.Match[str]) -> str:
        name = found[1]
        if name in _LONG:
            return _LONG[name]
        if len(name) != 3:
            raise ValueError(f"\\{name} is no escape")
        return chr(int(name[1:], 16))

    return _ESCAPE.sub(octet, text).encode("latin-1")


def replay(file: Path | str) -> Transcript:
    """Read a transcript. Raises ValueError with the number of the line that is none, and OSError."""
    return read_transcript(Path(file).read_text(encoding="ascii"), str(file))


def read_transcript(text: str, name: str = "transcript") -> Transcript:
    """The conversation that a text says. Raises ValueError with the number of the line that is none."""
    header: dict[str, str] = {}
    steps: list[Step] = []
    for at, line in enumerate(text.splitlines(), 1):
        kind, text = line[:1], line[2:]
        if kind == "#":
            remark = _REMARK.fullmatch(line)
            if remark:
                header.setdefault(remark[1], remark[2])
            steps.append(Step("#", text=text))
        elif kind in ("<", ">"):
            steps.append(Step(kind, unescaped(text)))
        elif kind == "~" and text.isdecimal():
            steps.append(Step("~", seconds=int(text) / 1000))
        elif line.strip():
            raise ValueError(f"{name}, line {at}: a line begins with >, <, ~ or #")
    return Transcript(header, tuple(steps))
