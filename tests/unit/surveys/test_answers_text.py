"""Open questions."""

from __future__ import annotations

import pytest

from gateway.surveys.answers import Question, QuestionType, parse


@pytest.mark.parametrize(
    "text",
    ["", " ", "...", "-", "RAS", "ras.", "rien", "Rien à dire",
     "rien à signaler merci", "Non", "non merci", "NON, RIEN",
     "no", "nope", "No thanks", "nothing", "nothing to add", "all good", "aucun commentaire", "pas de commentaire",
     "c'est tout", "Merci, rien de plus"],
)  # fmt: skip
def test_no_comment(understood, text: str) -> None:
    assert understood("text", text) == "nothing +no_comment"


@pytest.mark.parametrize(
    "text",
    ["Le livreur était en avance", "9", "oui", "merci", "Non, le livreur a été désagréable",
     "rien à voir avec la photo",
     "👍👍", "no parking", "Très bien\u00a0!", "да"],
)  # fmt: skip
def test_anything_else_is_the_answer(understood, text: str) -> None:
    assert understood("text", text) == f'"{" ".join(text.split())}"'


def test_white_space_is_collapsed_and_nothing_else_changes() -> None:
    question = Question(type=QuestionType.TEXT)
    assert parse(question, "  Très   bien\n\nÉquipe au TOP…  👍🏽 ").value == "Très bien Équipe au TOP… 👍🏽"


def test_a_long_text_is_cut() -> None:
    value = parse(Question(type=QuestionType.TEXT), "très bien " * 1000).value
    assert isinstance(value, str)
    assert 1990 < len(value) <= 2000


def test_the_quoted_question_is_left_out() -> None:
    text = "Merci. Que pourrions-nous améliorer en priorité ?"
    assert parse(Question(type=QuestionType.TEXT, text=text), f"{text} Les délais").value == "Les délais"
