"""What a modem or a customer says is shown as text: no markup, no sequence, no line of its own."""

from __future__ import annotations

import io

from rich.console import Console

from gateway.cli.status import render
from gateway.demo.show import shortened

HOSTILE = "[/]evil[red] \x1b[2J\u202e\r\nalerts  0 open"


def test_status_shows_what_a_modem_says_as_it_is() -> None:
    modem = {
        "modem": "sim1",
        "state": "ready",
        "health": {"operator": HOSTILE, "signal": -71},
        "reason": HOSTILE,
    }
    facts = {
        "running": True,
        "paused": False,
        "database": HOSTILE,
        "configuration": None,
        "queue": {"queued": 1},
        "rates": {"parts": 0, "received": 0},
        "oldest_waiting": {"id": 1, "created_at": "2026-11-24T10:00:00.000Z", "reason": HOSTILE},
        "survey_problems": [{"file": "x.toml", "problem": HOSTILE}],
        "alerts": {"open": 0, "acknowledged": 0, "overdue": 0, "failed_notices": 0},
        "to_decide": {"by_kind": {}, "due_at": None},
        "modems": [modem],
    }
    out = io.StringIO()
    Console(file=out, width=300, highlight=False).print(render(facts))
    said = out.getvalue()
    assert said.count("[/]evil[red]") == 5
    assert not set(said) & set("\x1b\u202e\r")
    assert not any(line.startswith("alerts  0 open") for line in said.splitlines())


def test_the_demonstration_shows_replies_as_text() -> None:
    assert shortened("9 \x1b[2J\u202e\nok") == "9 [2J ok"
