"""The stage: a folder, simulated modems on ptys, and the daemon as a process of its own."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from drivers import sim
from gateway import control
from gateway.clock import Clock

MARK = ".smsgw-demo"
"""In a folder that an earlier demonstration made, and this one may replace."""
STARTS_WITHIN = 30.0
STOPS_WITHIN = 20.0
STEP = 0.05

ZONE = "Europe/Paris"
CONFIG = f"""\
# Written by `smsgw demo`: two simulated modems. A real one has port = "/dev/serial/by-id/…".
[gateway]
brand = "Bricolo"
contact = "01 23 45 67 89"
database = "gateway.db"
surveys = "surveys"
region = "FR"
timezone = "{ZONE}"
stop_timeout = "10s"

# Whoever tries this at night or on a Sunday wants to see it go all the same; in real life the windows stay.
[policy.window.survey]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "00:00"
end = "24:00"
holidays = true
"""
SURVEY = "livraison"


class CannotPlay(Exception):
    """The demonstration cannot go on; the sentence says why."""


def prepare(folder: Path) -> None:
    """An empty folder; one that is not ours is never touched. Raises `CannotPlay`."""
    try:
        if folder.exists():
            if any(folder.iterdir()) and not (folder / MARK).exists():
                raise CannotPlay(f"{folder} holds something else: name another folder with --keep")
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
    except OSError as error:
        raise CannotPlay(
            f"{folder} cannot be written ({error.strerror}): name another folder with --keep"
        ) from None


def configure(folder: Path, ports: Sequence[str]) -> Path:
    """The configuration of the demonstration's gateway."""
    modems = "".join(f'\n[modems.sim{place}]\nport = "{port}"\n' for place, port in enumerate(ports, 1))
    surveys = folder / "surveys"
    surveys.mkdir()
    text = resources.files("gateway.demo").joinpath("survey.toml").read_text(encoding="utf-8")
    (surveys / f"{SURVEY}.toml").write_text(text, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(CONFIG + modems, encoding="utf-8")
    return path


@contextmanager
def gateway(config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon, from start to a clean stop."""
    command = [sys.executable, "-m", "gateway", "--config", str(config), "run"]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - see above
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "NO_COLOR": "1"},
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(clock: Clock, until: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again; raises `CannotPlay` naming `what` where it does not come in time."""
    deadline = clock.tick() + seconds
    while not until():
        if clock.tick() > deadline:
            raise CannotPlay(f"{what} did not happen within {seconds:.0f} s")
        select.select([], [], [], STEP)


def modems_ready(database: Path, count: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    """Whether the daemon has opened all modems. Raises `CannotPlay` where it ended instead."""
    if process.poll() is not None:
        raise CannotPlay(f"the daemon ended with exit code {process.returncode}; see {log}")
    try:
        modems = control.ask(database, "status")["modems"]
    except (control.NotRunning, control.CannotDo):
        return False
    return bool(sum(modem["state"] == "ready" for modem in modems) == count)


def farm(folder: Path, modems: int, handsets: Sequence[sim.Handset], submit: float) -> sim.Farm:
    """Simulated modems with links in the folder, and a network in which those phones are."""
    setups = tuple(
        sim.ModemSetup(name=f"modem{place}", profile=profile, submit_time=submit, prompt_time=0.02)
        for place, profile in zip(range(modems), _profiles(), strict=False)
    )
    log = folder / "network.jsonl"
    return sim.start(sim.Setup(modems=setups, directory=folder, handsets=tuple(handsets), log=log, seed=1))


def _profiles() -> Iterator[str]:
    while True:
        yield from ("generic", "generic")
