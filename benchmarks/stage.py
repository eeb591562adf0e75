"""What every benchmark stands on: a farm in one process, the daemon in another, this one as the application."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway import control

HERE = Path(__file__).parent
CONFIG = '[gateway]\ndatabase = "gateway.db"\nregion = "FR"\ntimezone = "Europe/Paris"\n'


class FarmProcess:
    """The simulated modems, at the other end of a pipe."""

    def __init__(self, directory: Path, modems: int, submit: float, prompt: float, **more: Any) -> None:
        setup = {"modems": modems, "submit": submit, "prompt": prompt, "directory": str(directory), **more}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "farm_process.py"), json.dumps(setup)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parent,
            env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        )
        self.ports: list[str] = self._read()["ports"]

    def ask(self, do: str, **arguments: Any) -> Any:
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return self._read()

    def _read(self) -> Any:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError("the farm ended")
        return json.loads(line)

    def close(self) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait(20)
        self._process.stdout.close()  # type: ignore[union-attr]


class Stage:
    """Everything that runs, and the application's own connection."""

    def __init__(self, folder: Path, farm: FarmProcess, daemon: subprocess.Popen[bytes]) -> None:
        self.folder, self.farm, self.daemon = folder, farm, daemon
        self.database = folder / "gateway.db"

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, timeout=30, isolation_level=None)

    def insert(self, rows: list[tuple[str, str, str | None]]) -> None:
        connection = self.connect()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO outbox (recipient, body, modem) VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
        connection.close()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        for line in Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")


@contextmanager
def stage(modems: int, submit: float, prompt: float = 0.0, extra: str = "", **more: Any) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="smsgw-bench-") as name:
        folder = Path(name)
        farm = FarmProcess(folder, modems, submit, prompt, **more)
        table = "".join(f'\n[modems.m{place}]\nport = "{port}"\n' for place, port in enumerate(farm.ports))
        (folder / "config.toml").write_text(CONFIG + extra + table)
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "gateway", "--config", str(folder / "config.toml"), "run"],
                stdout=log,
                stderr=log,
                cwd=HERE.parent,
            )
        try:
            ready = Stage(folder, farm, daemon)
            wait(lambda: all_ready(ready, modems), 60, "the modems")
            yield ready
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(60)
            farm.close()


def all_ready(running: Stage, modems: int) -> bool:
    if running.daemon.poll() is not None:
        raise RuntimeError((running.folder / "log").read_text())
    try:
        found = control.ask(running.database, "status")["modems"]
    except (control.NotRunning, control.CannotDo):
        return False
    return sum(entry["state"] == "ready" for entry in found) == modems


def wait(until: Callable[[], Any], seconds: float, what: str, step: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        pause(step)


def pause(seconds: float) -> None:
    select.select([], [], [], seconds)
