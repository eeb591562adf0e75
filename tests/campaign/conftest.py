"""A scene for the campaigns: two modems, customers, a survey, and everything that is asked waits for the daemon."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers import sim
from gateway.clock import SystemClock
from gateway.store import Store
from tests.campaign import judge, traffic
from tests.campaign.traffic import DUTIFUL, HAPPY, STOPPER, TWICE, UNHAPPY, Books
from tests.e2e.conftest import House, farm, gateway, pytest_runtest_makereport, until

__all__ = ["farm", "gateway", "pytest_runtest_makereport"]

SEED = int(os.environ.get("SEED", "1"))
"""Any seed passes: `SEED=n make campaign`."""
DRIVER = os.environ.get("DRIVER", "at")
PATIENCE = 60.0


class Scene:
    """A gateway with its world and the books of those who use it."""

    def __init__(self, house: House, world: sim.Farm, rng: random.Random) -> None:
        self.house, self.world, self.rng, self.books = house, world, rng, Books()
        world.journal.listeners.append(self.books.listen)
        (house.folder / "surveys").mkdir()
        (house.folder / "surveys" / f"{traffic.SURVEY}.toml").write_text(traffic.FILE, "utf-8")
        house.configure(traffic.ALWAYS, surveys="surveys", brand="Bricolo")
        Store.open(house.database, SystemClock()).close()

    def ask(self, *, surveys: bool = True) -> None:
        """Messages of all kinds, invitations, and people who write by themselves."""
        for place in range(5):
            number = len(self.books.rows) + 1
            self.books.send(self.house, f"+3361{number:07}", parts=2 if place == 2 else 1, unicode=place == 3)
        for temper in (UNHAPPY, HAPPY, TWICE, STOPPER) if surveys else ():
            self.books.invite(self.house, temper)
        for place in range(3):
            self.books.write(self.world, f"sim{self.rng.randint(1, 2)}", parts=2 if place == 1 else 1)

    def ended(self, within: float = PATIENCE) -> int:
        """The exit code of the daemon, which is to end by itself."""
        process = self.house.process
        assert process is not None
        until(lambda: process.poll() is not None, "the daemon ends", within)
        return int(process.returncode)

    def dies(self) -> None:
        """The daemon ends at a failpoint; by kill -9 where all is quiet before it comes to one."""
        process = self.house.process
        assert process is not None
        until(lambda: process.poll() is not None or self._quiet(), self._restless, PATIENCE)
        self.house.kill()
        assert process.returncode == -9

    def settle(self) -> None:
        """Wait until nothing more can happen."""
        self.house.wait(self._quiet, self._restless, within=PATIENCE)

    def _quiet(self) -> bool:
        return not self._restless()

    def _restless(self) -> str:
        states = self.house.states()
        missing = judge.missing(self.house, self.books)
        pending = self.house.rows("SELECT 1 FROM invitation WHERE state = 'pending'")
        if states["queued"] + states["sending"] or missing or pending:
            return f"states {dict(states)}, {len(pending)} invitations pending, not stored: {dict(missing)}"
        waiting = [number for number in self.books.invited if not self._over(number)]
        return f"sessions of {waiting}" if waiting else ""

    def _over(self, number: str) -> bool:
        """Whether the session of a customer is at its end, or cannot get there because a text is unknown."""
        if not number.startswith(DUTIFUL):
            return True
        rows = self.house.rows("SELECT state FROM session WHERE recipient = ?", number)
        unknown = self.house.rows("SELECT 1 FROM outbox WHERE recipient = ? AND state = 'unknown'", number)
        return bool(rows) and (rows[0]["state"] == "completed" or bool(unknown))

    def judge(self) -> None:
        """Nothing lost, nothing doubled, nothing untrue, no trouble."""
        wrong = judge.verdict(self.house, self.world, self.books)
        wrong += judge.delivered(self.house, self.world, self.books)
        assert wrong == [], f"SEED={SEED} DRIVER={DRIVER}"


@pytest.fixture
def scene(
    farm: Callable[..., sim.Farm],
    gateway: Callable[..., House],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Scene:
    rng = random.Random(f"{SEED}:{request.node.name}")
    options: dict[str, Any] = {"seed": SEED, "handsets": traffic.customers(0.1)}
    world = farm(2, submit_time=(0.02, 0.1), world=options)
    return Scene(gateway(world, driver=DRIVER, submit_timeout="4s", command_timeout="2s"), world, rng)


def sampled(everything: list[Any], quick: int) -> list[Any]:
    """All as parameters, of which the quick checks run a few, drawn by the seed."""
    drawn = random.Random(f"{SEED}:sample").sample(everything, quick)
    return [
        pytest.param(each, id=str(each), marks=() if each in drawn else pytest.mark.campaign)
        for each in everything
    ]
