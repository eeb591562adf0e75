"""Tapbacks, machines, START, HELP, wrong numbers, refusals, and which of them comes first."""

from __future__ import annotations

import pytest

from gateway.surveys.answers import Option, Outcome, Question, QuestionType, parse

TAPBACKS = [
    "Liked “From 0 to 10, how likely are you to recommend us? STOP to opt out”",
    'Loved "9"',
    "Disliked “Bricolo: 1 à 5 ?”",
    "Laughed at “STOP”",
    "Emphasized “De 0 à 10”",
    "Questioned “10”",
    "Reacted 👍 to “De 0 à 10”",
    "Removed a like from “De 0 à 10”",
    "A aimé « Bricolo: de 0 à 10. Refus : STOP »",
    "A adoré « 9 »",
    "N’a pas aimé « Refus : STOP »",
    "A ri à « 5 »",
    "A mis en évidence « 8 »",
    "A mis en doute « 8 »",
    "S’est interrogé(e) sur « 8 »",
    "A réagi avec ❤️ à « Bricolo: de 0 à 10 »",
    "👍 à « Bricolo: de 0 à 10. Refus : STOP »",
    "❤️ to “STOP”",
    "😂 sur « 7 »",
]


@pytest.mark.parametrize("text", TAPBACKS)
def test_a_tapback_quotes_us_and_says_nothing(understood, text: str) -> None:
    assert understood("nps", text) == "reaction"
    assert understood("text", text, strict=True) == "reaction"


@pytest.mark.parametrize(
    "text", ["Loved it, 9", "Liked the driver", "a aimé le livreur", "👍 9", "J'ai aimé"]
)
def test_liking_something_is_no_tapback(understood, text: str) -> None:
    assert understood("nps", text) != "reaction"


@pytest.mark.parametrize(
    "text",
    [
        "Je conduis avec le mode Ne pas déranger activé. Je verrai votre message plus tard.",
        "Je suis au volant, je vous rappelle",
        "I'm driving with Do Not Disturb While Driving turned on.",
        "Message automatique : absent jusqu'au 15",
        "Réponse automatique: en réunion. STOP pour ne plus recevoir",
        "Auto-reply: back at 9",
        "Automatic reply: out of office",
        "I am out of the office until Monday",
        "Mon téléphone est en mode Ne pas déranger",
    ],
)
def test_a_machine_answers(understood, text: str) -> None:
    assert understood("nps", text) == "auto_reply"
    assert understood("text", text) == "auto_reply"


@pytest.mark.parametrize(
    "text", ["START", "Start please", "unstop", "Reprendre merci", "réactiver", "Bonjour START"]
)
def test_opt_in(understood, text: str) -> None:
    assert understood("text", text) == "opt_in"


@pytest.mark.parametrize("text", ["YES", "oui", "start again tomorrow", "restart", "ok"])
def test_yes_never_opts_in(understood, text: str) -> None:
    assert understood("yesno", text) != "opt_in"


@pytest.mark.parametrize(
    "text",
    ["Aide", "AIDE svp", "help!", "Info", "infos", "c'est qui ?", "Bonjour, c'est qui ?", "Qui êtes-vous ?",
     "vous êtes qui", "who is this?", "Who's this", "Who are you please"],
)  # fmt: skip
def test_help(understood, text: str) -> None:
    assert understood("nps", text) == "help"


@pytest.mark.parametrize(
    "text", ["info livraison ?", "aidez-moi", "help me with my order", "qui est le livreur"]
)
def test_a_question_of_their_own_is_no_help_keyword(understood, text: str) -> None:
    assert understood("nps", text) == "!no_number"


@pytest.mark.parametrize(
    "text",
    ["Mauvais numéro", "Faux numéro désolé", "erreur de numéro", "Vous vous trompez de personne",
     "vous vous êtes trompé de numéro", "Wrong number", "wrong person sorry", "9 mais c'est un faux numéro"],
)  # fmt: skip
def test_wrong_number(understood, text: str) -> None:
    assert understood("nps", text) == "wrong_number"


@pytest.mark.parametrize(
    "text", ["mauvais numéro de commande", "faux numéro de suivi", "the wrong number of parcels"]
)
def test_the_wrong_number_of_something_is_a_complaint(understood, text: str) -> None:
    assert understood("nps", text) == "!no_number"


def test_of_telephone_it_is_a_wrong_number(understood) -> None:
    assert understood("nps", "mauvais numéro de téléphone") == "wrong_number"


@pytest.mark.parametrize(
    "text",
    ["sans avis", "NSP", "je ne sais pas", "Je sais pas", "jsp", "aucune idée", "je ne souhaite pas répondre merci",
     "Je préfère ne pas répondre", "don't know", "idk", "skip", "N/A", "prefer not to say", "non concerné",
     "Bonjour, pas d'avis"],
)  # fmt: skip
@pytest.mark.parametrize("question", ["nps", "yesno", "reason", "text"])
def test_refused(understood, question: str, text: str) -> None:
    assert understood(question, text) == "refused"


@pytest.mark.parametrize("text", ["je ne sais pas quoi dire", "passez me voir", "sans avis particulier"])
def test_more_than_a_refusal_is_none(understood, text: str) -> None:
    assert understood("nps", text) == "!no_number"


def test_an_option_that_says_so_is_an_answer() -> None:
    options = (Option("1", "bien"), Option("2", "mal"), Option("3", "sans opinion", ("nsp",)))
    question = Question(type=QuestionType.CHOICE, options=options)
    assert parse(question, "Sans opinion").value == "3"
    assert parse(question, "NSP").value == "3"
    assert parse(question, "aucune idée").outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Liked “STOP”", "reaction"),
        ("Réponse automatique : STOP", "auto_reply"),
        ("mauvais numéro stop", "opt_out all +wrong_number"),
        ("mauvais numéro, ne plus me contacter", "opt_out all +wrong_number"),
        ("mauvais numéro, aide", "wrong_number"),
    ],
)
def test_the_first_that_matches_decides(understood, text: str, expected: str) -> None:
    assert understood("nps", text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("nps", "Supprimez mon numéro", "opt_out all +privacy_request"),
        ("nps", "delete my data", "opt_out all +privacy_request"),
        ("nps", "effacez toutes mes données, RGPD", "opt_out all +privacy_request"),
        ("nps", "Est-ce conforme au RGPD ?", "!no_number +privacy_request"),
        ("text", "je saisis la CNIL", '"je saisis la CNIL" +privacy_request'),
        ("nps", "2 c'est une honte", "2 (c'est une honte) +negative_words"),
        ("nps", "STOP bande d'arnaqueurs", "opt_out all +negative_words"),
        ("yesno", "non jamais reçu", "no (reçu) +negative_words"),
        ("text", "Parcel arrived broken", '"Parcel arrived broken" +negative_words'),
        ("nps", "mauvais numéro, honteux", "wrong_number"),
    ],
)
def test_flags_of_the_whole_text(understood, question: str, text: str, expected: str) -> None:
    assert understood(question, text) == expected
