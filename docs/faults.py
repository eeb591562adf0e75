"""The tables of docs/faults.md, made from the fault matrix of the tests (`tests/e2e/faults/matrix/*.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from drivers.sim.catalogue import FAULTS

MATRIX = Path(__file__).parents[1] / "tests" / "e2e" / "faults" / "matrix"
SECOND = "gsmmodem"
SEND = {
    "once": "each once",
    "elsewhere": "each once, some by another modem",
    "never": "none",
    "doubtful": "at most once each",
}
MOMENTS = ("nth", "on", "probability", "times")
"""When a fault strikes, which the seed moves anyway."""
RECEIVE = {"once": "each once", "waits": "waits", "never": "–", "maybe": "once, or waits"}


def pages() -> Iterator[Mapping[str, Any]]:
    """The chapters of the matrix, in order."""
    for path in sorted(MATRIX.glob("*.toml")):
        yield tomllib.loads(path.read_text("utf-8"))


def fault_tables() -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    """Each chapter's heading, and its rows."""
    for page in pages():
        yield f"{page['title']}", [_row(entry) for entry in page["fault"]]


def second_driver() -> list[tuple[str, ...]]:
    """The rows of faults that end otherwise where `driver = "gsmmodem"`."""
    entries = [entry for page in pages() for entry in page["fault"] if SECOND in entry]
    return [_row({**entry, **entry[SECOND]}) for entry in entries]


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    known = FAULTS.get(entry.get("name", ""))
    number = entry.get("numbers") or (known.numbers if known else "")
    return (
        f"`{_called(entry)}`",
        number.replace(" ", ", "),
        _what(entry, known.summary if known else "a message that comes in so"),
        entry["sees"],
        entry["does"],
        SEND[entry.get("send", "once")],
        _states(entry),
        RECEIVE[entry.get("receive", "once")],
        _modem(entry.get("modem", "ready")),
    )


def _called(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry["name"])


def _what(entry: Mapping[str, Any], summary: str) -> str:
    """The fault in words, with the parameters that were chosen."""
    chosen = {**entry.get("with", {}), **entry.get("letter", {}), **entry.get("options", {})}
    beside = []
    for arm in entry.get("arm", ()):
        if "fault" in arm:
            beside.append(arm["fault"])
        else:
            chosen |= {name: value for name, value in arm.items() if name not in MOMENTS}
    if entry.get("profile"):
        chosen["profile"] = entry["profile"]
    if entry.get("ports"):
        chosen["ports"] = entry["ports"]
    shown = ", ".join(f"`{name}={_text(value)}`" for name, value in chosen.items())
    together = ", together with " + ", ".join(f"`{name}`" for name in dict.fromkeys(beside)) if beside else ""
    return (f"{summary} ({shown})" if shown else summary) + together


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _states(entry: Mapping[str, Any]) -> str:
    usual = " or ".join(f"`{state}`" for state in entry.get("state", "delivered").split("|"))
    return f"one `{entry['struck']}`, the others {usual}" if entry.get("struck") else usual


def _modem(states: str) -> str:
    return " or ".join(f"`{state}`" for state in states.split("|"))
