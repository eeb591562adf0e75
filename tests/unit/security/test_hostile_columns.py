"""Whatever stands in the columns of text, no list, page or export writes anything that a terminal would obey."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.context import Context
from gateway.cli.reference import commands
from gateway.cli.root import cli
from gateway.clock import SystemClock
from gateway.store import Store
from gateway.store.phonekey import PhoneKey

HOSTILE = "x\x1b]0;own\x07\x9b31m\u202e\r\nFORGED"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
NUMBER = "+33612345678"
MOMENT = "2026-11-24T10:00:00.000Z"
LOOKS = ("list", "show", "export", "status", "sessions", "verify", "report")
"""The last words of commands that only show what is stored."""
NUMBERS = dict.fromkeys(("recipient", "sender", "number", "phone"), NUMBER)
ARGUMENTS = {"number": NUMBER, "survey": "nps"}
SURVEY = """
title = "NPS"
brand = "Bricolo"
[[question]]
id = "note"
type = "nps"
text = "{brand}: de 0 à 10 ? Refus : STOP"
"""


WORDS = {
    "state": "queued",
    "source": "paper",
    "basis": None,
    "flags": "[]",
    "ext_refs": "[]",
    "survey": "nps",
    "question": "note",
    "toml": SURVEY,
}
"""What the readers know only certain words of."""


def value(column: str, kind: str, sql: str, person: str) -> object:
    """What a column of a hostile row holds: a hostile text, unless the readers need a word, a time or a number."""
    if kind in ("INTEGER", "REAL"):
        return int(column != "forgotten")
    if among := re.search(rf"\b{column} IN \('(\w+)'", sql):
        return among[1]
    if column == "at" or column.endswith(("_at", "_until", "_before")):
        return MOMENT
    if f"json_valid({column})" in sql or re.search(rf"\n +{column} .*-- JSON", sql):
        return json.dumps({"a": HOSTILE})
    return {**WORDS, **NUMBERS, "phone_hash": person}.get(column, HOSTILE)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "gateway.db"
    with closing(Store.open(path, SystemClock())) as store:
        person = PhoneKey.beside(store).hash(NUMBER)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        fill(raw, person)
    return path


def fill(raw: sqlite3.Connection, person: str) -> None:
    """One hostile row in each table, which no rule of the database refuses."""
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("PRAGMA ignore_check_constraints = ON")
    tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
    for name, sql in raw.execute(tables).fetchall():
        columns = raw.execute(f"PRAGMA table_info({name})").fetchall()
        row = [value(column, kind, sql, person) for _, column, kind, *_ in columns]
        raw.execute(f"INSERT OR REPLACE INTO {name} VALUES ({', '.join('?' * len(row))})", row)


def looks() -> Iterator[list[str]]:
    """Every command that shows, with what it must be given, in each form that it has."""
    for name, command in commands():
        words = name.split()[1:]
        if not words or words[-1] not in LOOKS:
            continue
        given = [ARGUMENTS.get(each.name or "", "1") for each in command.params if each.required]
        options = {option for each in command.params for option in each.opts}
        for form in ([], ["--json"], *([["--csv"]] if "--csv" in options else [])):
            yield [*words, *given, *form]


@pytest.mark.parametrize("arguments", list(looks()), ids=" ".join)
def test_nothing_that_a_terminal_obeys_is_shown(database: Path, arguments: list[str]) -> None:
    done = CliRunner().invoke(
        cli, ["--database", str(database), *arguments], obj=Context(), env={"COLUMNS": "300"}
    )
    assert "internal error" not in done.output
    assert OBEYED.search(done.output) is None
    assert "own" in done.output or arguments[1] == "verify", "what is shown is not what was put in"
    if not {"export", "--csv"} & set(arguments):
        assert not any(line.startswith("FORGED") for line in done.output.splitlines())


def test_a_file_that_is_exported_has_none_of_it_either(database: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["--database", str(database), "inbox", "export", str(tmp_path / "inbox.csv")]
    )
    assert done.exit_code == 0, done.output
    with (tmp_path / "inbox.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["body"] == "x\\x1b]0;own\\x07\\x9b31m\\u202e\nFORGED"
