"""Descriptions as people type them: durations, faults, `sim:` ports, handset rules."""

from __future__ import annotations

import re
import tomllib
import zlib
from pathlib import Path
from typing import Any

from drivers.sim.handsets import Handset, Reply, Rule, polite
from drivers.sim.setup import ModemSetup

_UNITS = {"": 1.0, "s": 1.0, "ms": 0.001, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """`200ms`, `2s`, `1m`, or plain seconds; raises `ValueError`."""
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*(ms|s|m|h|)", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no duration; write 200ms, 2s or 1m")
    return float(found[1]) * _UNITS[found[2]]


def submit_times(text: str) -> float | tuple[float, ...]:
    """One duration, or several with | between them of which each submission draws one."""
    times = tuple(seconds(each) for each in text.split("|"))
    return times[0] if len(times) == 1 else times


def fault(text: str) -> tuple[str, dict[str, Any]]:
    """`NAME[=VALUE][,OPTION=VALUE…]` as the name and the arguments of `arm`.

    Options: nth, times, p (probability), on (a command), and the fault's own parameters.
    """
    first, *rest = text.split(",")
    name, _, value = first.partition("=")
    options: dict[str, Any] = {}
    if value:
        options["value"] = value
    for each in rest:
        key, mark, given = each.partition("=")
        if not mark:
            raise ValueError(f"{text!r}: {each!r} is no OPTION=VALUE")
        if key in ("nth", "times"):
            options[key] = int(given)
        elif key in ("p", "probability"):
            options["probability"] = float(given)
        else:
            options[key] = given
    return name.strip(), options


def scoped_fault(text: str) -> tuple[str | None, str]:
    """`MODEM:FAULT` or `FAULT` for all modems."""
    found = re.match(r"([A-Za-z0-9_-]+):(.*)", text)
    return (found[1], found[2]) if found else (None, text)


def port(spec: str, name: str) -> tuple[ModemSetup, dict[str, Any]]:
    """A `sim:` port: its modem, and what `Setup` is to have beside it (handsets, seed).

    `sim:` or `sim:huawei` alone, or with keys: `sim:profile=huawei,submit=200ms,prompt=20ms,answers=yes,pin=1234,
    number=+336…,imsi=…,slots=10,credit=5,seed=7,fault=NAME=VALUE;nth=2`. What is not said follows from `name`, so
    that the same name is the same SIM after a restart. Raises `ValueError` for an unknown key.
    """
    number = zlib.crc32(name.encode()) % 10**8
    fields: dict[str, Any] = {
        "imsi": f"2089900{number:08}",
        "imei": f"3500000{number:08}",
        "number": f"+3369{number:08}"[:12],
        "submit_time": 0.05,
    }
    world: dict[str, Any] = {}
    faults: list[str] = []
    for item in filter(None, spec.removeprefix("sim:").split(",")):
        key, mark, value = item.partition("=")
        if not mark:
            fields["profile"] = key
        elif key == "fault":
            faults.append(value.replace(";", ","))
        elif key == "answers":
            world["handsets"] = (polite(),) if value.lower() in ("yes", "1", "true", "on") else ()
        elif key == "seed":
            world["seed"] = int(value)
        elif key in _PORT_KEYS:
            target, read = _PORT_KEYS[key]
            fields[target] = read(value)
        else:
            known = ", ".join(sorted([*_PORT_KEYS, "answers", "fault", "seed"]))
            raise ValueError(f"{spec!r}: unknown key {key!r}; known are: {known}")
    return ModemSetup(name="modem0", faults=tuple(faults), **fields), world


_PORT_KEYS: dict[str, tuple[str, Any]] = {
    "profile": ("profile", str),
    "submit": ("submit_time", submit_times),
    "prompt": ("prompt_time", seconds),
    "pin": ("pin", str),
    "number": ("number", str),
    "imsi": ("imsi", str),
    "imei": ("imei", str),
    "smsc": ("smsc", str),
    "slots": ("slots", int),
    "credit": ("credit", int),
}


def handset(text: str) -> Handset:
    """`NUMBER[@DELAY] PATTERN => REPLY`, or `NUMBER off`; NUMBER may end with *. `| ` parts several replies."""
    number, _, rest = text.strip().partition(" ")
    number, _, delay = number.partition("@")
    if rest.strip() == "off":
        return Handset(number=number, off=True)
    pattern, arrow, reply = rest.partition("=>")
    if not arrow:
        raise ValueError(f"{text!r}: write NUMBER PATTERN => REPLY, or NUMBER off")
    after = seconds(delay) if delay else 0.2
    replies = tuple(each.strip() for each in reply.split("|"))
    return Handset(number=number, rules=(Rule(pattern.strip(), replies, after),))


def handsets_file(path: Path) -> tuple[Handset, ...]:
    """Handsets from TOML: tables [[handset]] with the fields of `Handset`, rules as tables in it."""
    with path.open("rb") as file:
        tables = tomllib.load(file).get("handset", [])
    return tuple(_handset(table) for table in tables)


def _handset(table: dict[str, Any]) -> Handset:
    fields = dict(table)
    rules = tuple(
        Rule(**{**rule, "reply": _answer(rule.get("reply", ""))}) for rule in fields.pop("rules", ())
    )
    script = tuple(_answer(each) for each in fields.pop("script", ()))
    return Handset(rules=rules, script=script, **fields)


def _answer(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_answer(each) for each in value)
    return Reply(**value) if isinstance(value, dict) else str(value)
