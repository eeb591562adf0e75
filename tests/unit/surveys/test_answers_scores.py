"""Which number of a reply is the score: one table a rule."""

from __future__ import annotations

import pytest

from gateway.surveys.answers import Question, QuestionType, parse
from gateway.surveys.answers.tokens import HUGE, number


def table(rows: str) -> list[tuple[str, str, str]]:
    r"""Lines `question | reply | understood`, \n for a line break."""
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines() if row.strip()]
    return [(question, reply.replace("\\n", "\n"), expected) for question, reply, expected in cells]


def replies(rows: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("question", "reply", "expected"), table(rows))


@replies("""
    nps  | 9                            | 9
    nps  | 10 !                         | 10
    nps  | « 8 »                        | 8
    nps  | *10*                         | 10
    nps  | 9?                           | 9
    nps  | ~8                           | 8
    nps  | 10++                         | 10
    nps  | 9\\n                         | 9
    nps  | １０                         | 10
    nps  | 9️⃣ merci                     | 9
    nps  | 🔟                           | 10
    nps  | 1O                           | 10
    nps  | l0                           | 10
    nps  | 09                           | 9
    nps  | neuf                         | 9
    nps  | ZÉRO                         | 0
    nps  | huittt                       | 8
    nps  | hiut                         | 8
    nps  | eigth                        | 8
    nps  | ten                          | 10
    csat | quatre                       | 4
    ces  | sept                         | 7
    0-20 | vingt                        | 20
    0-20 | douze svp                    | 12
    0-20 | dix-huit                     | 18
    0-20 | dix neuf                     | 19
""")
def test_a_number_alone(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    csat | Très satisfait !             | 5 +label
    csat | très satisfaite              | 5 +label
    csat | pas du tout satisfaits       | 1 +label
    csat | merci, très satisfait        | 5 +label
    csat | Pas du tout satisfait.       | 1 +label
    csat | satisfait                    | !no_number
    csat | très satisfait de tout       | 5 +label
    csat | très satisfait du livreur    | !no_number
    csat | 5 très satisfait             | 5 (très satisfait)
""")
def test_labels(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    csat | ⭐⭐⭐⭐                       | 4 +inferred
    csat | ⭐ ⭐ ⭐                      | 3 +inferred
    csat | ***                          | 3 +inferred
    csat | ★★★☆☆                        | 3 +inferred
    csat | ⭐⭐⭐⭐⭐ parfait              | 5 (parfait) +inferred
    csat | ******                       | !empty
    csat | ⭐⭐ pour ⭐⭐⭐               | !no_number
    csat | 4 ⭐                         | 4
    csat | 4★, rapide                   | 4 (rapide)
    csat | 4 étoiles                    | 4
    csat | quatre étoiles sur 5         | 4
    csat | une étoile                   | 1
    csat | one star, never again        | 1 (never again)
    csat | 6 étoiles                    | !out_of_range
    csat | 0 étoile                     | !out_of_range
    nps  | 4 étoiles                    | !other_scale
    nps  | ⭐⭐⭐⭐                       | !no_number
    ces  | 5 stars                      | !other_scale
    0-20 | 5 stars                      | !other_scale
""")
def test_stars(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps | ...                           | !empty
    nps | ?                             | !empty
    nps | 😡                            | !no_number
    nps | да                            | !no_number
    nps | super                         | !no_number
    nps | oui                           | !no_number
""")
def test_no_number_at_all(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | rappelez au 06 12 34 56 78                   | !no_number
    nps  | 9 rappelez-moi au 0612345678                 | 9 (rappelez-moi au 0612345678)
    nps  | mon tel 06.12.34.56.78 9                     | 9 (mon tel 06.12.34.56.78) +inferred
    nps  | +33 6 12 34 56 78                            | !no_number
    nps  | 0033612345678, note 8                        | 8 (0033612345678, note)
    nps  | livré le 12/05/2025                          | !no_number
    nps  | livré le 5 mai, 8                            | 8 (livré le 5 mai) +inferred
    nps  | since 2025-05-09                             | !no_number
    nps  | ouvert 24h/24                                | !no_number
    nps  | ouvert 7j/7, 9                               | 9 (ouvert 7j/7) +inferred
    ces  | 7/7                                          | 7
    nps  | attendu de 14h30 à 17h                       | !no_number
    nps  | rdv à 9 h                                    | !no_number
    nps  | arrivé à 10:15                               | !no_number
    nps  | payé 10€                                     | !no_number
    nps  | 9 €                                          | !no_number
    nps  | £8                                           | !no_number
    nps  | 9€99 la livraison, je mets 2                 | 2 (9€99 la livraison, je mets)
    nps  | 100 %                                        | !other_scale
    nps  | 10 pour cent                                 | !other_scale
    nps  | 9, 100% ravi                                 | 9 (100% ravi)
    nps  | 1er achat                                    | !no_number
    nps  | ma 2ème commande                             | !no_number
    nps  | 3rd time                                     | !no_number
    nps  | livré à J+2                                  | !no_number
    nps  | reçu x2                                      | !no_number
    nps  | commande 45123                               | !no_number
    nps  | commande n° 45123 : 3                        | 3 (commande n° 45123)
    nps  | réf AB-4521, 8                               | 8 (réf AB-4521)
    nps  | dossier #9                                   | !no_number
    nps  | order 12345 8                                | 8 (order 12345)
    nps  | voir www.bricolo.fr/avis/9                   | !no_number
    nps  | jean9@mail.fr                                | !no_number
    nps  | note de 0 à 10 : 9                           | 9
    nps  | 0-10 : 7                                     | 7
    nps  | sur une échelle de 1 à 10 je dirais 8        | 8
    nps  | on a scale of 0 to 10, 9                     | 9
    nps  | sur 10 je mets 8                             | 8
    nps  | note /10 : 8                                 | 8
    csat | entre 1 et 5 : 4                             | 4
    nps  | la 4G ne marche pas                          | !no_number
    nps  | le A4 est froissé                            | !no_number
    nps  | 9.Merci                                      | 9
    nps  | 10.De bons produits                          | 10 (De bons produits)
""")
def test_numbers_that_are_no_scores(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 1) 9                         | 9
    nps  | Q1: 9                        | 9
    nps  | Question 1 : neuf            | 9
    nps  | 9) super                     | 9 (super)
    nps  | -1                           | !out_of_range
    nps  | -9 nul                       | !out_of_range +negative_words
    nps  | - 9                          | 9
    nps  | moins 5                      | !out_of_range
    nps  | minus ten                    | !out_of_range
""")
def test_enumerators_and_minus(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 8,5                          | !not_integer
    nps  | 8.5/10                       | !not_integer
    nps  | 8½                           | !not_integer
    nps  | 8 ½                          | !not_integer
    nps  | huit et demi                 | !not_integer
    nps  | 8 virgule 5                  | !not_integer
    nps  | 8 point 5                    | !not_integer
    nps  | nine and a half              | !not_integer
    nps  | 9,0                          | 9
    nps  | 9.0/10                       | 9
    nps  | 17,5/20                      | !other_scale
    nps  | 4,0/5                        | !other_scale
    nps  | 8,5 ou plutôt je mets 9      | 9 (8,5 ou plutôt je mets)
    csat | 3.5                          | !not_integer
""")
def test_decimals(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 9/10                         | 9
    nps  | 9 / 10                       | 9
    nps  | 9sur10                       | 9
    nps  | neuf sur dix                 | 9
    nps  | 9 outta 10                   | 9
    nps  | nine out of ten!             | 9
    nps  | 9 points sur 10              | 9
    nps  | 9 sur 10 bravo à tous        | 9 (bravo à tous)
    nps  | service parfait 10/10        | 10 (service parfait)
    nps  | 11/10                        | !out_of_range
    nps  | 7/8                          | !ambiguous
    nps  | 4/5                          | !ambiguous
    nps  | 3/5                          | !other_scale
    nps  | 15/20                        | !other_scale
    nps  | 90/100                       | !other_scale
    nps  | 2/9                          | !ambiguous
    nps  | 12/05                        | !no_number
    csat | 9/10                         | !other_scale
    csat | 4 sur 5                      | 4
    ces  | 5/10                         | !other_scale
    0-20 | 18/20                        | 18
    0-20 | 9/10                         | !ambiguous
    0-20 | 8/10                         | !other_scale
""")
def test_fractions(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 8 ou 9                       | !ambiguous
    nps  | 8-9                          | !ambiguous
    nps  | 8 à 9                        | !ambiguous
    nps  | 8 voire 9                    | !ambiguous
    nps  | 8 et 9                       | !ambiguous
    nps  | 8 or 9                       | !ambiguous
    nps  | 8 to 9                       | !ambiguous
    nps  | huit ou neuf                 | !ambiguous
    nps  | 8 ou peut-être 9             | !ambiguous
    nps  | entre 8 et 9                 | !ambiguous
    nps  | 8 ou 9/10                    | !ambiguous
    nps  | 8 euh 9                      | !ambiguous
    nps  | 8 ou 9, je mets 8            | 8 (8 ou 9, je mets)
    nps  | 8 9                          | !ambiguous
    nps  | 8, 9                         | !ambiguous
    nps  | 8;9                          | !ambiguous
    nps  | 8\\n9                        | !ambiguous
    nps  | 9 9                          | 9
    nps  | 9 et 2 colis abîmés          | 9 (et 2 colis abîmés) +negative_words
    nps  | 5, 4 colis abîmés            | 5 (4 colis abîmés) +negative_words
    nps  | pas 10, 7                    | 7 (pas 10) +inferred
    csat | 4 ou 9                       | 4 (ou 9)
    nps  | 4 pour le prix et 9 pour le livreur           | !ambiguous
    nps  | je mets 9 pour le prix, 9 pour le livreur     | 9 (pour le prix, 9 pour le livreur)
    nps  | note 9 pour le livreur et 3 pour le produit   | !ambiguous
""")
def test_two_scores(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | un                           | 1
    nps  | Un. Service nul              | 1 (Service nul) +negative_words
    nps  | un colis manquant            | !no_number
    nps  | un 8                         | 8
    nps  | un bon 8                     | 8
    nps  | a solid 8                    | 8
    nps  | an 8                         | 8
    nps  | 3 jours                      | !no_number
    nps  | 2 min d'attente              | !no_number
    nps  | 5pm                          | !no_number
    nps  | 2 gros problèmes             | !no_number
    nps  | 0 souci                      | !no_number
    nps  | zéro problème                | !no_number
    nps  | zéro pointé                  | 0 (pointé)
    nps  | 1. 9                         | !ambiguous
    nps  | 0 bug, 10                    | 10 (0 bug) +inferred
    nps  | 1 article manquant           | !no_number
    nps  | 2 produit cassé              | 2 (produit cassé) +negative_words
    nps  | 2 produits cassés            | !no_number +negative_words
    nps  | 3 appels sans réponse        | !no_number
    nps  | 9 j'ai adoré                 | 9 (j'ai adoré)
    nps  | 9 j ai adoré                 | 9 (j ai adoré)
    nps  | 2 j de retard                | !no_number
    nps  | 9 an excellent service       | 9 (an excellent service)
    nps  | 1 an de garantie             | !no_number
    nps  | 9 m'a plu                    | 9 (m'a plu)
    nps  | 3 colis sur 4                | !no_number
    nps  | not a 10                     | !no_number
    nps  | jamais 0                     | !no_number
    nps  | 1 car je peux pas mettre 0   | 1 (car je peux pas mettre 0)
    nps  | I would not give you a 9     | !no_number
    nps  | give u a 9                   | 9
    nps  | pas mal, je mets 7           | 7 (pas mal, je mets)
    nps  | presque un 9                 | !ambiguous
    nps  | au moins 8                   | !ambiguous
    nps  | à peu près 7                 | !ambiguous
    nps  | about 8                      | !ambiguous
    nps  | plus de 3 semaines           | !no_number
    nps  | 24                           | !out_of_range
    csat | 0                            | !out_of_range
    csat | 9 pardon 4                   | 4 (9 pardon) +inferred
    nps  | 1000000000000                | !no_number
    nps  | 1234567                      | !out_of_range
""")
def test_what_counts_or_hedges_is_dropped(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | Merci, je mets 9             | 9
    nps  | je vous donne un bon gros 9  | 9
    nps  | ma note est 9                | 9
    nps  | réponse 9                    | 9
    nps  | I give it a 7                | 7
    nps  | I would rate it 7            | 7
    nps  | probably a 7                 | 7
    nps  | Bonjour 9 cordialement       | 9
    nps  | c'est un 10                  | 10
    nps  | livré en retard, je mets 5 quand même | 5 (livré en retard, je mets quand même)
    nps  | super accueil 9              | 9 (super accueil) +inferred
    nps  | super accueil 9 merci        | 9 (super accueil) +inferred
    nps  | super accueil. 9 pour moi    | 9 (super accueil) +inferred
    nps  | très bien 9 pour moi         | !no_number
    nps  | j'habite au 7 rue des Lilas  | !no_number
    nps  | depuis le 5                  | !no_number
    nps  | venu à 3                     | !no_number
    nps  | il est passé le 8            | !no_number
    nps  | neuf car rapide              | 9 (car rapide)
    nps  | dix bravo                    | 10 (bravo)
    nps  | neuf livreurs                | !no_number
    nps  | produit neuf                 | !no_number
    nps  | les deux                     | !no_number
    nps  | Super9                       | 9 (Super) +inferred
    nps  | 10 fois 10                   | 10 (10 fois) +inferred
    nps  | 9 (neuf)                     | 9
    nps  | 8 puis 9                     | 8 (puis 9)
    nps  | j'hésite, je mets 8 ou alors je mets 9 | !ambiguous
""")
def test_ranks(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 8 non 9                      | 9 +corrected
    nps  | 9 pardon 6                   | 6 +corrected
    nps  | 9, je voulais dire 6         | 6 +corrected
    nps  | 8/10 pardon 9/10             | 9 +corrected
    nps  | 3 oups 8 merci               | 8 +corrected
    nps  | maybe 8, actually 7          | 7 (maybe) +corrected
    nps  | 9 i mean 8                   | 8 +corrected
    nps  | 8 ou 9, finalement 9         | 9 +corrected
    nps  | huit non neuf                | 9 +corrected
    nps  | 9 non le 5 du mois c'était mieux | 9 (non le 5 du mois c'était mieux)
    nps  | 9 non 9                      | 9 (non 9)
    nps  | 8 plutôt que 9               | 8 (plutôt que 9)
    nps  | 8 rather than 9              | 8 (rather than 9)
    nps  | 8 plutôt 9                   | 9 +corrected
""")
def test_corrections(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


@replies("""
    nps  | 9 merci                              | 9
    nps  | 9 - super, merci !                   | 9 (super, merci)
    nps  | « 9 » : « super »                    | 9 (super)
    nps  | Bonjour, 9. Bonne journée            | 9
    nps  | 9, rien à dire                       | 9 (rien à dire) +no_comment
    nps  | RAS 10                               | 10 (RAS) +inferred +no_comment
    nps  | 10/10 👍👍                           | 10
    nps  | 10 super 👍                          | 10 (super 👍)
    nps  | Accueil top, 9, livraison lente      | 9 (Accueil top livraison lente) +inferred
    nps  | 9\\nSuper accueil                    | 9 (Super accueil)
    nps  | Note sur 10 : 8                      | 8
    nps  | sur une échelle de 0 à 10 : 8        | 8
    nps  | 9 oui 9                              | 9 (oui 9)
    csat | 4️⃣ livreur aimable                   | 4 (livreur aimable)
    nps  | Note : 9 – Commentaire : l'équipe au top… | 9 (Commentaire : l'équipe au top)
""")
def test_remainders(understood, question: str, reply: str, expected: str) -> None:
    assert understood(question, reply) == expected


def test_a_reply_that_quotes_the_question() -> None:
    text = "Bricolo: de 0 à 10, nous recommanderiez-vous à un proche ? Refus : STOP"
    question = Question(type=QuestionType.NPS, text=text)
    result = parse(question, f"> {text}\n7 trop cher")
    assert (result.value, result.remainder, result.flags) == (7, "trop cher", ())


def test_numbers_of_any_length_have_a_value() -> None:
    assert number("9" * 5000) == HUGE
    assert number("0" * 5000 + "7") == 7
    assert number("000") == 0


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"type": QuestionType.SCALE}, "min, max"),
        ({"type": QuestionType.SCALE, "min": 5, "max": 5}, "min, max"),
        ({"type": QuestionType.SCALE, "min": 0, "max": 101}, "min, max"),
        ({"type": QuestionType.NPS, "min": 1, "max": 10}, "min, max"),
        ({"type": QuestionType.CSAT, "labels": {6: "parfait"}}, "labels"),
        ({"type": QuestionType.YESNO, "codes": {"maybe": ("3",)}}, "codes"),
        ({"type": QuestionType.CHOICE}, "options"),
    ],
)
def test_a_question_nobody_could_answer_is_refused(fields: dict[str, object], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        Question(**fields)  # type: ignore[arg-type]
