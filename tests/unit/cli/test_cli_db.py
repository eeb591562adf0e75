from __future__ import annotations

import sqlite3

from gateway.store import Store


def test_a_sound_database_is_ok(smsgw):
    smsgw("send", "+33612345678", "a")
    assert smsgw("db", "check").stdout == f"{smsgw.database}: OK\n"
    assert smsgw.json("db", "check")["problems"] == []


def test_what_is_wrong_is_listed_and_the_exit_code_says_so(smsgw):
    smsgw("send", "+33612345678", "a")
    with sqlite3.connect(smsgw.database) as database:
        database.execute("UPDATE outbox_total SET messages = 7 WHERE state = 'queued'")
    database.close()
    result = smsgw("db", "check", code=1)
    assert "1 messages are queued, 7 were counted" in result.stdout
    assert "1 problem in" in result.stderr


def test_a_check_makes_nothing(smsgw):
    smsgw.database = smsgw.folder / "other.db"
    assert "there is no database" in smsgw("db", "check", code=1).stderr
    assert not smsgw.database.exists()


def test_migrate_makes_what_is_missing_and_says_what_it_did(smsgw):
    assert smsgw("db", "migrate").stdout == f"{smsgw.database}: up to date already\n"
    smsgw.database = smsgw.folder / "other.db"
    assert smsgw.json("db", "migrate") == {"database": str(smsgw.database), "done": "made"}
    assert smsgw.database.exists()


def test_a_backup_is_a_whole_database_and_never_overwrites(smsgw):
    smsgw("send", "+33612345678", "a")
    target = smsgw.folder / "copy.db"
    smsgw("db", "backup", target)
    with Store.open(target, smsgw.clock) as store, store.read() as read:
        assert read.execute("SELECT body FROM outbox").fetchone()["body"] == "a"
    assert "exists already" in smsgw("db", "backup", target, code=1).stderr


def test_prune_forgets_what_the_retention_says(smsgw):
    from datetime import timedelta

    smsgw("send", "+33612345678", "a")
    smsgw("outbox", "cancel", 1)
    smsgw.clock.advance(timedelta(days=390))
    assert smsgw.json("db", "prune")["texts"] == 0
    smsgw.configure("[retention]\ntexts = '30d'\n")
    assert smsgw.json("db", "prune")["texts"] == 1
    assert smsgw.json("outbox", "show", 1)["body"] == ""
    assert "texts emptied" in smsgw("db", "prune").stdout


def test_a_file_that_is_no_database_is_left_alone(smsgw):
    smsgw.database.write_text("hello" * 1000)
    for command in (["db", "check"], ["db", "migrate"], ["outbox", "list"]):
        assert "is not an SQLite database" in smsgw(*command, code=1).stderr
    assert smsgw.database.read_text() == "hello" * 1000
