"""Messages on their way: the door to what the modules beside it do with parts and attempts.

attempts   claim, intent, outcome of each part        workers
parts      which are missing, who refused them        dispatcher, workers
settling   what a message becomes from its parts      workers, reports, policy for unknown outcomes
recovery   what a start finds half done               daemon, jobs
life       the whole story of one message             command line
"""

from __future__ import annotations

from gateway.store.attempts import accepted, claim, intend, late_accepted, not_sent, refused, unknown
from gateway.store.life import Life, Origin, StatusReport, life
from gateway.store.parts import has_live_parts, missing_parts, next_concat_reference, refused_by
from gateway.store.recovery import Recovered, Unknown, abandon, recover, unknown_past
from gateway.store.rows import Attempt, Part
from gateway.store.settling import fail, requeue, resend_unknown, settle

__all__ = [
    "Attempt",
    "Life",
    "Origin",
    "Part",
    "Recovered",
    "StatusReport",
    "Unknown",
    "abandon",
    "accepted",
    "claim",
    "fail",
    "has_live_parts",
    "intend",
    "late_accepted",
    "life",
    "missing_parts",
    "next_concat_reference",
    "not_sent",
    "recover",
    "refused",
    "refused_by",
    "requeue",
    "resend_unknown",
    "settle",
    "unknown",
    "unknown_past",
]
