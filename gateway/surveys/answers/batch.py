"""Questions and results as JSON: one line in, one line out, for scripts and other languages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.surveys.answers.parse import parse
from gateway.surveys.answers.values import Option, Question, QuestionType

_FIELDS = ("min", "max", "labels", "codes", "options", "text")


def question_from_json(kind: object, fields: Mapping[str, Any]) -> Question:
    """A question from its JSON form. Raises ValueError that names the field."""
    if not isinstance(kind, str) or kind not in list(QuestionType):
        raise ValueError(f"question_type: {kind!r} is none of {', '.join(QuestionType)}")
    strange = sorted(set(fields) - set(_FIELDS))
    if strange:
        raise ValueError(f"question: unknown field {strange[0]!r}; there are {', '.join(_FIELDS)}")
    return Question(
        type=QuestionType(kind),
        min=_integer(fields, "min"),
        max=_integer(fields, "max"),
        labels={_key(value): _text(label, "labels") for value, label in _table(fields, "labels").items()},
        codes={answer: _texts(codes, "codes") for answer, codes in _table(fields, "codes").items()},
        options=tuple(_option(option) for option in _list(fields, "options")),
        text=_text(fields.get("text") or "", "text"),
    )


def _integer(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"{name}: {value!r} is no whole number")
    return value


def _table(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name) or {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: an object is expected")
    return value


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name) or []
    if not isinstance(value, list):
        raise ValueError(f"{name}: an array is expected")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name}: {value!r} is no text")
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{name}: an array of texts is expected")
    return tuple(_text(item, name) for item in value)


def _key(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"labels: {value!r} is no score") from None


def _option(value: object) -> Option:
    if not isinstance(value, Mapping):
        raise ValueError("options: an array of objects with key and label is expected")
    return Option(
        _text(value.get("key"), "options.key"),
        _text(value.get("label"), "options.label"),
        _texts(value.get("aliases") or [], "options.aliases"),
    )


def answer_line(line: str) -> dict[str, object]:
    """The result for one line `{"question_type", "question"?, "text", "strict"?}`. Raises ValueError."""
    try:
        asked = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(asked, dict):
        raise ValueError("an object with question_type and text is expected")
    fields = asked.get("question") or {}
    if not isinstance(fields, Mapping):
        raise ValueError("question: an object is expected")
    strict = asked.get("strict", False)
    if not isinstance(strict, bool):
        raise ValueError("strict: true or false is expected")
    question = question_from_json(asked.get("question_type"), fields)
    return parse(question, _text(asked.get("text"), "text"), strict).as_dict()


def answer_lines(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """One result a line, in order; `{"error": "line n: why"}` where a line is no question."""
    for number, line in enumerate(lines, start=1):
        try:
            yield answer_line(line)
        except ValueError as error:
            yield {"error": f"line {number}: {error}"}
