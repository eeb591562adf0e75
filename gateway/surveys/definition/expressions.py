"""The conditions of survey files, `satisfaction <= 2 and has_comment(motif)`, as values that can be asked."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

FUNCTIONS = ("answered", "has_comment", "refused")
RESERVED = frozenset({"end", "and", "or", "not", "in", "var", *FUNCTIONS})
"""Words that are no question's id."""

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Literal = int | str


class Facts(Protocol):
    """What a condition may ask about a session."""

    def value(self, name: str) -> Literal | None:
        """The answer to a question, or a start variable (`var.name`); None where there is none."""

    def answered(self, name: str) -> bool:
        """Whether a question has an answer."""

    def has_comment(self, name: str) -> bool:
        """Whether a question's text says something."""

    def refused(self, name: str) -> bool:
        """Whether the person would rather not answer it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`name op literal`, or `name in [literals]` with the operator `in`."""

    name: str
    op: str
    literals: tuple[Literal, ...]

    def holds(self, facts: Facts) -> bool:
        """A comparison without a value is false, also with `!=`."""
        value = facts.value(self.name)
        if value is None:
            return False
        if self.op in COMPARE:
            number = _number(value)
            return number is not None and COMPARE[self.op](number, int(self.literals[0]))
        same = any(_same(value, literal) for literal in self.literals)
        return same is not (self.op == "!=")


@dataclass(frozen=True, slots=True)
class Call:
    """`answered(id)`, `has_comment(id)`, `refused(id)`."""

    function: str
    name: str

    def holds(self, facts: Facts) -> bool:
        """What the facts say."""
        if self.function == "answered":
            return facts.answered(self.name)
        return facts.has_comment(self.name) if self.function == "has_comment" else facts.refused(self.name)


@dataclass(frozen=True, slots=True)
class Not:
    """`not expr`."""

    inner: Expression

    def holds(self, facts: Facts) -> bool:
        """The opposite."""
        return not self.inner.holds(facts)


@dataclass(frozen=True, slots=True)
class Several:
    """`a and b and c`, or with `or`."""

    word: str
    parts: tuple[Expression, ...]

    def holds(self, facts: Facts) -> bool:
        """All of them, or any."""
        held = (part.holds(facts) for part in self.parts)
        return all(held) if self.word == "and" else any(held)


Expression = Comparison | Call | Not | Several


def leaves(expression: Expression) -> Iterator[Comparison | Call]:
    """Every comparison and call in a condition."""
    if isinstance(expression, Not):
        yield from leaves(expression.inner)
    elif isinstance(expression, Several):
        for part in expression.parts:
            yield from leaves(part)
    else:
        yield expression


def _number(value: Literal) -> int | None:
    """A number, also of a text that is one: start variables and keys of options are texts."""
    if isinstance(value, int):
        return value
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else None


def _same(value: Literal, literal: Literal) -> bool:
    return _number(value) == literal if isinstance(literal, int) else str(value) == literal
