"""The corpus of realistic replies: every line is a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.surveys.answers.batch import answer_line, question_from_json

CORPUS = Path(__file__).parents[2] / "data" / "replies.jsonl"
LINES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]

DISAGREEMENTS: dict[str, str] = {}
"""Lines marked ambiguous that we read otherwise, with the reason. None so far; an unmarked line may not stand here."""


@pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])
def test_line(line: dict[str, Any]) -> None:
    if line["id"] in DISAGREEMENTS:
        assert line.get("ambiguous"), "only ambiguous lines may be read otherwise"
        pytest.skip(DISAGREEMENTS[line["id"]])
    asked = {"question_type": line["question_type"], "text": line["text"], "question": line.get("question")}
    understood = answer_line(json.dumps(asked))
    expected = {"value": None, "reason": None, "scope": None, "flags": [], **line["expected"]}
    assert set(understood.pop("flags")) == set(expected.pop("flags"))  # type: ignore[call-overload]
    assert {key: understood[key] for key in expected} == expected


def test_the_corpus_is_whole() -> None:
    """Both languages, all the types it was made for, all nine outcomes."""
    assert len(LINES) == 234
    assert {line["lang"] for line in LINES} == {"fr", "en"}
    assert {line["expected"]["outcome"] for line in LINES} == {
        "answer", "invalid", "refused", "opt_out", "opt_in", "help", "wrong_number", "reaction", "auto_reply",
    }  # fmt: skip
    for line in LINES:
        question_from_json(line["question_type"], line.get("question") or {})
