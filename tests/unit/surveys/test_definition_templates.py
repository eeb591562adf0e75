"""Placeholders, and what a text costs."""

from __future__ import annotations

import pytest

from gateway.surveys.definition import MissingVariable, costs, load_text, render
from gateway.surveys.definition.segments import instead, without_costly
from gateway.surveys.definition.templates import Placeholder, TemplateError, placeholders

VALUES = {"prenom": "Ana", "ref": "A-12", "nothing": "", "tricky": "{ref} {"}


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("Bonjour {prenom}, commande {ref}", "Bonjour Ana, commande A-12"),
        ("Merci {nom|}, à bientôt", "Merci, à bientôt"),
        ("Merci {nom|cher client} !", "Merci cher client !"),
        ("Merci {nothing|} pour  tout .", "Merci pour tout."),
        ("{nothing|toi}", "toi"),
        (" {prenom} ", "Ana"),
        ("{{{prenom}}} {{x}}", "{Ana} {x}"),
        ("{tricky}", "{ref} {"),
        ("Combien ? Oui !", "Combien ? Oui !"),
        ("", ""),
    ],
)
def test_rendering(template: str, rendered: str) -> None:
    assert render(template, VALUES) == rendered


@pytest.mark.parametrize("template", ["{nom}", "{nothing}"])
def test_nothing_is_sent_with_a_hole_in_it(template: str) -> None:
    with pytest.raises(MissingVariable) as caught:
        render(template, VALUES)
    assert caught.value.name == template.strip("{}")


@pytest.mark.parametrize(
    "template", ["{", "}", "{prenom", "{pré}", "{}", "{a b}", "{0}", "{prenom!r}", "{a.b}", "{a|{b}}"]
)
def test_a_brace_that_means_nothing(template: str) -> None:
    with pytest.raises(TemplateError, match="brace"):
        placeholders(template)


def test_placeholders_in_order() -> None:
    assert placeholders("{a} {b|} {{c}} {d|x y}") == (
        Placeholder("a"),
        Placeholder("b", ""),
        Placeholder("d", "x y"),
    )


SURVEY = """
title = "T"
brand = "Bricolo"
[[question]]
id = "note"
type = "nps"
text = "{brand}: %s de 0 à 10 ? STOP"
[[closing]]
text = "Merci {prenom|}, votre note : {note}"
"""


def _costs(words: str) -> dict[str, tuple[str, int, int, int, str]]:
    survey = load_text(SURVEY % words, "essai").survey
    assert survey is not None
    return {
        str(each.where[0]): (
            str(each.segments.alphabet),
            each.segments.units,
            each.parts,
            each.with_names,
            each.costly,
        )
        for each in costs(survey)
    }


def test_a_text_is_measured_with_what_fills_it() -> None:
    found = _costs("x" * 100)
    assert found["question"] == ("gsm7", len("Bricolo: ") + 100 + len(" de 0 à 10 ? STOP"), 1, 1, "")
    assert found["closing"][1] == len("Merci xxxxxxxxxxxx, votre note : 10")


def test_a_name_may_force_another_alphabet() -> None:
    survey = load_text(
        SURVEY.replace("votre note", "votre note, que nous transmettons à toute notre équipe") % "", "essai"
    ).survey
    assert survey is not None
    closing = costs(survey)[-1]
    assert (str(closing.segments.alphabet), closing.parts, closing.with_names) == ("gsm7", 1, 2)


def test_the_characters_that_cost_a_part() -> None:
    assert _costs("être " + "x" * 100)["question"] == ("ucs2", 131, 2, 2, "ê")
    assert _costs("être")["question"][2:] == (1, 1, "")  # still one part: it costs nothing
    assert _costs("[x" * 60)["question"][1] == 9 + 180 + 17  # a bracket takes two septets


@pytest.mark.parametrize(
    ("char", "plain"),
    [("ê", "e"), ("ç", "c"), ("’", "'"), ("œ", "oe"), ("…", "..."), ("\u00a0", " "), ("👍", ""), ("ÿ", "y")],
)
def test_what_to_write_instead(char: str, plain: str) -> None:
    assert instead(char) == plain


def test_only_costly_characters_are_replaced() -> None:
    assert without_costly("À l’été, ça coûte 5 € 👍") == "A l'été, ca coute 5 € "
