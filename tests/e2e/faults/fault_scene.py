"""A scene: one daemon, one simulated modem for each row, and the judge.

What was sent is judged by the network's log, as the simulator's own codec reads it; then our tables must say
the same.
"""

from __future__ import annotations

import random
import select
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fault_rows import SEED, Row

from drivers.sim import Farm, ModemSetup
from drivers.sim.records import Accepted
from gateway import control

if TYPE_CHECKING:
    from tests.e2e.conftest import House

STORY = "Alors, voilà ce qui s'est passé avec ma livraison. " * 4
SENDER = "+33687654321"
MESSAGES = 3
"""Of each row; the last one is long."""
SENT = ("sent", "delivered", "undelivered")
OLD = ("vieux message", "brouillon")
"""What the simulator puts into storages that are not empty."""


class Cell:
    """A row at work: its modem, its numbers, what was written to whom."""

    def __init__(self, row: Row, place: int, rng: random.Random) -> None:
        self.row = row
        self.prefix = f"+3361{place:03d}"
        self.bodies = {f"{self.prefix}{turn:04d}": f"{row.id} {turn}" for turn in range(MESSAGES - 1)}
        self.bodies[f"{self.prefix}{MESSAGES:04d}"] = f"{row.id}: {STORY}"
        self.letters = self._letters()
        self.arms = row.arms(rng)
        self.begins = row.begins(rng)
        self.ids: dict[str, int] = {}
        self.said: str | None = None
        """What a USSD code brought."""

    def _letters(self) -> list[dict[str, Any]]:
        if not self.row.letters:
            return []
        plain = {"sender": SENDER, "text": f"court {self.row.id}"}
        long = {"sender": SENDER, "text": f"{self.row.id}: {STORY}"}
        if text := self.row.letter.get("text"):
            plain["text"], long["text"] = text, f"{text} {STORY}"
        return [
            {**each, **{k: v for k, v in self.row.letter.items() if k != "text"}} for each in (plain, long)
        ]


class Scene:
    """Some rows in one daemon."""

    def __init__(
        self, rows: list[Row], farm: Callable[..., Farm], gateway: Callable[..., House], folder: Path
    ) -> None:
        self.rng = random.Random(f"{SEED} {' '.join(row.id for row in rows)}")
        self.cells = [Cell(row, place, self.rng) for place, row in enumerate(rows)]
        modems = [
            ModemSetup(name=row.id, profile=row.profile, ports=row.ports, submit_time=row.submit_time)
            for row in rows
        ]
        self.spared = [cell.prefix for cell in self.cells if cell.row.spare]
        if self.spared:
            modems.append(ModemSetup(name="spare", submit_time=0.02))
        self.world = farm(modems=modems, world={"seed": SEED})
        self.house = gateway(self.world, submit_timeout="2s", command_timeout="2s")
        for cell in self.cells:
            options = {"routes": [cell.prefix], **cell.row.options}
            if cell.row.pin:
                options["pin_file"] = str(_pin_file(folder / f"{cell.row.id}.pin", cell.row.pin))
            self.house.modem(cell.row.id, **options)
        if self.spared:
            self.house.modem("spare", routes=self.spared)

    # -- what happens ------------------------------------------------------------------------------------

    def play(self) -> None:
        """Everything, up to the ends that the matrix names; then the judge has the last word."""
        self._arm("start")
        for cell in self.cells:
            if cell.row.letters_first:
                self._deliver(cell)
        ready = [cell.row.id for cell in self.cells if cell.row.modem == "ready" or cell.begins != "start"]
        ready += ["spare"] if self.spared else []
        self.house.start(ready=ready, within=20 + 5 * len(ready))
        if self.spared:
            control.ask(self.house.database, "modem.pause", name="spare")
        self._arm("before_letters")
        self._act()
        if self.spared:
            self._until_tried()
            control.ask(self.house.database, "modem.resume", name="spare")
        self._until_ended()
        self._last_word()

    def _arm(self, when: str) -> None:
        for cell in self.cells:
            if cell.begins == when:
                self._strike(cell)

    def _strike(self, cell: Cell) -> None:
        for arm in cell.arms:
            self.world.modem(cell.row.id).arm(arm.get("fault", cell.row.name), **_without(arm, "fault"))

    def _act(self) -> None:
        """Sending, receiving and the onset of faults, in an order and at moments that the seed draws."""
        acts: list[Callable[[], None]] = []
        for cell in self.cells:
            acts += [lambda cell=cell, to=to: self._send(cell, to) for to in cell.bodies]
            if not cell.row.letters_first:
                acts += [lambda cell=cell, at=at: self._deliver(cell, at) for at in range(len(cell.letters))]
            if cell.row.ussd:
                acts.append(lambda cell=cell: self._ask(cell))
        self.rng.shuffle(acts)
        onsets = [lambda cell=cell: self._strike(cell) for cell in self.cells if cell.begins == "running"]
        for onset in onsets:
            acts.insert(self.rng.randrange(len(self.cells) + 1), onset)
        for act in acts:
            act()
            if self.rng.random() < 0.1:
                select.select([], [], [], self.rng.uniform(0.0, 0.05))  # the interleaving is what is tried

    def _send(self, cell: Cell, recipient: str) -> None:
        cell.ids[recipient] = self.house.insert(recipient, cell.bodies[recipient])

    def _deliver(self, cell: Cell, at: int | None = None) -> None:
        for letter in cell.letters if at is None else [cell.letters[at]]:
            self.world.network.deliver(cell.row.id, **letter)

    def _ask(self, cell: Cell) -> None:
        try:
            cell.said = str(control.ask(self.house.database, "modem.ussd", name=cell.row.id, code="*100#"))
        except control.CannotDo as error:
            cell.said = str(error)

    def _until_tried(self) -> None:
        """Each modem that another one stands in for had its try, or is out."""

        def untried() -> list[str]:
            tried = {row["modem"] for row in self.house.rows("SELECT DISTINCT modem FROM attempt")}
            names = [cell.row.id for cell in self.cells if cell.row.spare]
            return [name for name in names if name not in tried and self.house.now(name)["state"] == "ready"]

        self.house.wait(lambda: not untried(), lambda: f"a try of {untried()}", within=20)

    def _until_ended(self) -> None:
        waiting = list(self.cells)

        def look() -> bool:
            self._read()
            waiting[:] = [cell for cell in waiting if self._open(cell)]
            return not waiting

        def what() -> str:
            return f"SEED={SEED}: " + "; ".join(each for cell in waiting for each in self._open(cell))

        self.house.wait(look, what, within=max(cell.row.within for cell in self.cells), step=0.2)

    def _last_word(self) -> None:
        """Once more with the daemon gone: nothing has changed since, and it had no trouble of its own."""
        assert self.house.stop() == 0
        self._read()
        wrong = [each for cell in self.cells for each in self._judged(cell)]
        assert wrong == [], f"SEED={SEED}: " + "; ".join(wrong)
        assert "Traceback" not in self.house.log_text(), f"SEED={SEED}"

    # -- the judge ---------------------------------------------------------------------------------------

    def _read(self) -> None:
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
        try:
            self.modems = {
                each["modem"]: each for each in control.ask(self.house.database, "status")["modems"]
            }
        except control.NotRunning:
            self.modems = {}

    def _open(self, cell: Cell) -> list[str]:
        """What is not yet as the row says."""
        return self._judged(cell) + self._modem(cell) + self._struck(cell)

    def _judged(self, cell: Cell) -> list[str]:
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
            case "once" | "elsewhere" if len(whole) < len(cell.bodies) - bool(cell.row.struck):
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
        now = self.modems.get(cell.row.id, {"state": "", "reason": None})
        if now["state"] not in cell.row.modem.split("|"):
            return [f"{cell.row.id}: the modem is {now['state']} ({now['reason']})"]
        if cell.row.why and cell.row.why not in (now["reason"] or ""):
            return [f"{cell.row.id}: the modem's reason is {now['reason']!r}"]
        return []

    def _struck(self, cell: Cell) -> Iterable[str]:
        """A fault that never happened proves nothing."""
        if cell.row.fault is None or cell.row.fault.standing:
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


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def _pin_file(path: Path, pin: str) -> Path:
    path.write_text(f"{pin}\n")
    path.chmod(0o600)
    return path
