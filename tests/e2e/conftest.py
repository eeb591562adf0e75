"""A house for each test: simulated modems on ptys in this process, the gateway in processes of its own.

What was sent is judged by the simulated network's log alone; the gateway's tables are what is judged.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from drivers import sim
from gateway import control, failpoints

STEP = 0.02
"""Seconds between two looks at something that tells nobody when it changes."""
PATIENCE = 20.0
"""Seconds that anything may take on a busy machine, unless a test says otherwise."""
SENT = ("sent", "delivered", "undelivered")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.failed:
        for house in getattr(item, "houses", ()):
            house.abort()
            report.sections.append((f"log of the gateway in {house.folder}", house.log_text()[-12000:]))
    return report


def until(
    condition: Callable[[], Any], what: str | Callable[[], str], within: float = PATIENCE, step: float = STEP
) -> Any:
    """What `condition` gives, once it gives something."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within:g} s: {what if isinstance(what, str) else what()}")
        select.select([], [], [], step)
    return found


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value)


def _interpreter(environ: Mapping[str, str]) -> list[str]:
    """Options of Python: where each thread stands when it is aborted, and the second switch of failpoints."""
    armed = ["-X", failpoints.OPTION] if failpoints.VARIABLE in environ else []
    return ["-X", "faulthandler", *armed]


class House:
    """One configuration with its database, and the command line and daemon that use them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.path = folder / "config.toml"
        self.database = folder / "gateway.db"
        self.log = folder.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None
        self.modems: dict[str, dict[str, Any]] = {}
        self.settings: dict[str, Any] = {}
        self.more = ""
        self.wrapper: Sequence[str] = ()
        """A program that starts the daemon, as setpriv does, with its options."""

    # -- configuration -----------------------------------------------------------------------------------

    def configure(self, more: str = "", **gateway: Any) -> House:
        """Write config.toml: `gateway` goes into [gateway], `more` stands at the end as it is."""
        self.settings |= gateway
        self.more = more or self.more
        plain = {
            "database": "gateway.db", "region": "FR", "timezone": "Europe/Paris", "stop_timeout": "5s"
        }  # fmt: skip
        lines = ["[gateway]", *(f"{key} = {toml(value)}" for key, value in (plain | self.settings).items())]
        for name, modem in self.modems.items():
            lines += [f"[modems.{name}]", *(f"{key} = {toml(value)}" for key, value in modem.items())]
        self.path.write_text("\n".join([*lines, self.more, ""]), encoding="utf-8")
        return self

    def modem(self, modem: str, **options: Any) -> House:
        """Change what the configuration says about a modem, or add one."""
        self.modems[modem] = self.modems.get(modem, {}) | options
        return self.configure()

    # -- the daemon --------------------------------------------------------------------------------------

    def start(
        self, *, ready: Collection[str] | None = None, within: float = PATIENCE, **environ: str
    ) -> House:
        """Start the daemon and wait until `ready` modems can send (all, where nothing is said)."""
        self.launch(**environ)
        wanted = set(self.modems if ready is None else ready)

        def lacking() -> set[str]:
            able = self._ready()
            return wanted - able if able is not None else {"the daemon"}

        self.wait(lambda: not lacking(), lambda: f"ready; not so: {sorted(lacking())}", within)
        return self

    def launch(self, *options: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start the daemon and wait for nothing."""
        if self.process is not None and self.process.poll() is None:
            pytest.fail("the daemon runs already")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.wrapper,
                    sys.executable,
                    *_interpreter(environ),
                    "-m",
                    "gateway",
                    *options,
                    *self._named(),
                    "run",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"NO_COLOR": "1"} | environ,
            )
        return self.process

    def _named(self) -> list[str]:
        return ["--config", str(self.path)]

    def _ready(self) -> set[str] | None:
        try:
            modems = control.ask(self.database, "status")["modems"]
        except (control.NotRunning, control.CannotDo):
            return None
        return {modem["modem"] for modem in modems if modem["state"] == "ready"}

    def wait(
        self,
        condition: Callable[[], Any],
        what: str | Callable[[], str],
        within: float = PATIENCE,
        step: float = STEP,
    ) -> Any:
        """What `condition` gives once it gives something; the daemon must stay alive meanwhile."""

        def look() -> Any:
            if self.process is not None and self.process.poll() is not None:
                said = what if isinstance(what, str) else what()
                pytest.fail(f"the daemon ended with {self.process.returncode}; waited for: {said}")
            return condition()

        return until(look, what, within, step)

    def stop(self, number: int = signal.SIGTERM, *, within: float = PATIENCE) -> int:
        """Ask the daemon to end; its exit code."""
        self.signal(number)
        return self.ended(within)

    def signal(self, number: int) -> None:
        """Send the daemon a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self, within: float = PATIENCE) -> int:
        """The exit code of the daemon, which ends by itself."""
        assert self.process is not None
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            pytest.fail(f"the daemon did not end within {within:g} s")

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE)

    def abort(self) -> None:
        """End it where it hangs: its log says where each thread stands (faulthandler)."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(PATIENCE)

    def close(self) -> None:
        """Leave nothing running."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def log_text(self) -> str:
        """What the daemon wrote, all its lives together."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def until_logged(self, text: str, within: float = PATIENCE) -> None:
        """Wait until the daemon has written that."""
        until(lambda: text in self.log_text(), lambda: f"{text!r} in the log", within)

    # -- the command line --------------------------------------------------------------------------------

    def cli(self, *arguments: object, code: int = 0, within: float = 30.0) -> str:
        """One command in a process of its own, which must end with `code`; what it printed on stdout.

        The whole of stderr is kept in `complaint`.
        """
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *self._named(), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"},
        )
        self.complaint = done.stderr
        if done.returncode != code:
            pytest.fail(
                f"smsgw {' '.join(map(str, arguments))} ended with {done.returncode} instead of {code}\n"
                f"{done.stdout}\n{done.stderr}"
            )
        return done.stdout

    def json(self, *arguments: object, code: int = 0) -> Any:
        """The same with --json, read."""
        return json.loads(self.cli(*arguments, "--json", code=code))

    def shown(self, modem: str) -> dict[str, Any]:
        """A modem as `status --json` shows it."""
        found: list[dict[str, Any]] = self.json("status")["modems"]
        return next(each for each in found if each["modem"] == modem)

    def now(self, modem: str) -> dict[str, Any]:
        """The same, asked of the daemon directly: for waiting."""
        try:
            found: list[dict[str, Any]] = control.ask(self.database, "status")["modems"]
        except control.NotRunning:
            found = []
        return next((each for each in found if each["modem"] == modem), {"state": "", "reason": None})

    def until_modem(self, modem: str, state: str, within: float = PATIENCE) -> dict[str, Any]:
        """The modem once it is in that state."""

        def look() -> Any:
            found = self.now(modem)
            return found if found["state"] == state else None

        found: dict[str, Any] = self.wait(look, f"{modem} becomes {state}", within)
        return found

    # -- the database, as an application uses it ---------------------------------------------------------

    def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        """Read or write with plain sqlite3."""
        with closing(sqlite3.connect(self.database, timeout=30, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, arguments)]

    def insert(self, recipient: str, body: str, **columns: object) -> int:
        """A row of the outbox; its id."""
        names = ["recipient", "body", *columns]
        sql = f"INSERT INTO outbox ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) RETURNING id"
        return int(self.rows(sql, recipient, body, *columns.values())[0]["id"])

    def message(self, message_id: int) -> dict[str, Any]:
        """A row of the outbox."""
        return self.rows("SELECT * FROM outbox WHERE id = ?", message_id)[0]

    def until_state(self, message_id: int, *states: str, within: float = PATIENCE) -> dict[str, Any]:
        """The row once it is in one of these states."""

        def look() -> Any:
            row = self.message(message_id)
            return row if row["state"] in states else None

        def what() -> str:
            row = self.message(message_id)
            return f"message {message_id} becomes {states}; it is {row['state']} ({row['reason']})"

        found: dict[str, Any] = until(look, what, within)
        return found

    def until_reason(self, message_id: int, *words: str, within: float = PATIENCE) -> dict[str, Any]:
        """The row once its reason has all these words."""

        def look() -> Any:
            row = self.message(message_id)
            return row if all(word in (row["reason"] or "") for word in words) else None

        def what() -> str:
            row = self.message(message_id)
            return f"message {message_id} says {words}; it is {row['state']} ({row['reason']})"

        found: dict[str, Any] = until(look, what, within)
        return found

    def until_settled(self, within: float = PATIENCE) -> Counter[str]:
        """The states of all messages once none is queued or sending."""

        def look() -> Any:
            states = self.states()
            return states if states and not states["queued"] + states["sending"] else None

        found: Counter[str] = until(look, lambda: f"all settled; there are {self.states()}", within)
        return found

    def states(self) -> Counter[str]:
        """How many messages are in each state."""
        return Counter({row["state"]: row["n"] for row in self.rows(
            "SELECT state, count(*) AS n FROM outbox GROUP BY state"
        )})  # fmt: skip

    # -- the truth ---------------------------------------------------------------------------------------

    def check_truth(self, world: sim.Farm) -> None:
        """Every message of one part: at most once in the network, and its row says so."""
        taken = Counter((part.recipient, part.text) for part in world.network.accepted)
        for row in self.rows("SELECT id, recipient, body, state, reason FROM outbox"):
            times = taken[row["recipient"], row["body"]]
            said = (
                f"message {row['id']} is {row['state']} ({row['reason']}); the network took it {times} times"
            )
            assert times <= 1, said
            if row["state"] in SENT:
                assert times == 1, said
            elif row["state"] not in ("unknown", "sending"):
                assert times == 0, said


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Callable[..., sim.Farm]]:
    """Makes simulated modems sim1, sim2, …: `farm(2, submit_time=0.1)`; `world` describes the network."""
    made: list[sim.Farm] = []

    def make(
        count: int = 1, *, world: Mapping[str, Any] | None = None, modems: Any = None, **each: Any
    ) -> sim.Farm:
        setups = modems or [sim.ModemSetup(name=f"sim{place}", **each) for place in range(1, count + 1)]
        directory = tmp_path / f"dev{len(made) or ''}"
        made.append(sim.start(sim.Setup(modems=setups, directory=directory, **(world or {}))))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def gateway(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., House]]:
    """Makes a house for a farm (or none): `gateway(world, roaming=True)` gives all its modems that option."""
    houses: list[House] = []
    request.node.houses = houses

    def make(world: sim.Farm | None = None, **options: Any) -> House:
        house = House(tmp_path / f"house{len(houses) or ''}")
        houses.append(house)
        for name, modem in world.modems.items() if world is not None else ():
            house.modem(name, port=modem.path, **options)
        return house.configure()

    yield make
    for house in houses:
        house.close()
