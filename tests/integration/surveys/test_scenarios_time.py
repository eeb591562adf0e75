"""Acceptance scenarios of the session layer: reminders, expiry, windows, outages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.clock import ManualClock, from_text, to_text
from tests.integration.surveys.conftest import ANA, SIMS, Shop

REMINDER = "Bricolo: il est encore temps de nous noter"
DAYS = timedelta(days=1)


def test_10_one_reminder_then_silence_and_the_end(shop: Shop) -> None:
    shop.delivers = True
    shop.asked("nps_trimestriel")
    shop.wait(hours=23)
    assert len(shop.texts()) == 1
    shop.wait(hours=2)
    assert [text.startswith(REMINDER) for text in shop.texts()] == [False, True]
    shop.wait(hours=46)
    assert shop.session().state == "awaiting"
    shop.wait(hours=2)
    session = shop.session()
    assert (session.state, session.disposition) == ("expired", "noncontact")
    assert session.ended_at == to_text(from_text(session.delivered_at or "") + timedelta(hours=72))
    assert len(shop.texts()) == 2


def test_10b_a_late_reminder_leaves_a_day_to_answer(shop: Shop) -> None:
    shop.delivers = True
    shop.asked("nps_trimestriel")
    for name in SIMS:
        shop.unplug(name)
    shop.wait(hours=52)  # the modems are out; Thursday, 14:00
    for name in SIMS:
        shop.plug(name)
    shop.wait(days=5)
    (_, *_), (reminded, *_) = shop.sent
    assert reminded > from_text(shop.session().delivered_at or "") + timedelta(hours=50)
    assert shop.session().ended_at == to_text(reminded + timedelta(hours=24))


def test_10c_a_reminder_keeps_the_hours_too(shop: Shop, clock: ManualClock) -> None:
    shop.delivers = True
    clock.set(datetime(2026, 11, 28, 15, 0, tzinfo=UTC))  # a Saturday
    shop.asked("nps_trimestriel")
    shop.wait(days=4)
    (_, *_), (reminded, *_) = shop.sent
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert monday <= reminded <= monday + timedelta(minutes=30)


def test_11_the_clock_of_the_reminder_starts_with_the_delivery(shop: Shop) -> None:
    shop.delivers = False
    shop.asked("nps_trimestriel")
    with shop.store.write() as tx:  # reports do come through this SIM
        tx.execute(
            "INSERT INTO report (sim, modem, number, reference, status, received_at, pdu)"
            " VALUES ('208010000000001', 'sim1', '+33700000000', 9, 0, ?, 'x')",
            (shop.now,),
        )
    shop.wait(hours=24)
    shop.delivered(1)
    shop.wait(hours=23)
    assert len(shop.texts()) == 1
    shop.wait(hours=2)
    assert len(shop.texts()) == 2


def test_12_a_reminder_is_withdrawn_when_the_answer_comes_first(shop: Shop) -> None:
    shop.delivers = True
    shop.asked("nps_trimestriel")
    for name in ("sim1", "sim2"):
        shop.unplug(name)
    shop.wait(hours=24, seconds=5)
    assert [row.body.startswith(REMINDER) for row in shop.queued()] == [True]
    shop.says("9")
    for name in ("sim1", "sim2"):
        shop.plug(name)
    shop.wait(60)
    assert not any(text.startswith(REMINDER) for text in shop.texts())
    assert shop.rows("SELECT state, reason FROM outbox WHERE body LIKE ?", REMINDER + "%") == [
        {"state": "cancelled", "reason": "superseded: the customer wrote again"}
    ]


def test_who_asked_for_help_is_not_reminded(shop: Shop) -> None:
    shop.delivers = True
    shop.asked("nps_trimestriel")
    shop.wait(hours=1)
    shop.says("qui êtes-vous")
    shop.wait(hours=30)
    assert not any(text.startswith(REMINDER) for text in shop.texts())


def test_13_a_late_answer_counts_as_late(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(hours=73)
    assert shop.session().state == "expired"
    shop.wait(hours=20)
    message = shop.says("9")
    assert (message.kind, message.session_id) == ("answer", 1)
    session = shop.session()
    assert (session.state, session.disposition, session.late) == ("expired", "late_complete", True)
    item = shop.item("nps")
    assert (item["value"], item["late"]) == ("9", 1)
    shop.wait(30)
    assert [text.startswith("Merci") for text in shop.texts()] == [False, True]
    shop.wait(hours=1)
    assert len(shop.texts()) == 2  # the next question is not asked


def test_14_a_punctual_answer_that_waited_for_the_gateway_is_on_time(shop: Shop, clock: ManualClock) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(hours=1)
    written = clock.now() + timedelta(hours=2)
    shop.close()
    clock.advance(timedelta(days=3))
    shop.open()
    message = shop.says("9", written=written)  # read from the modem's storage before any timer runs
    assert message.kind == "answer"
    shop.wait(60)
    session = shop.session()
    assert (session.late, shop.answers()["nps"]) == (False, "9")
    assert session.state in ("awaiting", "completed")
    assert shop.texts()[1].startswith("Merci ! Qu'avez-vous le plus apprécié")


def test_14b_after_the_session_s_own_time_only_thanks_are_sent(shop: Shop, clock: ManualClock) -> None:
    shop.asked("nps_trimestriel")
    written = clock.now() + timedelta(hours=2)
    shop.close()
    clock.advance(timedelta(days=7, hours=1))
    shop.open()
    shop.wait(1)
    assert shop.session().state == "expired"
    # the service centre's time is a week old by now, so that it may still be believed
    message = shop.says("9", written=max(written, clock.now() - timedelta(days=7) + timedelta(minutes=1)))
    shop.wait(60)
    assert (message.kind, shop.session().late, shop.answers()["nps"]) == ("answer", False, "9")
    assert shop.session().state == "completed"
    assert shop.texts()[1:] == ["Merci, bonne journée ! Bricolo"]


def test_15_an_answer_that_is_far_too_late_is_for_a_person(shop: Shop) -> None:
    shop.asked("nps_trimestriel")
    shop.wait(hours=73)
    shop.wait(days=5)
    message = shop.says("9")
    assert (message.kind, message.session_id) == ("unmatched", None)
    shop.wait(60)
    assert len(shop.texts()) == 1


def test_33_a_survey_in_the_evening_goes_at_once_or_on_monday(shop: Shop, clock: ManualClock) -> None:
    saturday = datetime(2026, 11, 28, 18, 50, tzinfo=UTC)  # 19:50 in Paris
    clock.set(saturday)
    shop.invite("csat_livraison", event_ref="A-1", event_at=to_text(saturday))
    shop.wait(minutes=16)
    assert [at for at, *_ in shop.sent] == [saturday + timedelta(minutes=15)]
    clock.set(datetime(2026, 11, 28, 19, 20, tzinfo=UTC))  # 20:20
    shop.invite("csat_livraison", number="+33612345679", event_ref="A-2", event_at=shop.now)
    shop.wait(minutes=20)
    assert len(shop.sent) == 1
    shop.wait(hours=37)
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    at, number, _, _ = shop.sent[1]
    assert number == "+33612345679"
    assert monday <= at <= monday + timedelta(minutes=30)


@pytest.mark.parametrize(("hours", "asked"), [(0, True), (40, False)])
def test_34_a_public_holiday_waits_unless_the_event_is_too_old_then(
    shop: Shop, clock: ManualClock, hours: int, asked: bool
) -> None:
    clock.set(datetime(2027, 7, 14, 9, 0, tzinfo=UTC))
    event = clock.now() - timedelta(hours=hours)
    shop.invite("csat_livraison", event_ref="A-1", event_at=to_text(event))
    shop.wait(hours=1)
    assert shop.texts() == []
    assert shop.session().state == ("inviting" if asked else "refused")
    if asked:
        assert [row.reason for row in shop.queued()] == ["holiday: National Day in FR"]
    shop.wait(hours=24)
    assert bool(shop.texts()) is asked
    if asked:
        at, *_ = shop.sent[0]
        morning = datetime(2027, 7, 15, 7, 0, tzinfo=UTC)  # 9:00 in Paris
        assert morning <= at <= morning + timedelta(minutes=30)
    else:
        assert (shop.session().reason, shop.session().disposition) == ("stale_event", "not_sent")


def test_35_the_recipient_s_own_evening_counts(shop: Shop, clock: ManualClock) -> None:
    clock.set(datetime(2026, 11, 24, 17, 0, tzinfo=UTC))  # 18:00 in Paris, 21:00 in La Réunion
    shop.invite("nps_trimestriel", number="+262692123456")
    shop.wait(hours=3)
    assert shop.sent == []
    assert [(row.reason or "").partition(":")[0] for row in shop.queued("+262692123456")] == ["quiet_hours"]
    shop.wait(hours=11)
    at, *_ = shop.sent[0]
    assert datetime(2026, 11, 25, 5, 0, tzinfo=UTC) <= at <= datetime(2026, 11, 25, 5, 30, tzinfo=UTC)


def test_a_scheduled_session_waits_for_its_delay(shop: Shop, clock: ManualClock) -> None:
    event = clock.now()
    invitation = shop.invite("csat_livraison", event_ref="A-9", event_at=to_text(event))
    shop.wait(minutes=14)
    assert shop.invitation(invitation)["state"] == "started"
    assert shop.session().state == "scheduled"
    shop.wait(minutes=2)
    assert shop.session().state == "awaiting"
    assert from_text(shop.session().invited_at or "") == event + timedelta(minutes=15)


def test_nothing_expires_while_the_question_is_still_queued(shop: Shop) -> None:
    for name in ("sim1", "sim2"):
        shop.unplug(name)
    shop.invite("nps_trimestriel", number=ANA)
    shop.wait(days=5)
    assert shop.session().state == "inviting"
    shop.plug("sim1")
    shop.wait(hours=24)
    assert shop.session().state == "awaiting"
