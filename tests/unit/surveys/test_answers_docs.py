"""docs/answers.md is true: its tables and its JSON are run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway.surveys.answers import Flag, Outcome
from gateway.surveys.answers.batch import answer_line

PAGE = (Path(__file__).parents[3] / "docs" / "answers.md").read_text(encoding="utf-8")


def _examples() -> list[tuple[str, str, str]]:
    tables = re.findall(r"^\| question \| reply \| understood \|\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for table in tables for row in table.splitlines()
    ]
    return [(question, reply.replace("↵", "\n"), expected) for question, reply, expected in rows]


@pytest.mark.parametrize(("question", "reply", "expected"), _examples())
def test_example(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


def test_there_are_examples() -> None:
    assert len(_examples()) > 80


def test_every_outcome_and_flag_is_explained() -> None:
    for name in [*Outcome, *Flag]:
        assert f"| `{name}` |" in PAGE


def test_the_json_example() -> None:
    asked, result = re.findall(r"```json\n(.*)\n```", PAGE)
    assert answer_line(asked) == json.loads(result)
