from __future__ import annotations

import csv
import io

import pytest

from gateway.cli.outbox import COLUMNS
from gateway.store import events, outbox

LATER = "2026-11-23T11:00:05.000Z"


@pytest.fixture
def three(smsgw):
    """Three queued messages: 1 and 2 of the campaign noel."""
    for number, campaign in (("+33612345601", "noel"), ("+33612345602", "noel"), ("+33612345603", None)):
        options = ["--campaign", campaign] if campaign else []
        smsgw("send", number, f"text for {number[-1]}", *options)
    return smsgw


def sent(smsgw, message_id, outcome="unknown"):
    """A message that one modem has tried, as the daemon writes it."""
    from gateway.store import sending

    with smsgw.open() as store, store.write() as tx:
        lane = outbox.lane_id(tx, ("sim1",), None, False)
        outbox.admit(
            tx,
            outbox.Admission(
                id=message_id, number=f"+3361234560{message_id}", lane=lane, rank=6, parts=1, now=LATER
            ),
        )
        sending.claim(tx, message_id, "sim1", "20801", LATER)
        attempt = sending.intend(
            tx,
            message_id,
            1,
            modem="sim1",
            sim="20801",
            number=f"+3361234560{message_id}",
            month="2026-11",
            now=LATER,
        )
        if outcome == "unknown":
            sending.unknown(tx, attempt, None, "no answer for 180 s", LATER)
        else:
            sending.accepted(tx, attempt, 41, 1.25, LATER)
        sending.settle(tx, message_id, LATER, hold=True)


def test_a_list_shows_the_newest_first_and_masks_the_numbers(three):
    lines = three("outbox", "list").stdout.splitlines()
    assert lines[0].split() == [
        "id",
        "created_at",
        "recipient",
        "state",
        "parts",
        "modem_used",
        "reason",
        "body",
    ]
    assert [line.split()[0] for line in lines[1:]] == ["3", "2", "1"]
    assert "+33612…03" in lines[1]
    assert "+33612345603" not in "".join(lines)
    assert "+33612345603" in three("outbox", "list", "--show-phone").stdout


def test_programs_get_every_column(three):
    rows = three.json("outbox", "list")
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["recipient"] == "+33612345603"
    table = list(csv.DictReader(io.StringIO(three("outbox", "list", "--csv").stdout)))
    assert [row["id"] for row in table] == ["3", "2", "1"]
    assert (table[0]["recipient"], table[0]["report"], table[0]["modem"]) == ("+33612345603", "1", "")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--state", "queued"], [3, 1]),
        (["--state", "sent"], []),
        (["--state", "unknown"], [2]),
        (["--campaign", "noel"], [2, 1]),
        (["--recipient", "06 12 34 56 02"], [2]),
        (["--limit", 1], [3]),
        (["--limit", 0], [3, 2, 1]),
        (["--since", "2000-01-01"], [3, 2, 1]),
        (["--since", "2020-01-01", "--campaign", "noel", "--limit", 1], [2]),
    ],
)
def test_lists_can_be_narrowed(options, ids, three):
    sent(three, 2, "unknown")
    assert [row["id"] for row in three.json("outbox", "list", *options)] == ids


def test_a_wrong_filter_is_wrong_usage(three):
    assert "--since: 'soon' is not" in three("outbox", "list", "--since", "soon", code=2).stderr
    three("outbox", "list", "--state", "lost", code=2)


def test_cancelling_names_what_it_could_not_cancel(three):
    result = three("outbox", "cancel", 1, 2)
    assert result.stdout == "cancelled: 1, 2\n"
    row = three.json("outbox", "show", 1)
    assert (row["state"], row["reason"]) == ("cancelled", "operator: ana")
    result = three("outbox", "cancel", 1, 3, 9, code=1)
    assert result.stdout == "cancelled: 3\n"
    assert (
        "message 1 is cancelled; message 9 is not there; only a queued one is cancelled; smsgw outbox"
        in result.stderr
    )
    assert three("outbox", "cancel", 9, code=1).stderr == (
        "smsgw: message 9 is not there; smsgw outbox list shows the newest\n"
    )


def test_a_campaign_is_cancelled_whole(three, monkeypatch):
    monkeypatch.setattr("gateway.cli.steering.AT_ONCE", 1)
    assert three("outbox", "cancel", "--campaign", "noel").stdout == "cancelled: 2, 1\n"
    assert [row["state"] for row in three.json("outbox", "list")] == ["queued", "cancelled", "cancelled"]
    three("outbox", "cancel", code=2)


def test_an_unknown_message_is_resolved_and_a_failed_one_tried_again(three):
    sent(three, 1)
    sent(three, 2)
    assert three.json("outbox", "show", 1)["state"] == "unknown"
    three("outbox", "resolve", 1, code=2)
    three("outbox", "resolve", 1, "--sent", "--failed", code=2)
    assert three("outbox", "resolve", 1, "--sent").stdout == "resolved: 1\n"
    assert three("outbox", "resolve", 2, "--failed").stdout == "resolved: 2\n"
    states = {row["id"]: (row["state"], row["reason"]) for row in three.json("outbox", "list")}
    assert states[1][0] == "sent"
    resolved = three.json("outbox", "show", 1)["life"]["events"][-1]
    assert (resolved["kind"], resolved["detail"]) == ("resolved", {"actor": "ana", "outcome": "sent"})
    assert states[2] == ("failed", "operator: ana says that it was not sent")
    assert three("outbox", "retry", 2).stdout == "queued again: 2\n"
    assert three.json("outbox", "show", 2)["state"] == "queued"
    assert "message 1 is sent; only a failed one" in three("outbox", "retry", 1, code=1).stderr
    assert "only an unknown one" in three("outbox", "resolve", 3, "--sent", code=1).stderr


def test_pausing_says_whether_it_changed_anything(smsgw):
    assert smsgw("outbox", "pause").stdout == "sending is paused\n"
    assert smsgw("outbox", "pause").stdout == "sending is paused, as it was\n"
    assert smsgw.json("outbox", "resume") == {"paused": False, "changed": True}
    with smsgw.open() as store, store.read() as read:
        assert [(event.kind, event.detail) for event in events.list_events(read)] == [
            ("paused", {"actor": "ana"}),
            ("resumed", {"actor": "ana"}),
        ]


def test_the_life_of_a_message_is_told_whole(three):
    sent(three, 1, "accepted")
    text = three("outbox", "show", 1).stdout
    for words in (
        "sent",
        "+33612…01",
        "text for 1",
        "part 1 of 1: accepted",
        "2026-11-23 12:00:05.000  sim1 (SIM 20801)  accepted, reference 41, after 1.2 s",
        "queued       category=service",
    ):
        assert words in text
    life = three.json("outbox", "show", 1)["life"]
    assert [(attempt["reference"], attempt["outcome"]) for attempt in life["attempts"]] == [(41, "accepted")]
    assert [event["kind"] for event in life["events"]] == ["queued", "sending", "sent"]


def test_a_waiting_message_says_what_it_waits_for(three):
    three("outbox", "pause")
    three("send", "+33612345604", "later", "--at", "18:30")
    text = three("outbox", "show", 4).stdout
    assert "waits   sending: paused for all messages" in text
    assert "waits   due: at 2026-11-23T17:30:00.000Z" in text
    gates = {gate["name"]: gate for gate in three.json("outbox", "show", 4)["gates"]}
    assert gates["due"]["earliest"] == "2026-11-23T17:30:00.000Z"
    assert gates["policy"]["passed"] is True


def test_a_strange_text_is_shown_harmless(smsgw):
    smsgw("send", "+33612345678", "a\x1b[31m\u202eb")
    for command in (["outbox", "show", 1], ["outbox", "list"], ["--json", "outbox", "list"]):
        assert not {"\x1b", "\u202e"} & set(smsgw(*command).stdout)


def test_a_message_that_is_not_there(smsgw):
    assert "there is no message 7" in smsgw("outbox", "show", 7, code=1).stderr


def test_without_a_database_there_is_nothing_to_list(smsgw):
    smsgw.database = smsgw.folder / "none.db"
    assert "there is no database" in smsgw("outbox", "list", code=1).stderr
    assert not smsgw.database.exists()
