"""The same counts, apart for each group of people: by SIM, language, week or a variable of the invitation."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader
from gateway.store.reporting.answers import Items, alike
from gateway.store.reporting.scope import ASKED, Scope
from gateway.store.reporting.sessions import WORDS, Sessions, sessions_of, tuples

_KEYS = {
    "sim": "coalesce(s.modem || ' (' || s.sim || ')', s.modem, s.sim)",
    "lang": "s.language",
    "week": "substr(s.invited_at, 1, 13)",
    "var": "(SELECT CAST(value AS TEXT) FROM json_each(s.context) WHERE key = :name)",
}
_KIND = "s.state, s.disposition, s.late, s.reason, s.delivered_at IS NOT NULL"

_ANSWERED = ASKED.replace(" WHERE", " CROSS JOIN item ON item.session_id = s.id WHERE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Sessions that are alike, of one group."""

    group: str | None
    """None: of those that it is not known of. By week, the hour (UTC, `2026-11-23T18`) of the submission."""
    sessions: Sessions


def sessions_by(read: Reader, scope: Scope, by: str) -> list[Grouped]:
    """`by` is sim, lang, week or var.NAME."""
    key, more = _key(by)
    rows = tuples(
        read,
        f"SELECT {key} AS key, {_KIND}, {WORDS} AS heard, count(*) FROM {ASKED}"  # noqa: S608 - fragments of ours
        f" GROUP BY key, {_KIND}, heard",
        scope.arguments(**more),
    )
    return [
        Grouped(group=_text(group), sessions=sessions_of(kind, int(str(count))))
        for group, *kind, count in rows
    ]


def answers_by(read: Reader, scope: Scope, by: str) -> dict[str | None, list[Items]]:
    """The answers, late ones too, to questions that are no open ones, by group."""
    key, more = _key(by)
    rows = tuples(
        read,
        f"SELECT {key} AS key, item.question, type, value, item.late, count(*) FROM {_ANSWERED}"  # noqa: S608
        " AND type <> 'text' AND status = 'answered' GROUP BY key, item.question, type, value, item.late",
        scope.arguments(**more),
    )
    found: dict[str | None, list[tuple[object, ...]]] = {}
    for group, question, kind, value, late, count in rows:
        found.setdefault(_text(group), []).append((question, kind, "answered", late, "[]", value, 0, count))
    return {group: alike(each) for group, each in found.items()}


def _key(by: str) -> tuple[str, dict[str, object]]:
    kind, _, name = by.partition(".")
    if kind == "var":
        return _KEYS["var"], {"name": name}
    return _KEYS[kind], {}


def _text(group: object) -> str | None:
    return None if group is None or group == "" else str(group)
