"""Acceptance scenarios of the session layer: which session a message belongs to, other SIMs, crashes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.clock import ManualClock
from gateway.store import outbox
from tests.integration.surveys.conftest import ANA, COMMENT, MOTIF, SIMS, Shop


def test_16_an_answer_to_the_survey_before_is_found_by_its_type(shop: Shop) -> None:
    shop.survey("csat_livraison", quarantine=False)
    shop.wait(hours=7)
    shop.asked("nps_trimestriel")
    shop.wait(hours=73)
    assert shop.session(1).state == "expired"
    shop.wait(hours=15)  # Saturday morning
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.wait(30)
    assert shop.session(2).question == "motif"
    message = shop.says("9")
    assert (message.kind, message.session_id, message.question) == ("answer", 1, "nps")
    assert (shop.answers(1), shop.session(1).disposition) == ({"nps": "9"}, "late_complete")
    assert shop.item("nps")["late"] == 1
    assert (shop.session(2).state, shop.session(2).question) == ("awaiting", "motif")
    shop.wait(60)
    assert sum(text.startswith("Répondez par un numéro") for text in shop.texts()) == 0


def test_17_a_second_survey_is_refused_or_waits_as_its_file_says(shop: Shop) -> None:
    shop.survey("csat_livraison", quarantine=False)
    shop.survey("nps_trimestriel", quarantine=False)
    shop.asked("csat_livraison")
    refused = shop.invite("nps_trimestriel")
    shop.turn()
    found = shop.invitation(refused)
    assert (found["state"], found["reason"].partition(":")[0]) == ("refused", "session_open")
    assert found["session_id"] is None
    waiting = shop.invite("csat_livraison", event_ref="A-13", event_at=shop.now)
    shop.wait(minutes=20)
    found = shop.invitation(waiting)
    assert (found["state"], shop.session(2).state) == ("started", "scheduled")
    shop.says("5")
    shop.wait(60)
    assert shop.session(1).state == "completed"
    assert shop.session(2).state == "awaiting"


def test_17a_who_was_asked_not_long_ago_is_left_in_peace(shop: Shop) -> None:
    shop.asked("csat_livraison")
    invitation = shop.invite("csat_livraison", event_ref="A-13", event_at=shop.now)
    shop.turn()
    found = shop.invitation(invitation)
    assert (found["state"], found["reason"].partition(":")[0]) == ("refused", "quarantine")


def test_17b_a_survey_that_waited_long_enough_is_refused(shop: Shop) -> None:
    for survey in ("csat_livraison", "nps_trimestriel"):
        shop.survey(survey, quarantine=False)
    shop.asked("nps_trimestriel")
    waiting = shop.invite("csat_livraison", event_ref="A-13", event_at=shop.now)
    shop.wait(hours=25)
    session = shop.session(shop.invitation(waiting)["session_id"])
    assert (session.state, session.reason) == ("refused", "session_open")


def test_18_the_same_message_read_twice_is_one(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    again = shop.says("2")
    shop.wait(30)
    assert shop.rows("SELECT count(*) AS n FROM inbox") == [{"n": 1}]
    assert (again.id, again.duplicates) == (1, 1)
    assert [text.startswith(MOTIF) for text in shop.texts()] == [False, True]


def test_21_an_answer_to_another_sim_counts_and_the_talk_stays_where_it_was(shop: Shop) -> None:
    shop.asked("csat_livraison")
    bound = shop.session().modem
    other = "sim2" if bound == "sim1" else "sim1"
    shop.wait(60)
    assert shop.says("2", modem=other).kind == "answer"
    assert [event.session_id for event in shop.events("sim_mismatch")] == [1]
    shop.wait(30)
    assert [modem for *_, modem in shop.sent] == [bound, bound]


def answered_while_its_sim_is_out(shop: Shop) -> tuple[str, str]:
    """The modem that the talk is bound to, which is out, and the other one, which took the answer."""
    shop.asked("csat_livraison")
    bound = str(shop.session().modem)
    other = "sim2" if bound == "sim1" else "sim1"
    shop.wait(60)
    shop.unplug(bound)
    shop.says("2", modem=other)
    return bound, other


def test_21b_the_talk_moves_when_its_sim_is_out_for_half_an_hour(shop: Shop) -> None:
    bound, other = answered_while_its_sim_is_out(shop)
    shop.wait(minutes=29)
    assert len(shop.sent) == 1
    shop.wait(minutes=5)
    shop.wait(2)
    assert [modem for *_, modem in shop.sent] == [bound, other]
    assert shop.session().modem == other
    assert shop.texts()[1].startswith(f"Bricolo: {MOTIF}")  # another number than before: it says whose
    shop.says("3", modem=other)
    shop.wait(30)
    assert shop.texts()[2].startswith(COMMENT)  # and once is enough


def test_21c_a_question_that_waits_keeps_to_its_sim_whatever_modem_that_is_in(shop: Shop) -> None:
    bound, other = answered_while_its_sim_is_out(shop)
    shop.wait(60)
    shop.plug(bound, sim="208019999999999")
    shop.wait(60)
    assert len(shop.sent) == 1, "it was queued for that modem, and its SIM is another now"
    shop.unplug(other)
    shop.plug(other, sim=SIMS[bound])
    shop.wait(2)
    assert [modem for *_, modem in shop.sent] == [bound, other]
    assert shop.texts()[1].startswith(MOTIF), "the number that the customer knows"


def test_21d_a_question_that_a_modem_had_already_moves_as_it_is(shop: Shop) -> None:
    """Its text may not change any more: it must not wait for that for ever."""
    shop.asked("csat_livraison")
    bound = str(shop.session().modem)
    other = "sim2" if bound == "sim1" else "sim1"
    shop.wait(60)
    accepts, shop.outcome = shop.outcome, lambda _job: "fail"
    shop.says("2")
    shop.wait(30)
    shop.outcome = accepts
    (failed,) = shop.rows("SELECT id FROM outbox WHERE state = 'failed'")
    shop.unplug(bound)
    shop.wait(minutes=31)
    with shop.store.write() as tx:
        assert outbox.retry(tx, failed["id"], shop.now)
    shop.wait(2)
    assert [modem for *_, modem in shop.sent] == [bound, other]


def test_23_an_unknown_number_is_for_a_person_who_may_attach_it(shop: Shop) -> None:
    from gateway.store import Conflict
    from gateway.surveys.attaching import attach

    shop.asked("csat_livraison")
    shop.wait(60)
    message = shop.says("2", number="+33699999999")
    assert (message.kind, message.session_id) == ("unmatched", None)
    assert shop.answers() == {}
    with (
        pytest.raises(Conflict, match="waits for no answer: the one that waits is satisfaction"),
        shop.store.write() as tx,
    ):
        attach(tx, shop.runner, message.id, 1, "motif", actor="Léa", now=shop.clock.now())
    with shop.store.write() as tx:
        attach(tx, shop.runner, message.id, 1, "satisfaction", actor="Léa", now=shop.clock.now())
    assert shop.answers() == {"satisfaction": "2"}
    attached = shop.message(message.id)
    assert (attached.kind, attached.session_id, attached.question) == ("answer", 1, "satisfaction")
    shop.wait(30)
    assert [number for _, number, *_ in shop.sent] == [ANA, ANA]
    assert shop.events("inbox_attached")[0].detail == {"actor": "Léa", "question": "satisfaction"}


def test_31_a_crash_after_the_commit_asks_nothing_twice(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.restarted()
    shop.says("2", written=shop.clock.now())  # still in the modem: the same PDU
    shop.wait(60)
    assert shop.rows("SELECT count(*) AS n FROM inbox") == [{"n": 1}]
    assert [text.startswith(MOTIF) for text in shop.texts()] == [False, True]


def test_32_a_crash_before_the_commit_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.store import inbound

    shop.asked("csat_livraison")
    shop.wait(60)
    with monkeypatch.context() as patch:
        patch.setattr(inbound, "shown_as", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            shop.says("2")
    assert shop.rows("SELECT count(*) AS n FROM inbox") == [{"n": 0}]
    assert shop.answers() == {}
    shop.restarted()
    shop.says("2")
    assert shop.answers() == {"satisfaction": "2"}


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_unknown_question_counts_as_asked_and_an_answer_proves_it(shop: Shop) -> None:
    shop.outcome = lambda job: "unknown"
    shop.asked("csat_livraison")
    assert shop.session().state == "awaiting"
    assert shop.value("SELECT state FROM outbox WHERE id = 1") == "unknown"
    shop.outcome = lambda job: "accept"
    shop.wait(60)
    shop.says("5")
    assert shop.answers() == {"satisfaction": "5"}


def test_an_answer_proves_that_what_is_in_the_air_went_out(shop: Shop) -> None:
    shop.outcome = lambda job: "submitting"
    shop.asked("csat_livraison")
    assert shop.session().state == "inviting"
    shop.clock.advance(timedelta(seconds=20))
    assert shop.says("5").kind == "answer"
    assert (shop.session().state, shop.answers()) == ("completed", {"satisfaction": "5"})


def test_a_message_older_than_the_invitation_is_no_answer(shop: Shop, clock: ManualClock) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    message = shop.says("5", written=clock.now() - timedelta(minutes=10))
    assert message.kind == "unmatched"
    assert shop.answers() == {}
    assert shop.session().state == "awaiting"


def test_a_question_that_cannot_be_delivered_ends_the_survey(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.delivered(1, status=0x45)
    shop.turn()
    session = shop.session()
    assert (session.state, session.disposition) == ("undeliverable", "undelivered")


def test_a_question_that_the_network_refuses_ends_the_survey(shop: Shop) -> None:
    shop.outcome = lambda job: "fail"
    shop.asked("csat_livraison")
    assert (shop.session().state, shop.session().reason) == ("undeliverable", "cms_21")


def test_thanks_and_smiles_are_answered_by_nobody(shop: Shop) -> None:
    assert shop.says("Merci !").kind == "pleasantry"
    shop.wait(60)
    assert shop.texts() == []


def test_a_correction_just_after_the_end(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("5")
    shop.wait(60)
    message = shop.says("pardon 2")
    assert (message.kind, shop.answers()) == ("correction", {"satisfaction": "2"})
    assert shop.alerts() == {"client_decu": "open"}
    assert shop.session().state == "completed"


def test_a_correction_takes_the_alert_back(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.wait(3)
    shop.says("pardon 5")
    assert shop.answers()["satisfaction"] == "5"
    assert shop.alerts() == {"client_decu": "superseded"}


def test_a_few_words_after_the_end_belong_to_the_last_answer(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("5")
    shop.wait(60)
    message = shop.says("livreur vraiment très sympathique")
    assert (message.kind, message.session_id) == ("continuation", 1)
    assert shop.item("satisfaction")["comment"] == "livreur vraiment très sympathique"
