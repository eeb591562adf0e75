"""The grammar of conditions, parsed here and never evaluated by Python.

expr = and { "or" and } ;  and = not { "and" not } ;  not = "not" not | "(" expr ")" | test ;
test = name op literal | name "in" "[" literal { "," literal } "]" | function "(" name ")" ;
op   = "==" | "!=" | "<" | "<=" | ">" | ">=" ;   function = "answered" | "has_comment" | "refused" ;
name = a question's id | "var." a start variable ;   literal = a whole number | a text in quotes
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.surveys.definition.expressions import (
    COMPARE,
    FUNCTIONS,
    RESERVED,
    Call,
    Comparison,
    Expression,
    Literal,
    Not,
    Several,
)

MAX_CHARS = 500
MAX_DEPTH = 20
"""Parentheses and nots within each other: more is a mistake, and would exhaust the stack."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d{1,9})\b|(?P<text>\"[^\"]*\"|'[^']*')|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?)"
    r"|(?P<mark>==|!=|<=|>=|[<>()\[\],]))"
)


class ExpressionError(ValueError):
    """A condition cannot be understood; the message says where and what was expected."""


def parse_expression(text: str) -> Expression:
    """The condition that a text says. Raises ExpressionError."""
    if len(text) > MAX_CHARS:
        raise ExpressionError(f"longer than {MAX_CHARS} characters")
    return _Parser(text).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.place = self.depth = 0

    def whole(self) -> Expression:
        found = self._several("or")
        if self._next.kind != "end":
            raise self._expected("and, or, or the end")
        return found

    @property
    def _next(self) -> _Token:
        return self.tokens[self.place]

    def _take(self, *texts: str) -> str:
        """The next token, if it is one of these marks or words; "" otherwise."""
        token = self._next
        if token.kind in ("mark", "name") and token.text in texts:
            self.place += 1
            return token.text
        return ""

    def _need(self, *texts: str) -> str:
        taken = self._take(*texts)
        if not taken:
            raise self._expected(" or ".join(texts))
        return taken

    def _expected(self, what: str) -> ExpressionError:
        token = self._next
        found = "the end" if token.kind == "end" else repr(token.text)
        return ExpressionError(f"at column {token.column}: expected {what}, found {found}")

    def _several(self, word: str) -> Expression:
        part = self._not if word == "and" else (lambda: self._several("and"))
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Several(word, tuple(parts))

    def _not(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} parentheses and nots within each other")
        try:
            if self._take("not"):
                return Not(self._not())
            if self._take("("):
                inner = self._several("or")
                self._need(")")
                return inner
            return self._test()
        finally:
            self.depth -= 1

    def _test(self) -> Expression:
        name = self._name("a question's id, var.NAME, not or (")
        if name in FUNCTIONS:
            self._need("(")
            asked = self._name("a question's id")
            self._need(")")
            return Call(name, asked)
        op = self._need("==", "!=", "<", "<=", ">", ">=", "in")
        if op == "in":
            return Comparison(name, op, self._list())
        literal = self._literal()
        if op in COMPARE and not isinstance(literal, int):
            raise ExpressionError(f"{name} {op} {literal!r}: only whole numbers have an order")
        return Comparison(name, op, (literal,))

    def _name(self, what: str) -> str:
        token = self._next
        if token.kind != "name" or (token.text in RESERVED and token.text not in FUNCTIONS):
            raise self._expected(what)
        self.place += 1
        return token.text

    def _list(self) -> tuple[Literal, ...]:
        self._need("[")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        self._need("]")
        return tuple(literals)

    def _literal(self) -> Literal:
        token = self._next
        if token.kind not in ("number", "text"):
            raise self._expected("a whole number or a text in quotes")
        self.place += 1
        return int(token.text) if token.kind == "number" else token.text[1:-1]


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            column = len(text) - len(text[place:].lstrip()) + 1
            raise ExpressionError(
                f"at column {column}: {text[column - 1]!r} means nothing here; write ==, !=, <, <=, > or >= "
                f'between a name and a whole number or a text in "quotes"'
            )
        yield _Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1)
        place = found.end()
    yield _Token("end", "", len(text) + 1)
