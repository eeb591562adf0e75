"""Opt-outs: what is one, what is not, and what a person should look at."""

from __future__ import annotations

import pytest

ANY = ("nps", "yesno", "reason", "text")


@pytest.mark.parametrize("question", ANY)
@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", "Stop !!!", "STOP svp", "Bonjour STOP merci", "stop stop stop", "STOP 36111", "stop au 38200",
     "S.T.O.P.", "s t o p", "STPO", "sotp", "tsop", "st0p", "stoppp", "sstop", "STOP SMS", "stop tous vos messages",
     "STOPALL", "stop all", "arrêt", "Arrêtez !", "Arrêter svp", "désabonnement", "me désabonner", "désinscription",
     "désinscrivez-moi", "unsubscribe", "UNSUB", "opt out", "Opt-out please", "revoke", "J'ai dit STOP",
     "Non, stop", "Par pitié stop", "i said stop", "STOP 🛑", "« STOP »"],
)  # fmt: skip
def test_keywords_alone(understood, question: str, text: str) -> None:
    assert understood(question, text) == "opt_out all"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("STOP pub", "commercial"),
        ("stop les promos", "commercial"),
        ("Stop aux publicités svp", "commercial"),
        ("stop marketing", "commercial"),
        ("stop enquête", "survey"),
        ("Arrêtez vos sondages", "survey"),
        ("stop aux questionnaires merci", "survey"),
        ("stop surveys", "survey"),
        ("stop sms pub", "all"),  # the first scope word counts
        ("stop pub sms", "commercial"),
        ("STOP tout", "all"),
    ],
)
def test_scopes(understood, text: str, scope: str) -> None:
    assert understood("nps", text) == f"opt_out {scope}"


@pytest.mark.parametrize("text", ["cancel", "Cancel please", "END", "quit", "Remove", "end now"])
def test_weak_words_alone_count(understood, text: str) -> None:
    assert understood("nps", text) == "opt_out all"


@pytest.mark.parametrize(
    "text",
    ["cancel my order", "the end", "fin", "annuler", "terminer", "remove the old sofa", "quit smoking"],
)
def test_weak_words_with_a_complement_do_not(understood, text: str) -> None:
    assert understood("nps", text) == "!no_number"


@pytest.mark.parametrize(
    "text",
    ["je ne veux plus recevoir de messages", "Je ne souhaite plus recevoir vos sms", "ne plus recevoir ce genre de pub",
     "je ne veux plus recevoir svp", "je ne veux plus être contacté", "plus du tout être dérangée", "Plus de SMS merci",
     "pas de pub", "plus aucun message", "arrêtez de m'envoyer des textos", "cessez de me harceler",
     "marre de vos messages", "assez de spams", "arrêtez avec vos enquêtes", "Stop à vos sms", "ne m'écrivez plus",
     "n'envoyez plus rien", "ne me sollicitez plus", "ne m'envoyez pas de sms", "retirez-moi de vos listes",
     "enlevez mon numéro", "Rayez moi de la liste", "je veux me désinscrire", "veuillez me désabonner",
     "désabonnez moi", "laissez-moi tranquille", "foutez moi la paix", "fichez-nous la paix", "lâchez-moi",
     "laissez moi en paix",
     "merci d'arrêter", "Pouvez-vous arrêter ?", "veuillez arrêter svp", "stop texting me", "quit messaging me",
     "please don't text me", "do not contact me again", "never message this number", "take me off the list",
     "remove me", "remove me from this list", "leave me alone", "opting out", "lose my number", "no more surveys",
     "no more texts please", "do not disturb me", "I want to unsubscribe"],
)  # fmt: skip
@pytest.mark.parametrize("question", ["nps", "text"])
def test_phrases(understood, question: str, text: str) -> None:
    assert understood(question, text).startswith("opt_out all")


@pytest.mark.parametrize(
    "text",
    ["je ne souhaite pas recevoir ma commande samedi", "Arrêtez de livrer si tard", "Le livreur ne s'est pas arrêté",
     "L'arrêt de bus est trop loin", "top", "Non top", "shop en ligne parfait", "step by step", "Spot parfait",
     "Arrêtez vos livraisons le dimanche", "laissez-moi vous dire bravo", "Laissez-moi le temps d'essayer",
     "ouvert non-stop", "travaux non stop depuis 3 jours", "the bus stop is far", "one stop shop",
     "Stop and go permanent sur le parking", "no pit stop", "Je n'ai plus de message depuis la commande",
     "Il ne reste plus de produits", "remove the packaging", "the driver never smiled", "Fin de chantier bâclée"],
)  # fmt: skip
def test_ordinary_sentences(understood, text: str) -> None:
    assert understood("text", text) == f'"{text}"'


def test_non_stop_alone_means_no_and_stop(understood) -> None:
    assert understood("yesno", "Non stop") == "opt_out all"


@pytest.mark.parametrize(
    "text",
    ["je ne veux pas me désabonner", "Surtout pas me désinscrire", "I don't want to unsubscribe",
     "do not want to opt out"],
)  # fmt: skip
def test_somebody_who_wants_to_stay(understood, text: str) -> None:
    assert understood("nps", text) == "!no_number +optout_suspected"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        # a leading STOP
        ("nps", "STOP. Trop de messages", "opt_out all"),
        ("nps", "STOP c'est trop", "opt_out all"),
        ("nps", "stop it's too late", "opt_out all"),
        ("nps", "Merci stop ça suffit", "opt_out all"),
        ("text", "Stop\nla livraison est passée", "opt_out all"),
        ("nps", "STOP 9", "opt_out all =9"),
        ("nps", "Stop. 7/10", "opt_out all =7"),
        ("yesno", "STOP, oui j'ai reçu", "opt_out all =yes"),
        ("reason", "stop, 2", "opt_out all =2"),
        ("text", "Arrêtez, ça suffit", "opt_out all"),
        ("text", "Désabonnement : merci de votre aide", "opt_out all"),
        ("text", "Stop au bruit le matin", '"Stop au bruit le matin" +optout_suspected'),
        ("text", "Stop by anytime", '"Stop by anytime" +optout_suspected'),
        ("text", "Stop les livraisons tardives", '"Stop les livraisons tardives" +optout_suspected'),
        # a trailing STOP
        ("text", "Service nul, stop", "opt_out all +negative_words"),
        ("text", "Très bien. STOP merci", "opt_out all"),
        ("text", "Bien\nstop", "opt_out all"),
        ("nps", "9 stop", "opt_out all =9"),
        ("nps", "9 mais stop svp", "opt_out all =9"),
        ("nps", "10/10\nSTOP", "opt_out all =10"),
        ("csat", "très satisfait. STOP", "opt_out all =5"),
        ("yesno", "oui stop", "opt_out all =yes"),
        ("reason", "2 stop", "opt_out all =2"),
        ("moment", "B - stop", "opt_out all =B"),
        ("nps", "9 s.t.o.p.", "opt_out all =9"),
        ("nps", "9 arrêtez", "opt_out all =9"),
        ("nps", "9 désabonnement", "opt_out all =9"),
        ("text", "Livreur bruyant. Arrêtez", '"Livreur bruyant. Arrêtez" +optout_suspected'),
        ("nps", "9 le livreur ne s'est pas arrêté", "9 (le livreur ne s'est pas arrêté)"),
        ("nps", "je ne veux plus de sms, 9", "opt_out all"),
        ("text", "je veux plus de promos dans vos magasins", '"je veux plus de promos dans vos magasins"'),
        ("nps", "STOP36111", "opt_out all"),
        ("nps", "j'ai raté mon stop", "!no_number +optout_suspected"),
        ("text", "service nul stop", '"service nul stop" +negative_words +optout_suspected'),
        ("text", "9 stop", '"9 stop" +optout_suspected'),
        ("text", 'le panneau "stop"', '"le panneau "stop"" +optout_suspected'),
        # elsewhere
        ("nps", "9 il a fait un stop chez moi", "9 (il a fait un stop chez moi) +optout_suspected"),
        ("nps", "je ne veux plus", "!no_number +optout_suspected"),
        ("nps", "J'en veux plus merci", "!no_number +optout_suspected"),
        ("nps", "SPAM", "!no_number +optout_suspected"),
        ("nps", "harcèlement !", "!no_number +optout_suspected"),
        ("nps", "c'est du spam mais 9", "9 (c'est du spam mais) +inferred"),
        ("text", "toujours pas de mail", '"toujours pas de mail" +optout_suspected'),
        ("text", "Je n'ai pas de message", '"Je n\'ai pas de message" +optout_suspected'),
    ],
)
def test_by_place(understood, question: str, text: str, expected: str) -> None:
    assert understood(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("text", "Stop au bruit le matin", "opt_out all"),
        ("text", "service nul stop", "opt_out all +negative_words"),
        ("nps", "9 il a fait un stop chez moi", "opt_out all =9"),
        ("nps", "spam", "opt_out all"),
        ("nps", "I don't want to unsubscribe", "opt_out all"),
        ("nps", "9 non stop", "9 (non stop)"),
    ],
)
def test_strict_takes_a_suspicion_for_an_opt_out(understood, question: str, text: str, expected: str) -> None:
    assert understood(question, text, strict=True) == expected


def test_a_suspicion_from_a_wrong_number_is_enough(understood) -> None:
    assert understood("text", "mauvais numéro je ne veux plus") == "opt_out all +wrong_number"
