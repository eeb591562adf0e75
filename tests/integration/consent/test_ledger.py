"""The ledger in its file: appended, chained, never changed."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.consent import Action, Scope
from gateway.store import Store, ledger, proof
from gateway.store.phonekey import KeyMissing, PhoneKey, key_path
from gateway.store.pruning import pruning

ANA = "+33612345678"


def verify(store):
    with store.read() as read:
        return proof.verify(read)


def test_an_empty_ledger_is_sound(store):
    assert verify(store) == proof.Verification(
        entries=0, forgotten=0, forgotten_until=None, head="0" * 64, problems=()
    )


def test_entries_are_chained_and_add_up(counter):
    counter.record(Action.GRANT, Scope.COMMERCIAL)
    counter.record(Action.REVOKE, Scope.SURVEY)
    counter.record(Action.GRANT, Scope.COMMERCIAL, "+33698765432")
    found = verify(counter.store)
    assert (found.entries, found.problems) == (3, ())
    assert counter.statuses() == {"commercial": "granted", "survey": "denied"}


def test_a_hash_that_was_written_down_is_found_again(counter):
    counter.record(Action.GRANT)
    kept = verify(counter.store).head
    counter.record(Action.REVOKE)
    with counter.store.read() as read:
        assert proof.verify(read, kept).problems == ()
        (problem,) = proof.verify(read, "f" * 64).problems
    assert problem.startswith("no entry has the hash ffff")


def test_an_entry_that_only_claims_to_be_forgotten_is_found_out(counter):
    counter.record(Action.REVOKE)
    with counter.store.write() as tx, pruning(tx):
        tx.execute("UPDATE consent_event SET forgotten = 1, action = 'grant'")
    assert verify(counter.store).problems == ("entry 1 is marked as forgotten, and still says something",)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE consent_event SET action = 'grant' WHERE id = 1", "DELETE FROM consent_event WHERE id = 1"],
)
def test_nobody_changes_an_entry(counter, sql):
    counter.record(Action.REVOKE)
    with (
        closing(sqlite3.connect(counter.store.path, isolation_level=None)) as shell,
        pytest.raises(sqlite3.IntegrityError, match="the ledger of consents is never"),
    ):
        shell.execute(sql)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "UPDATE consent_event SET action = 'grant' WHERE id = 2",
            "entry 2 was changed after it was written",
        ),
        ("UPDATE consent_event SET evidence = '{}' WHERE id = 1", "entry 1 was changed after it was written"),
        ("DELETE FROM consent_event WHERE id = 2", "entry 2 is missing: the next one is 3"),
        (
            "UPDATE consent_event SET prev_hash = hash WHERE id = 3",
            "entry 3 does not follow the one before it",
        ),
        (
            "UPDATE consent_standing SET status = 'granted'",
            f"what holds for {{hash}} and {Scope.COMMERCIAL} is not what the entries add up to",
        ),
        ("DELETE FROM consent_standing", "is not what the entries add up to"),
    ],
)
def test_who_gets_around_the_triggers_is_found_out(counter, sql, problem):
    for action in (Action.GRANT, Action.REVOKE, Action.REVOKE):
        counter.record(action)
    with closing(sqlite3.connect(counter.store.path, isolation_level=None)) as shell:
        shell.execute("DROP TRIGGER consent_event_keeps")
        shell.execute("DROP TRIGGER consent_event_stays")
        shell.execute(sql)
    found = verify(counter.store).problems
    assert len(found) == 1
    assert problem.format(hash=counter.key.hash(ANA)[:12]) in found[0]


def test_what_ended_long_ago_is_forgotten_and_the_chain_holds(counter, clock):
    counter.record(Action.GRANT, Scope.COMMERCIAL)
    counter.record(Action.REVOKE, Scope.COMMERCIAL)
    counter.record(Action.GRANT, Scope.SURVEY)
    counter.record(Action.REVOKE, Scope.SERVICE, "+33698765432")
    now = clock.now()

    def forget(years):
        from gateway.store.pruning import pruning

        end = now + timedelta(days=365 * years)
        with counter.store.write() as tx, pruning(tx):
            return ledger.forget_ended(
                tx, revocations=end - timedelta(days=1096), grants=end - timedelta(days=1826)
            )

    assert forget(2) == 0
    assert forget(4) == 1  # the STOP of somebody who had never agreed
    assert forget(6) == 2  # the consent that ended, with its end
    found = verify(counter.store)
    assert (found.entries, found.forgotten, found.problems) == (4, 3, ())
    assert counter.statuses() == {"survey": "granted"}
    assert counter.statuses("+33698765432") == {}
    with counter.store.read() as read:
        left = read.execute("SELECT phone_hash, evidence FROM consent_event WHERE forgotten").fetchall()
    assert {tuple(row) for row in left} == {("", "{}")}


def test_the_key_is_made_once_and_only_the_group_reads_it(store):
    key = PhoneKey.beside(store)
    path = key_path(store.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert PhoneKey.beside(store).hash(ANA) == key.hash(ANA)
    assert len(key.hash(ANA)) == 64
    assert key.hash(ANA) != key.hash("+33612345679")
    assert path.read_text().strip() not in repr(key)
    assert [each.name for each in path.parent.glob(".*key*")] == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "is missing: restore it"), ("ab" * 32, "is not the key that"), ("xyz", "is damaged")],
)
def test_a_ledger_without_its_key_is_refused(store, content, sentence):
    PhoneKey.beside(store)
    path = key_path(store.path)
    os.chmod(path, 0o640)
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(KeyMissing, match=sentence):
        PhoneKey.beside(store)
    if content is None:
        assert not path.exists(), "a new key would forget everybody who said STOP"


def test_two_processes_agree_on_the_first_key(tmp_path, clock):
    with Store.open(tmp_path / "a.db", clock) as one, Store.open(tmp_path / "a.db", clock) as other:
        assert PhoneKey.beside(one).hash(ANA) == PhoneKey.beside(other).hash(ANA)
