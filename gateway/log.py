"""Log records for people who search: `action=` first, then key=value; phone numbers, texts and PINs masked.

    log = logging.getLogger(__name__)
    say(log, "message_sent", message=12, modem="sim1", reference=41)
        → action=message_sent message=12 modem=sim1 reference=41

The actions and keys are relied on by operators' filters: they are named once and stay. Numbers go through
`gateway.numbers.mask`, texts through `mask_text`, before they are logged; what slips through all the same is
masked by the formatter, in messages and tracebacks alike.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import IO, Any

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
"""By the number of -v; the daemon starts one further on."""

PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""syslog's priorities, which journald reads from the head of each line (sd-daemon(3))."""

_OBEYED = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""What terminals obey, or no encoding takes; the same as in `gateway.cli.terminal`."""
_BARE = re.compile(rf"[^\s\"=\\{_OBEYED}]+")
_CONTROL = re.compile(rf"[\t\n{_OBEYED}]")
_IN_TRACEBACK = re.compile(f"[{_OBEYED}]")
_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*)://[^\s'\"]+")
"""Addresses of alerts hold passwords and tokens, in every part; of the ports of modems only the name is ours."""
_HARMLESS = frozenset({"socket", "rfc2217"})
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z+])\+?[0-9]{9,20}(?![0-9A-Za-z])")
_PIN_COMMAND = re.compile(r"(?i)([+^*#$](?:CLCK|CPWD|[A-Z]{0,8}PIN[A-Z0-9]{0,8}))\s*=\s*[^\r\n]*")
_PIN_CODE = re.compile(r"(\*\*0[45]2?\*)[0-9*]+")


def say(log: logging.Logger, action: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log one action with its fields; None is left out. Costs next to nothing where the level is off."""
    if log.isEnabledFor(level):
        log.log(level, "%s", line(action, fields), stacklevel=2)


def line(action: str, fields: Mapping[str, Any]) -> str:
    """`action=… key=value …`; a value with blanks, quotes or control characters stands in quotes."""
    pairs = [f"action={action}"]
    pairs += [f"{key}={_value(value)}" for key, value in fields.items() if value is not None]
    return " ".join(pairs)


def mask_text(text: str) -> str:
    """What a log may say about somebody's text: how long it is."""
    return f"({len(text)} characters)"


def masked(text: str) -> str:
    """`text` without whole phone numbers, IMSIs and the like, what follows a PIN command, and where URLs lead."""
    text = _URL.sub(lambda found: found[0] if found[1] in _HARMLESS else f"{found[1]}://…", text)
    text = _PIN_CODE.sub(r"\1…", _PIN_COMMAND.sub(lambda found: f"{found[1]}=…", text))
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:6]}…{found[0][-2:]}", text)


def setup(
    verbose: int = 0,
    *,
    daemon: bool = False,
    stream: IO[str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Send the records of this process to `stream` (stderr), in place of what an earlier call set up.

    Where stderr is journald's, each line carries its priority and no time: journald has its own.
    """
    handler = _Handler(stream)
    handler.setFormatter(JournalFormatter() if _is_journal(handler.stream, environ) else TerminalFormatter())
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LEVELS[min(verbose + daemon, len(LEVELS) - 1)])
    logging.getLogger("apscheduler").setLevel(logging.DEBUG if verbose + daemon > 2 else logging.WARNING)
    for library in (
        "apprise",
        "urllib3",
        "requests_oauthlib",
    ):  # whose details are addresses with their tokens
        logging.getLogger(library).setLevel(logging.WARNING)


class _Handler(logging.StreamHandler[IO[str]]):
    """Our own handler, to be known again; without a stream it writes to whatever stderr is at the moment."""

    def __init__(self, stream: IO[str] | None) -> None:
        super().__init__(stream or sys.stderr)
        self._fixed = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self.stream = self._fixed or sys.stderr
        super().emit(record)


class _Formatter(logging.Formatter):
    """One record, one line, whatever it quotes; a traceback may have its lines, and nothing else that is obeyed."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The line itself."""
        return _written_out(_CONTROL, super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, traceback included, masked."""
        return masked(_written_out(_IN_TRACEBACK, super().format(record)))


class TerminalFormatter(_Formatter):
    """`12:00:00 WARNING gateway.sender: action=…`, masked."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")


class JournalFormatter(_Formatter):
    """`<4>gateway.sender: action=…`, masked; every line of a traceback with the same priority."""

    def __init__(self) -> None:
        super().__init__("%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, a priority at the head of each line."""
        priority = PRIORITIES.get(record.levelno, 6)
        return "\n".join(f"<{priority}>{text}" for text in super().format(record).split("\n"))


def _value(value: Any) -> str:
    text = str(value)
    if _BARE.fullmatch(text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_written_out(_CONTROL, quoted)}"'


def _written_out(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_journal(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Whether systemd connected this very stream to journald (systemd.exec(5), $JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
