"""The end of the retention for surveys: the words go, what is counted stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from gateway.store.connection import Tx
from gateway.store.database import Store

WORDS = frozenset({"text", "remainder", "comment", "sent"})
"""What a survey session keeps of a person's own words, and of texts with a name in them."""

AT_ONCE = 200
"""Sessions that one transaction empties: other writers wait for no more than some 20 ms."""


def without_words(value: Any) -> Any:
    """What the engine keeps of a session (JSON), without anything that a person wrote or is called."""
    if isinstance(value, dict):
        spoken = value.get("text") is not None and value.get("text") == value.get("value")
        return {key: _silent(key, each, spoken=spoken) for key, each in value.items()}
    return [without_words(each) for each in value] if isinstance(value, list) else value


def _silent(key: str, value: Any, *, spoken: bool) -> Any:
    """`spoken`: the answer is an open question's, whose value is the text itself."""
    if key == "context":
        return {}
    if key in WORDS or (key == "value" and spoken):
        return "" if isinstance(value, str) else value
    return without_words(value)


def prune_surveys(store: Store, before: str, pause: Callable[[], None]) -> int:
    """Empty the texts of sessions that ended before then, of their alerts and invitations; how many sessions.

    `pause` is called before each transaction, and may end it all by raising. Scores, choices, states and times stay:
    reports over years are the same afterwards.
    """
    emptied = 0
    while True:
        pause()
        with store.write() as tx:
            rows = tx.execute(
                "SELECT id, engine FROM survey_session WHERE words = 1 AND ended_at < ? ORDER BY ended_at LIMIT ?",
                (before, AT_ONCE),
            ).fetchall()
            for row in rows:
                _empty(tx, row["id"], row["engine"])
        emptied += len(rows)
        if len(rows) < AT_ONCE:
            break
    with store.write() as tx:
        tx.execute(
            "UPDATE invitation SET context = NULL WHERE context IS NOT NULL AND state <> 'pending' AND updated_at < ?",
            (before,),
        )
    return emptied


def _empty(tx: Tx, session_id: int, engine: str) -> None:
    silent = json.dumps(without_words(json.loads(engine)), ensure_ascii=False)
    tx.execute(
        "UPDATE survey_session SET engine = ?, context = '{}', words = 0 WHERE id = ?", (silent, session_id)
    )
    tx.execute(
        "UPDATE item SET value = iif(type = 'text', NULL, value), text = NULL, comment = NULL WHERE session_id = ?",
        (session_id,),
    )
    tx.execute(
        "UPDATE item_history SET old = NULL, new = NULL WHERE session_id = ?1"
        " AND question IN (SELECT question FROM item WHERE session_id = ?1 AND type = 'text')",
        (session_id,),
    )
    tx.execute(
        "UPDATE alert SET body = json_set(body, '$.answers', json('[]'), '$.message', NULL), note = NULL"
        " WHERE session_id = ?",
        (session_id,),
    )
