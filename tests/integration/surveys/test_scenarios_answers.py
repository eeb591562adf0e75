"""Acceptance scenarios of the session layer: answers, remarks, re-asks. The numbers are those of the specification."""

from __future__ import annotations

from datetime import timedelta

from gateway.clock import from_text
from gateway.store import reporting
from tests.integration.surveys.conftest import COMMENT, FIRST_CSAT, MOTIF, Shop

REASK_CSAT = "Merci de répondre par un seul chiffre"
THANKS_HAPPY = "Merci pour votre réponse. Bonne journée ! Bricolo"
THANKS_UNHAPPY = "Merci. Votre réponse est transmise à un conseiller Bricolo, qui la traitera sous 48 h."
SORRY_INVALID = "Merci, votre message est transmis à notre équipe. Bricolo"


def begins(texts: list[str], *starts: str) -> bool:
    return len(texts) == len(starts) and all(
        text.startswith(start) for text, start in zip(texts, starts, strict=True)
    )


def test_01_a_good_mark_ends_the_survey_with_thanks_and_no_alert(shop: Shop) -> None:
    shop.asked("csat_livraison")
    assert shop.session().state == "awaiting"
    shop.wait(5)
    shop.delivered(1)
    shop.wait(55)
    message = shop.says("5")
    assert (message.kind, message.session_id, message.question) == ("answer", 1, "satisfaction")
    session = shop.session()
    assert (session.state, session.disposition) == ("completed", "complete")
    assert shop.answers() == {"satisfaction": "5"}
    assert from_text(session.answered_at or "") - from_text(session.delivered_at or "") == timedelta(
        seconds=55
    )
    shop.wait(10)
    assert begins(shop.texts(), FIRST_CSAT, THANKS_HAPPY)
    assert shop.alerts() == {}


def test_02_a_bad_mark_alerts_at_once_and_asks_why_after_the_settling(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    said = shop.clock.now()
    shop.says("2")
    assert shop.alerts() == {"client_decu": "open"}
    shop.wait(30)
    at, _, text, _ = shop.sent[1]
    assert text.startswith(MOTIF)
    assert at >= said + timedelta(seconds=6)
    assert shop.session().question == "motif"


def test_03_a_remark_beside_the_mark_answers_the_open_question(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2 trop long et colis ouvert")
    assert shop.item("satisfaction")["comment"] == "trop long et colis ouvert"
    shop.wait(30)
    assert shop.texts()[1].startswith(MOTIF)
    shop.says("1")
    shop.wait(30)
    assert shop.item("commentaire")["status"] == "prefilled"
    assert shop.answers() == {"satisfaction": "2", "motif": "1", "commentaire": "trop long et colis ouvert"}
    assert begins(shop.texts(), FIRST_CSAT, MOTIF, THANKS_UNHAPPY)
    assert shop.session().disposition == "complete"


def test_04_the_rest_of_an_answer_in_a_second_message_is_waited_for(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.wait(3)
    message = shop.says("livreur désagréable")
    assert (message.kind, message.question) == ("continuation", "satisfaction")
    assert shop.item("satisfaction")["comment"] == "livreur désagréable"
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, MOTIF)  # one question, not two
    shop.says("3")
    shop.wait(30)
    assert shop.item("commentaire")["status"] == "prefilled"
    assert shop.session().state == "completed"


def test_05_another_scale_is_asked_again_once(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    assert shop.says("8/10").kind == "invalid"
    assert shop.reviews() == []
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, REASK_CSAT)
    shop.wait(hours=1)
    assert len(shop.texts()) == 2
    shop.says("4")
    assert shop.session().state == "completed"
    assert shop.answers() == {"satisfaction": "4"}


def test_06_two_replies_that_say_nothing_end_it_politely(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("bof")
    shop.wait(120)
    shop.says("bof bof")
    session = shop.session()
    assert (session.state, session.reason) == ("abandoned", "invalid")
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, REASK_CSAT, SORRY_INVALID)
    assert shop.reviews() == ["invalid"]  # the second only: the first was worth another try
    assert shop.answers() == {"satisfaction": None}
    assert shop.item("satisfaction")["text"] == "bof bof"


def test_07_a_question_of_the_customer_goes_to_a_person_too(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    assert shop.says("Où est mon colis ?").kind == "invalid"
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, REASK_CSAT)
    assert shop.reviews() == ["invalid"]


def test_19_the_same_number_to_two_questions_is_two_answers(shop: Shop) -> None:
    shop.survey("deux", TWO)
    shop.asked("deux")
    shop.wait(30)
    shop.says("5")
    shop.wait(8)
    assert len(shop.texts()) == 2
    shop.wait(12)
    assert shop.says("5").kind == "answer"
    assert shop.answers() == {"accueil": "5", "prix": "5"}


TWO = """
title = "Deux notes"
brand = "Bricolo"
[[question]]
id = "accueil"
type = "csat"
text = "{brand}: l'accueil, de 1 à 5 ? Refus : STOP"
[[question]]
id = "prix"
type = "csat"
text = "Et les prix, de 1 à 5 ?"
[[closing]]
text = "Merci ! {brand}"
"""


def test_20_the_same_answer_twice_within_seconds_counts_once(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.wait(3)
    assert shop.says("2").kind == "duplicate"
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, MOTIF)
    assert shop.answers() == {"satisfaction": "2"}


def test_24_a_number_that_is_taken_back_does_not_count(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("9 pardon 4")
    assert shop.answers() == {"satisfaction": "4"}


def test_25_a_correction_changes_the_score_and_alerts(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    shop.says("9")
    shop.wait(120)
    assert shop.session().question == "pourquoi"
    message = shop.says("pardon 6")
    assert (message.kind, message.question) == ("correction", "nps")
    assert shop.answers() == {"nps": "6"}
    assert shop.rows("SELECT old, new FROM item_history") == [{"old": "9", "new": "6"}]
    assert shop.alerts() == {"detracteur": "open"}
    assert (shop.session().state, shop.session().question) == ("awaiting", "pourquoi")


def test_26_a_bare_number_is_no_correction_without_a_word(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    shop.says("9")
    shop.wait(120)
    shop.says("6")
    assert shop.answers() == {"nps": "9", "pourquoi": "6"}
    assert "possible_correction" in shop.reviews()
    assert "possible_correction" in shop.item("pourquoi")["flags"]


def test_27_the_same_number_again_is_not_the_comment(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    shop.says("9")
    shop.wait(90)
    assert shop.says("9").kind == "duplicate"
    assert (shop.session().state, shop.session().question) == ("awaiting", "pourquoi")
    assert shop.answers() == {"nps": "9"}


def test_28_a_tapback_changes_nothing(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    before = shop.session()
    assert shop.says(f"A aimé « {shop.texts()[0]} »").kind == "reaction"
    assert shop.session() == before
    shop.wait(60)
    assert len(shop.texts()) == 1


def test_29_the_parts_of_a_long_answer_may_come_in_any_order(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    shop.take(shop.part("super accueil !", 2, 2))
    assert shop.answers() == {}
    shop.take(shop.part("9 ", 1, 2))
    assert shop.answers() == {"nps": "9", "pourquoi": "super accueil"}
    assert (len(shop.rows("SELECT 1 FROM inbox")), shop.session().state) == (1, "completed")


def test_30_a_part_that_never_comes_is_not_waited_for_for_ever(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(60)
    shop.take(shop.part("9 et le vendeur était", 1, 2))
    shop.wait(299)
    shop.receiver.sweep_incomplete(shop.clock.now())
    assert shop.answers() == {}
    shop.wait(2)
    shop.receiver.sweep_incomplete(shop.clock.now())
    assert shop.answers() == {"nps": "9", "pourquoi": "et le vendeur était[…]"}


def test_a_comment_is_asked_and_taken(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("3")
    shop.wait(30)
    assert begins(shop.texts(), FIRST_CSAT, COMMENT)
    shop.says("Le carton était mouillé")
    shop.wait(30)
    assert shop.answers() == {"satisfaction": "3", "commentaire": "Le carton était mouillé"}
    assert shop.session().state == "completed"


def test_the_report_counts_an_answer_to_what_was_asked_again(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    assert shop.says("asdf").kind == "invalid"
    shop.wait(30)
    (again,) = shop.rows("SELECT question FROM session_message WHERE role = 'reask'")
    assert again == {"question": "satisfaction"}
    shop.says("4")
    with shop.store.read() as read:
        scope = reporting.Scope(survey="csat_livraison")
        assert reporting.follow_ups(read, scope)["reask"] == (1, 1)
