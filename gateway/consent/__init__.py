"""Who agreed to what, who objected, and the proof: pure values and rules. The ledger itself is `store.ledger`.

The person is known by the `phone_hash` alone, so that an objection outlives the erasure of everything else.
"""

from __future__ import annotations

from gateway.consent.chain import GENESIS, digest
from gateway.consent.evidence import BadEvidence, check_evidence, names_sms
from gateway.consent.fold import fold
from gateway.consent.scopes import granted_back, stopped_by
from gateway.consent.texts import SURVEY_TEXTS, Purpose, language_of, reply_text
from gateway.consent.values import Action, Basis, Entry, Scope, Source, Standing, Status

__all__ = [
    "GENESIS",
    "SURVEY_TEXTS",
    "Action",
    "BadEvidence",
    "Basis",
    "Entry",
    "Purpose",
    "Scope",
    "Source",
    "Standing",
    "Status",
    "check_evidence",
    "digest",
    "fold",
    "granted_back",
    "language_of",
    "names_sms",
    "reply_text",
    "stopped_by",
]
