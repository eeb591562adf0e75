"""Yes/no questions."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "text",
    ["oui", "OUI !!!", "ouiiii", "ouais", "ouai", "ui", "wi", "Yes", "yep", "yesss", "Y", "o", "O.", "bien sûr",
     "biensur", "tout à fait", "D'accord", "avec plaisir", "of course", "carrément", "évidemment", "sure", "absolutely",
     "oui oui oui", "oui bien sûr", "oui merci beaucoup", "Bonjour, oui", "ben oui", "euh oui", "mais oui",
     "eh bien oui", "ah oui", "c'est oui", "merci oui", "s'il vous plaît oui"],
)  # fmt: skip
def test_yes(understood, text: str) -> None:
    assert understood("yesno", text) == "yes"


@pytest.mark.parametrize(
    "text",
    ["non", "NON.", "nonnn", "nan", "nn", "nope", "No", "n", "N.", "pas du tout", "absolument pas", "Pas vraiment",
     "je ne pense pas", "je crois pas", "jamais de la vie", "not at all", "not really", "no way", "of course not",
     "bien sûr que non", "certainement pas", "pas encore", "non non", "non pas du tout", "Non merci", "euh non",
     "c'est non", "eh bien non", "définitivement non", "not yet", "I don't think so"],
)  # fmt: skip
def test_no(understood, text: str) -> None:
    assert understood("yesno", text) == "no"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok", "yes +inferred"),
        ("Okay merci", "yes +inferred"),
        ("ok oui", "yes"),
        ("ok d'accord", "yes"),
        ("👍", "yes +inferred"),
        ("👍🏽", "yes +inferred"),
        ("✅", "yes +inferred"),
        ("👎", "no +inferred"),
        ("❌❌", "no +inferred"),
        ("je dirais oui", "yes +inferred"),
        ("je pense que oui", "yes +inferred"),
        ("Je crois que non", "no +inferred"),
        ("la réponse est oui", "yes +inferred"),
        ("réponse : non", "no +inferred"),
        ("I would say yes", "yes +inferred"),
    ],
)
def test_inferred(understood, text: str, expected: str) -> None:
    assert understood("yesno", text) == expected


@pytest.mark.parametrize(
    "text",
    ["oui et non", "yes and no", "ni oui ni non", "oui non", "non oui", "oui ou non", "oui mais non", "non mais oui",
     "oui mais pas vraiment", "yes but no", "oui enfin non", "ok non", "peut-être", "maybe", "Perhaps", "bof", "moyen",
     "ça dépend", "mouais", "plus ou moins", "pourquoi pas", "why not", "pas de souci", "aucun problème", "no problem",
     "zéro souci", "no worries", "franchement bof", "👍👎"],
)  # fmt: skip
def test_ambiguous(understood, text: str) -> None:
    assert understood("yesno", text) == "!ambiguous"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oui mais livraison tardive", "yes (mais livraison tardive)"),
        ("oui, aucun problème", "yes (aucun problème)"),
        ("non, rien à dire", "no (rien à dire) +no_comment"),
        ("NON !!! Le colis est cassé", "no (Le colis est cassé) +negative_words"),
        ("yeah but late", "yes (but late)"),
        ("never received", "no (received) +negative_words"),
        ("oui non remboursé", "yes (non remboursé) +negative_words"),
        ("oui pardon non", "no +corrected"),
        ("non oups oui merci", "yes +corrected"),
        ("oui finalement pas du tout", "no +corrected"),
        ("non c'est bon", "no"),
        ("Oui ! Très bien reçu 👍", "yes (Très bien reçu 👍)"),
    ],
)
def test_what_follows(understood, text: str, expected: str) -> None:
    assert understood("yesno", text) == expected


@pytest.mark.parametrize(
    "text",
    ["si", "1", "9", "cancel my order please", "quand ?", "j'ai bien reçu le colis", "pas tout à fait", "да"],
)
def test_neither(understood, text: str) -> None:
    assert understood("yesno", text) == "!no_yes_no"


@pytest.mark.parametrize("text", ["", "...", "?!", "😡"])
def test_empty(understood, text: str) -> None:
    assert understood("yesno", text) == "!empty"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", "yes"), ("2.", "no"), ("1 merci", "yes"), ("V", "yes"), ("f", "no"), ("oui", "yes"), ("3", "!no_yes_no"),
     ("1 ou 2", "!no_yes_no")],
)  # fmt: skip
def test_codes(understood, text: str, expected: str) -> None:
    assert understood("coded", text) == expected
