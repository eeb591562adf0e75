"""May this message go? The one place that answers, asked at admission and again when a row is claimed.

Pure: the row, the rules and the time in, a verdict out. The checks of consent, windows and caps join here
with the surveys; the order is refusals first, then deferrals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers import Alphabet, segment
from gateway import numbers
from gateway.model import RESERVED, Category, Reason, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator configured."""

    region: str = "FR"
    max_parts: int = 10
    only_to: tuple[str, ...] = ()
    """Prefixes in E.164 of the only numbers that may be written to; none: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What policy looks at of an outgoing row."""

    recipient: str
    body: str
    category: str
    own: bool
    """The gateway itself wrote the row."""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """It may go, as far as policy is concerned."""

    number: str
    alphabet: Alphabet
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """It may never go; `reason` is what `outbox.reason` will say."""

    reason: str


def judge(request: Request, rules: Rules) -> Allowed | Refusal:
    """The first check that fails decides; every refusal says why."""
    if Category(request.category) in RESERVED and not request.own:
        detail = f"rows of category '{request.category}' are written by the gateway itself"
        return Refusal(reason(Reason.CATEGORY_RESERVED, detail))
    if request.category == Category.COMMERCIAL:
        # No ledger of consents exists yet, so nobody can have agreed: the careful answer is no.
        return Refusal(reason(Reason.CONSENT_MISSING, "commercial messages need a recorded consent"))
    try:
        number = numbers.normalise(request.recipient, rules.region)
    except numbers.InvalidNumber as error:
        return Refusal(reason(Reason.INVALID_NUMBER, str(error)))
    if rules.only_to and not number.startswith(rules.only_to):
        return Refusal(reason(Reason.NOT_IN_ONLY_TO, "policy.only_to allows " + ", ".join(rules.only_to)))
    return _measured(number, request.body, rules)


def _measured(number: str, body: str, rules: Rules) -> Allowed | Refusal:
    try:
        cut = segment(body)
    except ValueError as error:
        return Refusal(reason(Reason.BAD_TEXT, str(error)))
    if len(cut.parts) > rules.max_parts:
        detail = f"{len(cut.parts)} parts, and gateway.max_parts allows {rules.max_parts}"
        return Refusal(reason(Reason.TOO_LONG, detail))
    return Allowed(number=number, alphabet=cut.alphabet, parts=cut.parts)
