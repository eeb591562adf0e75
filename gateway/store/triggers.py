"""The rules of the outbox as triggers: they hold for every program that writes the file, `sqlite3` included.

Only SQLite's own functions are used. RAISE takes a literal before SQLite 3.47, so the sentences carry no ids;
the functions of `gateway.store.outbox` say them with ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from string import Template

from gateway.model import TRANSITIONS, Category, OnUnknown, State

NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

NOT_PRUNING = "NOT EXISTS (SELECT 1 FROM setting WHERE key = 'pruning')"
"""The guard that `maintenance.pruning` lifts, inside its own transaction only."""

EXAMPLE = "2026-11-23T18:04:05Z"

DATE = "[0-9][0-9][0-9][0-9]-"
"""How a date begins that is written out, as GLOB reads it."""


def script() -> str:
    """Every CREATE TRIGGER, in SQL."""
    files = (resources.files("gateway.store").joinpath(name) for name in ("triggers.sql", "triggers_v3.sql"))
    template = "\n".join(file.read_text("utf-8") for file in files)
    return Template(template).substitute(
        now=NOW,
        not_pruning=NOT_PRUNING,
        not_before=moment("NEW.not_before"),
        expires_at=moment("NEW.expires_at"),
        event_at=moment("NEW.event_at"),
        created_at=moment("NEW.created_at"),
        handled_at=moment("NEW.handled_at"),
        handled_rules=_raises(_time_rule("handled_at", "datetime(''now'')")),
        defaults=_defaults("category", "priority", "report", "flash"),
        sizes=_sizes(recipient=400, body=400_000, modem=1000, dedupe_key=1000, campaign=1000, context=65_536),
        invitation_sizes=_sizes(
            survey=1000, recipient=400, context=65_536, dedupe_key=1000, language=100, event_ref=1000
        ),
        categories=_quoted(Category),
        policies=_quoted(OnUnknown),
        time_rules=_time_rules("not_before", "expires_at"),
        invitation_rules=_time_rules("not_before", "expires_at", "event_at"),
        allowed=_quoted(
            f"{before}>{after}" for before in State for after in State if after in TRANSITIONS[before]
        ),
        forbidden="\n".join(_forbidden(before) for before in State),
    )


def moment(column: str) -> str:
    """The SQL for a time that SQLite's date functions accept, as the database keeps it; NULL if it is none.

    `auto` reads numbers as seconds since 1970 (or Julian days); adding nothing makes 30 February a real day.
    """
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column}, 'auto', '+0 seconds')"


def _sizes(**most: int) -> str:
    """How many octets a column may have. (`length` of a TEXT ends at its first NUL, that of a BLOB does not.)"""
    return "\n".join(
        f"        WHEN length(CAST(NEW.{column} AS BLOB)) > {octets} "
        f"THEN {_raise(f'{column} is longer than {octets} octets: write what the message needs, no documents')}"
        for column, octets in most.items()
    )


def _defaults(*columns: str) -> str:
    """NULL does not stand for a column's default: no trigger can change a row before SQLite has looked at it."""
    return _raises(
        (f"NEW.{column} IS NULL", f"{column} is NULL: leave the column out, it has a default")
        for column in columns
    )


def _time_rules(*columns: str) -> str:
    """What the times of a row must be, in an INSERT as in an UPDATE."""
    rules = [rule for column in columns for rule in _time_rule(column, "datetime(''now'', ''+1 hour'')")]
    never = f"{moment('NEW.expires_at')} <= {moment('NEW.not_before')}"
    return _raises([*rules, (never, "expires_at is not after not_before: the message could never be sent")])


def _time_rule(column: str, call: str) -> list[tuple[str, str]]:
    """What one time must be: what is wrong, and the sentence. `call` is how SQLite would write one."""
    given, read = f"NEW.{column}", moment(f"NEW.{column}")
    return [
        (
            f"{given} IS NOT NULL AND {read} IS NULL",
            f"{column} is not a time: write UTC such as {EXAMPLE}, or {call}",
        ),
        (f"{given} GLOB '[0-9][0-9]:*'", f"{column} has no date: write UTC such as {EXAMPLE}"),
        # 20261123 is a day in 1970 to SQLite, and 12 one in the Stone Age; a date written out is believed
        (
            f"{read} NOT BETWEEN '0001' AND '9999' OR ({read} < '2000' AND {given} NOT GLOB '{DATE}*')",
            f"{column} is not of our time: write UTC such as {EXAMPLE}",
        ),
    ]


def _forbidden(before: State) -> str:
    """What is told to somebody who wants more than `TRANSITIONS` allows from this state."""
    onward = sorted(TRANSITIONS[before])
    rest = f"becomes {' or '.join(onward)}, nothing else" if onward else "stays so"
    refusal = _raise(f"a message that is {before} {rest}")
    if State.CANCELLED not in onward:
        late = f"a message that is {before} can no longer be cancelled: add AND state = ''queued''"
        refusal = f"iif(NEW.state = '{State.CANCELLED}', {_raise(late)}, {refusal})"
    return f"        WHEN '{before}' THEN {refusal}"


def _raises(rules: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"        WHEN {rule} THEN {_raise(sentence)}" for rule, sentence in rules)


def _raise(sentence: str) -> str:
    return f"RAISE(ABORT, '{sentence}')"


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
