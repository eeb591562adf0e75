"""The way of a message: from an application's INSERT to the network, its report, and the answer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset, Rule

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
ANSWERING = Handset(number=CUSTOMER, rules=(Rule("colis", "9 merci", 0.1),))


def application(house: House, statement: str) -> subprocess.CompletedProcess[str]:
    """What any program with SQLite does: the sqlite3 shell, or Python where there is none."""
    program = shutil.which("sqlite3")
    python = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    command = [program, "-cmd", ".timeout 5000"] if program else [sys.executable, "-c", python]
    return subprocess.run(
        [*command, str(house.database), statement], capture_output=True, text=True, timeout=30
    )


@pytest.fixture
def running(farm: Callable[..., Farm], gateway: Callable[..., House]) -> tuple[House, Farm]:
    world = farm(1, world={"handsets": [ANSWERING]})
    return gateway(world).start(), world


def test_a_row_of_two_columns_is_sent_reported_and_answered(running: tuple[House, Farm]) -> None:
    house, world = running
    body = "  Votre colis arrive demain.\n"
    done = application(house, f"INSERT INTO outbox (recipient, body) VALUES ('06 12 34 56 78', '{body}')")
    assert done.returncode == 0, done.stderr
    row = house.until_state(1, "delivered")
    assert [part.text for part in world.network.accepted] == [body]
    assert world.network.accepted[0].recipient == CUSTOMER
    assert world.network.accepted[0].report_requested
    assert (row["parts"], row["attempts"], row["modem_used"], row["reason"]) == (1, 1, "sim1", None)
    assert row["created_at"] <= row["sent_at"] <= row["delivered_at"]
    (answer,) = house.wait(lambda: house.rows("SELECT * FROM inbox"), "the answer")
    assert (answer["sender"], answer["body"], answer["modem"]) == (CUSTOMER, "9 merci", "sim1")
    assert (answer["sim"], answer["complete"], answer["parts"]) == ("+33699000001", 1, 1)
    assert answer["reply_to"] == 1
    assert house.stop() == 0
    assert not world.modem("sim1").stored("SM"), "a message was left in the modem"


def test_outbox_show_tells_the_life_of_a_message(running: tuple[House, Farm]) -> None:
    house, world = running
    application(house, f"INSERT INTO outbox (recipient, body) VALUES ('{CUSTOMER}', 'Votre colis ?')")
    house.until_state(1, "delivered")
    life = house.json("outbox", "show", 1)
    part = world.network.accepted[0]
    (attempt,) = life["life"]["attempts"]
    (report,) = life["life"]["reports"]
    assert life["state"] == "delivered"
    assert (attempt["modem"], attempt["sim"], attempt["outcome"]) == ("sim1", part.imsi, "accepted")
    assert (attempt["reference"], report["reference"], report["status"]) == (part.reference,) * 2 + (0,)
    assert report["attempt_id"] == attempt["id"]
    kinds = [event["kind"] for event in life["life"]["events"]]
    assert kinds[:5] == ["queued", "sending", "sent", "report", "delivered"]
    text = house.cli("outbox", "show", 1)
    for word in ("delivered", "part 1 of 1", "sim1", part.imsi, f"reference {part.reference}", "report:"):
        assert word in text
    assert CUSTOMER not in text, "a number is masked unless it is asked for"
    assert CUSTOMER in house.cli("outbox", "show", 1, "--show-phone")


def test_a_wrong_row_is_refused_with_a_sentence_while_the_daemon_runs(running: tuple[House, Farm]) -> None:
    house, world = running
    for statement, sentence in (
        ("(recipient, body) VALUES ('nobody', 'x')", "recipient has no digits"),
        (f"(recipient, body) VALUES ('{CUSTOMER}', '')", "body is empty"),
        (f"(recipient, body, category) VALUES ('{CUSTOMER}', 'x', 'spam')", "category is unknown"),
        (f"(recipient, body, priority) VALUES ('{CUSTOMER}', 'x', 12)", "priority is out of range"),
        (f"(recipient, body, state) VALUES ('{CUSTOMER}', 'x', 'sent')", "state is not queued"),
        (f"(recipient, body, not_before) VALUES ('{CUSTOMER}', 'x', 'soon')", "not_before"),
    ):
        done = application(house, f"INSERT INTO outbox {statement}")
        assert done.returncode != 0, statement
        assert sentence in done.stderr
    assert house.states() == {}
    application(house, f"INSERT INTO outbox (recipient, body) VALUES ('{CUSTOMER}', 'bon')")
    house.until_state(1, "delivered")
    assert [part.text for part in world.network.accepted] == ["bon"]


def test_what_an_application_cancels_before_it_goes_never_goes(running: tuple[House, Farm]) -> None:
    house, world = running
    tomorrow = house.rows("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day') AS t")[0]["t"]
    message = house.insert(CUSTOMER, "trop tôt", not_before=tomorrow)
    house.until_reason(message, "not_before")
    house.rows("UPDATE outbox SET state = 'cancelled' WHERE id = ? AND state = 'queued'", message)
    assert house.until_state(message, "cancelled")["reason"] == "application"
    assert world.network.accepted == ()


def test_answers_of_several_parts_and_of_strangers_arrive_whole(running: tuple[House, Farm]) -> None:
    house, world = running
    story = "Alors, voilà ce qui s'est passé avec ma livraison. " * 6 + "🎁"
    world.network.deliver("sim1", CUSTOMER, story, order="reversed")
    world.network.deliver("sim1", "Banque", "Votre code")
    world.network.deliver("sim1", "+33687654321", "deux fois", copies=2)
    found = house.wait(
        lambda: rows if len(rows := house.rows("SELECT * FROM inbox ORDER BY sender")) == 3 else None,
        "three messages",
    )
    bodies = {row["sender"]: row["body"] for row in found}
    assert bodies == {CUSTOMER: story, "+33687654321": "deux fois", "Banque": "Votre code"}
    kinds = {row["sender"]: row["kind"] for row in found}
    assert kinds["Banque"] == "operator"
    house.wait(lambda: house.rows("SELECT * FROM inbox WHERE duplicates = 1"), "the second copy is counted")
    assert len(house.rows("SELECT * FROM inbox")) == 3
