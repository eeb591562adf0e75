"""What can go wrong with a modem, as types named by what the caller must do.

    ModemError
    ├── PortGone          the port vanished or cannot be opened: close, find it again, reopen
    │   └── PortBusy      another program holds it: leave it alone, name the holder
    ├── NotAModem         the port answers, but not as a modem
    ├── NotResponding     silence, even after resynchronising: reopen, then reset
    ├── NotReady          it answers, but cannot send now: `needs` says what it waits for
    ├── Refused           an answer: this part was not accepted; `verdict` says what to do
    ├── NotSent           nothing reached the network (no prompt, aborted before the body): safe to repeat
    └── OutcomeUnknown    the body left and no trustworthy verdict came: never repeat blindly

Each carries a sentence that an operator can act on. A code of TS 27.005 3.2.5 or TS 27.007 9.2 has its
verdict in `drivers.at.codes`.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What an error code asks of the caller (MODEMS.md part 2)."""

    PERMANENT = "permanent"
    """P: this message will never go; stop."""
    LATER = "later"
    """R: the same modem may try again after a while."""
    ELSEWHERE = "elsewhere"
    """X: another SIM may be luckier; this one will not."""
    SICK = "sick"
    """U: modem or SIM cannot be used until an operator acts; the message goes elsewhere."""
    DOUBTFUL = "doubtful"
    """?: at most two tries on this modem, then elsewhere, then stop."""
    AMBIGUOUS = "ambiguous"
    """The network may have accepted it: the outcome is unknown."""
    ACCEPTED = "accepted"
    """Not a failure: the network already has it (197), or the slot was empty (321)."""


class Need(StrEnum):
    """Why a modem that answers cannot send."""

    PIN = "pin"
    PIN_WRONG = "pin_wrong"
    PUK = "puk"
    SIM = "sim"
    SIM_LOCK = "sim_lock"
    NETWORK = "network"
    DENIED = "network_denied"
    ROAMING = "roaming_not_allowed"
    SMSC = "smsc"
    STORAGE = "storage"
    SETTLING = "settling"


class ModemError(Exception):
    """Base of everything that a driver raises; never raised itself."""


class PortGone(ModemError):
    """The port vanished or cannot be opened. Close it, look for the modem again, reopen."""


class PortBusy(PortGone):
    """Another program holds the port. Nothing was written to it."""


class NotAModem(ModemError):
    """What is behind the port does not answer AT commands (DIAG, NMEA, HiLink, another device)."""


class NotResponding(ModemError):
    """No answer within the deadline and the fence failed twice. Reopen, then reset, then take it out."""


class NotReady(ModemError):
    """The modem answers but cannot send now; `need` says what is missing. Nothing was sent."""

    def __init__(self, need: Need, message: str) -> None:
        super().__init__(message)
        self.need = need


class Refused(ModemError):
    """The modem or the network answered with an error. The part was not accepted.

    `kind` is "cms", "cme" or "error" (no code); `code` is the number, None without one; `name` is its
    standard name. Retry as `verdict` says.
    """

    def __init__(self, kind: str, code: int | None, name: str, verdict: Verdict) -> None:
        super().__init__(f"{label(kind, code)}: {name}")
        self.kind = kind
        self.code = code
        self.name = name
        self.verdict = verdict


class NotSent(ModemError):
    """Nothing was transmitted: the prompt never came, or the send was aborted before the body. Repeat freely."""


class OutcomeUnknown(ModemError):
    """The body left the gateway, and what came back proves neither acceptance nor refusal.

    `kind` and `code` name the ambiguous error, where there was one. Hold the part for its status report.
    """

    def __init__(self, message: str, kind: str | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code


def label(kind: str, code: int | None) -> str:
    """The short name of a code as `outbox.reason` and the logs print it: cms_21, cme_14, error."""
    return f"{kind}_{code}" if code is not None else kind
