"""What a proof must say, by where it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.consent.values import Action, Basis, Scope, Source

REQUIRED: dict[Source, tuple[str, ...]] = {
    Source.WEB_FORM: ("form_id", "text", "url", "at"),
    Source.PAPER: ("text", "document_ref", "collected_by"),
    Source.POINT_OF_SALE: ("text", "agent", "place_or_call_ref"),
    Source.PHONE_CALL: ("text", "agent", "place_or_call_ref"),
    Source.SMS_KEYWORD: ("inbound_id", "keyword", "text"),
    Source.DOUBLE_OPTIN: ("session_id", "inbound_id", "text"),
    Source.IMPORT: ("file_sha256", "line", "original_source"),
    Source.OPERATOR: ("reason", "by"),
    Source.GATEWAY: ("reason",),
}
"""Keys that must be there and say something. `text` is the exact wording that the person saw."""

SOFT_OPTIN = ("purchase_ref", "purchase_at")
SOFT_OPTIN_TRUE = ("informed_at_collection", "objection_offered", "similar_products")
"""What makes an existing customer's number usable without consent: all of it, or nothing (CPCE L34-5)."""

_SMS = re.compile(r"\b(?:sms|textos?|text messages?|text(?:ing|s)|messages? textes?)\b", re.IGNORECASE)


class BadEvidence(ValueError):
    """The proof lacks something; the message is a sentence that names it."""


def check_evidence(
    source: Source,
    evidence: Mapping[str, Any],
    *,
    action: Action = Action.GRANT,
    scope: Scope = Scope.COMMERCIAL,
    basis: Basis | None = Basis.CONSENT,
) -> None:
    """Raise BadEvidence where the proof would not stand. A revocation is taken with any proof, or none."""
    if action is not Action.GRANT:
        return
    if basis is None:
        raise BadEvidence("a consent needs its basis: " + ", ".join(Basis))
    if basis is Basis.SOFT_OPTIN:
        _check_soft_optin(evidence)
    required = REQUIRED[source]
    if source is Source.IMPORT and scope is Scope.COMMERCIAL:
        required = (*required, "text")
    missing = [key for key in required if evidence.get(key) in (None, "")]
    if missing:
        raise BadEvidence(f"the proof of source {source} lacks {', '.join(missing)}")


def _check_soft_optin(evidence: Mapping[str, Any]) -> None:
    missing = [key for key in SOFT_OPTIN if not evidence.get(key)]
    missing += [key for key in SOFT_OPTIN_TRUE if evidence.get(key) not in (True, "true", "1", "yes", "oui")]
    if missing:
        raise BadEvidence(f"a soft opt-in needs {', '.join(missing)}: without it, ask for consent")


def names_sms(evidence: Mapping[str, Any]) -> bool:
    """Whether the wording that the person agreed to speaks of text messages.

    Where no wording is recorded, an operator vouches for it, who wrote it down in a gateway for text messages.
    """
    return "text" not in evidence or bool(_SMS.search(str(evidence["text"] or "")))
