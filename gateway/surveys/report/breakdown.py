"""The report once more, apart for each SIM, language, week or value of a variable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from gateway.store import Reader, reporting
from gateway.store.reporting import Items, Scope, Sessions
from gateway.surveys.definition import Item
from gateway.surveys.report import counting, model
from gateway.surveys.report.scores import scores

GROUPS = 50
"""At most; a variable may well have another value for each person."""
UNKNOWN = "(none)"


def breakdown(
    read: Reader, scope: Scope, by: str, zone: tzinfo, questions: Sequence[Item], language: str, *, late: bool
) -> model.Breakdown:
    """`by` is sim, lang, week or var.NAME. Weeks come in their order, other groups by size.

    `late` takes late answers into the scores.
    """
    name = (lambda group: counting.monday(group, zone)) if by == "week" else (lambda group: group)
    sessions: dict[str, list[Sessions]] = {}
    for each in reporting.sessions_by(read, scope, by):
        sessions.setdefault(UNKNOWN if each.group is None else name(each.group), []).append(each.sessions)
    answers: dict[str, list[Items]] = {}
    for group, items in reporting.answers_by(read, scope, by).items():
        answers.setdefault(UNKNOWN if group is None else name(group), []).extend(items)
    found = [
        _group(group, kinds, scores(questions, answers.get(group, []), language, late=late))
        for group, kinds in sessions.items()
    ]
    found.sort(key=lambda each: (-each.submitted, each.name))
    shown = found[:GROUPS] if by != "week" else sorted(found, key=lambda each: each.name)[-GROUPS:]
    return model.Breakdown(by=by, groups=tuple(shown), left_out=len(found) - len(shown))


def _group(name: str, kinds: Sequence[Sessions], found: Sequence[model.Score]) -> model.Group:
    return model.Group(
        name=name,
        submitted=sum(each.count for each in kinds),
        delivered=counting.count(kinds, "delivered"),
        responded=counting.count(kinds, "responded"),
        complete=counting.complete(kinds),
        opted_out=counting.count(kinds, "opted_out"),
        scores=tuple(found),
    )
