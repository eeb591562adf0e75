"""What may have been a STOP: an operator decides, or time does; and what the retention forgets."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import to_text
from gateway.config import Settings
from gateway.consent import Action, Scope
from gateway.jobs import Jobs
from gateway.store import contacts, maintenance, proof, reviews

ANA = "+33612345678"


@pytest.fixture
def smsgw(counter, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ana")
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    monkeypatch.chdir(counter.store.path.parent)
    monkeypatch.setattr("gateway.config.reading.PLACES", ())

    def run(*arguments, code=0):
        options = ["--database", str(counter.store.path), *map(str, arguments)]
        result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=counter.clock))
        assert result.exit_code == code, result.output
        return result

    return run


def open_reviews(counter):
    with counter.store.read() as read:
        return [review.kind for review in reviews.open_ones(read)]


def test_an_operator_says_that_it_was_a_stop(counter, smsgw):
    counter.record(Action.GRANT)
    waiting = counter.queue()
    row = counter.says("Stop au bruit le matin svp")
    assert "give --optout or --not-optout" in smsgw("inbox", "resolve", row.id, code=1).stderr
    smsgw("inbox", "resolve", row.id, "--optout")
    assert counter.statuses() == dict.fromkeys(("commercial", "survey", "service"), "denied")
    assert counter.row(waiting).state == "cancelled"
    assert open_reviews(counter) == []


def test_an_operator_says_that_it_was_none(counter, smsgw):
    counter.record(Action.GRANT)
    row = counter.says("Stop au bruit le matin svp")
    assert counter.statuses() == {"commercial": "suspended"}
    smsgw("inbox", "resolve", row.id, "--not-optout")
    assert counter.statuses() == {"commercial": "granted"}
    assert open_reviews(counter) == []
    assert "nothing is to be decided" in smsgw("inbox", "resolve", row.id, "--optout", code=1).stderr


def test_an_operator_finds_what_waits_for_a_decision(counter, smsgw):
    counter.says("Bonjour")
    row = counter.says("Stop au bruit le matin svp")
    assert json.loads(smsgw("status", "--json").stdout)["to_decide"] == {
        "by_kind": {"review_optout": 1},
        "due_at": to_text(counter.clock.now() + timedelta(days=7)),
    }
    assert "to decide  1 incoming, the first by 2026-12-01" in smsgw("status").stdout
    assert [each["id"] for each in json.loads(smsgw("inbox", "list", "--to-decide", "--json").stdout)] == [
        row.id
    ]
    assert f"inbox resolve {row.id} --optout or --not-optout" in smsgw("inbox", "show", row.id).stdout
    smsgw("inbox", "resolve", row.id, "--not-optout")
    assert "to decide" not in smsgw("status").stdout + smsgw("inbox", "show", row.id).stdout


def test_a_second_suspicion_is_decided_by_itself(counter, smsgw):
    counter.record(Action.GRANT)
    first = counter.says("Stop au bruit le matin svp")
    second = counter.says("Stop au bruit le soir svp", after=600)
    smsgw("inbox", "resolve", first.id, "--not-optout")
    assert counter.statuses() == {"commercial": "suspended"}
    smsgw("inbox", "resolve", second.id, "--not-optout")
    assert counter.statuses() == {"commercial": "granted"}


def test_a_request_about_data_is_closed_with_its_message(counter, smsgw):
    row = counter.says("Supprimez mes données, RGPD")
    smsgw("inbox", "resolve", row.id)
    assert open_reviews(counter) == []


def test_after_a_week_a_suspicion_is_an_objection_to_advertising(counter):
    counter.record(Action.GRANT)
    counter.says("Stop au bruit le matin svp")
    jobs = Jobs(counter.store, counter.clock, Settings, counter.receiver, lambda: None)
    counter.clock.advance(timedelta(days=6))
    jobs.decide()
    assert counter.statuses() == {"commercial": "suspended"}
    counter.clock.advance(timedelta(days=1, seconds=1))
    jobs.decide()
    assert counter.statuses() == {"commercial": "denied"}
    with counter.store.read() as read:
        assert proof.verify(read).problems == ()


def test_what_the_week_decided_waits_for_nobody(counter):
    counter.record(Action.GRANT)
    counter.says("Stop au bruit le matin svp")
    jobs = Jobs(counter.store, counter.clock, Settings, counter.receiver, lambda: None)
    counter.clock.advance(timedelta(days=8))
    jobs.decide()
    assert open_reviews(counter) == []
    (event,) = counter.events("opted_out")
    assert (event.detail["scopes"], event.detail["actor"]) == (["commercial"], "gateway")


def test_every_job_runs_by_itself(counter):
    def canaries():
        pass

    jobs = Jobs(counter.store, counter.clock, Settings, counter.receiver, lambda: None, canaries=canaries)
    jobs.start()
    try:
        planned = {job.name for job in jobs._scheduler.get_jobs()}
    finally:
        jobs.stop()
    assert planned == {name for name in vars(Jobs) if not name.startswith("_")} - {"start", "stop"} | {
        "canaries"
    }


def test_the_retention_forgets_people_and_keeps_objections(counter):
    counter.says("STOP")
    counter.sent()
    counter.says("bonjour", sender="+33698765432")
    counter.record(Action.GRANT, Scope.SURVEY, "+33698765432")
    retention = Settings().retention

    def prune(days):
        return maintenance.prune(counter.store, retention, counter.clock.now() + timedelta(days=days))

    assert prune(1000).consents == 0
    done = prune(1097)
    assert done.consents == 3, "all categories of the STOP"
    with counter.store.read() as read:
        found = contacts.find(read, counter.key.hash(ANA))
        assert proof.verify(read).problems == ()
    assert (found.phone, found.state) == (None, "erased")
    assert counter.statuses("+33698765432") == {"survey": "granted"}


def test_a_stop_of_last_year_still_stops(counter):
    counter.says("STOP")
    maintenance.prune(counter.store, Settings().retention, counter.clock.now() + timedelta(days=1000))
    assert counter.statuses() == dict.fromkeys(("commercial", "survey", "service"), "denied")
    assert to_text(counter.clock.now()).startswith("2026-11-24")
