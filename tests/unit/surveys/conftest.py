"""How the tests of this folder write down what a reply means: one short line a reply."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.surveys.answers import Option, Outcome, Question, QuestionType, Result, parse

Understood = Callable[..., str]

QUESTIONS = {
    "nps": Question(type=QuestionType.NPS),
    "csat": Question(type=QuestionType.CSAT, labels={1: "pas du tout satisfait", 5: "très satisfait"}),
    "ces": Question(type=QuestionType.CES),
    "0-20": Question(type=QuestionType.SCALE, min=0, max=20),
    "yesno": Question(type=QuestionType.YESNO),
    "coded": Question(type=QuestionType.YESNO, codes={"yes": ("1", "v"), "no": ("2", "f")}),
    "reason": Question(
        type=QuestionType.CHOICE,
        options=(
            Option("1", "délai", ("retard", "en retard", "trop long")),
            Option("2", "produit", ("abîmé", "mauvais article")),
            Option("3", "livreur", ("chauffeur",)),
            Option("4", "autre"),
        ),
    ),
    "moment": Question(
        type=QuestionType.CHOICE,
        options=(Option("A", "matin"), Option("B", "après-midi", ("aprem",)), Option("C", "soir")),
    ),
    "text": Question(type=QuestionType.TEXT),
}


def short(result: Result) -> str:
    """`9`, `9 (super accueil) +inferred`, `!ambiguous`, `opt_out all =9`, `refused`; texts stand in quotes."""
    if result.outcome is Outcome.ANSWER:
        known = result.remainder is not None
        words = [
            str(result.value) if known else f'"{result.value}"' if result.value is not None else "nothing"
        ]
        words += [f"({result.remainder})"] if result.remainder else []
    elif result.outcome is Outcome.INVALID:
        words = [f"!{result.reason}"]
    else:
        words = [str(result.outcome)]
        words += [str(result.scope)] if result.scope else []
        words += [f"={result.value}"] if result.value is not None else []
    return " ".join([*words, *(f"+{flag}" for flag in result.flags)])


@pytest.fixture
def understood() -> Understood:
    """What a reply to one of the questions above is understood as, in one short line."""

    def read(question: str, text: str, strict: bool = False) -> str:
        return short(parse(QUESTIONS[question], text, strict))

    return read
