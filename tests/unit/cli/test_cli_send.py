from __future__ import annotations

import pytest

from gateway.model import State
from gateway.store import outbox


def rows(smsgw):
    return list(reversed(smsgw.json("outbox", "list", "--limit", "0")))


def test_a_message_is_queued_as_written_and_its_id_is_all_that_is_printed(smsgw):
    result = smsgw("send", "06 12 34 56 78", " Votre colis {arrive} \n")
    assert result.stdout == "1\n"
    assert result.stderr == "1 part in gsm7\n"
    (row,) = rows(smsgw)
    assert (row["recipient"], row["body"], row["state"]) == (
        "+33612345678",
        " Votre colis {arrive} \n",
        "queued",
    )
    assert (row["category"], row["priority"], row["report"], row["flash"]) == ("service", 5, 1, 0)
    assert row["created_at"][:4] > "2000"


def test_every_option_has_its_column(smsgw):
    smsgw(
        "send", "+33612345678", "a", "--priority", 0, "--at", "18:30", "--expires", "2099-11-24T09:00",
        "--modem", "sim1", "--dedupe-key", "k", "--campaign", "c", "--flash", "--no-report", "--on-unknown", "resend",
    )  # fmt: skip
    (row,) = rows(smsgw)
    wanted = {
        "priority": 0,
        "not_before": "2026-11-23T17:30:00.000Z",
        "expires_at": "2099-11-24T08:00:00.000Z",
        "modem": "sim1",
        "dedupe_key": "k",
        "campaign": "c",
        "flash": 1,
        "report": 0,
        "on_unknown": "resend",
    }
    assert {key: row[key] for key in wanted} == wanted


def test_json_says_what_was_queued(smsgw):
    assert smsgw.json("send", "+33612345678", "ê" * 71) == {
        "id": 1,
        "recipient": "+33612345678",
        "parts": 2,
        "alphabet": "ucs2",
        "state": "queued",
        "reason": None,
    }


def test_what_a_text_costs_is_said_with_its_reason(smsgw):
    assert smsgw("send", "+33612345678", "ê" + "a" * 100).stderr == (
        "2 parts in ucs2, because of ê; without them 1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["0612", "a"], 1, "not queued: invalid_number"),
        (["3631", "a"], 1, "short code"),
        (["+33612345678", "a" * 1600], 1, "not queued: too_long: 11 parts"),
        (["+33612345678", ""], 1, "body is empty"),
        (["+33612345678", "a", "--category", "commercial"], 1, "consent"),
        (["+33612345678", "a", "--category", "ack"], 2, "--category"),
        (["+33612345678", "a", "--priority", "10"], 2, "--priority"),
        (["+33612345678", "a", "--at", "soon"], 2, "--at: 'soon' is not a time such as"),
        (["+33612345678", "a", "--at", "2025-01-01"], 2, "has passed already"),
        (["+33612345678", "a", "--at", "+2h", "--expires", "+1h"], 2, "before it may be sent"),
        (["+33612345678", "a", "--timeout", "10"], 2, "no duration such as 90s"),
        (["+33612345678"], 2, "give RECIPIENT and TEXT"),
        ([], 2, "give RECIPIENT and TEXT"),
        (["--csv", "x.csv"], 2, "--text TEMPLATE"),
    ],
)
def test_what_cannot_be_right_is_not_queued(arguments, code, words, smsgw):
    assert words in smsgw("send", *arguments, code=code).stderr
    assert rows(smsgw) == []


def test_the_configuration_counts_where_there_is_one(smsgw):
    smsgw.configure(
        "[gateway]\nregion = 'DE'\nmax_parts = 1\n[policy]\nonly_to = ['+49']\n[modems.sim1]\nport = '/dev/x'\n"
    )
    assert smsgw.json("send", "0151 23456789", "a")["recipient"] == "+4915123456789"
    assert "max_parts allows 1" in smsgw("send", "015123456789", "a" * 161, code=1).stderr
    assert "only_to" in smsgw("send", "+33612345678", "a", code=1).stderr
    assert "configured: sim1" in smsgw("send", "015123456789", "a", "--modem", "sim2", code=1).stderr
    smsgw.configure("[gateway]\nregion = 'XX'\n")
    smsgw("send", "015123456789", "a", code=3)


def test_a_second_message_with_its_key_is_refused_with_the_first(smsgw):
    smsgw("send", "+33612345678", "a", "--dedupe-key", "k")
    (line,) = smsgw("send", "+33612345678", "b", "--dedupe-key", "k", code=1).stderr.splitlines()
    assert "was used by message 1" in line
    assert line.endswith("; smsgw outbox show 1 shows that one")
    assert len(rows(smsgw)) == 1


def test_a_refusal_is_one_line(smsgw):
    assert len(smsgw("send", "+33612345678", "", code=1).stderr.splitlines()) == 1
    smsgw.database = smsgw.folder / "none" / "gateway.db"
    (line,) = smsgw("send", "+33612345678", "a", code=1).stderr.splitlines()
    assert "the folder" in line


def test_a_dry_run_queues_nothing(smsgw):
    assert smsgw("send", "+33612345678", "a", "--dry-run").stdout == ""
    assert rows(smsgw) == []


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [(State.REFUSED, 1, "message 1 is refused: only_to"), (State.EXPIRED, 1, "message 1 is expired")],
)
def test_waiting_ends_with_the_final_state(state, code, words, smsgw, monkeypatch):
    """The daemon's part is played between two looks."""

    def look(*_):
        with smsgw.open() as store, store.write() as tx:
            if state is State.REFUSED:
                outbox.refuse(tx, 1, "only_to: not now", "2026-11-23T11:00:01.000Z")
            else:
                tx.execute("UPDATE outbox SET state = 'expired', reason = 'expires_at' WHERE id = 1")
        return ([], [], [])

    monkeypatch.setattr("select.select", look)
    result = smsgw("send", "+33612345678", "a", "--wait", code=code)
    assert result.stdout == "1\n"
    assert words in result.stderr
    _, note, first, second, _ = result.stderr.splitlines()
    assert note.startswith("no gateway runs")
    assert (first, second.partition(":")[0]) == ("queued", str(state))


def test_waiting_has_an_end(smsgw, monkeypatch):
    from datetime import timedelta

    def look(*_):
        smsgw.clock.advance(timedelta(seconds=1))
        return ([], [], [])

    monkeypatch.setattr("select.select", look)
    result = smsgw("send", "+33612345678", "a", "--wait", "--timeout", "30s", code=1)
    assert "message 1 is still queued" in result.stderr
    assert [row["state"] for row in rows(smsgw)] == ["queued"]


CONTACTS = (
    "telephone;prenom;dedupe_key;priority;not_before\n0612345678;Zoé;a;1;18:30\n06 12 34 56 79;Léa;b;;\n"
)


@pytest.fixture
def contacts(smsgw):
    file = smsgw.folder / "contacts.csv"
    file.write_text(CONTACTS)
    return file


def test_a_file_becomes_a_message_a_row(smsgw, contacts):
    result = smsgw(
        "send", "--csv", contacts, "--text", "Bonjour {prenom} !", "--campaign", "noel", "--priority", 7
    )
    assert result.stdout == "2 messages queued: 1 to 2\n"
    assert "2 messages of 1 part in gsm7" in result.stderr
    first, second = rows(smsgw)
    assert [first[key] for key in ("recipient", "body", "dedupe_key", "priority", "not_before", "campaign")] == [
        "+33612345678", "Bonjour Zoé !", "a", 1, "2026-11-23T17:30:00.000Z", "noel",
    ]  # fmt: skip
    assert (second["recipient"], second["body"], second["priority"]) == ("+33612345679", "Bonjour Léa !", 7)


def test_a_second_run_queues_only_what_is_new(smsgw, contacts):
    smsgw("send", "--csv", contacts, "--text", "{prenom}")
    contacts.write_text(CONTACTS + "0612345670;Max;c;;\n")
    facts = smsgw.json("send", "--csv", contacts, "--text", "{prenom}")
    assert (facts["rows"], facts["queued"], facts["already"]) == (3, 1, 2)
    assert [row["body"] for row in rows(smsgw)] == ["Zoé", "Léa", "Max"]


BAD = """\
number,prenom,priority,not_before,dedupe_key
0612345678,Zoé,,,a
06123,Léa,,,
0612345670,,,,
0612345671,Max,11,,
0612345672,Eva,,yesterday,
0612345673,Tom
0612345674,Ida,,,a
0612345678,Zoé,,,b
0612345675,Lou,,,
"""


def test_every_bad_row_is_named_with_line_column_and_mend_and_nothing_is_queued(smsgw):
    file = smsgw.folder / "bad.csv"
    file.write_text(BAD)
    result = smsgw("send", "--csv", file, "--text", "{prenom}", code=1)
    told = [line.removeprefix(f"{file}:") for line in result.stderr.splitlines()[:7]]
    assert [line.split(" ")[0] for line in told] == ["3:", "4:", "5:", "6:", "7:", "8:", "9:"]
    for line, words in zip(
        told,
        [
            "column number:",
            "column prenom: nothing for",
            "column priority:",
            "column not_before:",
            "2 cells",
            "line 2",
            "line 2",
        ],
        strict=True,
    ):
        assert words in line
    assert "7 of 9 rows cannot be sent; nothing was queued" in result.stderr
    assert rows(smsgw) == []


def test_bad_rows_may_be_skipped_knowingly(smsgw):
    file = smsgw.folder / "bad.csv"
    file.write_text(BAD)
    result = smsgw("send", "--csv", file, "--text", "{prenom}", "--skip-bad")
    assert result.stdout == "2 messages queued: 1 to 2; 7 bad rows skipped\n"
    assert [row["body"] for row in rows(smsgw)] == ["Zoé", "Lou"]


def test_json_has_every_bad_row(smsgw):
    file = smsgw.folder / "bad.csv"
    file.write_text(BAD)
    facts = smsgw.json("send", "--csv", file, "--text", "{prenom}", code=1)
    assert facts["queued"] == 0
    assert [(bad["line"], bad["column"]) for bad in facts["bad"][:3]] == [
        (3, "number"),
        (4, "prenom"),
        (5, "priority"),
    ]


def test_a_dry_run_of_a_file_counts_without_a_database(smsgw, contacts):
    smsgw.database = smsgw.folder / "none" / "gateway.db"
    result = smsgw("send", "--csv", contacts, "--text", "{prenom} " + "ê" * 80, "--dry-run")
    assert result.stdout == "2 messages, 4 parts; nothing was queued (--dry-run)\n"


@pytest.mark.parametrize(
    ("header", "text", "words"),
    [
        ("name,city", "{name}", "no column for the number"),
        ("phone,number", "a", "name one of them recipient"),
        ("phone,name", "{nam}", "did you mean {name}"),
        ("phone,name", "{name", "--text:"),
    ],
)
def test_a_file_or_template_that_cannot_be_used_says_why(header, text, words, smsgw):
    file = smsgw.folder / "list.csv"
    file.write_text(f"{header}\n0612345678,0612345679\n")
    assert words in smsgw("send", "--csv", file, "--text", text, code=1).stderr


def test_a_missing_file_is_named(smsgw):
    assert (
        "no.csv: No such file or directory" in smsgw("send", "--csv", "no.csv", "--text", "a", code=1).stderr
    )


def test_many_rows_go_in_short_transactions(smsgw, monkeypatch):
    monkeypatch.setattr("gateway.cli.send_file.AT_ONCE", 3)
    file = smsgw.folder / "list.csv"
    file.write_text("number\n" + "".join(f"06123456{n:02d}\n" for n in range(10)))
    assert smsgw.json("send", "--csv", file, "--text", "a")["ids"] == list(range(1, 11))
