"""What a command handler gives back, and the error codes it may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CME_TEXTS = {
    0: "phone failure",
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    30: "no network service",
    31: "network timeout",
    50: "Incorrect parameters",
    100: "unknown",
    515: "Please wait, init or command processing in progress",
}
"""Verbose texts of +CMEE=2 (TS 27.007 9.2)."""

CMS_TEXTS = {
    1: "Unassigned (unallocated) number",
    21: "Short message transfer rejected",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Congestion",
    50: "Requested facility not subscribed",
    197: "SM Rejected - Duplicate SM",
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
}
"""Verbose texts of the message service (TS 27.005 3.2.5)."""


class AtError(Exception):
    """A command that fails: +CME ERROR or +CMS ERROR with a code, or plain ERROR where it has none."""

    def __init__(self, family: str = "", code: int = 0) -> None:
        super().__init__(f"{family} {code}")
        self.family = family
        self.code = code

    def line(self, cmee: int) -> str:
        """The final result as +CMEE asks for it: 0 bare, 1 number, 2 text."""
        if not self.family or cmee == 0:
            return "ERROR"
        texts = CMS_TEXTS if self.family == "CMS" else CME_TEXTS
        shown = texts.get(self.code, "unknown error") if cmee == 2 else str(self.code)
        return f"+{self.family} ERROR: {shown}"


def cms(code: int) -> AtError:
    """A failure of the message service."""
    return AtError("CMS", code)


def refusal(code: int) -> AtError:
    """+CMS ERROR, or for 0 an ERROR without a code (MODEMS F08)."""
    return cms(code) if code else AtError()


def cme(code: int) -> AtError:
    """A failure of the equipment or the SIM."""
    return AtError("CME", code)


@dataclass(frozen=True, slots=True)
class Answer:
    """Information lines and the final result; "" as final means that none is said."""

    lines: tuple[str, ...] = ()
    final: str = "OK"


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing for a while, then what `then` gives. The terminal takes no command meanwhile."""

    seconds: float
    then: Callable[[], Result]


@dataclass(frozen=True, slots=True)
class Prompt:
    """Ask for a body; `then` gets it without its Ctrl-Z, or None after ESC."""

    then: Callable[[bytes | None], Result]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer will come. `seconds` is how long the terminal stays deaf: None for ever."""

    seconds: float | None = 0.0


Result = Answer | Later | Prompt | Silence
OK = Answer()
