"""The fault matrix as values: `matrix/*.toml` says what is to come of each fault.

Onset and interleaving are drawn from SEED (environment; 1): every seed must pass, and a failure prints it. DRIVER
(environment; at) names the driver of the modems. Where the second one ends otherwise, the row says so: what stands in
its table `gsmmodem` takes the place of what is said for all.
"""

from __future__ import annotations

import os
import random
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.sim.catalogue import FAULTS
from drivers.sim.faults import Fault

MATRIX = Path(__file__).parent / "matrix"
SEED = int(os.environ.get("SEED", "1"))
DRIVER = os.environ.get("DRIVER", "at")
SECOND = "gsmmodem"
GROUP = 12
"""Rows of one daemon: as many modems as a busy machine serves within their deadlines."""
SAMPLE = 10
"""Rows of the quick checks, drawn by the seed."""
SAMPLE_OF_SECOND = 4
"""The same, over the second driver."""
PATIENCE = 45.0
"""Seconds for a row that waits for nothing but its turn."""
SENDING = ("once", "elsewhere", "never", "doubtful")
RECEIVING = ("once", "waits", "never", "maybe")
COMMANDS = ("+CMGS", "+CMGR", "+CMGD")
"""Where a fault of answers strikes: at sending, reading and deleting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault with its expected ends. The fields are the keys of `matrix/*.toml`."""

    chapter: str
    driver: str = "at"
    name: str = ""
    """The fault of the catalogue; "" where what is odd is the message that comes in, or the stick."""
    id: str
    sees: str
    does: str
    numbers: str = ""
    """Of MODEMS; else those of the catalogue."""
    with_: dict[str, Any] = field(default_factory=dict)
    """Parameters of the fault."""
    arm: tuple[dict[str, Any], ...] = ()
    """How it is armed, where the kind of the fault does not say; `fault` names another one beside it."""
    on: tuple[str, ...] = ()
    """The commands at which it strikes."""
    onset: str = ""
    """start (before the daemon), running, before_letters (running, and before anything is sent), both."""
    once: bool = False
    """It strikes once only: two strikes could hide what one does."""
    profile: str = "generic"
    ports: tuple[str, ...] = ()
    submit_time: float = 0.05
    options: dict[str, Any] = field(default_factory=dict)
    """Of the modem, in the configuration."""
    pin: str = ""
    """What its PIN file says."""
    spare: bool = False
    """Another modem serves its numbers too."""
    letter: dict[str, Any] = field(default_factory=dict)
    """How the messages that come in differ from ordinary ones."""
    letters: bool = True
    letters_first: bool = False
    """Messages come in before the daemon starts."""
    ussd: str = ""
    """What *100# must bring, text or error."""
    # the ends
    send: str = "once"
    """What the network has: each message once by this SIM; once, some by another (elsewhere); none; at most once
    (doubtful)."""
    state: str = "delivered"
    """What the outbox says in the end; several with | between them: any of them."""
    avoided: bool = False
    """The gateway never gives it an occasion."""
    struck: str = ""
    """The state of the one message that the fault hits."""
    reason: str = ""
    """A word of the reason of messages that are not delivered."""
    receive: str = "once"
    """In the inbox: each once; none, and they wait in modem or network; none at all; or perhaps."""
    beside: str = ""
    """raw: undecodable rows may stand beside them."""
    modem: str = "ready"
    why: str = ""
    """A word of the modem's reason."""
    event: str = ""
    """A kind of event that stands in the trace of this modem."""
    within: float = PATIENCE

    @property
    def fault(self) -> Fault | None:
        """As the catalogue has it."""
        return FAULTS[self.name] if self.name else None

    def arms(self, rng: random.Random) -> list[dict[str, Any]]:
        """How it is armed, its moments drawn."""
        if self.fault is None:
            return []
        if self.arm:
            chosen = [dict(each) for each in self.arm]
        elif self.fault.standing:
            chosen = [{}]
        elif self.on or self.fault.kind == "results":
            chosen = [{"on": command} for command in self.on or COMMANDS]
        elif self.fault.kind == "bytes":
            moments = sorted(rng.sample(range(2, 30), 1 if self.once else 3))
            return [{**self.with_, "nth": place} for place in moments]
        else:
            chosen = [{"nth": rng.randint(1, 3)}]
        for each in chosen:
            if "fault" not in each:
                each |= self.with_
            if "on" in each:
                each.setdefault("nth", rng.randint(1, 2))
        return chosen

    def begins(self, rng: random.Random) -> str:
        """When it is armed."""
        if self.onset in ("start", "running", "before_letters"):
            return self.onset
        if self.onset == "both" or (self.fault and not self.fault.standing):
            return rng.choice(("start", "before_letters"))
        return "start"


def load(driver: str) -> list[Row]:
    """The matrix over a driver. Raises KeyError, TypeError for a row that is none."""
    rows = []
    for path in sorted(MATRIX.glob("*.toml")):
        page = tomllib.loads(path.read_text("utf-8"))
        for entry in page["fault"]:
            entry["with_"] = entry.pop("with", {})
            entry.setdefault("id", entry.get("name"))
            otherwise = entry.pop(SECOND, {})
            entry |= otherwise if driver == SECOND else {}
            values = {key: _frozen(value) for key, value in entry.items()}
            rows.append(Row(chapter=page["chapter"], driver=driver, **values))
    return rows


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


ROWS = load(DRIVER)


def groups() -> dict[str, list[Row]]:
    """Rows that share a daemon: of one chapter, those that take long together."""
    found: dict[str, list[Row]] = {}
    for chapter in dict.fromkeys(row.chapter for row in ROWS):
        for slow in (False, True):
            rows = [row for row in ROWS if row.chapter == chapter and (row.within > PATIENCE) is slow]
            for begin in range(0, len(rows), GROUP):
                found[f"{chapter}{'-slow' if slow else ''}-{begin // GROUP + 1}"] = rows[
                    begin : begin + GROUP
                ]
    return found


def sample() -> list[Row]:
    """The rows of the quick checks."""
    return _draw(ROWS, SAMPLE)


def sample_of_second() -> list[Row]:
    """Others, over the second driver."""
    tried = {row.id for row in sample()}
    return _draw([row for row in load(SECOND) if row.id not in tried], SAMPLE_OF_SECOND)


def _draw(rows: list[Row], count: int) -> list[Row]:
    quick = [row for row in rows if row.within <= PATIENCE and row.modem == "ready"]
    return random.Random(f"sample {SEED}").sample(quick, count)
