"""The figures beside the scores: hours, groups, SIMs, what waits for a person, who is left in peace."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import to_text
from gateway.surveys.metrics import Rate, Reliability
from gateway.surveys.report import build, data


def write(campaign, statement, *arguments):
    with campaign.store.write() as tx:
        return tx.execute(statement, arguments).lastrowid


def test_answers_by_the_hour_of_the_day_there(empty):
    for delay in (0, 3600, 3700):
        empty.session("completed", "complete", {"note": "5"}, delay=delay)
    empty.session("expired", "late_partial", {"note": "5"}, late=True)
    assert {hour: count for hour, count in enumerate(empty.report().hours) if count} == {9: 1, 10: 2}
    with empty.store.read() as read:
        report = build(read, "livraison", now=empty.now, zone=ZoneInfo("Asia/Kolkata"))  # half an hour off
    assert {hour: count for hour, count in enumerate(report.hours) if count} == {14: 1, 15: 2}


def test_groups_have_the_same_figures(empty):
    for shop, notes in (("Lyon", "55545"), ("Nice", "11"), (None, "3")):
        for note in notes:
            session = empty.session("completed", "complete", {"note": note})
            if shop is not None:
                write(
                    empty,
                    "UPDATE survey_session SET context = json_object('magasin', ?) WHERE id = ?",
                    shop,
                    session,
                )
    empty.session("expired", "noncontact")
    found = empty.report(by="var.magasin").breakdown
    groups = {each.name: each for each in found.groups}
    assert [each.name for each in found.groups] == ["Lyon", "(none)", "Nice"]  # the biggest first
    assert (groups["Lyon"].response, groups["(none)"].response) == (Rate(5, 5), Rate(1, 2))
    assert (groups["Lyon"].scores[0].value, groups["Lyon"].scores[0].n) == (100, 5)
    assert groups["Nice"].scores[0].reliability is Reliability.HIDDEN  # two people might be recognised


@pytest.mark.parametrize(("by", "names"), [("lang", ["fr"]), ("week", ["2026-11-02", "2026-11-09"])])
def test_every_group_adds_up_to_the_whole(campaign, by, names):
    report = campaign.report(by=by)
    assert [each.name for each in report.breakdown.groups] == names
    for figure in ("submitted", "delivered", "responded", "complete"):
        total = sum(getattr(each, figure) for each in report.breakdown.groups)
        assert total == getattr(report.funnel, figure)
    assert sum(each.scores[0].n for each in report.breakdown.groups) == report.scores[0].n


def test_by_sim_names_the_modem(campaign):
    write(campaign, "UPDATE survey_session SET modem = 'sim1', sim = '20801' WHERE id <= 3")
    names = {each.name: each.submitted for each in campaign.report(by="sim").breakdown.groups}
    assert names == {"sim1 (20801)": 3, "(none)": 15}


def test_late_answers_enter_the_scores_only_when_asked_for(campaign):
    (with_late, _), (without, _) = campaign.report(late=True).scores, campaign.report().scores
    assert (with_late.n, without.n, with_late.late) == (8, 7, 1)
    assert with_late.formula.endswith("late answers included")
    for late, n in ((True, 8), (False, 7)):
        (group,) = campaign.report(by="lang", late=late).breakdown.groups
        assert group.scores[0].n == n


def test_messages_that_wait_for_a_person(campaign):
    for hours, closed in ((1, None), (49, None), (100, to_text(campaign.now))):
        opened = to_text(campaign.now - timedelta(hours=hours))
        inbox = write(
            campaign,
            "INSERT INTO inbox (modem, sender, body, received_at, kind, session_id, raw)"
            " VALUES ('sim1', '+33600000001', 'plus de sms svp', ?, 'invalid', 1, '')",
            opened,
        )
        write(
            campaign,
            "INSERT INTO review (inbox_id, kind, phone_hash, opened_at, closed_at)"
            " VALUES (?, 'review_optout', 'h', ?, ?)",
            inbox,
            opened,
            closed,
        )
    found = campaign.report().attention
    assert (found.opted_out, found.suspected, found.waiting, found.waiting_overdue) == (1, 3, 2, 1)
    assert found.waiting_age.median == 25 * 3600


def test_people_left_in_peace_are_counted_once_each(empty):
    for number, reason in ((1, "quarantine: until May"), (1, "quarantine: until May"), (2, "stale_event")):
        write(
            empty,
            "INSERT INTO invitation (survey, recipient, created_at) VALUES ('livraison', ?, ?)",
            f"+3360000000{number}",
            to_text(empty.begin),
        )
        write(
            empty,
            "UPDATE invitation SET state = 'refused', reason = ? WHERE id = (SELECT max(id) FROM invitation)",
            reason,
        )
    report = empty.report()
    assert report.attention.quarantined == 1
    assert dict(report.refused) == {"quarantine": 2, "stale_event": 1}


def test_a_first_answer_follows_one_reminder_however_many_there_were(empty):
    session = empty.session("completed", "complete", {"note": "5"}, delay=7200)
    for out, role, minutes in ((1, "reminder", 30), (2, "reminder", 60), (3, "reask", 10)):
        message = write(
            empty, "INSERT INTO outbox (recipient, body) VALUES (?, 'Encore ?')", f"+336{session:08d}"
        )
        write(empty, "UPDATE outbox SET state = 'sending' WHERE id = ?", message)
        at = to_text(empty.begin + timedelta(minutes=minutes))
        write(empty, "UPDATE outbox SET state = 'sent', sent_at = ? WHERE id = ?", at, message)
        write(
            empty,
            "INSERT INTO session_message (message_id, session_id, out, role, question) VALUES (?, ?, ?, ?, 'note')",
            message, session, out, role,
        )  # fmt: skip
    quality = {each.key: each.rate for each in empty.report().quality}
    assert (quality["reminder"], quality["reask"]) == (Rate(1, 2), Rate(1, 1))


def test_each_sim_over_thirty_days(empty):
    at = to_text(empty.now - timedelta(days=3))
    write(
        empty,
        "INSERT INTO sim (imsi, modem, first_seen, last_seen) VALUES ('20801', 'sim1', ?, ?)",
        at,
        at,
    )
    for number, days in ((1, 1), (1, 2), (2, 29), (3, 31)):
        message = write(empty, "INSERT INTO outbox (recipient, body) VALUES (?, 'x')", f"+3360000000{number}")
        write(empty, "UPDATE outbox SET state = 'sending', number = recipient WHERE id = ?", message)
        sent = to_text(empty.now - timedelta(days=days))
        write(
            empty,
            "UPDATE outbox SET state = 'sent', sim = '20801', sent_at = ? WHERE id = ?",
            sent,
            message,
        )
    write(
        empty,
        "INSERT INTO inbox (modem, imsi, sender, body, received_at, raw) VALUES ('sim1', '20801', '+33600000001',"
        " 'oui', ?, '')",
        at,
    )
    (sim,) = empty.report().sims
    assert (sim.name, sim.recipients, sim.sent, sim.received, sim.ratio) == ("sim1 (20801)", 2, 3, 1, 3)


def test_words_of_the_unhappy_are_not_crowded_out(empty):
    empty.session("completed", "complete", {"note": "1", "mot": "cassé"}, day=1)
    for day in (2, 3, 4):
        empty.session("completed", "complete", {"note": "5", "mot": f"jour {day}"}, day=day)
    assert [each.words for each in empty.report(verbatims=2).verbatims] == ["jour 4", "cassé"]


def test_json_has_them_all(campaign):
    found = data.as_dict(campaign.report(by="lang"))
    assert len(found["hours"]) == 24
    assert found["breakdown"]["groups"][0]["name"] == "fr"
    assert found["attention"]["opted_out"] == 1
    assert found["sims"] == []


def test_csv_has_them_all(campaign):
    sections = {row[0] for row in data.rows(campaign.report(by="lang"))}
    assert sections >= {"hour", "timing", "attention", "alerts", "week", "stopped_at", "lang fr"}


def test_counting_sorts_nothing_and_reads_no_long_row(empty):
    """What a report over a million answers costs hangs on these plans."""
    from gateway.store.reporting import Scope, answers, sessions

    for statement in (sessions._PLAIN, answers._ITEMS):
        with empty.store.read() as read:
            rows = read.execute("EXPLAIN QUERY PLAN " + statement, Scope(survey="livraison").arguments())
            plan = [row["detail"] for row in rows]
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
        assert all("COVERING INDEX" in step for step in plan if step.startswith(("SCAN", "SEARCH"))), plan
