"""How long a report over a million answers takes: `python -m benchmarks.bench_report [ANSWERS]`.

The rows are made by a seeded generator, straight into a real database file: sessions of three questions with the
JSON that the engine keeps beside them, and the messages that came in.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.clock import ManualClock, to_text
from gateway.store import Store

SURVEY = "livraison"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
NOW = START + timedelta(days=300)
SEED = 1
TOML = """
title = "Satisfaction après livraison"
brand = "Bricolo"
[[question]]
id = "note"
type = "nps"
text = "{brand}: nous recommanderiez-vous, de 0 à 10 ? Refus : STOP"
[[question]]
id = "delai"
type = "yesno"
required = false
text = "Livré à l'heure, oui ou non ?"
[[question]]
id = "mot"
type = "text"
required = false
text = "Pourquoi ?"
"""
ENGINE = json.dumps({"padding": "x" * 1500})
"""As long as what the engine keeps of three questions."""
OUTCOMES = ("complete", "partial", "noncontact", "unknown", "undelivered", "refusal")
WEIGHTS = (40, 4, 45, 4, 5, 2)
STATES = {
    "complete": "completed",
    "partial": "expired",
    "noncontact": "expired",
    "unknown": "expired",
    "undelivered": "undeliverable",
    "refusal": "stopped",
}
SCAN = "SELECT count(*), sum(length(value)) FROM item"
"""What the same machine takes at the same moment to read every answer once: the yardstick that no noise bends."""
WORDS = ("Parfait, merci", "Livreur aimable", "Trop de retard", "Colis abîmé", "Rien à dire", "Très déçue")


def fill(store: Store, answers: int) -> int:
    """At least so many answers; how many sessions that took."""
    seeded = random.Random(SEED)
    # Three answers of a complete session (40 %), one of a partial one (4 %), none of the others.
    count = round(answers / 1.238)
    with store.write() as tx:
        tx.execute(
            "INSERT INTO survey_def VALUES (?, 1, 'a', ?, 'Satisfaction après livraison', ?, 1)",
            (SURVEY, TOML, to_text(START)),
        )
        drawn = seeded.choices(OUTCOMES, WEIGHTS, k=count)
        tx.executemany(
            "INSERT INTO survey_session (id, survey, version, recipient, language, event_ref, event_at, state,"
            " reason, disposition, engine, created_at, not_before, invited_at, delivered_at, answered_at, ended_at)"
            " VALUES (?, ?, 1, ?, 'fr', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _sessions(seeded, drawn),
        )
        tx.executemany(
            "INSERT INTO item (session_id, question, place, type, status, value, text, comment, flags, asked_at,"
            " answered_at, inbox_id) VALUES (?, ?, ?, ?, 'answered', ?, ?, ?, ?, ?, ?, ?)",
            _items(seeded, drawn),
        )
        tx.execute(
            "INSERT INTO inbox (modem, sender, body, received_at, kind, session_id, raw) SELECT 'sim1', 'x',"
            " coalesce(text, value), answered_at, 'answer', session_id, hex(randomblob(60)) FROM item"
        )
    return count


def _invited(place: int, of: int) -> datetime:
    return START + timedelta(days=290) * place / of


def _sessions(seeded: random.Random, drawn: list[str]) -> Iterator[tuple[object, ...]]:
    for place, outcome in enumerate(drawn):
        at = _invited(place, len(drawn))
        invited = to_text(at)
        delivered = None if outcome in ("unknown", "undelivered") else to_text(at + timedelta(seconds=5))
        heard = outcome in ("complete", "partial")
        answered = to_text(at + timedelta(seconds=5 + int(seeded.expovariate(1 / 1800)))) if heard else None
        reason = "opted_out" if outcome == "refusal" else None
        yield (
            place + 1, SURVEY, f"+336{place:08d}", f"A-{place}", invited, STATES[outcome], reason, outcome, ENGINE,
            invited, invited, invited, delivered, answered, to_text(at + timedelta(days=2)),
        )  # fmt: skip


def _items(seeded: random.Random, drawn: list[str]) -> Iterator[tuple[object, ...]]:
    for place, outcome in enumerate(drawn):
        at = to_text(_invited(place, len(drawn)) + timedelta(seconds=60))
        if outcome in ("complete", "partial"):
            note = str(min(10, int(seeded.triangular(0, 11, 10))))
            yield place + 1, "note", 0, "nps", note, None, None, "[]", at, at, place
        if outcome == "complete":
            text = seeded.choice(WORDS)
            yield (
                place + 1,
                "delai",
                1,
                "yesno",
                seeded.choice(("yes", "no")),
                None,
                None,
                "[]",
                at,
                at,
                place,
            )
            yield place + 1, "mot", 2, "text", text, text, None, '["inferred"]', at, at, place


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "gateway.db", ManualClock(NOW))
        try:
            sessions = fill(store, wanted)
            _measure(store, sessions)
        finally:
            store.close()


def _measure(store: Store, sessions: int) -> None:
    from gateway.surveys.report import build

    with store.read() as read:
        answers = read.execute("SELECT count(*) FROM item").fetchone()[0]
        scan = min(_seconds(lambda: read.execute(SCAN).fetchone()) for _ in range(3))
    print(f"{answers} answers in {sessions} sessions; a plain scan of the answers: {scan:.2f} s")
    for turn in ("first", "second"):
        with store.read() as read:
            took = _seconds(lambda: build(read, SURVEY, now=NOW, zone=UTC))
        print(f"{turn} report: {took:.2f} s, {took / scan:.0f} times the scan")


def _seconds(do: Callable[[], object]) -> float:
    before = time.perf_counter()
    do()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
