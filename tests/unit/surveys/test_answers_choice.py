"""Questions with options."""

from __future__ import annotations

import pytest

from gateway.surveys.answers import Option, Question, QuestionType, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("délai", "1"),
        ("Délai !", "1"),
        ("RETARD", "1"),
        ("en retard svp", "1"),
        ("merci, livreur", "3"),
        ("Abîmé", "2 +negative_words"),
        ("autre", "4"),
    ],
)
def test_a_label_or_alias_alone(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", "2"),
        ("2.", "2"),
        ("2)", "2"),
        ("2️⃣", "2"),
        ("n° 2", "2"),
        ("numéro 2", "2"),
        ("option 2 merci", "2"),
        ("Bonjour, réponse 2", "2"),
        ("je choisis la 2", "2"),
        ("plutôt le 3", "3"),
        ("c'est la 2", "2"),
        ("mon choix est 2", "2"),
        ("I would say 2", "2"),
        ("deux", "2"),
        ("un", "1"),
        ("2 2", "2"),
        ("2 trop cher", "2 (trop cher)"),
        ("2, produit cassé", "2 (produit cassé) +negative_words"),
        ("1 retard", "1 (retard)"),
        ("4 autre : facture fausse", "4 (autre : facture fausse)"),
        ("2 rien à dire", "2 (rien à dire) +no_comment"),
        ("1 non 2", "2 +corrected"),
        ("1 pardon la 3", "3 +corrected"),
    ],
)
def test_a_digit(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


@pytest.mark.parametrize("text", ["1 et 2", "1, 2", "1 ou 3", "1/2", "1-2", "1 and the 2", "2 or 3", "délai et produit",
                                  "livreur ou produit"])  # fmt: skip
def test_two_options(understood, text: str) -> None:
    assert understood("reason", text) == "!ambiguous"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 jours de retard", "1 (3 jours de retard) +inferred"),
        ("3 jours", "!no_match"),
        ("2 semaines d'attente", "!no_match"),
        ("un livreur désagréable", "3 (un livreur désagréable) +inferred"),
        ("deux livreurs", "3 (deux livreurs) +inferred"),
        ("deux colis", "!no_match"),
        ("2 fois", "!no_match"),
    ],
)
def test_a_number_that_counts_is_no_key(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("la deuxième", "2 +inferred"),
        ("le premier choix", "1 +inferred"),
        ("2ème option", "2 +inferred"),
        ("the third one", "3 +inferred"),
        ("quatrième svp", "4 +inferred"),
        ("premier achat chez vous", "!no_match"),
        ("la première fois", "!no_match"),
        ("5eme", "!out_of_range"),
    ],
)
def test_ordinals(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le livreur", "3 (le livreur) +inferred"),
        ("Livreur nul !", "3 (Livreur nul !) +inferred +negative_words"),
        ("c'était trop long", "1 (c'était trop long) +inferred"),
        ("autre chose", "4 (autre chose) +inferred"),
        ("pas le délai", "!ambiguous"),
        ("ni produit ni livreur", "!ambiguous"),
        ("pas le délai mais le produit", "!ambiguous"),
        ("les délais", "1 (les délais) +inferred"),
        ("Retards", "1"),
        ("vos mauvais articles", "2 (vos mauvais articles) +inferred"),
        ("rien", "!no_match"),
    ],
)
def test_words_of_one_option(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


def test_a_longer_name_hides_the_shorter_inside_it() -> None:
    options = (Option("1", "produit"), Option("2", "produit cassé"))
    question = Question(type=QuestionType.CHOICE, options=options)
    assert parse(question, "mon produit cassé").value == "2"
    assert parse(question, "mon produit, produit cassé").value is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "!out_of_range"),
        ("0", "!out_of_range"),
        ("12", "!out_of_range"),
        ("10 jours d'attente", "!no_match"),
        ("", "!empty"),
        ("?", "!empty"),
        ("👍", "!empty"),
        ("да", "!no_match"),
    ],
)
def test_nothing_chosen(understood, text: str, expected: str) -> None:
    assert understood("reason", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B", "B"),
        ("b", "B"),
        ("b)", "B"),
        ('"B"', "B"),
        ("la B svp", "B"),
        ("A please", "A"),
        ("a", "A"),
        ("a svp", "A"),
        ("c", "C"),
        ("B si possible", "B (si possible)"),
        ("A et B", "!ambiguous"),
        ("a ou c", "!ambiguous"),
        ("après-midi", "B"),
        ("l'après midi si possible", "B (l'après midi si possible) +inferred"),
        ("aprem", "B"),
        ("c'est le soir", "C (c'est le soir) +inferred"),
        ("à mon avis le soir", "C (à mon avis le soir) +inferred"),
        ("a mon avis le matin", "A (a mon avis le matin) +inferred"),
        ("d'accord", "!no_match"),
        ("1", "!out_of_range"),
        ("D", "!no_match"),
    ],
)
def test_letters(understood, text: str, expected: str) -> None:
    assert understood("moment", text) == expected


@pytest.mark.parametrize("keys", ["13", "BA", "1", "123456789A", "12A", "ab", "11"])
def test_keys_are_in_order(keys: str) -> None:
    with pytest.raises(ValueError, match="options"):
        Question(
            type=QuestionType.CHOICE,
            options=tuple(Option(key, f"mot{place}") for place, key in enumerate(keys)),
        )
