"""What an error answer means and what it asks for: `verdict`.

The tables (`drivers.at.verdicts`) say what a code means. The clock decides the rest: what the network says
is an answer; what a modem says by itself when its own timers run out proves nothing, because the message
may have been taken and the acknowledgement lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from drivers.at.verdicts import Row
from drivers.at.verdicts.cme import CME
from drivers.at.verdicts.cms import CMS
from drivers.at.verdicts.makers import MAKERS
from drivers.errors import Verdict

MODEM_ANSWER_WITHIN: Final = 5.0
"""Seconds from Ctrl-Z: sooner, no timer of the modem can have run out, and its refusal is one."""
NETWORK_ANSWER_WITHIN: Final = 20.0
"""Seconds from Ctrl-Z: a 38 that comes later may be the time-out of an acknowledgement (TS 24.011 10)."""

TIMER_CODES: Final = frozenset({("cms", code) for code in (332, 500, 513, 521)} | {("cme", 31), ("cme", 100)})
"""What a modem says when it gives up waiting, whatever its maker calls it."""
MOBILE_TERMINATED: Final = range(208, 214)
"""TP-FCS D0 to D5 speak of receiving; on a send they say nothing about what became of the message."""
NETWORK_OUT_OF_ORDER: Final = 38
DUPLICATE: Final = 197

_Entry = tuple[str, Verdict]
_NAME_LIMIT: Final = 80  # a modem's own words end up in outbox.reason and in logs


def verdict(
    kind: str,
    code: int | None,
    text: str = "",
    *,
    vendor: str = "generic",
    after_ctrl_z: float | None,
) -> tuple[Verdict, str]:
    """What to do about an error answer, and its standard name.

    kind: "cms", "cme", or "error" for a result without a code. code: its number, None where the modem gave
    words (`text`) or nothing. vendor: a profile's name or its `error_table`. after_ctrl_z: seconds since the
    body ended, None where no body was written (then nothing was sent, and nothing is ambiguous).

    `Verdict.ACCEPTED` for 321, 340, CME 21 and 22 is about a slot of the storage; after a body it is never
    given for them. Raises ValueError for another `kind`.
    """
    if kind not in ("cms", "cme", "error"):
        raise ValueError(f'kind is {kind!r}; it is "cms", "cme" or "error"')
    if code is None or kind == "error":
        known = _in_words(kind, text)
        if known is None:
            return _by_clock(None, (_own_words(text), Verdict.DOUBTFUL), after_ctrl_z)
        kind, code = known
    return _by_clock((kind, code), _entry(kind, code, vendor), after_ctrl_z)


def _by_clock(key: tuple[str, int] | None, entry: _Entry, after_ctrl_z: float | None) -> tuple[Verdict, str]:
    """The rules of DESIGN.md "Retry" above the row of the table. `key` is None for a bare ERROR."""
    name, row = entry
    duplicate = key == ("cms", DUPLICATE)
    if after_ctrl_z is None:
        # Before the body no network has seen this message: it cannot have it already.
        return (Verdict.DOUBTFUL if duplicate else row), name
    if _says_nothing(key, after_ctrl_z):
        return Verdict.AMBIGUOUS, name
    if row is Verdict.ACCEPTED and not duplicate:
        return Verdict.DOUBTFUL, name
    return row, name


def _says_nothing(key: tuple[str, int] | None, after_ctrl_z: float) -> bool:
    """Whether an answer this long after the body proves neither acceptance nor refusal."""
    if key is None or key in TIMER_CODES:
        return after_ctrl_z > MODEM_ANSWER_WITHIN
    if key == ("cms", NETWORK_OUT_OF_ORDER):
        return after_ctrl_z > NETWORK_ANSWER_WITHIN
    kind, code = key
    return kind == "cms" and code in MOBILE_TERMINATED


def _entry(kind: str, code: int, vendor: str) -> _Entry:
    if kind == "cms" and code in _BY_MAKER.get(vendor, {}):
        return _BY_MAKER[vendor][code]
    return _BY_KIND[kind].get(code) or (_unlisted(kind, code), Verdict.DOUBTFUL)


def _unlisted(kind: str, code: int) -> str:
    """A name for a code that no table has, by the range it lies in."""
    if kind == "cme":
        return f"Unlisted equipment error {code}"
    if 0 <= code <= 127:
        return f"Reserved network cause {code}"  # TS 24.011 8.2.5.4: to be read like 41
    if 224 <= code <= 254:
        return f"Application specific cause {code}"
    if 128 <= code <= 255:
        return f"Reserved TP failure cause {code}"
    if 256 <= code <= 511:
        return f"Reserved message service error {code}"
    return f"Manufacturer specific error {code}"


def _in_words(kind: str, text: str) -> tuple[str, int] | None:
    """The code that a modem put into words, such as `SIM busy`; its own kind first."""
    word = _folded(text)
    for table in (kind, "cms", "cme"):
        code = _BY_WORD.get(table, {}).get(word)
        if code is not None:
            return table, code
    return None


def _folded(text: str) -> str:
    """Lower case, letters and digits only, without the `+CMS ERROR:` in front; (U)SIM is SIM."""
    word = "".join(char for char in text.lower() if char.isascii() and char.isalnum())
    return word.removeprefix("cmserror").removeprefix("cmeerror").replace("usim", "sim")


def _own_words(text: str) -> str:
    """What the modem said, fit for a log; "Error without a code" where it said nothing but ERROR."""
    words = "".join(char for char in text if char.isprintable()).strip()[:_NAME_LIMIT]
    return words if words.upper() not in ("", "ERROR") else "Error without a code"


def _table(rows: Iterable[Row]) -> Mapping[int, _Entry]:
    return {code: (name, row) for code, name, row in rows}


def _words(rows: Iterable[Row], **also: int) -> Mapping[str, int]:
    """Folded name to code; where two codes share a name, the first one has it."""
    words = dict(also)
    for code, name, _ in rows:
        words.setdefault(_folded(name), code)
    return words


_BY_KIND: Final = {"cms": _table(CMS), "cme": _table(CME)}
_BY_MAKER: Final = {maker: _table(rows) for maker, rows in MAKERS.items()}
_BY_WORD: Final = {
    "cms": _words(CMS, unknown=500, simnotready=314, congestion=42),
    "cme": _words(CME, unknownerror=100, simnotready=14),
}
