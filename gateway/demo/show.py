"""What the demonstration shows: progress while it runs, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gateway.clock import from_text
from gateway.numbers import mask
from gateway.store import Store, alerts, inbox, invitations, outbox, sessions

COLOURS = {
    "queued": "dim",
    "sending": "cyan",
    "sent": "blue",
    "delivered": "green",
    "undelivered": "yellow",
    "refused": "yellow",
    "unknown": "magenta",
    "failed": "red",
    "expired": "red",
    "cancelled": "dim",
}
LAST = 6
"""Replies shown while it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where things stand."""

    states: Counter[str]
    replies: list[Any]
    by_modem: Counter[str]
    sessions: Counter[str]
    dispositions: Counter[str]
    waiting: int
    """Invitations that have not become a session yet."""
    alerts: int
    """Unhappy customers whom nobody has called back."""
    open: int
    """Sessions that wait for an answer, or for their turn."""
    waits: list[float]
    """Seconds from the row to the network's acceptance, a message."""

    @property
    def settled(self) -> int:
        """Messages that nothing more will happen to soon."""
        return sum(count for state, count in self.states.items() if state not in ("queued", "sending"))


def look(store: Store) -> Picture:
    """Read it from the database."""
    with store.read() as read:
        rows = outbox.list_rows(read, limit=10_000)
        replies = inbox.list_rows(read, limit=10_000)
        asked: Counter[str] = sum(map(Counter, sessions.counts(read).values()), Counter())
        ends = Counter(row.disposition for row in sessions.list_rows(read))
        waiting, unhappy = invitations.waiting(read), alerts.standing(read, "")["open"]
    return Picture(
        states=Counter(row.state for row in rows),
        replies=sorted(replies, key=lambda row: row.id),
        by_modem=Counter(row.modem_used for row in rows if row.modem_used),
        sessions=asked,
        dispositions=ends,
        open=sum(asked[state] for state in ("scheduled", "inviting", "awaiting")),
        waiting=waiting,
        alerts=unhappy,
        waits=[
            (from_text(row.sent_at) - from_text(row.created_at)).total_seconds()
            for row in rows
            if row.sent_at and row.created_at
        ],
    )


def live(picture: Picture, story: Sequence[str]) -> Group:
    """One picture of the run, for a terminal."""
    states = Text.assemble(
        *[(f"{state} {count}  ", COLOURS.get(state, "")) for state, count in sorted(picture.states.items())]
    )
    modems = "  ".join(f"{name}: {count}" for name, count in sorted(picture.by_modem.items()))
    replies = [Text(f"  {mask(row.sender)}  {shortened(row.body)}") for row in picture.replies[-LAST:]]
    return Group(
        Text.assemble("outbox   ", states),
        Text(f"modems   {modems}"),
        Text(f"surveys  {_sessions(picture)}"),
        Text(f"replies  {len(picture.replies)}"),
        *replies,
        Text(""),
        *(Text(f"· {line}", "italic") for line in story),
    )


def _sessions(picture: Picture) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(picture.sessions.items()))
    return f"{counts or 'none yet'}{', ALERTS ' + str(picture.alerts) if picture.alerts else ''}"


def summary(picture: Picture, accepted: Counter[str], parts: int) -> Group:
    """What came of it, the network's own count included."""
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for state, count in sorted(picture.states.items(), key=lambda pair: -pair[1]):
        table.add_row(Text(state, COLOURS.get(state, "")), str(count))
    waits = picture.waits or [0.0]
    doubled = sum(count > 1 for count in accepted.values())
    return Group(
        Text("What became of the messages", "bold"),
        table,
        Text(
            f"From the row to the network's acceptance: median {median(waits):.2f} s, longest {max(waits):.2f} s"
        ),
        Text(
            f"The network counted {len(accepted)} messages in {parts} parts; {doubled} of them more than once"
        ),
        *_remarks(picture),
    )


def _remarks(picture: Picture) -> list[Text]:
    """Why not everything is delivered, in words."""
    words = {
        "sent": "sent: the network has it, the phone has not reported yet: it may be switched off",
        "unknown": "unknown: the modem was pulled out before it answered; held, and never sent again blindly",
        "undelivered": "undelivered: the network gave up; the number may no longer exist",
        "refused": "refused: a number that cannot be, and an offer to somebody who never agreed to get any",
    }
    return [Text(words[state], "dim") for state in words if picture.states[state]]


def shortened(text: str) -> str:
    """On one line, and not too long."""
    flat = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return flat if len(flat) <= 60 else flat[:59] + "…"
