"""Nothing that names a person is left, wherever it stood; what is counted stays."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.clock import to_text
from gateway.config import Settings
from gateway.consent import Action, Scope
from gateway.store import Conflict, Tx, contacts, events, maintenance, outbox, proof, sending, sims
from gateway.store.dossier import dossier
from gateway.store.erasure import erase

ANA, BEN, IMSI = "+33612345678", "+33698765432", "208010000000001"
WORDS = ("612345678", "Ana", "Petit", "très déçue", "Votre colis", "A-12")


def now(counter) -> str:
    return to_text(counter.clock.now())


def submitted(tx: Tx, counter, message: int, number: str, outcome: str) -> None:
    """A modem has had it."""
    at = now(counter)
    lane = outbox.lane_id(tx, ["sim1"], None, False)
    tx.execute(
        "UPDATE outbox SET number = ?, lane = ?, rank = 6, parts = 1, ready = 1 WHERE id = ?",
        (number, lane, message),
    )
    assert sending.claim(tx, message, "sim1", IMSI, at)
    attempt = sending.intend(tx, message, 1, modem="sim1", sim=IMSI, number=number, month="2026-11", now=at)
    if outcome == "accepted":
        sending.accepted(tx, attempt, 7, 1.0, at)
    elif outcome == "unknown":
        sending.unknown(tx, attempt, None, "silence", at)
    if outcome:
        sending.settle(tx, message, at, hold=True)


def survey(tx: Tx, counter, number: str) -> int:
    """A session that asks, with one answer and one comment."""
    tx.execute("PRAGMA defer_foreign_keys = ON")
    tx.execute(
        "INSERT OR IGNORE INTO survey_def (survey, version, sha256, toml, title, loaded_at)"
        " VALUES ('csat', 1, 'x', '', 'CSAT', ?)",
        (now(counter),),
    )
    engine = {
        "state": "awaiting",
        "context": {"prenom": "Ana"},
        "items": {"q": {"value": 2, "text": "2 très déçue"}},
    }
    cursor = tx.execute(
        "INSERT INTO survey_session (survey, version, recipient, language, event_ref, event_at, context, state,"
        " engine, created_at, not_before) VALUES ('csat', 1, ?, 'fr', 'e', ?, ?, 'awaiting', ?, ?, ?)",
        (number, now(counter), json.dumps({"prenom": "Ana"}), json.dumps(engine), now(counter), now(counter)),
    )
    session = int(cursor.lastrowid or 0)
    tx.execute(
        "INSERT INTO item (session_id, question, place, type, status, value, text, comment)"
        " VALUES (?1, 'note', 0, 'csat', 'answered', '2', '2 très déçue', 'très déçue'),"
        " (?1, 'pourquoi', 1, 'text', 'answered', 'très déçue', 'très déçue', NULL)",
        (session,),
    )
    tx.execute(
        "INSERT INTO invitation (survey, recipient, context) VALUES ('csat', ?, '{\"ref\": \"A-12\"}')",
        (number,),
    )
    return session


@pytest.fixture
def known(counter):
    """Somebody of whom everything is held that can be held."""
    counter.record(Action.GRANT, Scope.SURVEY)
    counter.says("2 très déçue de ma commande A-12", after=0)
    counter.says("Une deuxième fois, très déçue de tout ce qui est arrivé. " * 5)
    sent, lost, waiting, other = (
        counter.queue(number, body=body)
        for number, body in (
            (ANA, "Votre colis"),
            (ANA, "Votre colis"),
            (ANA, "Votre colis"),
            (BEN, "Bonjour Ben"),
        )
    )
    with counter.store.write() as tx:
        sims.register(tx, imsi=IMSI, iccid="", number="", modem="sim1", now=now(counter))
        key = counter.key.hash(ANA)
        contacts.describe(tx, key, now(counter), first_name="Ana", last_name="Petit", ext_ref="A-12")
        submitted(tx, counter, sent, ANA, "accepted")
        submitted(tx, counter, lost, ANA, "unknown")
        tx.execute(
            "INSERT INTO report (sim, modem, number, reference, status, received_at, pdu)"
            " VALUES (?, 'sim1', ?, 7, 0, ?, ?)",
            (IMSI, ANA, now(counter), "0700612345678"),
        )
        events.add(tx, "part_received", now=now(counter), detail={"sender": ANA, "part": 1})
        survey(tx, counter, ANA)
    return sent, lost, waiting, other


def forget(counter):
    with counter.store.write() as tx:
        return erase(
            tx, number=ANA, phone_hash=counter.key.hash(ANA), actor="Léa", why="letter", now=now(counter)
        )


def test_everything_goes_that_says_who_it_is(counter, known):
    _sent, lost, waiting, other = known
    done = forget(counter)
    assert done.cancelled == (waiting,)
    with closing(sqlite3.connect(counter.store.path)) as shell:
        dump = "\n".join(line for line in shell.iterdump() if line.startswith("INSERT"))
    assert [word for word in WORDS if word in dump] == []
    with counter.store.read() as read:
        left = read.execute("SELECT body FROM outbox WHERE id <> ?", (other,)).fetchall()
        assert {row[0] for row in left} == {""}
        assert maintenance.check(read) == []
        assert proof.verify(read).problems == ()
        found = dossier(read, ANA, counter.key.hash(ANA))
    assert {name for name, rows in found.items() if rows} == {"contact", "consents"}
    assert found["contact"]["state"] == "erased"
    assert counter.row(other).body == "Bonjour Ben"
    assert counter.row(lost).state == "failed"


def test_what_is_counted_stays(counter, known):
    forget(counter)
    with counter.store.read() as read:
        session = dict(read.execute("SELECT * FROM survey_session").fetchone())
        values = [row[0] for row in read.execute("SELECT value FROM item ORDER BY place")]
        sent = read.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()[0]
    assert (session["state"], session["recipient"], session["reason"]) == (
        "cancelled",
        None,
        "contact_erased",
    )
    assert json.loads(session["engine"])["items"]["q"] == {"value": 2, "text": ""}
    assert values == ["2", None]
    assert sent == 1


def test_numbers_that_applications_wrote_in_their_own_way_go_too(counter):
    """Invitations and rows that were refused, or that no daemon has looked at, hold the number as it was written."""
    with counter.store.write() as tx:
        sql = (
            "INSERT INTO invitation (survey, recipient, context) VALUES ('csat', ?, '{\"prenom\": \"Zoé\"}')"
        )
        tx.execute(sql, ("06 12 34 56 78",))
        tx.execute(sql, ("0033612345678",))
        tx.execute(sql, ("07 12 34 56 78",))
    waiting, refused = (counter.queue("06.12.34.56.78", body=f"Secret {n}") for n in range(2))
    with counter.store.write() as tx:
        outbox.refuse(tx, refused, "opted_out", now(counter))
    with counter.store.read() as read:
        held = dossier(read, ANA, counter.key.hash(ANA))
    assert (len(held["invitations"]), len(held["sent"])) == (2, 2)
    assert forget(counter).cancelled == (waiting,)
    with counter.store.read() as read:
        rows = read.execute("SELECT recipient, state, context FROM invitation ORDER BY id").fetchall()
        left = read.execute("SELECT count(*) FROM outbox WHERE body <> ''").fetchone()[0]
    assert [tuple(row) for row in rows[2:]] == [("07 12 34 56 78", "pending", '{"prenom": "Zoé"}')]
    assert [(row["recipient"][0], row["state"], row["context"]) for row in rows[:2]] == [
        ("#", "refused", None)
    ] * 2
    assert left == 0


def test_what_our_own_people_were_told_of_a_person_goes_too(counter):
    ours = "+33700000099"
    with counter.store.write() as tx:
        session = survey(tx, counter, ANA)
        alert = int(
            tx.execute(
                "INSERT INTO alert (session_id, survey, rule, severity, title, opened_at, due_at, body)"
                " VALUES (?, 'csat', 'decu', 'normal', 'Client déçu', ?, ?, '{}') RETURNING id",
                (session, now(counter), now(counter)),
            ).fetchone()[0]
        )
    told = counter.queue(ours, "staff", "Client déçu, Ana", context=json.dumps({"alert": alert}))
    counter.sent()
    waiting = counter.queue(ours, "staff", "Client déçu, Ana", context=json.dumps({"alert": alert}))
    other = counter.queue(ours, "staff", "Client déçu, Ben", context=json.dumps({"alert": alert + 1}))
    assert forget(counter).cancelled == (waiting,)
    assert [counter.row(row).body for row in (told, waiting, other)] == ["", "", "Client déçu, Ben"]


def test_nothing_of_it_is_left_in_the_file(counter, known):
    """Not in freed pages, nor in the write-ahead log once the command that erased has ended."""
    forget(counter)
    counter.store.close()
    words = (b"12345678", b"Petit", "très déçue".encode(), b"Votre colis")
    for path in sorted(counter.store.path.parent.glob("gateway.db*")):
        octets = path.read_bytes().replace(b"such as +33612345678", b"")  # the triggers say so
        assert [word for word in words if word in octets] == [], path.name


def test_after_years_of_silence_surveys_forget_the_number(counter):
    with counter.store.write() as tx:
        for number in (ANA, BEN):
            session = survey(tx, counter, number)
            tx.execute(
                "UPDATE survey_session SET state = 'completed', ended_at = ? WHERE id = ?",
                (now(counter), session),
            )
        tx.execute("UPDATE invitation SET state = 'refused', reason = 'x', updated_at = ?", (now(counter),))
    counter.clock.advance(timedelta(days=1000))
    counter.says("Bonjour", sender=BEN)
    counter.clock.advance(timedelta(days=200))
    maintenance.prune(counter.store, Settings().retention, counter.clock.now())
    with counter.store.read() as read:
        people = [row[0] for row in read.execute("SELECT recipient FROM survey_session ORDER BY id")]
        asked = [tuple(row) for row in read.execute("SELECT recipient, context FROM invitation")]
    assert people == [None, BEN], "we still write to each other"
    assert asked == [("#", None), ("#", None)]


def test_nobody_is_erased_while_a_modem_has_a_message_for_him(counter):
    message = counter.queue()
    with counter.store.write() as tx:
        sims.register(tx, imsi=IMSI, iccid="", number="", modem="sim1", now=now(counter))
        submitted(tx, counter, message, ANA, "")
    with pytest.raises(Conflict, match=f"a modem has message {message}"):
        forget(counter)
    assert counter.row(message).body == "Votre colis"


def test_a_stop_outlives_the_erasure(counter):
    counter.says("STOP")
    counter.sent()
    forget(counter)
    assert counter.statuses() == dict.fromkeys(("commercial", "survey", "service"), "denied")
    assert forget(counter).rows == {}
