"""STOP, START, HELP and the rest, from the PDU to the tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers import segment
from gateway.consent import Action, Scope
from gateway.heard import Heard
from gateway.model import State
from gateway.receiving.shelf import Verdict
from gateway.store import contacts, ledger, proof, reviews
from gateway.surveys.answers import Question, QuestionType

ALL = {"commercial": "denied", "survey": "denied", "service": "denied"}
GOODBYE = "Bricolo : c'est noté, vous ne recevrez plus de SMS de notre part. Pour reprendre : START"
BACK = "Bricolo : c'est noté, vous pouvez à nouveau recevoir nos SMS. Pour ne plus en recevoir : STOP"


def test_stop_denies_everything_cancels_what_waits_and_is_confirmed(counter):
    service, survey, question = (
        counter.queue(),
        counter.queue(category="survey"),
        counter.queue(category="ack"),
    )
    other, staff = counter.queue("+33698765432"), counter.queue(category="staff")
    row = counter.says("Stop")
    assert row.kind == "opt_out"
    assert counter.statuses() == ALL
    for message in (service, survey, question):
        assert counter.row(message).state == State.CANCELLED
        assert counter.row(message).reason == f"opted_out: message {row.id} said so"
    assert [counter.row(message).state for message in (other, staff)] == ["queued", "queued"]
    assert counter.waiting()[-1] == GOODBYE
    assert counter.waiting().count(GOODBYE) == 1
    (event,) = counter.events("opted_out")
    assert event.detail == {
        "scopes": ["commercial", "survey", "service"],
        "cancelled": [service, survey, question],
    }


def test_the_proof_of_a_stop_is_the_message_itself(counter):
    row = counter.says("STOP 36180 merci")
    with counter.store.read() as read:
        entries = list(ledger.entries(read, counter.key.hash(row.sender)))
        assert proof.verify(read).problems == ()
    assert {entry.scope for entry in entries} == set(Scope)
    assert entries[0].evidence == {"inbound_id": row.id, "keyword": "stop", "text": "STOP 36180 merci"}
    assert (entries[0].actor, entries[0].source) == ("customer", "sms_keyword")


def test_a_row_that_admission_has_seen_is_cancelled_too(counter):
    message = counter.queue("06 12 34 56 78")
    with counter.store.write() as tx:
        tx.execute("UPDATE outbox SET number = '+33612345678' WHERE id = ?", (message,))
    counter.says("STOP")
    assert counter.row(message).state == State.CANCELLED


def test_two_stops_are_confirmed_once(counter):
    counter.says("STOP")
    counter.sent()
    counter.says("stop svp", after=3600)
    assert counter.waiting() == []
    counter.says("STOP", after=86_400)
    assert counter.waiting() == [GOODBYE]


def test_stop_start_stop_is_confirmed_each_time(counter):
    counter.says("STOP")
    counter.sent()
    assert counter.says("START").kind == "opt_in"
    assert counter.waiting() == [BACK]
    counter.sent()
    counter.says("STOP")
    assert counter.waiting() == [GOODBYE]
    assert counter.statuses() == ALL


@pytest.mark.parametrize(
    ("text", "denied", "says"),
    [
        ("stop pub", {"commercial": "denied"}, "plus de SMS publicitaires"),
        ("STOP enquête", {"survey": "denied"}, "plus de questionnaires"),
    ],
)
def test_a_stop_may_be_for_a_part(counter, text, denied, says):
    service = counter.queue()
    counter.says(text)
    assert counter.statuses() == denied
    assert counter.row(service).state == State.QUEUED
    assert says in counter.waiting()[-1]


def test_the_operator_may_leave_service_messages_out_of_a_stop(counter):
    counter.hears(consent={"stop_scope": "non_service"})
    service = counter.queue()
    counter.says("STOP")
    assert counter.statuses() == {"commercial": "denied", "survey": "denied"}
    assert counter.row(service).state == State.QUEUED
    assert "ni publicité ni questionnaire" in counter.waiting()[-1]


def test_a_stop_holds_for_every_sim(counter):
    counter.says("STOP", imsi="208010000000002")
    counter.says("bonjour", imsi="208010000000001")
    assert counter.statuses() == ALL


def test_start_gives_back_what_was_there_and_no_more(counter):
    counter.record(Action.GRANT, Scope.COMMERCIAL, ago=timedelta(days=30))
    counter.says("STOP")
    counter.says("Start")
    assert counter.statuses() == dict.fromkeys(ALL, "granted")


def test_who_said_stop_twice_comes_back_with_one_start(counter):
    counter.record(Action.GRANT)
    counter.says("STOP")
    counter.sent()
    counter.says("stop !!!", after=600)
    counter.says("START", after=600)
    assert counter.statuses() == dict.fromkeys(ALL, "granted")


def test_start_after_a_stop_does_not_undo_an_earlier_stop_of_advertising(counter):
    counter.record(Action.GRANT)
    counter.says("STOP PUB")
    counter.sent()
    counter.says("STOP", after=600)
    counter.says("START", after=600)
    assert counter.statuses() == {"commercial": "denied", "survey": "granted", "service": "granted"}


def test_start_does_not_undo_an_objection_between_two_stops(counter):
    counter.says("STOP")
    counter.clock.advance(timedelta(minutes=1))
    counter.record(Action.REVOKE, Scope.SURVEY)
    counter.says("STOP")
    counter.says("START")
    assert counter.statuses() == {"commercial": "denied", "survey": "denied", "service": "granted"}


def test_start_never_makes_a_commercial_consent(counter):
    counter.says("STOP")
    counter.says("START")
    assert counter.statuses() == {"commercial": "denied", "survey": "granted", "service": "granted"}


def test_start_does_not_undo_what_the_person_said_elsewhere(counter):
    counter.record(Action.REVOKE, Scope.SERVICE)
    row = counter.says("START")
    assert row.kind == "opt_in"
    assert counter.statuses() == {"service": "denied"}
    assert "01 23 45 67 89" in counter.waiting()[-1]


def test_yes_is_no_start(counter):
    counter.says("STOP")
    assert counter.says("OUI").kind == "unmatched"
    assert counter.statuses() == ALL


def test_an_old_consent_imported_later_does_not_undo_a_stop(counter):
    counter.says("STOP")
    counter.record(Action.GRANT, Scope.COMMERCIAL, ago=timedelta(days=2000))
    assert counter.statuses()["commercial"] == "denied"
    counter.record(Action.GRANT, Scope.COMMERCIAL)
    assert counter.statuses()["commercial"] == "granted"


def test_help_is_answered_once_a_day(counter):
    assert counter.says("aide").kind == "help"
    (text,) = counter.waiting()
    assert text == (
        "Bricolo : ce numéro nous sert à écrire à nos clients. Pour nous joindre : 01 23 45 67 89."
        " Pour ne plus recevoir de SMS : STOP"
    )
    counter.says("c'est qui ?", after=3600)
    assert len(counter.waiting()) == 1
    counter.says("info", after=86_400)
    assert len(counter.waiting()) == 2


def test_every_automatic_text_is_one_part_of_gsm7(counter):
    for sender, text in (
        ("+33611111111", "STOP"),
        ("+33622222222", "STOP pub"),
        ("+33633333333", "mauvais numéro"),
        ("+447700900123", "stop"),
        ("+33644444444", "aide"),
    ):
        counter.says(text, sender=sender)
        (body,) = counter.waiting(sender)
        cut = segment(body)
        assert (cut.alphabet, len(cut.parts)) == ("gsm7", 1), body
    assert counter.waiting("+447700900123")[0].startswith("Bricolo: noted")


def test_a_wrong_number_is_left_in_peace(counter):
    message = counter.queue()
    row = counter.says("Vous vous trompez de numéro")
    assert row.kind == "wrong_number"
    assert counter.row(message).state == State.CANCELLED
    assert counter.row(message).reason.startswith("contact_disputed: ")
    assert counter.waiting() == ["Bricolo : toutes nos excuses, nous n'écrirons plus à ce numéro."]
    with counter.store.read() as read:
        assert contacts.find(read, counter.key.hash(row.sender)).state == "disputed"


def test_what_may_be_a_stop_holds_commercial_messages_until_somebody_looks(counter):
    row = counter.says("Stop au bruit le matin svp")
    assert counter.statuses() == {"commercial": "suspended"}
    with counter.store.read() as read:
        (review,) = reviews.open_ones(read)
    assert (review.inbox_id, review.kind) == (row.id, "review_optout")
    assert review.due_at == "2026-12-01T10:01:30.000Z"
    assert counter.waiting() == []


def test_where_the_law_is_strict_what_may_be_a_stop_is_one(counter):
    assert counter.says("Stop by anytime", sender="+12025550123").kind == "opt_out"
    assert counter.statuses("+12025550123") == ALL


def test_a_stop_after_a_suspicion_closes_the_question(counter):
    counter.says("Stop au bruit le matin svp")
    counter.says("STOP")
    with counter.store.read() as read:
        assert reviews.open_ones(read) == []
    assert counter.statuses() == ALL


def test_a_request_about_data_is_for_a_person(counter):
    row = counter.says("Supprimez mes données, RGPD")
    assert row.kind == "opt_out"
    with counter.store.read() as read:
        (review,) = reviews.open_ones(read)
    assert (review.kind, review.due_at) == ("privacy", "2026-12-24T10:01:30.000Z")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A aimé « Bricolo: de 0 à 10 ? Refus : STOP »", "reaction"),
        ("Je conduis, je vous réponds plus tard", "auto_reply"),
        ("Merci beaucoup !", "pleasantry"),
        ("👍", "pleasantry"),
        ("Où est mon colis ?", "unmatched"),
        ("9", "unmatched"),
    ],
)
def test_the_rest_is_told_apart_and_not_answered(counter, text, kind):
    assert counter.says(text).kind == kind
    assert counter.waiting() == []
    assert counter.statuses() == {}


def test_nobody_answers_a_robot(counter):
    assert counter.says("STOP", sender="36180").kind == "operator"
    assert counter.waiting("36180") == []


def test_two_machines_do_not_talk_for_ever(counter):
    for turn in range(10):
        counter.says("STOP" if turn % 2 == 0 else "START", after=65)
    assert len(counter.events("loop_guard")) >= 4
    with counter.store.read() as read:
        made = read.execute("SELECT count(*) FROM own_message").fetchone()[0]
        assert {review.kind for review in reviews.open_ones(read)} == {"loop"}
    assert made <= 6
    assert counter.statuses()["service"] == "granted"  # what they said is written all the same


def test_help_without_end_becomes_a_loop(counter):
    for number in range(4):
        counter.says("STOP" if number % 2 == 0 else "START", after=61)
    assert counter.says("aide", after=61).kind == "loop"


class Survey:
    """A survey with one open question."""

    def __init__(self):
        self.heard: list[Heard] = []
        self.over: list[Heard] = []

    def pending(self, tx, message, contact, written):
        return Question(type=QuestionType.NPS)

    def ended(self, tx, heard):
        self.over.append(heard)
        return Verdict(kind="stopped", session_id=7, question="nps")

    def hear(self, tx, heard):
        self.heard.append(heard)
        return (
            Verdict(kind="answer", session_id=7, question="nps") if heard.result.value is not None else None
        )


def test_an_open_survey_has_what_is_no_control_word(counter):
    survey = Survey()
    counter.hears(survey)
    row = counter.says("9 super")
    assert (row.kind, row.session_id, row.question) == ("answer", 7, "nps")
    assert survey.heard[0].result.value == 9
    assert counter.says("merci").kind == "pleasantry"


def test_an_answer_with_a_stop_counts_before_the_survey_ends(counter):
    survey = Survey()
    counter.hears(survey)
    row = counter.says("9 mais stop svp")
    assert (row.kind, row.session_id, row.question) == ("opt_out", 7, "nps")
    assert [heard.result.value for heard in survey.over] == [9]
    assert survey.heard == []


def test_help_leaves_the_survey_open(counter):
    survey = Survey()
    counter.hears(survey)
    counter.says("aide")
    counter.says("STOP pub")
    assert survey.over == survey.heard == []


def test_a_contact_is_made_of_whoever_writes(counter):
    counter.says("bonjour")
    with counter.store.read() as read:
        contact = contacts.find(read, counter.key.hash("+33612345678"))
    assert (contact.phone, contact.state, contact.last_inbound_at) == (
        "+33612345678", "active", "2026-11-24T10:01:30.000Z",
    )  # fmt: skip
