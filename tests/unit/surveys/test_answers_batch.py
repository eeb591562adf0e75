"""Questions and results as JSON lines."""

from __future__ import annotations

import json

import pytest

from gateway.surveys.answers.batch import answer_line, answer_lines


def line(**fields: object) -> str:
    return json.dumps(fields)


def test_every_field_is_always_there() -> None:
    assert answer_line(line(question_type="nps", text="9 super")) == {
        "outcome": "answer", "value": 9, "remainder": "super", "reason": None, "scope": None, "flags": [],
    }  # fmt: skip
    assert answer_line(line(question_type="text", text="stop pub", question=None)) == {
        "outcome": "opt_out", "value": None, "remainder": None, "reason": None, "scope": "commercial", "flags": [],
    }  # fmt: skip


def test_all_that_a_question_may_bring() -> None:
    options = [{"key": "1", "label": "oui", "aliases": ["ok"]}, {"key": "2", "label": "non"}]
    assert answer_line(line(question_type="choice", question={"options": options}, text="ok"))["value"] == "1"
    assert answer_line(line(question_type="scale", question={"min": 0, "max": 3}, text="3"))["value"] == 3
    labels = {"labels": {"1": "nul", "5": "top"}}
    assert answer_line(line(question_type="csat", question=labels, text="Top !"))["flags"] == ["label"]
    codes = {"codes": {"yes": ["1"]}}
    assert answer_line(line(question_type="yesno", question=codes, text="1"))["value"] == "yes"
    text = {"text": "De 0 à 10, nous recommanderiez-vous ?"}
    assert answer_line(line(question_type="nps", question=text, text=f"{text['text']} 8"))["value"] == 8
    assert answer_line(line(question_type="text", text="stop au bruit", strict=True))["outcome"] == "opt_out"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{", "no JSON"),
        ("[1]", "an object with question_type and text"),
        (line(text="9"), "question_type: None is none of nps, csat"),
        (line(question_type="stars", text="9"), "question_type: 'stars'"),
        (line(question_type="nps"), "text: None is no text"),
        (line(question_type="nps", text=9), "text: 9 is no text"),
        (line(question_type="nps", text="9", question=[1]), "question: an object"),
        (line(question_type="nps", text="9", question={"mni": 1}), "unknown field 'mni'"),
        (line(question_type="nps", text="9", strict="no"), "strict: true or false"),
        (
            line(question_type="scale", text="9", question={"min": "0", "max": 5}),
            "min: '0' is no whole number",
        ),
        (line(question_type="scale", text="9", question={"min": True, "max": 5}), "min: True"),
        (line(question_type="csat", text="9", question={"labels": {"a": "b"}}), "labels: 'a' is no score"),
        (line(question_type="csat", text="9", question={"labels": ["a"]}), "labels: an object"),
        (line(question_type="yesno", text="9", question={"codes": {"yes": "1"}}), "codes: an array"),
        (
            line(question_type="choice", text="9", question={"options": ["a", "b"]}),
            "options: an array of objects",
        ),
        (line(question_type="choice", text="9", question={"options": {"a": "b"}}), "options: an array"),
        (line(question_type="choice", text="9", question={"options": [{"key": "1"}]}), "options.label"),
    ],
)
def test_a_bad_line_says_what_is_wrong(bad: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        answer_line(bad)


def test_one_result_a_line_in_order_and_a_bad_line_stops_nothing() -> None:
    lines = [line(question_type="nps", text="9"), "\n", line(question_type="yesno", text="non")]
    results = list(answer_lines(lines))
    assert [result.get("value") for result in results] == [9, None, "no"]
    assert str(results[1]["error"]).startswith("line 2: no JSON")
