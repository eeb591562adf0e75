"""The judge of a scene: the network's log first, as the simulator's own codec reads it; then our tables, which must
say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from fault_rows import SEED, Row

from gateway import control

if TYPE_CHECKING:
    from fault_scene import Cell

    from drivers.sim import Farm
    from drivers.sim.records import Accepted
    from tests.e2e.conftest import House

SENT = ("sent", "delivered", "undelivered")
OLD = ("vieux message", "brouillon")
"""What the simulator puts into storages that are not empty."""


class Judge:
    """Looks at everything at once, and says what is not as a row wants it."""

    def __init__(self, world: Farm, house: House) -> None:
        self.world = world
        self.house = house
        self.seen: set[tuple[str, str, str]] = set()
        """Modem, state and reason, at any look."""

    def look(self) -> None:
        """Look once at everything that is judged."""
        self.outbox = {row["id"]: row for row in self.house.rows("SELECT id, state, reason FROM outbox")}
        self.inbox = self.house.rows("SELECT modem, body, kind FROM inbox")
        self.events = {
            (row["modem"], row["kind"]) for row in self.house.rows("SELECT modem, kind FROM event")
        }
        self.accepted = self.world.network.accepted
        messages = self.world.network.messages()
        self.texts = {(each.recipient, each.text) for each in messages if each.complete}
        self.faults = {
            (entry.modem, entry.detail.get("fault")) for entry in self.world.journal.entries("fault")
        }
        with suppress(control.NotRunning):
            status = control.ask(self.house.database, "status")["modems"]
            self.modems = {each["modem"]: each for each in status}
            self.seen |= {(each["modem"], each["state"], each["reason"] or "") for each in status}

    def open(self, cell: Cell) -> list[str]:
        """What is not yet as the row says."""
        return [*self.judged(cell), *self._modem(cell), *self._struck(cell)]

    def judged(self, cell: Cell) -> list[str]:
        rows = {recipient: self.outbox[message] for recipient, message in cell.ids.items()}
        parts = [part for part in self.accepted if part.recipient.startswith(cell.prefix)]
        found = [*self._sent(cell, rows, parts), *_states(cell.row, rows.values()), *self._inbox(cell)]
        if cell.row.event and (cell.row.id, cell.row.event) not in self.events:
            found.append(f"there is no event {cell.row.event}")
        if cell.row.ussd and cell.row.ussd not in (cell.said or ""):
            found.append(f"*100# brought {cell.said!r}")
        return [f"{cell.row.id}: {each}" for each in found]

    def _sent(self, cell: Cell, rows: dict[str, dict[str, Any]], parts: list[Accepted]) -> Iterable[str]:
        """The network's word, and that our rows tell the truth about it."""
        taken = Counter((part.recipient, part.concat.sequence if part.concat else 1) for part in parts)
        if doubled := [part for part, times in taken.items() if times > 1]:
            pytest.fail(f"SEED={SEED}: {cell.row.id}: the network took {doubled} more than once")
        whole = {to for to, body in cell.bodies.items() if (to, body) in self.texts}
        for to, row in rows.items():
            if row["state"] in SENT and to not in whole:
                yield f"message {row['id']} is {row['state']}, and the network does not have all of it"
            if row["state"] in ("queued", "failed", "refused") and to in whole:
                yield f"message {row['id']} is {row['state']} ({row['reason']}), and the network has it"
        others = [part for part in parts if part.modem != cell.row.id]
        match cell.row.send:
            case "once" | "elsewhere" if len(whole) < len(cell.bodies):
                yield f"the network has {len(whole)} of {len(cell.bodies)} messages"
            case "elsewhere" if not others:
                yield "nothing went by another modem"
            case "never" if parts:
                yield f"the network has {len(parts)} parts"
        if others and cell.row.send != "elsewhere":
            yield f"{len(others)} parts went by another modem"

    def _inbox(self, cell: Cell) -> Iterable[str]:
        rows = [row for row in self.inbox if row["modem"] == cell.row.id and not row["body"].startswith(OLD)]
        if cell.row.beside == "raw":
            rows = [row for row in rows if row["kind"] != "undecodable"]
        inbox = Counter(row["body"] for row in rows)
        wanted = Counter(letter["text"] for letter in cell.letters)
        if extra := inbox - wanted:
            yield f"the inbox has {_short(extra)} too much"
        if cell.row.receive == "once" and (missing := wanted - inbox):
            yield f"the inbox lacks {_short(missing)}"
        if cell.row.receive == "waits" and not inbox and not self._waiting(cell):
            yield "nothing waits in the network or in the modem"

    def _waiting(self, cell: Cell) -> int:
        modem = self.world.modem(cell.row.id)
        return self.world.network.held(cell.row.id) + len(modem.stored("SM")) + len(modem.stored("ME"))

    def _modem(self, cell: Cell) -> Iterable[str]:
        """Ready now; or it has been in that state, and said why: some states pass by themselves."""
        row, now = cell.row, self.modems[cell.row.id]
        if row.modem == "ready":
            fits = now["state"] == "ready"
        else:
            fits = any(
                name == row.id and state in row.modem.split("|") and row.why in why
                for name, state, why in self.seen
            )
        return [] if fits else [f"{row.id}: the modem is {now['state']} ({now['reason']})"]

    def _struck(self, cell: Cell) -> Iterable[str]:
        """A fault that never happened proves nothing."""
        if cell.row.fault is None:
            return []
        struck = (cell.row.id, cell.row.name) in self.faults
        if struck is cell.row.avoided:
            return [f"{cell.row.id}: the fault {'struck' if struck else 'did not strike'}"]
        return []


def _states(row: Row, messages: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The outbox against the row: all in the state, save one that was struck."""
    usual = row.state.split("|")
    odd = [message for message in messages if message["state"] not in usual]
    struck = [message for message in odd if message["state"] == row.struck]
    for message in odd:
        if message not in struck[:1]:
            yield f"message {message['id']} is {message['state']} ({message['reason']})"
    if row.struck and not struck:
        yield f"no message is {row.struck}"
    told = [message for message in messages if message["state"] not in ("delivered", "sent")]
    for message in told:
        if row.reason and row.reason not in (message["reason"] or ""):
            yield f"message {message['id']} says {message['reason']!r}"


def _short(texts: Counter[str]) -> list[str]:
    return [f"{text[:30]!r}" for text in texts]
