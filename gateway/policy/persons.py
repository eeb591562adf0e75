"""May one write to this person at all? Consents, objections, numbers that are somebody else's."""

from __future__ import annotations

from datetime import datetime

from gateway.consent import SURVEY_TEXTS, Purpose, Scope, Status
from gateway.model import Category, Reason, reason
from gateway.policy.values import Errand, Facts, Refusal, Rules

LAST_WORDS = frozenset({Purpose.OPT_OUT, Purpose.WRONG_NUMBER})
"""Answers that a person gets although nobody writes there any more."""


def scope_of(category: str, errand: Errand) -> Scope | None:
    """What the person may have objected to; None for answers and for our own staff.

    A question that answers a reply is of category ack, and part of a survey all the same.
    """
    if category == Category.ACK and (errand.purpose or "").startswith(SURVEY_TEXTS):
        return Scope.SURVEY
    return Scope(category) if category in set(Scope) else None


def refused(
    category: str, errand: Errand, facts: Facts, rules: Rules, now: datetime | None
) -> Refusal | None:
    """The first check that fails; None where it may be written to."""
    if (
        facts.disputed
        and category != Category.STAFF
        and not errand.by_hand
        and errand.purpose not in LAST_WORDS
    ):
        return Refusal(reason(Reason.DISPUTED, "somebody else has this number: smsgw contact undispute"))
    if scope_of(category, errand) is None:
        return _overtaken(category, errand)
    standing = facts.standing
    since = "" if standing.since is None else f"since {standing.since:%Y-%m-%d}"
    if standing.status is Status.DENIED:
        return Refusal(reason(Reason.OPTED_OUT, since))
    if standing.status is Status.SUSPENDED:
        return Refusal(
            reason(Reason.SUSPENDED, f"{since}: it may have been a STOP, and nobody has looked yet")
        )
    return _consent(facts, rules, now) if category == Category.COMMERCIAL else None


def _overtaken(category: str, errand: Errand) -> Refusal | None:
    """HELP, then STOP: the help text may still wait for another try, and must not follow the confirmation."""
    if category != Category.ACK or errand.by_hand or errand.purpose in LAST_WORDS or not errand.overtaken:
        return None
    return Refusal(reason(Reason.OPTED_OUT, "after the message that this answers"))


def _consent(facts: Facts, rules: Rules, now: datetime | None) -> Refusal | None:
    granted = facts.standing.granted_at
    if granted is None:
        return Refusal(reason(Reason.CONSENT_MISSING, "commercial messages need a recorded consent"))
    if rules.consent_max_age is not None and now is not None and now - granted > rules.consent_max_age:
        detail = f"of {granted:%Y-%m-%d}, and policy.consent.consent_max_age is over"
        return Refusal(reason(Reason.CONSENT_EXPIRED, detail))
    if not (facts.met or facts.consent_names_sms):
        detail = (
            "the consent does not speak of text messages, and this person has never had one or written one"
        )
        return Refusal(reason(Reason.FIRST_CONTACT, detail))
    return None
