"""Incoming messages in the order in which they came, for programs that follow them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.store.connection import Reader
from gateway.store.database import Store
from gateway.store.inbox import Incoming
from gateway.store.rows import select, value

PAGE = 200
"""Rows read at a time: no read transaction stays open while the program works on them."""


def after(read: Reader, since_id: int, since: str | None = None, limit: int = PAGE) -> list[Incoming]:
    """The next rows of the inbox after an id, received at or after `since`, oldest first."""
    rows = read.execute(
        select(Incoming, "inbox")
        + "WHERE id > ?1 AND (?2 IS NULL OR received_at >= ?2) ORDER BY id LIMIT ?3",
        (since_id, since, limit),
    )
    return [value(Incoming, row) for row in rows]


def follow(store: Store, since_id: int, since: str | None = None) -> Iterator[Incoming]:
    """Every row there is after an id, page by page. For the client."""
    while True:
        with store.read() as read:
            page = after(read, since_id, since)
        yield from page
        if len(page) < PAGE:
            return
        since_id = page[-1].id
