"""`smsgw consent` and `smsgw contact`, on a database of their own."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.clock import to_text
from gateway.store import contacts, outbox
from gateway.store.outbox import NewMessage
from gateway.store.phonekey import PhoneKey

ANA, BEN = "+33612345678", "+33698765432"
SAID = "J'accepte de recevoir des SMS de Bricolo"


def queue(smsgw, number=ANA, **more):
    with smsgw.open() as store, store.write() as tx:
        return outbox.insert(tx, NewMessage(recipient=number, body="Votre colis", **more))


def state(smsgw, message):
    with smsgw.open() as store, store.read() as read:
        row = outbox.get(read, message)
    return row.state, row.reason


def write(smsgw, name, text):
    path = smsgw.folder / name
    path.write_text(text, encoding="utf-8")
    return path


# -- consent ---------------------------------------------------------------------------------------------------


def test_nothing_is_recorded_of_a_stranger(smsgw):
    shown = smsgw("consent", "show", "06 12 34 56 78").stdout
    assert shown.count("nothing recorded") == 3
    found = smsgw.json("consent", "show", ANA)
    assert (found["number"], found["commercial"], found["entries"]) == (ANA, "none", [])


def test_a_grant_needs_its_proof_and_stands_in_the_ledger(smsgw):
    failed = smsgw(
        "consent",
        "grant",
        ANA,
        "--category",
        "commercial",
        "--source",
        "web_form",
        "--reason",
        "shop",
        code=1,
    )
    assert "lacks form_id, text, url, at" in failed.stderr
    smsgw("consent", "grant", ANA, "--category", "commercial", "--text", SAID, "--reason", "at the counter")
    found = smsgw.json("consent", "show", ANA)
    assert found["commercial"] == "granted"
    (entry,) = found["entries"]
    assert (entry["actor"], entry["source"], entry["basis"], entry["number"]) == (
        "ana",
        "operator",
        "consent",
        ANA,
    )
    assert smsgw.json("consent", "verify") == {
        "entries": 1,
        "forgotten": 0,
        "forgotten_until": None,
        "head": entry["hash"],
        "problems": [],
    }


def test_a_commercial_message_goes_after_a_grant_only(smsgw):
    ad = ("send", ANA, "Promo samedi. STOP", "--category", "commercial")
    assert "consent_missing" in smsgw(*ad, code=1).stderr
    smsgw("consent", "grant", ANA, "--category", "commercial", "--reason", "asked")
    assert smsgw(*ad).stdout == "1\n"
    smsgw("consent", "revoke", ANA, "--reason", "called us")
    assert "opted_out: since 2026-11-23" in smsgw(*ad, code=1).stderr
    assert "opted_out" in smsgw("send", ANA, "Votre colis", code=1).stderr


def test_a_revocation_cancels_what_waits(smsgw):
    mine, other = queue(smsgw), queue(smsgw, BEN)
    done = smsgw.json("consent", "revoke", ANA, "--reason", "called us")
    assert done == {
        "number": ANA, "commercial": "denied", "survey": "denied", "service": "denied", "cancelled": [mine],
    }  # fmt: skip
    assert state(smsgw, mine) == ("cancelled", "opted_out: ana wrote it down")
    assert state(smsgw, other) == ("queued", None)


def test_a_revocation_of_a_part_leaves_the_rest(smsgw):
    mine = queue(smsgw)
    smsgw("consent", "revoke", ANA, "--category", "commercial", "--reason", "no ads")
    assert state(smsgw, mine) == ("queued", None)


def test_a_revocation_counts_although_the_clock_was_set_back_since_the_consent(smsgw):
    """Also a START of this minute is dated by the network, whose clock may be some minutes ahead."""
    mine = queue(smsgw)
    smsgw("consent", "grant", ANA, "--category", "service", "--reason", "asked")
    smsgw.clock.set(smsgw.clock.now() - timedelta(minutes=5))
    done = smsgw.json("consent", "revoke", ANA, "--reason", "called us")
    assert (done["service"], done["cancelled"]) == ("denied", [mine])


def test_a_grant_of_before_a_stop_changes_nothing(smsgw):
    smsgw("consent", "revoke", ANA, "--reason", "called us")
    smsgw("consent", "grant", ANA, "--category", "survey", "--reason", "old form", "--at", "2025-01-01")
    assert smsgw.json("consent", "show", ANA)["survey"] == "denied"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--at", "2027-01-01"), "has not come yet"),
        (("--at", "soon"), "is not a time"),
        (("--evidence", "form"), "KEY=VALUE is expected"),
    ],
)
def test_wrong_usage_is_told(smsgw, options, sentence):
    command = ("consent", "grant", ANA, "--category", "survey", "--reason", "x", *options)
    assert sentence in smsgw(*command, code=2).stderr


def test_a_number_that_is_none_is_told(smsgw):
    assert "short code" in smsgw("consent", "show", "36180", code=1).stderr


LIST = f"""number;category;at;text;origin
06 12 34 56 78;commercial;2026-01-05;{SAID};shop 2026
{BEN};survey;2026-01-06;;shop 2026
"""


def test_a_list_is_imported_whole(smsgw):
    path = write(smsgw, "list.csv", LIST)
    assert (
        smsgw("consent", "import", path, "--dry-run").stdout == "2 entries; nothing was written (--dry-run)\n"
    )
    assert smsgw.json("consent", "verify")["entries"] == 0
    assert smsgw("consent", "import", path).stdout == "2 entries written\n"
    assert smsgw.json("consent", "show", ANA)["commercial"] == "granted"
    assert smsgw.json("consent", "show", BEN)["survey"] == "granted"
    assert smsgw.json("consent", "verify")["problems"] == []
    evidence = smsgw.json("consent", "show", ANA)["entries"][0]["evidence"]
    assert '"line": 2' in evidence
    assert '"original_source": "shop 2026"' in evidence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("12;commercial;2026-01-05;x;shop", "short code"),
        (f"{ANA};commercial;2026-01-05;;shop", "lacks text"),
        (f"{ANA};promo;2026-01-05;x;shop", "write one of commercial, survey, service"),
        (f"{ANA};survey;;x;shop", "at is empty"),
        (f"{ANA};survey;2036-01-05;x;shop", "has not come yet"),
        (f"{ANA};survey;2026-01-05;x;", "lacks original_source; give --origin"),
    ],
)
def test_one_bad_row_keeps_all_out_unless_it_is_skipped(smsgw, row, sentence):
    path = write(smsgw, "list.csv", LIST + row + "\n")
    failed = smsgw("consent", "import", path, code=1)
    assert f"{path}:4: " in failed.stderr
    assert sentence in failed.stderr
    assert "1 of 3 rows cannot be taken; nothing was written" in failed.stderr
    assert smsgw.json("consent", "verify")["entries"] == 0
    done = smsgw.json("consent", "import", path, "--skip-bad")
    assert (done["rows"], done["written"], [bad["line"] for bad in done["bad"]]) == (3, 2, [4])


def test_the_ledger_is_exported(smsgw):
    smsgw("consent", "import", write(smsgw, "list.csv", LIST))
    rows = list(csv.DictReader(io.StringIO(smsgw("consent", "export").stdout)))
    assert [(row["number"], row["category"], row["action"]) for row in rows] == [
        (ANA, "commercial", "grant"),
        (BEN, "survey", "grant"),
    ]
    assert [row["id"] for row in smsgw.json("consent", "export")] == [1, 2]
    smsgw("consent", "export", smsgw.folder / "ledger.csv")
    assert (smsgw.folder / "ledger.csv").read_text("utf-8").startswith("id,number,phone_hash")


def test_a_changed_ledger_is_found_out(smsgw):
    smsgw("consent", "revoke", ANA, "--reason", "called us")
    with closing(sqlite3.connect(smsgw.database, isolation_level=None)) as shell:
        shell.execute("DROP TRIGGER consent_event_keeps")
        shell.execute("UPDATE consent_event SET action = 'grant' WHERE id = 2")
    assert "entry 2 was changed after it was written" in smsgw("consent", "verify", code=1).stderr


# -- contact ---------------------------------------------------------------------------------------------------

PEOPLE = f"""telephone,prenom,nom,ref,lang,tz
{ANA},Ana,Petit,C-7,fr,
0692123456,Ben,,C-8,,Indian/Reunion
"""


def test_people_are_imported_and_shown(smsgw):
    assert smsgw("contact", "import", write(smsgw, "people.csv", PEOPLE)).stdout == "2 contacts written\n"
    shown = smsgw("contact", "show", ANA).stdout
    assert "Ana Petit" in shown
    assert "C-7" in shown
    smsgw("contact", "import", write(smsgw, "more.csv", f"number,ref\n{ANA},D-1\n"))
    found = smsgw.json("contact", "show", ANA)["contact"]
    assert (found["first_name"], found["ext_refs"]) == ("Ana", ["C-7", "D-1"])
    assert smsgw.json("contact", "show", "+262692123456")["contact"]["tz"] == "Indian/Reunion"


def test_a_zone_that_does_not_exist_is_told(smsgw):
    path = write(smsgw, "people.csv", f"number,tz\n{ANA},Mars/Base\n")
    assert "no time zone" in smsgw("contact", "import", path, code=1).stderr


def test_a_disputed_contact_may_be_written_to_again(smsgw):
    with smsgw.open() as store:
        key = PhoneKey.beside(store)
        with store.write() as tx:
            contacts.ensure(tx, key.hash(ANA), ANA, to_text(smsgw.clock.now()))
            contacts.set_state(tx, key.hash(ANA), contacts.DISPUTED, to_text(smsgw.clock.now()))
    assert "contact_disputed" in smsgw("send", ANA, "Bonjour", code=1).stderr
    assert "may be written to again" in smsgw("contact", "undispute", ANA).stdout
    assert smsgw.json("contact", "undispute", ANA) == {"number": ANA, "changed": False}
    smsgw("send", ANA, "Bonjour")


def test_everything_is_exported_and_then_erased(smsgw):
    smsgw("contact", "import", write(smsgw, "people.csv", PEOPLE))
    smsgw("consent", "revoke", ANA, "--category", "commercial", "--reason", "no ads")
    waiting = queue(smsgw)
    found = smsgw.json("contact", "export", ANA)
    assert found["contact"]["first_name"] == "Ana"
    assert [row["body"] for row in found["sent"]] == ["Votre colis"]
    assert [row["action"] for row in found["consents"]] == ["revoke"]
    assert "Aborted" in smsgw("contact", "erase", ANA, "--reason", "letter of 23 November", code=1).stderr
    assert smsgw.json("contact", "export", ANA) == found
    done = smsgw.json("contact", "erase", ANA, "--reason", "letter of 23 November", "--yes")
    assert done["cancelled"] == [waiting]
    with closing(sqlite3.connect(smsgw.database)) as shell:
        dump = "\n".join(line for line in shell.iterdump() if line.startswith("INSERT"))
    for word in (ANA, "Ana", "Petit", "C-7", "Votre colis"):
        assert word not in dump
    assert state(smsgw, waiting) == ("cancelled", "contact_erased")
    assert smsgw.json("contact", "show", ANA)["consent"]["commercial"] == "denied"
    assert smsgw.json("contact", "show", ANA)["contact"]["state"] == "erased"
    assert smsgw.json("consent", "verify")["problems"] == []
    assert smsgw.json("db", "check")["problems"] == []


def test_somebody_who_comes_back_begins_anew(smsgw):
    smsgw("contact", "import", write(smsgw, "people.csv", PEOPLE))
    smsgw("contact", "erase", ANA, "--reason", "asked", "--yes")
    smsgw("send", ANA, "Bonjour")
    smsgw("contact", "import", write(smsgw, "again.csv", f"number\n{ANA}\n"))
    found = smsgw.json("contact", "show", ANA)["contact"]
    assert (found["state"], found["first_name"], found["phone"]) == ("active", None, ANA)
