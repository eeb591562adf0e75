"""Conversations from end to end, on the two example surveys: A is csat_livraison, N is nps_trimestriel.

The first question goes out on Tuesday at 10:00:00 and is delivered at 10:00:05.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from gateway.surveys.definition import Survey, load, load_text
from gateway.surveys.engine import step
from gateway.surveys.moves import Received, Tick
from gateway.surveys.outcome import disposition
from gateway.surveys.rehearsal import Rehearsal
from gateway.surveys.session import Item, Session

EXAMPLES = Path(__file__).parents[3] / "examples" / "surveys"
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@lru_cache
def survey(name: str) -> Survey:
    return load(EXAMPLES / f"{name}.toml")


def asked(name: str, *, reports: bool = True) -> Rehearsal:
    """A rehearsal whose first question is out and delivered; it is 10:00:05."""
    asked_survey = survey(name)
    talk = Rehearsal(TEN - asked_survey.start.delay, reports=reports)
    talk.invite(asked_survey, context={"prenom": "Ana"})
    talk.run_until(TEN + 5 * SECOND)
    talk.record.clear()
    return talk


def a() -> Rehearsal:
    return asked("csat_livraison")


def n() -> Rehearsal:
    return asked("nps_trimestriel")


def lines(talk: Rehearsal) -> list[str]:
    """What was said and done since the last look, without what the person wrote."""
    found = [line for line in talk.lines() if not line.startswith(">")]
    talk.record.clear()
    return found


def item(talk: Rehearsal, question: str) -> Item:
    return talk.session.item(question)


def ours(talk: Rehearsal) -> list[str]:
    return [line[2:] for line in lines(talk) if line.startswith("<")]


MOTIF = "Nous en sommes désolés. Raison principale ? Répondez 1 délai, 2 produit, 3 livreur ou 4 autre."
MERCI = "Merci Ana pour votre réponse. Bonne journée ! Bricolo"
POURQUOI = "Merci ! Qu'avez-vous le plus apprécié ?"


def test_the_first_question_says_who_and_how_to_refuse() -> None:
    talk = Rehearsal(TEN)
    talk.invite(survey("csat_livraison"), event_ref="A-12")
    talk.wait(15 * MINUTE)
    (text,) = ours(talk)
    assert text.startswith("Bricolo: commande A-12 livrée.")
    assert talk.session.state == "awaiting"
    assert talk.session.invited_at == TEN + 15 * MINUTE


def test_1_satisfied_is_thanked_and_done() -> None:
    talk = a()
    talk.run_until(TEN + MINUTE)
    talk.says("5")
    assert talk.session.first_answer_at is not None
    assert talk.session.delivered_at is not None
    assert talk.session.first_answer_at - talk.session.delivered_at == 55 * SECOND
    talk.settle()
    assert lines(talk) == ["= answer satisfaction = 5", "= completed, complete", f"< {MERCI}"]


def test_2_dissatisfied_raises_an_alert_at_once_and_is_asked_why() -> None:
    talk = a()
    talk.says("2")
    assert lines(talk) == ["= answer satisfaction = 2", "= alert client_decu: open"]
    talk.wait(5 * SECOND)
    assert ours(talk) == []
    talk.wait(SECOND)
    assert ours(talk) == [MOTIF]


def test_3_what_was_said_already_is_not_asked() -> None:
    talk = a()
    talk.says("2 trop long et colis ouvert")
    assert item(talk, "satisfaction").remainder == "trop long et colis ouvert"
    talk.settle()
    assert ours(talk) == [MOTIF]
    talk.wait(MINUTE)
    talk.says("1")
    assert item(talk, "commentaire").status == "prefilled"
    assert item(talk, "commentaire").text == "trop long et colis ouvert"
    talk.settle()
    assert ours(talk) == [
        "Merci Ana. Votre réponse est transmise à un conseiller Bricolo, qui la traitera sous 48 h."
    ]


def test_4_two_messages_in_a_row_get_one_answer() -> None:
    talk = a()
    talk.says("2")
    talk.wait(3 * SECOND)
    talk.says("livreur désagréable")
    assert item(talk, "satisfaction").remainder == "livreur désagréable"
    talk.settle()
    assert ours(talk) == [MOTIF]
    talk.wait(HOUR)
    talk.says("3")
    assert item(talk, "commentaire").text == "livreur désagréable"
    assert talk.session.state == "completed"


def test_5_another_scale_is_asked_again_once() -> None:
    talk = a()
    talk.says("8/10")
    talk.settle()
    assert lines(talk) == [
        "= invalid satisfaction other_scale",
        "< Merci de répondre par un seul chiffre, de 1 (pas du tout satisfait) à 5 (très satisfait).",
    ]
    talk.says("4")
    assert talk.session.state == "completed"


def test_6_not_understood_twice_is_for_a_person() -> None:
    talk = a()
    talk.says("bof")
    talk.settle()
    lines(talk)
    talk.wait(MINUTE)
    talk.says("bof bof")
    talk.settle()
    assert lines(talk) == [
        "= invalid satisfaction no_number",
        "= for a person: invalid",
        "= abandoned (invalid), noncontact",
        "< Merci, votre message est transmis à notre équipe. Bricolo",
    ]


def test_7_a_question_is_asked_again_and_read_by_a_person() -> None:
    talk = a()
    talk.says("Où est mon colis ?")
    talk.settle()
    assert lines(talk)[:2] == ["= invalid satisfaction no_number", "= for a person: invalid"]
    assert talk.session.state == "awaiting"


def test_8_stop_ends_everything_at_any_hour() -> None:
    talk = a()
    talk.run_until(TEN + 13 * HOUR + 40 * MINUTE)
    talk.says("STOP")
    talk.settle()
    assert lines(talk) == [
        "= opt_out satisfaction",
        "= ledger: opt_out all",
        "= stopped (opted_out), refusal",
    ]


def test_9_an_answer_beside_stop_counts_and_nobody_is_thanked() -> None:
    talk = a()
    talk.says("4. STOP")
    talk.settle()
    assert lines(talk) == [
        "= opt_out satisfaction = 4",
        "= ledger: opt_out all",
        "= stopped (opted_out), complete",
    ]
    assert item(talk, "satisfaction").value == 4


def test_10_one_reminder_then_silence() -> None:
    talk = n()
    talk.wait(10 * DAY)
    assert lines(talk) == [
        "< Bricolo: il est encore temps de nous noter, de 0 à 10. Nous recommanderiez-vous à un proche ? Refus : STOP",
        "= expired, noncontact",
    ]
    assert talk.session.ended_at == TEN + 5 * SECOND + 72 * HOUR


def test_11_the_reminder_counts_from_the_delivery() -> None:
    talk = asked("nps_trimestriel", reports=False)
    talk.wait(DAY - 5 * SECOND)
    talk.report(delivered=True)
    lines(talk)
    talk.wait(DAY - SECOND)
    assert ours(talk) == []
    talk.wait(SECOND)
    assert len(ours(talk)) == 1


def test_12_an_answer_takes_back_a_reminder_that_waits() -> None:
    talk = n()
    talk.run_until(TEN + 5 * SECOND + DAY - SECOND)
    reminded, actions = _tick_at(talk, TEN + 5 * SECOND + DAY)
    assert [type(action).__name__ for action in actions] == ["Send"]
    after, actions = step(
        survey("nps_trimestriel"), reminded, Received(text="9", at=TEN + DAY), TEN + DAY + MINUTE
    )
    assert [type(action).__name__ for action in actions] == ["Classify", "Withdraw", "Send"]
    assert after.item("nps").value == 9


def _tick_at(talk: Rehearsal, moment: datetime) -> tuple[Session, tuple[object, ...]]:
    return step(talk.held[-1].survey, talk.session, Tick(), moment)


def test_13_a_late_answer_counts_as_late_and_nothing_more_is_asked() -> None:
    talk = n()
    talk.run_until(TEN + 5 * SECOND + 72 * HOUR)
    assert talk.session.state == "expired"
    talk.wait(20 * HOUR)
    lines(talk)
    talk.says("9")
    talk.settle()
    assert lines(talk) == ["= answer nps = 9 late", "< Merci Ana, bonne journée ! Bricolo"]
    assert (item(talk, "nps").value, item(talk, "nps").late) == (9, True)
    assert talk.session.state == "expired"
    assert disposition(survey("nps_trimestriel"), talk.session) == "late_complete"


def test_14_a_reply_that_travelled_long_is_punctual() -> None:
    talk = n()
    talk.run_until(TEN + 71 * HOUR)
    lines(talk)
    talk.says("9", travels=3 * DAY)
    talk.settle()
    assert lines(talk) == ["= answer nps = 9", f"< {POURQUOI}"]
    assert item(talk, "nps").late is False


def test_14b_after_the_session_has_run_out_only_thanks_are_sent() -> None:
    talk = n()
    talk.run_until(TEN + 71 * HOUR)
    lines(talk)
    talk.says("9", travels=6 * DAY)
    talk.settle()
    assert lines(talk) == [
        "= answer nps = 9",
        "= completed, complete",
        "< Merci Ana, bonne journée ! Bricolo",
    ]


def test_15_much_too_late_is_for_a_person() -> None:
    talk = n()
    talk.run_until(TEN + 72 * HOUR + 5 * DAY)
    lines(talk)
    talk.says("9")
    talk.settle()
    assert lines(talk) == ["= unmatched = 9", "= for a person: unmatched"]


def test_16_the_one_guess_between_two_sessions() -> None:
    """A number that is no option here, but the score that an expired survey had asked for."""
    talk = n()
    talk.run_until(TEN + 72 * HOUR + 10 * HOUR)
    talk.invite(survey("csat_livraison"), context={"prenom": "Ana"})
    talk.wait(20 * MINUTE)
    talk.says("2")
    talk.settle()
    talk.wait(MINUTE)
    lines(talk)
    talk.says("9")
    assert lines(talk) == ["= answer nps = 9 late"]
    assert talk.held[0].session.item("nps").value == 9
    assert talk.session.current == "motif"
    assert talk.session.reask_total == 0
    talk.says("pas du tout")
    assert lines(talk)[0] == "= invalid motif no_match"


def test_24_the_only_score_in_range_counts() -> None:
    talk = a()
    talk.says("9 pardon 4")
    assert item(talk, "satisfaction").value == 4


def test_25_a_correction_while_the_next_question_is_open() -> None:
    talk = n()
    talk.says("9")
    talk.settle()
    lines(talk)
    talk.wait(2 * MINUTE)
    talk.says("pardon 6")
    assert lines(talk) == ["= correction nps", "= nps: 9 becomes 6", "= alert detracteur: open"]
    assert item(talk, "nps").value == 6
    assert talk.session.current == "pourquoi"
    talk.says("accueil froid")
    assert item(talk, "pourquoi").text == "accueil froid"


def test_26_another_number_alone_is_a_text_and_perhaps_a_correction() -> None:
    talk = n()
    talk.says("9")
    talk.settle()
    talk.wait(2 * MINUTE)
    lines(talk)
    talk.says("6")
    assert "= for a person: possible_correction" in lines(talk)
    assert item(talk, "nps").value == 9
    assert item(talk, "pourquoi").text == "6"
    assert "possible_correction" in item(talk, "pourquoi").flags


def test_27_the_same_number_again_is_no_comment() -> None:
    talk = n()
    talk.says("9")
    talk.settle()
    talk.wait(90 * SECOND)
    lines(talk)
    talk.says("9")
    assert lines(talk) == ["= duplicate nps = 9"]
    assert talk.session.current == "pourquoi"


def test_28_a_tapback_changes_nothing() -> None:
    talk = n()
    before = talk.session
    talk.says("A aimé « Bricolo: de 0 (pas du tout) à 10… Refus : STOP »")
    assert lines(talk) == ["= reaction nps"]
    assert talk.session == before


def test_38_perhaps_an_opt_out_is_a_text_and_a_review() -> None:
    talk = a()
    talk.says("3")
    talk.settle()
    talk.wait(HOUR)
    lines(talk)
    talk.says("Stop au bruit le matin svp")
    assert lines(talk)[:3] == [
        "= ledger: optout_suspected",
        "= for a person: review_optout",
        "= answer commentaire = Stop au bruit le matin svp optout_suspected",
    ]
    assert talk.session.state == "completed"


def test_41_yes_from_nobody_we_ask_is_for_a_person() -> None:
    talk = Rehearsal(TEN)
    talk.says("OUI")
    assert lines(talk) == ["= unmatched = OUI", "= for a person: unmatched"]


# --- beside the list --------------------------------------------------------------------------------------------


def test_thanks_after_the_end_are_for_nobody() -> None:
    talk = a()
    talk.says("5")
    talk.settle()
    lines(talk)
    talk.says("Merci à vous 👍")
    talk.says("👍")
    assert lines(talk) == ["= pleasantry = Merci à vous 👍", "= pleasantry = 👍"]


def test_a_remark_right_behind_the_last_answer_belongs_to_it() -> None:
    talk = a()
    talk.says("5")
    talk.wait(2 * SECOND)
    talk.says("super accueil")
    assert item(talk, "satisfaction").remainder == "super accueil"
    talk.settle()
    assert ours(talk) == [MERCI]
    talk.wait(MINUTE)
    talk.says("et livreur très aimable")
    assert item(talk, "satisfaction").remainder == "super accueil et livreur très aimable"
    assert ours(talk) == []
    talk.wait(10 * MINUTE)
    lines(talk)
    talk.says("encore merci pour tout cela")
    assert lines(talk)[0].startswith("= unmatched")


def test_a_correction_after_the_end_within_ten_minutes() -> None:
    talk = a()
    talk.says("5")
    talk.settle()
    talk.wait(9 * MINUTE)
    lines(talk)
    talk.says("oups je voulais dire 1")
    assert lines(talk) == [
        "= correction satisfaction",
        "= satisfaction: 5 becomes 1",
        "= alert client_decu: open",
    ]
    assert talk.session.state == "completed"
    talk.wait(10 * MINUTE)
    talk.says("pardon 4")
    assert item(talk, "satisfaction").value == 1


def test_a_correction_before_anything_was_sent_changes_the_way() -> None:
    talk = a()
    talk.says("2")
    talk.wait(2 * SECOND)
    talk.says("pardon 5")
    talk.settle()
    assert lines(talk) == [
        "= answer satisfaction = 2",
        "= alert client_decu: open",
        "= correction satisfaction",
        "= satisfaction: 2 becomes 5",
        "= alert client_decu: supersede",
        "= completed, complete",
        f"< {MERCI}",
    ]


def test_an_answer_to_a_question_that_was_not_sent_yet() -> None:
    talk = a()
    talk.says("2")
    talk.wait(2 * SECOND)
    talk.says("1")
    assert "= for a person: possible_two_answers" in lines(talk)
    assert talk.session.current == "motif"
    assert item(talk, "motif").status == "pending"


def test_an_exact_answer_right_behind_the_question_counts() -> None:
    talk = a()
    talk.says("2")
    talk.settle()
    talk.wait(2 * SECOND)
    talk.says("1")
    assert item(talk, "motif").value == "1"


def test_a_hasty_remark_is_no_wrong_answer() -> None:
    talk = a()
    talk.says("2")
    talk.settle()
    lines(talk)
    talk.wait(5 * SECOND)
    talk.says("carton ouvert et mouillé")
    assert lines(talk)[0] == "= continuation satisfaction no_match"
    assert talk.session.reask_total == 0
    assert talk.session.current == "motif"


def test_a_wrong_number_gets_an_apology_and_no_survey_any_more() -> None:
    talk = a()
    talk.says("Mauvais numéro désolé")
    talk.settle()
    assert lines(talk) == [
        "= wrong_number satisfaction",
        "= ledger: wrong_number",
        "= stopped (wrong_number), wrong_person",
        "< Bricolo: désolés de vous avoir dérangé, nous n'écrirons plus à ce numéro.",
    ]


def test_help_leaves_the_question_open() -> None:
    talk = a()
    talk.says("c'est qui ?")
    assert lines(talk) == ["= help satisfaction", "= ledger: help"]
    talk.says("5")
    assert talk.session.state == "completed"


def test_somebody_who_would_rather_not_say() -> None:
    talk = n()
    talk.says("je ne souhaite pas répondre")
    talk.settle()
    assert lines(talk)[0] == "= refused nps"
    assert talk.session.current == "pourquoi"
    talk.says("rien")
    assert disposition(survey("nps_trimestriel"), talk.session) == "complete"


def test_a_comment_after_an_alert_is_told_once() -> None:
    talk = a()
    talk.says("1")
    talk.settle()
    talk.wait(HOUR)
    talk.says("4")
    talk.settle()
    lines(talk)
    talk.wait(HOUR)
    talk.says("Personne ne m'a rappelé")
    assert "= alert client_decu: update" in lines(talk)


def test_two_alerts_of_one_message() -> None:
    talk = a()
    talk.says("1 c'est une honte")
    assert lines(talk) == [
        "= answer satisfaction = 1 negative_words",
        "= alert client_decu: open",
        "= alert mots_durs: open",
    ]


def test_a_phone_that_cannot_be_reached() -> None:
    talk = asked("csat_livraison", reports=False)
    talk.report(delivered=False)
    assert lines(talk) == ["= report: failed", "= undeliverable (status_report), undelivered"]


def test_a_failed_report_after_an_answer_changes_nothing() -> None:
    talk = asked("nps_trimestriel", reports=False)
    talk.says("hein ?")
    lines(talk)
    talk.report(delivered=False)
    assert talk.session.state == "awaiting"


def test_a_network_that_refuses_the_first_question() -> None:
    talk = Rehearsal(TEN)
    talk.invite(survey("nps_trimestriel"))
    talk.run_until(TEN - SECOND)
    talk._happen()
    talk.fail()
    assert lines(talk) == ["= undeliverable (refused_by_network), undelivered"]


def test_stop_beside_a_late_answer() -> None:
    talk = n()
    talk.run_until(TEN + 73 * HOUR)
    lines(talk)
    talk.says("9 mais stop svp")
    talk.settle()
    assert lines(talk) == ["= opt_out = 9", "= ledger: opt_out all"]
    assert (item(talk, "nps").value, item(talk, "nps").late) == (9, True)


def test_stop_ends_what_is_only_planned() -> None:
    talk = Rehearsal(TEN)
    talk.invite(survey("csat_livraison"))
    talk.says("STOP")
    talk.wait(DAY)
    assert lines(talk) == ["= opt_out", "= ledger: opt_out all", "= stopped (opted_out), not_sent"]


def test_a_question_that_was_not_sent_cannot_be_misunderstood() -> None:
    text = """
title = "T"
brand = "Bricolo"
limits.reask_max = 0
[[question]]
id = "note"
type = "csat"
text = "{brand}: de 1 à 5 ? STOP"
required = false
[[question]]
id = "retour"
type = "yesno"
text = "Oui ou non ?"
"""
    two = load_text(text, "deux").survey
    assert two is not None
    talk = Rehearsal(TEN)
    talk.invite(two)
    talk.wait(MINUTE)
    talk.says("bof")
    talk.wait(2 * SECOND)
    talk.says("franchement")
    talk.settle()
    assert talk.session.current == "retour"
    assert talk.session.item("retour").status == "pending"
    talk.wait(MINUTE)
    talk.says("oui")
    assert talk.session.state == "completed"


def test_two_languages() -> None:
    talk = Rehearsal(TEN)
    talk.invite(survey("nps_trimestriel"), language="en", context={"prenom": "Ana"})
    talk.wait(SECOND)
    talk.says("3")
    talk.settle()
    talk.says("waited too long")
    talk.settle()
    assert ours(talk) == [
        "Bricolo: from 0 (not at all) to 10 (certainly), would you recommend us to a friend? Reply with a number."
        " STOP to opt out.",
        "Thank you. What was missing for a better score than 3?",
        "Thank you for being frank. A Bricolo manager will read your answer.",
    ]


def test_a_variable_that_is_needed_and_missing() -> None:
    talk = Rehearsal(TEN)
    talk.invite(survey("csat_livraison"), event_ref="")
    assert lines(talk) == ["= refused missing_variable:ref"]


@pytest.mark.parametrize("name", ["csat_livraison", "nps_trimestriel"])
def test_a_session_survives_its_json(name: str) -> None:
    talk = asked(name)
    for text in ("2 trop long et colis ouvert", "bof", "pardon 1", "STOP"):
        assert Session.from_json(json.loads(json.dumps(talk.session.to_json()))) == talk.session
        talk.says(text)
        talk.settle()
    assert Session.from_json(json.loads(json.dumps(talk.session.to_json()))) == talk.session
