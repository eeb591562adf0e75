"""A scene: one daemon, and one simulated modem for each row."""

from __future__ import annotations

import random
import select
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fault_judge import Judge
from fault_rows import PATIENCE, SEED, Row

from drivers.sim import Farm, ModemSetup
from gateway import control

if TYPE_CHECKING:
    from tests.e2e.conftest import House

STORY = "Alors, voilà ce qui s'est passé avec ma livraison. " * 4
SENDER = "+33687654321"
MESSAGES = 3
"""Of each row; the last one is long."""


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
        more = {key: value for key, value in self.row.letter.items() if key != "text"}
        if "header" in more:
            more["header"] = bytes.fromhex(more["header"])
        return [{**each, **more} for each in (plain, long)]


Act = tuple[Cell, str, Callable[[], None]]
"""What happens to which modem; its kind, and how."""


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
        self.house = gateway(self.world, driver=rows[0].driver, submit_timeout="2s", command_timeout="2s")
        for cell in self.cells:
            options = {"routes": [cell.prefix], **cell.row.options}
            if cell.row.pin:
                options["pin_file"] = str(_pin_file(folder / f"{cell.row.id}.pin", cell.row.pin))
            self.house.modem(cell.row.id, **options)
        if self.spared:
            self.house.modem("spare", routes=self.spared)
        self.judge = Judge(self.world, self.house)

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
        acts: list[Act] = []
        for cell in self.cells:
            acts += [(cell, "send", lambda cell=cell, to=to: self._send(cell, to)) for to in cell.bodies]
            if not cell.row.letters_first:
                letters = range(len(cell.letters))
                acts += [(cell, "letter", lambda cell=cell, at=at: self._deliver(cell, at)) for at in letters]
            if cell.row.ussd:
                acts.append((cell, "ussd", lambda cell=cell: self._ask(cell)))
        self.rng.shuffle(acts)
        for cell in self.cells:
            if cell.begins == "running":
                onset = (cell, "onset", lambda cell=cell: self._strike(cell))
                acts.insert(self.rng.randrange(self._latest(acts, cell) + 1), onset)
        for _, _, act in acts:
            act()
            if self.rng.random() < 0.1:
                select.select([], [], [], self.rng.uniform(0.0, 0.05))  # the interleaving is what is tried

    def _latest(self, acts: list[Act], cell: Cell) -> int:
        """The last place where a fault of this modem still meets something of each kind."""
        last = {kind: place for place, (whose, kind, _) in enumerate(acts) if whose is cell}
        return min([len(self.cells), *last.values()])

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
            self.judge.look()
            tried = {row["modem"] for row in self.house.rows("SELECT DISTINCT modem FROM attempt")}
            names = [cell.row.id for cell in self.cells if cell.row.spare]
            return [
                name for name in names if name not in tried and self.judge.modems[name]["state"] == "ready"
            ]

        self.house.wait(lambda: not untried(), lambda: f"SEED={SEED}: a try of {untried()}", PATIENCE, 0.2)

    def _until_ended(self) -> None:
        waiting = list(self.cells)

        def look() -> bool:
            self.judge.look()
            waiting[:] = [cell for cell in waiting if self.judge.open(cell)]
            return not waiting

        def what() -> str:
            return f"SEED={SEED}: " + "; ".join(each for cell in waiting for each in self.judge.open(cell))

        self.house.wait(look, what, within=max(cell.row.within for cell in self.cells), step=0.2)

    def _last_word(self) -> None:
        """Once more with the daemon gone: nothing has changed since, and it had no trouble of its own."""
        assert self.house.stop() == 0
        self.judge.look()
        wrong = [each for cell in self.cells for each in self.judge.judged(cell)]
        assert wrong == [], f"SEED={SEED}: " + "; ".join(wrong)
        assert "Traceback" not in self.house.log_text(), f"SEED={SEED}"


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def _pin_file(path: Path, pin: str) -> Path:
    path.write_text(f"{pin}\n")
    path.chmod(0o600)
    return path
