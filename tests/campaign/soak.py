"""A long bad day: four modems with random faults, random traffic, kills and restarts, for as long as asked.

    MINUTES=30 make soak
    MINUTES=5 SEED=17 make soak
    DRIVER=gsmmodem make soak

Prints as it goes, and at the end what it did and the verdict: lost, doubled, untrue, stuck. The seed gives the same
schedule again. Exit code 1 where something is wrong; what is needed to look into it stays in a folder then.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from drivers import sim
from drivers.sim.records import Entry
from gateway import control
from tests.campaign import judge, traffic
from tests.campaign.schedule import Deed, schedule
from tests.campaign.stuck import left
from tests.campaign.traffic import Books, number_of
from tests.e2e.conftest import House

MODEMS = 4
DRIVER = os.environ.get("DRIVER", "at")
EVERY = 10.0
"""Seconds between two lines of progress."""
DRAIN = 120.0
"""Seconds that everything may take to settle once nothing is broken any more."""
PLANTED = 12.0
"""The same for what was planted to stay."""
KINDS = ("lost", "doubled", "untrue", "stuck")
DESCRIPTORS = 40
"""By so many may the daemon's descriptors grow within one life."""


class Soak:
    """One run."""

    def __init__(
        self, folder: Path, seed: int, seconds: float, *, rate: float = 1.0, plant: str | None = None
    ) -> None:
        self.folder, self.seed, self.seconds, self.plant = folder, seed, seconds, plant
        self.deeds = schedule(seed, seconds, MODEMS, rate=rate)
        self.books, self.did, self.faults = Books(), Counter[str](), Counter[str]()
        self.wrong: list[str] = []
        self.health: list[tuple[float, int, int]] = []
        """Seconds since the start, resident megabytes, descriptors."""
        self._first: tuple[int, int] = (0, 0)
        self._taken: Counter[tuple[int, int]] = Counter()
        self._stopped: set[str] = set()
        self._waiting: list[str] = []
        """What still waits at the end, and rightly."""
        setups = [sim.ModemSetup(name=f"sim{n}", submit_time=(0.05, 0.15, 0.4)) for n in range(1, MODEMS + 1)]
        self.world = sim.start(
            sim.Setup(
                modems=setups,
                directory=folder / "dev",
                seed=seed,
                handsets=traffic.customers(),
                log=folder / "world.jsonl",
            )
        )
        self.world.journal.listeners += [self.books.listen, self._watch]
        self._sound = {name: Sound(modem) for name, modem in self.world.modems.items()}
        self.house = self._house()

    def _house(self) -> House:
        house = House(self.folder / "house")
        (house.folder / "surveys").mkdir()
        (house.folder / "surveys" / f"{traffic.SURVEY}.toml").write_text(traffic.FILE, "utf-8")
        for name, modem in self.world.modems.items():
            house.modem(name, port=modem.path, driver=DRIVER, submit_timeout="4s", command_timeout="1s")
        return house.configure(traffic.ALWAYS, surveys="surveys", brand="Bricolo", unknown_after="20s")

    def _watch(self, entry: Entry) -> None:
        """Count what strikes, and see a doubled part the moment that the network takes it."""
        if entry.kind == "fault":
            self.faults[entry.detail["fault"]] += 1
        if entry.kind == "accepted" and (number := number_of(entry.detail.get("text") or "")) is not None:
            concat = entry.detail.get("concat")
            part = (number, concat[2] if concat else 1)
            self._taken[part] += 1
            if self._taken[part] > 1 + (number in self.books.resend):
                self.wrong.append(f"doubled: part {part[1]} of m{number} at {entry.at:.3f}")

    # -- the day -------------------------------------------------------------------------------------------------

    def run(self) -> list[str]:
        """The whole of it; what is wrong."""
        self._start()
        begun = time.monotonic()
        shown = 0.0
        for deed in self.deeds:
            while (left := begun + deed.at - time.monotonic()) > 0:
                select.select([], [], [], min(left, 0.5))
                if time.monotonic() - shown > EVERY:
                    shown = time.monotonic()
                    self._progress(shown - begun)
            if self._violated():
                break
            self._do(deed)
        self._settle()
        match self.plant:
            case "doubled":
                self._send_again()
                self._settle()
            case "stuck":
                self._send_in_a_pause()
                self._settle(PLANTED)
        self._progress(time.monotonic() - begun)
        self.wrong += judge.verdict(self.house, self.world, self.books)
        self.wrong += judge.delivered(self.house, self.world, self.books)
        return self.wrong

    def _violated(self) -> bool:
        if self.house.process is not None and self.house.process.poll() is not None:
            self.wrong.append(f"the daemon ended by itself with {self.house.process.returncode}")
        with self.world.journal.changed:
            self.world.network.loop.check()
        return bool(self.wrong)

    def _do(self, deed: Deed) -> None:
        self.did[deed.what] += 1
        how = deed.how
        match deed.what:
            case "send":
                for _ in range(how["many"]):
                    self._send(how)
            case "incoming":
                fields = {key: how[key] for key in ("order", "copies") if how["parts"] > 1 or key == "copies"}
                self.books.write(self.world, self._imsi(how), parts=how["parts"], **fields)
            case "invite":
                self.books.invite(self.house, how["temper"])
            case "stop":
                self._stop_word(how)
            case "arm" | "disarm":
                self._break(deed.what, how)
            case "unplug":
                self._unplug(how)
            case "reboot":
                self.world.modem(how["modem"]).reboot()
            case "kill":
                self.house.kill()
                self._launch()
            case "terminate":
                self._terminate()

    def _send(self, how: dict[str, Any]) -> None:
        number = len(self.books.rows) + 1
        regular = how["regular"]
        recipient = f"+3361000{regular:04}" if regular is not None else f"+3361{number:07}"
        columns = {"priority": how["priority"]}
        if how["modem"] and how["regular"] is None:
            columns["modem"] = how["modem"]
        if how["policy"]:
            columns["on_unknown"] = how["policy"]
        self.books.send(self.house, recipient, how["parts"], unicode=how["unicode"], **columns)

    def _stop_word(self, how: dict[str, Any]) -> None:
        """A recipient of service messages has had enough."""
        number = f"+3361{1 + int(how['whom'] * max(1, len(self.books.rows))):07}"
        if number not in self._stopped:
            self._stopped.add(number)
            self.books.incoming[number, "STOP"] += 1
            self.world.network.deliver(self._imsi(how), number, "STOP")

    def _imsi(self, how: dict[str, Any]) -> str:
        """The SIM that belongs into a modem, in it or not."""
        return self._sound[how["modem"]].sim.imsi

    def _break(self, what: str, how: dict[str, Any]) -> None:
        modem = self.world.modem(how["modem"])
        if what == "arm":
            modem.arm(how["fault"], **how["options"])
        else:
            modem.disarm(how["fault"])
            self._sound[modem.name].mend(how["fault"])

    def _unplug(self, how: dict[str, Any]) -> None:
        modem = self.world.modem(how["modem"])
        modem.unplug()
        device = modem.device
        with device.loop.held():
            device.loop.later(how["back"], lambda: device.power.plug(None))

    # -- the daemon ----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.house.start(ready=())

    def _launch(self) -> None:
        self.house.launch()

    def _terminate(self) -> None:
        if self._listens():
            code = self.house.stop(signal.SIGTERM, within=60)
            if code != 0:
                self.wrong.append(f"the daemon answered SIGTERM with {code}")
        else:  # it has not come so far as to have a handler
            self.house.kill()
        self._launch()

    def _listens(self) -> bool:
        try:
            control.ask(self.house.database, "status")
        except (control.NotRunning, control.CannotDo, OSError):
            return False
        return True

    def _settle(self, within: float = DRAIN) -> None:
        """Nothing is broken any more: let everything come to its end."""
        for modem in self.world.modems.values():
            modem.disarm()
            modem.unplug()
            for fault in MENDED:
                self._sound[modem.name].mend(fault)
            modem.plug()
        if self.house.process is not None and self.house.process.poll() is None:
            self._terminate()
        else:
            self._launch()
        deadline = time.monotonic() + within
        while not (late := time.monotonic() >= deadline) and not self._violated() and not self._quiet():
            select.select([], [], [], 0.5)
        if late:
            self._look_for_what_is_stuck(within)
        if self._listens() and (code := self.house.stop(within=60)) != 0:
            self.wrong.append(f"the daemon answered SIGTERM with {code}")

    def _quiet(self) -> bool:
        """Everything that can still happen has happened."""
        states = self.house.states()
        return (
            self._listens()
            and not states["sending"] + states["queued"]
            and not judge.missing(self.house, self.books)
            and not self.house.rows("SELECT 1 FROM invitation WHERE state = 'pending' LIMIT 1")
        )

    def _look_for_what_is_stuck(self, within: float) -> None:
        """Time is up: what could have gone long ago is stuck; what waits for a moment to come is only named."""
        if not self._listens():
            self.wrong.append(f"stuck: the daemon does not answer {within:g} s after its start")
        stuck, self._waiting = left(self.house, within / 4)
        self.wrong += [f"stuck: {each}" for each in stuck]

    def _send_in_a_pause(self) -> None:
        """Planted: somebody has paused all sending, and a message waits for him."""
        self.house.cli("outbox", "pause")
        self.books.send(self.house, "+33612340000")

    def _send_again(self) -> None:
        """Planted: what the network has goes once more, in a row that nobody who wrote it knows of."""
        (row,) = self.house.rows(
            "SELECT recipient, body FROM outbox WHERE state IN ('sent', 'delivered') AND category = 'service'"
            " AND on_unknown IS NULL LIMIT 1"
        )
        self.house.insert(row["recipient"], row["body"])

    # -- what it says --------------------------------------------------------------------------------------------

    def _progress(self, seconds: float) -> None:
        self._measure(seconds)
        states = self.house.states()
        say(f"{clock(seconds)}  {self._figures(states)}")

    def _figures(self, states: Counter[str]) -> str:
        megabytes, descriptors = self.health[-1][1:] if self.health else (0, 0)
        shown = {
            "messages": len(self.books.rows),
            "parts": sum(self.books.parts.values()),
            "accepted": self.world.network.accepted_count,
            "delivered": states["delivered"],
            "unknown": states["unknown"],
            "waiting": states["queued"] + states["sending"],
            "inbound sent": self.books.written().total(),
            "stored": sum((judge.stored(self.house) & self.books.written()).values()),
            "kills": self.did["kill"],
            "restarts": self.did["terminate"],
            "faults": sum(self.faults.values()),
            "MB": megabytes,
            "descriptors": descriptors,
        }
        return "  ".join(f"{name} {value}" for name, value in shown.items())

    def _measure(self, seconds: float) -> None:
        process = self.house.process
        if process is None or process.poll() is not None:
            return
        with suppress(OSError):
            status = Path(f"/proc/{process.pid}/status").read_text("ascii")
            megabytes = next(int(line.split()[1]) // 1024 for line in status.splitlines() if "VmRSS" in line)
            descriptors = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
            self.health.append((seconds, megabytes, descriptors))
            self._look_for_a_leak(process.pid, descriptors)

    def _look_for_a_leak(self, pid: int, descriptors: int) -> None:
        if self._first[0] != pid:
            self._first = (pid, descriptors)
        elif descriptors > self._first[1] + DESCRIPTORS:
            self.wrong.append(f"the daemon has {descriptors} descriptors open, {self._first[1]} at its start")

    def report(self) -> str:
        """The end of it: figures, faults by name, memory and descriptors over time, and the verdict."""
        states = self.house.states()
        kinds = Counter(wrong.partition(":")[0] for wrong in self.wrong)
        health = [
            f"{clock(at)} {megabytes} MB {descriptors} fds"
            for at, megabytes, descriptors in _few(self.health)
        ]
        lines = [
            f"seed {self.seed}, {clock(self.seconds)} with {MODEMS} modems",
            self._figures(states),
            "states: " + ", ".join(f"{state} {count}" for state, count in sorted(states.items())),
            "deeds: " + ", ".join(f"{what} {count}" for what, count in sorted(self.did.items())),
            "faults: " + ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items())),
            "memory and descriptors: " + "; ".join(health),
            *(f"still waits: {each}" for each in self._waiting[:10]),
            *self.wrong[:40],
            f"verdict: {', '.join(f'{kinds[kind]} {kind}' for kind in KINDS)}"
            + (f", {len(self.wrong) - sum(kinds[kind] for kind in KINDS)} other" if self.wrong else ""),
        ]
        return "\n".join(lines)

    def close(self) -> None:
        """Leave nothing running."""
        self.house.close()
        self.world.close()


MENDED = (
    "creg", "cfun_0", "ps_only", "csca_empty", "credit_out", "slow_network", "sim_absent", "slow_start", "stalled"
)  # fmt: skip
"""Faults that leave something behind when they are disarmed."""


class Sound:
    """A modem as it was before anything was done to it."""

    def __init__(self, modem: sim.Modem) -> None:
        assert modem.sim is not None
        self.sim = modem.sim
        self._device = modem.device
        self._submit_time = modem.device.submit_time

    def mend(self, fault: str) -> None:
        """Undo what a lasting fault has done."""
        device = self._device
        with device.loop.held():
            match fault:
                case "creg" | "ps_only":
                    device.register(1)
                case "cfun_0":
                    device.radio.cfun = 1
                case "csca_empty":
                    self.sim.smsc = device.network.smsc
                case "credit_out":
                    self.sim.credit = None
                case "sim_absent":
                    device.sim = self.sim
                case "slow_network":
                    device.submit_time = self._submit_time
                case "slow_start":
                    device.power.start_time = device.profile.boot_time
                case "stalled":
                    device.terminals[0].port.stall(False)


def say(line: str) -> None:
    """A line for whoever watches."""
    print(line, flush=True)  # noqa: T201


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def _few(series: list[Any], most: int = 12) -> list[Any]:
    step = max(1, len(series) // most)
    return series[::step]


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument(
        "--rate", type=float, default=1.0, help="how much traffic, 1 is some 90 messages a minute"
    )
    planted = parser.add_mutually_exclusive_group()
    for option, what, why in (
        ("--plant", "doubled", "make the gateway send something twice at the end"),
        ("--plant-stuck", "stuck", "let something wait at the end for what never comes"),
    ):
        planted.add_argument(option, dest="plant", action="store_const", const=what, help=why)
    parser.add_argument("--keep", type=Path, default=None, help="a folder that stays, whatever comes of it")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    folder = given.keep or Path(tempfile.mkdtemp(prefix=f"smsgw-soak-{seed}-"))
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the daemon must not outlive its modems
    say(f"seed {seed}: SEED={seed} MINUTES={given.minutes:g} make soak finds it again; {folder}")
    soak = Soak(folder, seed, given.minutes * 60, rate=given.rate, plant=given.plant)
    try:
        wrong = soak.run()
        say(soak.report())
    except BaseException as error:
        say(f"seed {seed}: {error!r}; kept: {folder}")
        raise
    finally:
        soak.close()
    (folder / "schedule.json").write_text(json.dumps([[deed.at, deed.what, deed.how] for deed in soak.deeds]))
    if wrong:
        say(f"kept to look into it: {folder}")
        return 1
    if given.keep is None:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
