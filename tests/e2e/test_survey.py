"""A whole survey: a file in the folder, an invitation by SQL, a simulated modem, a telephone that answers."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from drivers import sim

CUSTOMER = "+33612345678"
FILE = """
title = "Satisfaction"
brand = "Bricolo"
[limits]
settle = "1s"
[[question]]
id = "note"
type = "csat"
text = "{brand}: votre satisfaction pour {ref}, de 1 à 5 ? Refus : STOP"
next = [ { when = "note >= 4", goto = "end" } ]
[[question]]
id = "pourquoi"
type = "text"
required = false
text = "Que s'est-il passé ?"
prefill_from = ["note"]
[[closing]]
text = "Merci ! {brand}"
[[alert]]
id = "decu"
when = "note <= 2"
title = "Client déçu"
to = ["log"]
"""
ALWAYS = '[policy.window.survey]\nstart = "00:00"\nend = "24:00"\nholidays = true\n' \
    'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'  # fmt: skip


def test_an_unhappy_customer_is_asked_why_and_somebody_is_told(
    farm: Callable[..., sim.Farm], gateway: Callable[..., Any]
) -> None:
    phone = sim.Handset(number=CUSTOMER, script=("2", "trop long, et colis ouvert"), script_delay=0.3)
    world = farm(1, submit_time=0.05, world={"handsets": (phone,)})
    house = gateway(world)
    (house.folder / "surveys").mkdir()
    (house.folder / "surveys" / "note.toml").write_text(FILE, "utf-8")
    house.configure(ALWAYS, surveys="surveys", brand="Bricolo").start()
    house.rows(
        "INSERT INTO invitation (survey, recipient, event_ref) VALUES ('note', '06 12 34 56 78', 'A-12')"
    )
    house.wait(lambda: len(world.network.accepted) == 3, "two questions and thanks")
    assert world.network.texts(CUSTOMER) == [
        "Bricolo: votre satisfaction pour A-12, de 1 à 5 ? Refus : STOP",
        "Que s'est-il passé ?",
        "Merci ! Bricolo",
    ]
    (session,) = house.rows("SELECT survey, recipient, modem, state, disposition FROM session")
    assert session == {
        "survey": "note",
        "recipient": CUSTOMER,
        "modem": "sim1",
        "state": "completed",
        "disposition": "complete",
    }
    answers = house.rows("SELECT question, type, value FROM answer ORDER BY question")
    assert answers == [
        {"question": "note", "type": "csat", "value": "2"},
        {"question": "pourquoi", "type": "text", "value": "trop long, et colis ouvert"},
    ]
    assert [row["kind"] for row in house.rows("SELECT kind FROM inbox")] == ["answer", "answer"]
    assert house.rows("SELECT state FROM invitation") == [{"state": "started"}]
    house.wait(
        lambda: house.rows("SELECT state FROM alert_notice") == [{"state": "done"}] * 2, "the alert is told"
    )
    assert 'action=alert alert=1 severity=normal title="[normal] Client déçu"' in house.log_text()
    assert house.stop() == 0


def test_nobody_is_refused_because_a_survey_was_just_saved(
    farm: Callable[..., sim.Farm], gateway: Callable[..., Any]
) -> None:
    world = farm(1, submit_time=0.05)
    house = gateway(world)
    folder = house.folder / "surveys"
    folder.mkdir()
    house.configure(ALWAYS, surveys="surveys", brand="Bricolo").start()
    asked = "INSERT INTO invitation (survey, recipient, event_ref) VALUES (?, ?, 'A-12')"
    (folder / "note.toml").write_text(FILE, "utf-8")
    house.signal(signal.SIGHUP)
    house.until_logged("action=reloaded")
    house.rows(asked, "note", CUSTOMER)
    (folder / "avis.toml").write_text(FILE, "utf-8")
    house.rows(asked, "avis", "+33612345679")
    house.wait(
        lambda: (
            house.rows("SELECT state FROM invitation WHERE state = 'started'") == [{"state": "started"}] * 2
        ),
        lambda: f"both are asked: {house.rows('SELECT * FROM invitation')}",
    )
    house.wait(lambda: len(world.network.accepted) == 2, "both questions are out")
    assert house.stop() == 0
