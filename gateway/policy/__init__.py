"""May this message go, and when? The one place that answers.

It is asked when the daemon first sees a row, and again in the transaction that claims it for a modem, right
before the body leaves: a STOP may have come in between. Refusals come before deferrals; each says why.

values    what is asked, what is known, what is answered; the operator's rules
wording   from the row alone: category, number, text
persons   consents, objections, numbers that are somebody else's
timing    caps and windows
senders   by which numbers of our own
keeper    all of it, with what the store knows of the recipient
"""

from __future__ import annotations

from gateway.policy.keeper import Keeper, errand_of, judge, when
from gateway.policy.senders import is_reserved, narrowed, reserved_modems
from gateway.policy.values import (
    STRANGER,
    Allowed,
    Deferral,
    Errand,
    Facts,
    Refusal,
    Request,
    Rules,
    rules_of,
)

__all__ = [
    "STRANGER",
    "Allowed",
    "Deferral",
    "Errand",
    "Facts",
    "Keeper",
    "Refusal",
    "Request",
    "Rules",
    "errand_of",
    "is_reserved",
    "judge",
    "narrowed",
    "reserved_modems",
    "rules_of",
    "when",
]
