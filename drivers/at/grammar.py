"""The words of the AT language: names, fields and final results (TS 27.007 4, V.250 5.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SIGILS: Final = "+^*#_$%&"
"""What the name of an extended command or of an unsolicited code begins with."""

_NAME: Final = re.compile(r"AT([+^*#_$%&][A-Z0-9]+)", re.IGNORECASE)
_DIAL: Final = re.compile(r"AT\s*[DA](?![A-Z])", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*-?[0-9]+")
_GLUED: Final = re.compile(r"(OK|ERROR)(?=[+^*#_$%][A-Z0-9])")
_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_MODEM_ERROR: Final = re.compile(r"MODEM ERROR:\s*[0-9]+")


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended. `kind`: "ok", "cms", "cme", "error" (no code) or "quiet" (no final came, F10)."""

    kind: str
    code: int | None = None
    text: str = ""
    """The modem's own words: the whole line, or what stood where a number was expected."""

    @property
    def ok(self) -> bool:
        """Whether the command did what it was told."""
        return self.kind in ("ok", "quiet")

    def __str__(self) -> str:
        return self.text or self.kind


OK: Final = Result("ok", text="OK")
ERROR: Final = Result("error", text="ERROR")
QUIET: Final = Result("quiet")

# MODEMS F07. Whole lines only: a line that merely begins with OK is somebody's text.
_WHOLE: Final = {
    "OK": OK,
    "ERROR": ERROR,
    **{
        line: Result("error", text=line)
        for line in ("COMMAND NOT SUPPORT", "COMMAND NOT SUPPORTED", "ABORTED", "TOO MANY PARAMETERS")
    },
}
DIGIT: Final = "0"
"""What stands for OK in ATV0."""
_DIALLED: Final = {
    line: Result("error", text=line)
    for line in ("NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE", "NO ANSWER!")
}
_NUMERIC: Final = {DIGIT: Result("ok", text=DIGIT), "4": Result("error", text="4")}


def final_result(line: str, *, dialling: bool = False, numeric: bool = False) -> Result | None:
    """The final result that this line is, or None.

    `dialling`: an ATD runs, for which NO CARRIER and its like are finals; for any other command they are
    news about some call (F29). `numeric`: the modem may be in ATV0 (F09).
    """
    found = _WHOLE.get(line)
    if found is not None:
        return found
    if line.startswith("+CM") and line[3:4] in "SE" and line[4:10] == " ERROR":
        return _coded("cms" if line[3] == "S" else "cme", line)
    if dialling and line in _DIALLED:
        return _DIALLED[line]
    if numeric and line in _NUMERIC:
        return _NUMERIC[line]
    if line.startswith("MODEM ERROR:") and _MODEM_ERROR.fullmatch(line):
        return Result("error", text=line)
    return None


def _coded(kind: str, line: str) -> Result | None:
    """`+CMS ERROR: 500`, `+CME ERROR: SIM busy`. Without anything behind the colon it is no result."""
    said = line[10:].lstrip(": ").strip()
    if not said:
        return None
    return Result(kind, int(said), line) if said.isascii() and said.isdigit() else Result(kind, None, said)


def split_glued(line: str) -> tuple[str, str]:
    """`ERROR+CNUM: …` is a final and the next line (F04): both, or the line and ""."""
    glued = _GLUED.match(line)
    return (line[: glued.end()], line[glued.end() :]) if glued else (line, "")


def command_name(command: str) -> str:
    """The name that a command's answer begins with: `+CREG` for `AT+CREG?`; "" for basic commands."""
    found = _NAME.match(command)
    return found.group(1).upper() if found else ""


def is_dial(command: str) -> bool:
    """Whether NO CARRIER and BUSY may answer this command (ATD, ATA)."""
    return _DIAL.match(command) is not None


def head(line: str) -> str:
    """What stands before the colon: `+CREG` of `+CREG: 0,1`; the whole line where there is none."""
    return line.partition(":")[0].rstrip()


def value(line: str) -> str:
    """What stands behind a name and its colon; the whole line where there is no name (F19)."""
    name, colon, rest = line.partition(":")
    return rest.strip() if colon and name[:1] in SIGILS else line.strip()


def fields(text: str) -> list[str]:
    """Comma-separated fields, trimmed and unquoted; none inside quotes or parentheses count (F19)."""
    if '"' not in text and "(" not in text:
        return [part.strip() for part in text.split(",")]
    found, start, quoted, depth = [], 0, False, 0
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char in "()" and not quoted:
            depth += 1 if char == "(" else -1
        elif char == "," and not quoted and depth <= 0:
            found.append(_bare(text[start:at]))
            start = at + 1
    return [*found, _bare(text[start:])]


def _bare(field: str) -> str:
    return field.strip().strip('"').strip()


def number(field: str) -> int | None:
    """The integer that a field begins with; None where there is none."""
    found = _NUMBER.match(field)
    return int(found.group()) if found else None


def is_hex(line: str) -> bool:
    """Whether a line is nothing but hex digits, as a PDU is."""
    return _HEX.fullmatch(line) is not None
