"""A small campaign in a real database file, written row by row, so that every figure can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ManualClock, to_text
from gateway.store import Store
from gateway.surveys.report import Report, build

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(days=10)
TOML = """
title = "Après livraison"
brand = "Bricolo"
[[question]]
id = "note"
type = "csat"
text = "{brand}: satisfait, de 1 à 5 ? Refus : STOP"
[[question]]
id = "motif"
type = "choice"
required = false
text = "Pourquoi ?"
[[question.option]]
key = "1"
label = "délai"
[[question.option]]
key = "2"
label = "produit <b>"
[[question]]
id = "mot"
type = "text"
required = false
text = "Un mot ?"
"""


class Campaign:
    """Sessions that somebody writes."""

    begin, now, toml = BEGIN, NOW, TOML

    def __init__(self, store: Store) -> None:
        self.store, self.count = store, 0

    def session(
        self, state: str, disposition: str, answers: dict[str, str] | None = None, **more: Any
    ) -> int:
        """One person; `day`, `delay` (seconds to the answer), `late`, `delivered`, `reason`, `expired`."""
        self.count += 1
        at = BEGIN + timedelta(days=more.get("day", 0), minutes=self.count)
        invited = None if more.get("unsent") else to_text(at)
        delivered = to_text(at) if more.get("delivered", True) and invited else None
        answered = to_text(at + timedelta(seconds=more.get("delay", 60)))
        with self.store.write() as tx:
            tx.execute(
                "INSERT INTO survey_session (id, survey, version, recipient, language, event_ref, event_at, state,"
                " reason, disposition, engine, created_at, not_before, invited_at, delivered_at, answered_at,"
                " ended_at, late) VALUES (?, 'livraison', 1, ?, 'fr', ?, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.count, f"+336{self.count:08d}", f"A-{self.count}", to_text(at), state, more.get("reason"),
                    disposition, to_text(at), to_text(at), invited, delivered, answered if answers else None,
                    None if state in ("awaiting", "scheduled") else to_text(at + timedelta(days=2)),
                    int(more.get("late", False)),
                ),
            )  # fmt: skip
            kinds = {"note": (0, "csat"), "motif": (1, "choice"), "mot": (2, "text")}
            for question, value in (answers or {}).items():
                place, kind = kinds[question]
                tx.execute(
                    "INSERT INTO item (session_id, question, place, type, status, value, text, flags, late,"
                    " answered_at) VALUES (?, ?, ?, ?, 'answered', ?, ?, '[]', ?, ?)",
                    (self.count, question, place, kind, value, value if kind == "text" else None,
                     int(more.get("late", False)), answered),
                )  # fmt: skip
            if (expired := more.get("expired")) is not None:
                tx.execute(
                    "INSERT INTO item (session_id, question, place, type, status) VALUES (?, ?, ?, ?, 'expired')",
                    (self.count, expired, *kinds[expired]),
                )
        return self.count

    def inbox(self, session: int, kind: str, **more: Any) -> None:
        """A message that came in."""
        with self.store.write() as tx:
            tx.execute(
                "INSERT INTO inbox (modem, sender, body, received_at, kind, session_id, raw, complete)"
                " VALUES ('sim1', ?, 'x', ?, ?, ?, '', ?)",
                (f"+336{session:08d}", to_text(BEGIN), kind, session, more.get("complete", 1)),
            )

    def alert(self, session: int, state: str, title: str = "Client déçu", *, due: timedelta) -> None:
        """Somebody to call back."""
        with self.store.write() as tx:
            tx.execute(
                "INSERT INTO alert (session_id, survey, rule, severity, title, state, opened_at, due_at, ack_at,"
                " closed_at, body) VALUES (?, 'livraison', 'r', 'high', ?, ?, ?, ?, ?, ?, '{}')",
                (session, title, state, to_text(BEGIN), to_text(BEGIN + due), to_text(BEGIN + timedelta(minutes=7)),
                 to_text(BEGIN + timedelta(hours=2)) if state == "closed" else None),
            )  # fmt: skip

    def report(self, **more: Any) -> Report:
        """As it stands on the tenth day."""
        with self.store.read() as read:
            return build(read, "livraison", now=NOW, zone=UTC, **more)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Campaign]:
    store = Store.open(tmp_path / "gateway.db", ManualClock(NOW))
    with store.write() as tx:
        tx.execute(
            "INSERT INTO survey_def VALUES ('livraison', 1, 'a', ?, 'Après livraison', ?, 1)",
            (TOML, to_text(BEGIN)),
        )
    yield Campaign(store)
    store.close()


@pytest.fixture
def campaign(empty: Campaign) -> Campaign:
    """20 people: 6 complete, 1 partial, 1 late, 1 opted out, 1 wrong, 5 silent, 2 unknown, 1 failed, 2 never asked."""
    for note in ("5", "5", "4", "4", "3"):
        empty.session("completed", "complete", {"note": note}, delay=120)
    unhappy = empty.session(
        "completed",
        "complete",
        {"note": "1", "motif": "2", "mot": "Cassé <script>alert(1)</script>"},
        delay=3600,
    )
    empty.session("expired", "partial", {"note": "2"}, expired="motif", day=7)
    empty.session("expired", "late_partial", {"note": "5"}, late=True)
    empty.session("stopped", "refusal", reason="opted_out")
    empty.session("stopped", "wrong_person", reason="wrong_number")
    for _ in range(5):
        empty.session("expired", "noncontact", expired="note")
    empty.session("awaiting", "unknown", delivered=False)
    empty.session("expired", "unknown", delivered=False, expired="note")
    empty.session("undeliverable", "undelivered", delivered=False)
    empty.session("refused", "not_sent", unsent=True, reason="opted_out: by STOP")
    empty.session("scheduled", "not_sent", unsent=True)
    empty.inbox(unhappy, "invalid")
    empty.inbox(unhappy, "duplicate")
    empty.inbox(unhappy, "answer", complete=0)
    empty.alert(unhappy, "open", due=timedelta(hours=48))
    return empty
