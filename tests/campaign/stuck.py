"""What is left when a campaign has had its time to end, and why: stuck, or waiting for a moment that is named.

A message may wait for its next try for minutes after the last fault was mended, and that is right. Stuck is what could
have gone: every gate of it is open, or one is closed that does not open by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from gateway.clock import SystemClock, from_text, to_text
from gateway.config import load
from gateway.gates import Gate, earliest, gates
from gateway.store import Store, outbox

Found = list[str]


def left(house: Any, grace: float) -> tuple[Found, Found]:
    """What is stuck and what rightly waits, a sentence each. Ask it while the daemon runs.

    `grace`: seconds; what could go for the first time so shortly ago is still moving.
    """
    moment = SystemClock().now() - timedelta(seconds=grace)
    stuck: Found = []
    waiting: Found = []
    for rightly, sentence in (*_queued(house, moment), *_sending(house, moment), *_pending(house, moment)):
        (waiting if rightly else stuck).append(sentence)
    return stuck, waiting


def _queued(house: Any, moment: datetime) -> Iterator[tuple[bool, str]]:
    """The gates of each message as they were at that moment; what came since then is moving."""
    settings = load(house.path)
    with Store.open(house.database, SystemClock(), create=False) as store:
        for row in house.rows("SELECT id FROM outbox WHERE state = 'queued' ORDER BY id"):
            with store.read() as read:
                message = outbox.get(read, row["id"])
            closed = (
                [gate for gate in gates(store, settings, message, moment) if not gate.passed]
                if message
                else []
            )
            if message is None or message.state != "queued":
                continue  # it has gone meanwhile
            opens = earliest(closed, moment)
            rightly = (message.created_at or "") > to_text(moment) or (opens is not None and opens > moment)
            when = f"; not before {to_text(opens)}" if opens is not None and opens > moment else ""
            yield rightly, f"row {message.id} is queued ({message.reason}): {_closed(closed)}{when}"


def _closed(closed: list[Gate]) -> str:
    return ", ".join(f"{gate.name} {gate.detail}" for gate in closed) or "nothing holds it back"


def _sending(house: Any, moment: datetime) -> Iterator[tuple[bool, str]]:
    rows = house.rows(
        "SELECT id, reason, (SELECT max(at) FROM attempt WHERE message_id = outbox.id) AS tried"
        " FROM outbox WHERE state = 'sending'"
    )
    for row in rows:
        rightly = (row["tried"] or "") > to_text(moment)
        yield rightly, f"row {row['id']} is sending ({row['reason']}): last tried at {row['tried']}"


def _pending(house: Any, moment: datetime) -> Iterator[tuple[bool, str]]:
    for row in house.rows("SELECT id, reason, created_at, due_at FROM invitation WHERE state = 'pending'"):
        since = row["due_at"] or row["created_at"]
        rightly = since is not None and from_text(since) > moment
        yield rightly, f"invitation {row['id']} is pending ({row['reason']}) since or until {since}"
