"""Conditions: what they mean, and what they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gateway.surveys.definition.expressions import Call, Comparison, leaves
from gateway.surveys.definition.grammar import MAX_CHARS, ExpressionError, parse_expression


@dataclass
class Known:
    """Facts written down."""

    values: dict[str, int | str] = field(default_factory=dict)
    comments: frozenset[str] = frozenset()
    refusals: frozenset[str] = frozenset()

    def value(self, name: str) -> int | str | None:
        return self.values.get(name)

    def answered(self, name: str) -> bool:
        return name in self.values

    def has_comment(self, name: str) -> bool:
        return name in self.comments

    def refused(self, name: str) -> bool:
        return name in self.refusals


FACTS = Known(
    {"nps": 7, "motif": "2", "contact": "yes", "mots": "trop cher", "var.ville": "Lyon", "var.achats": "12"},
    frozenset({"mots"}),
    frozenset({"prix"}),
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("nps == 7", True),
        ("nps != 7", False),
        ("nps < 7", False),
        ("nps <= 7", True),
        ("nps > 6", True),
        ("nps >= 8", False),
        ("nps in [6, 7, 8]", True),
        ("nps in [1]", False),
        ('motif == "2"', True),
        ("motif == 2", True),
        ("motif in [1, 3]", False),
        ('contact == "yes"', True),
        ("contact == 'yes'", True),
        ('contact != "no"', True),
        ('mots == "trop cher"', True),
        ("mots > 3", False),
        ('var.ville == "Lyon"', True),
        ("var.achats >= 10", True),
        ("nothing == 1", False),
        ("nothing != 1", False),
        ("nothing < 1", False),
        ("not nothing == 1", True),
        ("not not nps == 7", True),
        ("answered(nps)", True),
        ("answered(nothing)", False),
        ("has_comment(mots)", True),
        ("refused(prix) and not answered(prix)", True),
        ("nps == 1 or nps == 7 and motif == 2", True),
        ("(nps == 1 or nps == 7) and motif == 3", False),
        ("nps == 7 or nps == 1 and motif == 3", True),
        ("nps <= 2 or (nps <= 7 and has_comment(mots))", True),
        (" nps==7 and motif==2 ", True),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert parse_expression(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected a question's id, var.NAME, not or (, found the end"),
        ("nps", "at column 4: expected == or != or < or <= or > or >= or in, found the end"),
        ("nps =", "at column 5: '=' means nothing here"),
        ("nps == ", "expected a whole number or a text in quotes, found the end"),
        ("nps == good", "at column 8: expected a whole number or a text in quotes, found 'good'"),
        ("nps < 'a'", "only whole numbers have an order"),
        ("nps == 7 nps == 8", "at column 10: expected and, or, or the end, found 'nps'"),
        ("(nps == 7", "expected )"),
        ("nps in 7", "expected [, found '7'"),
        ("nps in []", "expected a whole number or a text"),
        ("and == 1", "expected a question's id"),
        ("7 == nps", "expected a question's id, var.NAME, not or (, found '7'"),
        ("answered nps", "expected (, found 'nps'"),
        ("answered(", "expected a question's id, found the end"),
        ("__import__('os')", "expected == or"),
        ("nps.real == 7; 1", "';' means nothing here"),
        ('nps == "7', "'\"' means nothing here"),
        ("(" * 60 + "nps == 7" + ")" * 60, "within each other"),
        ("not " * 60 + "nps == 7", "within each other"),
        ("nps == 7 or " * 100 + "nps == 7", f"longer than {MAX_CHARS}"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert says in str(caught.value)


def test_the_tests_in_a_condition() -> None:
    found = list(leaves(parse_expression("nps <= 2 or not (has_comment(mots) and motif in [1, 2])")))
    assert found == [
        Comparison("nps", "<=", (2,)),
        Call("has_comment", "mots"),
        Comparison("motif", "in", (1, 2)),
    ]
