"""A campaign that is counted by hand, and what the report says of it."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from gateway.clock import to_text
from gateway.store.erasure import erase
from gateway.surveys.metrics import Rate, Reliability
from gateway.surveys.report import UnknownSurvey, build


def test_the_funnel(campaign):
    steps = dict(campaign.report().funnel.steps())
    assert steps == {
        "created": 20, "allowed": 19, "submitted": 18, "delivered": 15, "replied": 7, "complete": 6
    }  # fmt: skip


def test_the_rates_and_their_numbers(campaign):
    report = campaign.report()
    rates = {each.key: each.rate for each in report.rates}
    assert rates == {
        "delivery": Rate(15, 16),
        "coverage": Rate(16, 18),
        "response": Rate(7, 15),
        "response_with_late": Rate(8, 15),
        "completion": Rate(6, 7),
        "yield": Rate(6, 15),
        "break_off": Rate(1, 7),
        "opt_out": Rate(1, 15),
    }
    assert report.response == rates["response"]
    assert (report.failed, report.unreported, report.late, report.open, report.scheduled) == (1, 2, 1, 1, 1)


def test_cautious_rates_appear_where_reports_are_missing(empty):
    for _ in range(3):
        empty.session("expired", "unknown", delivered=False)
    empty.session("completed", "complete", {"note": "5"})
    rates = {each.key: each.rate for each in empty.report().rates}
    assert (rates["coverage"], rates["delivery_cautious"], rates["response_cautious"]) == (
        Rate(1, 4), Rate(1, 4), Rate(1, 4)
    )  # fmt: skip


def test_a_reply_proves_the_delivery(empty):
    empty.session("completed", "complete", {"note": "5"}, delivered=False)
    assert empty.report().funnel.delivered == 1


def test_the_score_leaves_late_answers_out(campaign):
    note, motif = campaign.report().scores
    assert (note.question, note.n, note.late, note.reliability) == ("note", 7, 1, Reliability.SMALL)
    assert [bar.count for bar in note.bars] == [1, 1, 1, 2, 2]
    assert note.text == "Bricolo: satisfait, de 1 à 5 ? Refus : STOP"
    assert round(note.value, 1) == 57.1
    assert [bar.mood for bar in note.bars] == ["bad", "bad", "fair", "good", "good"]
    assert (motif.n, motif.reliability, motif.value) == (1, Reliability.HIDDEN, None)
    assert [(bar.label, bar.count) for bar in motif.bars] == [("délai", 0), ("produit <b>", 1)]


def test_times_to_the_first_answer(campaign):
    timing = campaign.report().timing
    assert (timing.first_answer.median, timing.first_answer.n) == (120, 7)
    assert timing.within_15_min == Rate(6, 7)


def test_an_answer_older_than_its_question_counts_as_at_once(empty):
    empty.session("completed", "complete", {"note": "5"}, delay=-30)
    timing = empty.report().timing
    assert (timing.clamped, timing.first_answer.median) == (1, 0)


def test_who_was_not_asked_and_where_people_left_off(campaign):
    report = campaign.report()
    assert report.refused == (("opted_out", 1),)
    assert report.stopped_at == (("motif", 1),)  # who never began did not leave off


def test_aapor_counts_everybody_who_could_be_asked(campaign):
    aapor = campaign.report().aapor
    assert (aapor.rr1, aapor.rr2) == (Rate(6, 16), Rate(7, 16))


def test_words_alerts_and_quality(campaign):
    report = campaign.report()
    (words,) = report.verbatims
    assert (words.score, words.unhappy, words.alert) == ("note 1", True, "open")
    assert (report.alerts.opened, report.alerts.overdue, report.alerts.to_acknowledge.median) == (1, 1, 420)
    assert report.alerts.open[0].overdue
    quality = {each.key: each.rate for each in report.quality}
    assert (quality["invalid"], report.duplicates, report.incomplete) == (Rate(1, 11), 1, 1)


def test_weeks_begin_on_monday(campaign):
    weeks = [(each.begins, each.delivered, each.responded) for each in campaign.report().weeks]
    assert weeks == [("2026-11-02", 14, 6), ("2026-11-09", 1, 1)]


def test_a_period_holds_who_was_invited_in_it(campaign):
    week = timedelta(days=7)
    second = campaign.report(since=campaign.begin + week, until=campaign.begin + 2 * week)
    assert second.funnel.submitted == 1
    first = campaign.report(until=campaign.begin + week)
    assert first.funnel.submitted == 17
    assert (second.scores[0].before.n, first.scores[0].before) == (6, None)


def test_words_are_the_newest_first(empty):
    for day in (1, 3, 2):
        empty.session("completed", "complete", {"note": "5", "mot": f"jour {day}"}, day=day)
    assert [each.words for each in empty.report(verbatims=2).verbatims] == ["jour 3", "jour 2"]


def test_an_empty_survey_has_a_report(empty):
    report = empty.report()
    assert report.response.percent is None
    assert report.timing.first_answer.median is None
    assert report.scores[0].reliability is Reliability.HIDDEN


def test_a_survey_that_never_was(empty):
    with empty.store.read() as read, pytest.raises(UnknownSurvey):
        build(read, "autre", now=empty.now, zone=UTC)


def test_an_objection_within_a_day_of_the_last_message_counts(empty):
    for hours in (23, 25):
        session = empty.session("completed", "complete", {"note": "5"})
        number, heard = f"+336{session:08d}", empty.begin + timedelta(hours=hours)
        with empty.store.write() as tx:
            message = tx.execute(
                "INSERT INTO outbox (recipient, body) VALUES (?, 'Merci') RETURNING id", (number,)
            ).fetchone()["id"]
            tx.execute("UPDATE outbox SET state = 'sending', number = ? WHERE id = ?", (number, message))
            tx.execute(
                "UPDATE outbox SET state = 'sent', sent_at = ? WHERE id = ?", (to_text(empty.begin), message)
            )
            tx.execute(
                "INSERT INTO session_message (message_id, session_id, out, role) VALUES (?, ?, 1, 'closing')",
                (message, session),
            )
            tx.execute(
                "INSERT INTO inbox (modem, sender, body, received_at, kind, raw)"
                " VALUES ('sim1', ?, 'STOP', ?, 'opt_out', '')",
                (number, to_text(heard)),
            )
    assert empty.report().opted_out == 1
    with empty.store.write() as tx:
        erase(tx, number="+33600000001", phone_hash="f" * 64, actor="Léa", why="x", now=to_text(empty.now))
    assert empty.report().opted_out == 1  # what is forgotten was counted


def test_who_answered_in_time_and_something_else_late_answered_in_time(empty):
    session = empty.session("expired", "late_partial", {"note": "5"}, delay=300)
    empty.session("expired", "late_partial", {"note": "4"}, delay=900_000, late=True)
    with empty.store.write() as tx:
        tx.execute("UPDATE survey_session SET late = 1 WHERE id = ?", (session,))
    report = empty.report(by="lang")
    assert (report.funnel.responded, report.late) == (1, 1)
    assert [each.responded for each in report.breakdown.groups] == [1]
    assert (report.timing.first_answer.median, report.timing.within_15_min) == (300, Rate(1, 1))
    assert sum(report.hours) == 1
