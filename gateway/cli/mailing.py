"""Many messages from a file: every row checked before the first is queued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from gateway.cli import times
from gateway.cli.asking import Ask
from gateway.cli.table_file import FileError, Row, Table
from gateway.cli.template import Missing, Template
from gateway.clock import to_text
from gateway.model import Reason
from gateway.policy import Allowed, Refusal, Request
from gateway.store.rows import NewMessage

RECIPIENT = ("recipient", "number", "phone", "telephone", "téléphone")
"""Names of the column with the number; `recipient` wins where there are several."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be sent as it is."""

    line: int
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class Good:
    """A row that can."""

    line: int
    message: NewMessage
    measured: Allowed


@dataclass
class Mailing:
    """What became of the rows of a file."""

    good: list[Good] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)

    def spread(self) -> list[tuple[str, int, int]]:
        """(alphabet, parts, messages), most messages first."""
        counted = Counter((str(row.measured.alphabet), len(row.measured.parts)) for row in self.good)
        return [(alphabet, parts, count) for (alphabet, parts), count in counted.most_common()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all messages of a mailing share."""

    template: Template
    base: NewMessage
    """Recipient and body are filled in for each row; the rest holds where the row says nothing else."""
    ask: Ask
    """May a message go at all?"""
    modems: frozenset[str] | None
    """Configured names; None: not known."""
    now: datetime
    zone: tzinfo


def recipient_column(table: Table) -> str:
    """The column with the numbers. Raises FileError where there is none, or where it is not clear which."""
    found = [name for name in RECIPIENT if name in table.columns]
    if not found:
        names = ", ".join(RECIPIENT[:-1])
        raise FileError(f"no column for the number (one of {names}); there are: {', '.join(table.columns)}")
    if len(found) > 1 and found[0] != RECIPIENT[0]:
        raise FileError(f"the number may be in {' or '.join(found)}: name one of them recipient")
    return found[0]


def check(rows: Iterable[Row], column: str, terms: Terms) -> Mailing:
    """Check every row; `column` has the number."""
    mailing = Mailing()
    keys: dict[str, int] = {}
    texts: dict[tuple[str, str], int] = {}
    for row in rows:
        outcome = _row(row, column, terms)
        if isinstance(outcome, Good):
            outcome = _not_twice(outcome, column, keys, texts)
        if isinstance(outcome, Good):
            mailing.good.append(outcome)
        else:
            mailing.bad.append(outcome)
    return mailing


def _row(row: Row, column: str, terms: Terms) -> Good | Bad:
    if row.wrong:
        return Bad(row.line, "", row.wrong)
    try:
        message = replace(terms.base, body=terms.template.fill(row.cells), recipient=row.cells[column])
    except Missing as error:
        return Bad(row.line, error.column, str(error))
    for name, read in READERS.items():
        if value := row.cells.get(name):
            try:
                message = replace(message, **{name: read(value, terms)})
            except ValueError as error:
                return Bad(row.line, name, str(error))
    request = Request(recipient=message.recipient, body=message.body, category=message.category, own=False)
    verdict = terms.ask(request)
    if isinstance(verdict, Refusal):
        about_number = verdict.reason.partition(":")[0] in {Reason.INVALID_NUMBER, Reason.NOT_IN_ONLY_TO}
        return Bad(row.line, column if about_number else "", verdict.reason)
    return Good(row.line, replace(message, recipient=verdict.number), verdict)


def _not_twice(row: Good, column: str, keys: dict[str, int], texts: dict[tuple[str, str], int]) -> Good | Bad:
    key, text = row.message.dedupe_key, (row.message.recipient, row.message.body)
    if key is not None:
        if key in keys:
            return Bad(
                row.line, "dedupe_key", f"{key!r} stands in line {keys[key]} already: take one of them out"
            )
        keys[key] = row.line
    if text in texts:
        return Bad(
            row.line,
            column,
            f"the same text to the same number as in line {texts[text]}: take one of them out",
        )
    texts[text] = row.line
    return row


def _priority(value: str, _: Terms) -> int:
    if value not in set("0123456789"):
        raise ValueError(f"{value!r} is no priority: 0 (first) to 9 (last)")
    return int(value)


def _time(value: str, terms: Terms) -> str:
    moment = times.coming(value, terms.now, terms.zone)
    if moment <= terms.now:
        raise ValueError(f"{value!r} has passed already")
    return to_text(moment)


def _modem(value: str, terms: Terms) -> str:
    if terms.modems is not None and value not in terms.modems:
        raise ValueError(
            f"no modem is named {value!r}; configured: {', '.join(sorted(terms.modems)) or 'none'}"
        )
    return value


READERS: dict[str, Callable[[str, Terms], Any]] = {
    "dedupe_key": lambda value, _: value,
    "campaign": lambda value, _: value,
    "priority": _priority,
    "not_before": _time,
    "expires_at": _time,
    "modem": _modem,
}
"""Columns that say something about the sending of one row."""
