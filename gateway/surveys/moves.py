"""What happens to a session (inputs), and what it wants done (actions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.surveys.answers import Result, Scope
from gateway.surveys.session import Kind

# --- inputs -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`not_before` is reached, and the policy was asked: "allow", "defer" (until), "refuse" (reason)."""

    verdict: str = "allow"
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A text of ours went out, at `at` (now by default).

    Also where its outcome is unknown: the attempt counts, and a reply proves that it went out.
    """

    out: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """A text of ours will not go: refused by policy, failed for good, or too late."""

    out: int
    reason: str
    failed: bool = False
    """True: the network or the modem refused it for good; False: we did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A final status report of a text of ours."""

    out: int
    delivered: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message from the person, written at `at` (the service centre's time, where that can be trusted)."""

    text: str
    at: datetime
    inbound: int | None = None
    strict: bool = False
    """A text that may be an opt-out is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed. A timer that was set for an older `rev` does nothing."""

    rev: int | None = None
    reports_work: bool = True
    """Whether status reports come through this SIM: then the reminder waits for the delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Another message of the person ended everything: "opted_out" or "wrong_number"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """An operator cancels, or the survey is withdrawn."""

    reason: str = "operator"


Input = Due | Submitted | NotSent | Reported | Received | Tick | Stop | Cancel

# --- actions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Queue a text. `category` is 'survey' (asked for nothing) or 'ack' (within the conversation)."""

    out: int
    kind: Kind
    text: str
    category: str
    question: str | None = None
    not_before: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take back a text that is still queued."""

    out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify:
    """What the message was taken for: `inbox.kind`, the question that it belongs to, the parser's result."""

    kind: str
    question: str | None = None
    result: Result | None = None
    flags: tuple[str, ...] = ()


class Word(StrEnum):
    """Messages that concern the person, not the survey."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    SUSPECTED = "optout_suspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something for the consent ledger, or a text that says who we are."""

    word: Word
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """A person should look at this message."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert is to be opened, updated (a comment came later), or taken back by a correction."""

    rule: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An answer was corrected: what it was, what it is."""

    question: str
    old: int | str | None
    new: int | str | None


Action = Send | Withdraw | Classify | Control | Human | Alert | History
