"""One `[[question]]` of a survey file."""

from __future__ import annotations

import re
from typing import Any

from gateway.surveys.answers import QuestionType
from gateway.surveys.answers.values import SCORES
from gateway.surveys.definition.model import Choice, Item, Jump, Limits, OnInvalid, Variant
from gateway.surveys.definition.reader import Table


def read_question(table: Table) -> Item | None:
    """The question of a table; None where nobody could answer it."""
    identity, kind = table.needed("id"), table.string("type")
    text = table.text("text", needed=True)
    required = table.flag("required", True)
    usual = OnInvalid.CLOSE if required else OnInvalid.SKIP
    parts: dict[str, Any] = {
        "id": identity,
        "min": table.optional_integer("min"),
        "max": table.optional_integer("max"),
        "text": text or {},
        "variants": tuple(variant for each in table.tables("variants") if (variant := each.read(_variant))),
        "reask": table.text("reask"),
        "labels": _labels(table),
        "codes": _codes(table),
        "options": tuple(each.read(_option) for each in table.tables("option")),
        "required": required,
        "on_invalid": OnInvalid(table.one_of("on_invalid", ("close", "skip"), usual)),
        "ttl": table.duration("ttl", Limits().question_ttl, positive=True) if table.has("ttl") else None,
        "prefill_from": table.strings("prefill_from"),
        "skip_if": table.expression("skip_if"),
        "next": tuple(jump for each in table.tables("next") if (jump := each.read(_jump))),
    }
    if kind not in list(QuestionType):
        said = "type is missing" if kind is None else f"{kind!r} is no type"
        table.wrong("E18", None if kind is None else "type", f"{said}: one of {', '.join(QuestionType)}")
        return None
    item = Item(type=QuestionType(kind), **parts)
    return item if _is_askable(table, item) else None


def _is_askable(table: Table, item: Item) -> bool:
    """Whether the answer parser takes the question; else note why it does not."""
    only = {
        "option": (item.options, (QuestionType.CHOICE,)),
        "labels": (item.labels, tuple(SCORES)),
        "codes": (item.codes, (QuestionType.YESNO,)),
        "prefill_from": (item.prefill_from, (QuestionType.TEXT,)),
        "min": (item.min is not None, (*SCORES,)),
        "max": (item.max is not None, (*SCORES,)),
    }
    for key, (given, kinds) in only.items():
        if given and item.type not in kinds:
            table.wrong("E18", key, f"a {item.type} question has none: leave it out")
    try:
        item.question(table.language, table.language)
    except ValueError as error:
        name, _, why = str(error).partition(": ")
        code, key = _BLAMED.get(name, ("E18", name))
        table.wrong(code, key if key in table.given else None, f"{name}: {why}")
        return False
    return True


_BLAMED = {
    "options": ("E09", "option"),
    "min, max": ("E13", "min"),
    "labels": ("E13", "labels"),
    "codes": ("E18", "codes"),
}
"""What the answer parser refuses → the code, and the key to look at."""


def _variant(table: Table) -> Variant | None:
    when, text = table.expression("when"), table.text("text", needed=True)
    if when is None and not table.has("when"):
        _needs_condition(table)
    return None if when is None else Variant(when, text or {})


def _needs_condition(table: Table) -> None:
    if not any(problem.where == (*table.where, "when") for problem in table.notes.problems):
        table.wrong("E18", None, 'when is missing: add when = "…", or put the text into the question itself')


def _labels(table: Table) -> dict[int, Any]:
    inner = table.table("labels")
    labels = {}
    for key in list(inner.found):
        text = inner.text(key)
        if not re.fullmatch(r"[0-9]{1,3}", key):
            inner.wrong("E13", key, "labels belong to scores: a number is expected before =")
        elif text is not None:
            labels[int(key)] = text
    return labels


def _codes(table: Table) -> dict[str, tuple[str, ...]]:
    inner = table.table("codes")
    codes = {key: inner.strings(key) for key in ("yes", "no") if inner.has(key)}
    inner.known = ["yes", "no"]
    inner.done()
    return codes


def _option(table: Table) -> Choice:
    return Choice(table.needed("key"), table.text("label", needed=True) or {}, table.strings("aliases"))


def _jump(table: Table) -> Jump | None:
    conditional = table.has("when")
    when, goto = table.expression("when"), table.needed("goto")
    return None if conditional and when is None else Jump(goto, when)
