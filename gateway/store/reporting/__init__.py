"""The counts that survey reports are made of: a handful of passes over the tables, no row by row work.

A session belongs to the period of `invited_at`, the submission of its first question; one that was never
submitted to that of its creation. Times are text, UTC; a bound is taken in at the beginning, left out at the end.
"""

from __future__ import annotations

from gateway.store.reporting.answers import Items, Verbatim, items, verbatims
from gateway.store.reporting.care import (
    Alerts,
    Inbox,
    acknowledged_after,
    alert_counts,
    inbox_load,
    suspected,
)
from gateway.store.reporting.groups import Grouped, answers_by, sessions_by
from gateway.store.reporting.scope import Scope
from gateway.store.reporting.sessions import (
    Asked,
    Sessions,
    asked,
    first_answers,
    last_invited,
    never_asked,
    quarantined,
    refused_invitations,
    versions,
)
from gateway.store.reporting.traffic import Sim, follow_ups, incoming, opted_out_afterwards, sims

__all__ = [
    "Alerts",
    "Asked",
    "Grouped",
    "Inbox",
    "Items",
    "Scope",
    "Sessions",
    "Sim",
    "Verbatim",
    "acknowledged_after",
    "alert_counts",
    "answers_by",
    "asked",
    "first_answers",
    "follow_ups",
    "inbox_load",
    "incoming",
    "items",
    "last_invited",
    "never_asked",
    "opted_out_afterwards",
    "quarantined",
    "refused_invitations",
    "sessions_by",
    "sims",
    "suspected",
    "verbatims",
    "versions",
]
