"""config.example.toml, written from the settings: descriptions become comments, defaults values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.config.modem import Modem
from gateway.config.settings import Settings
from gateway.config.values import Cap, duration_text

HEAD = """\
# smsgw: everything that can be set, nearly everything at its default; the limits of [throttle] are a careful
# start. `smsgw config check` tells every mistake with its line. Durations are "90s", "15m", "8h", "30d".
"""

SENSIBLE = {"per_minute": 6, "per_day": 400, "recipients_per_month": 200}
"""Limits that a careful operator starts with; the code's own defaults are none."""

COMMENTED = {"imei", "number", "pin_file", "smsc", "throttle", "team"}
"""Keys that most configurations leave out: shown, but not in force."""

TIMES_OF_DAY = {"start", "end"}
WIDTH = 110


def example() -> str:
    """The text of config.example.toml."""
    lines = list(_section((), Settings))
    return HEAD + "\n".join(lines) + "\n"


def _section(path: tuple[str, ...], model: type[BaseModel]) -> Iterator[str]:
    """A table: its header, its keys, then the tables in it."""
    fields = model.model_fields
    tables = {name: table for name, field in fields.items() if (table := _table(name, field))}
    if keys := [name for name in fields if name not in tables]:
        yield from ("", f"[{'.'.join(path)}]" + ("  # a name of your choice" if model is Modem else ""))
        for name in keys:
            yield from _key(name, _value(path, name, fields[name]), fields[name].description)
    for header, content in tables.values():
        if isinstance(content, FieldInfo):
            yield from _targets((*path, header), content)
        else:
            yield from _section((*path, header), content)


def _table(name: str, field: FieldInfo) -> tuple[str, type[BaseModel] | FieldInfo] | None:
    """The table that a field is: its header's end and what is in it; None where the field is a key."""
    if name == "modems":
        return "modems.sim1", Modem
    if name == "targets":
        return name, field
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel) and not field.examples:
        return name, field.annotation
    return None


def _targets(path: tuple[str, ...], field: FieldInfo) -> Iterator[str]:
    yield from ("", f"[{'.'.join(path)}]  # {field.description}")
    for name, value in (field.examples or [{}])[0].items():
        yield from _key(name, value, "a name of your choice")


def _value(path: tuple[str, ...], name: str, field: FieldInfo) -> Any:
    """What the example shows: a careful limit, the field's own example, or the default."""
    if path == ("throttle",) and name in SENSIBLE:
        return SENSIBLE[name]
    return field.examples[0] if field.examples else field.get_default(call_default_factory=True)


def _key(name: str, value: Any, description: str | None) -> Iterator[str]:
    """A key with its comment behind it, or above it where the line would be long."""
    line = f"{'# ' if name in COMMENTED else ''}{name} = {toml(value, name)}"
    if len(line) + len(description or "") + 4 <= WIDTH:
        yield f"{line}  # {description}"
    else:
        yield from (f"# {description}:", line)


def toml(value: Any, name: str = "") -> str:
    """A value as TOML writes it, in the forms that the settings read."""
    match value:
        case bool():
            return str(value).lower()
        case int() if name in TIMES_OF_DAY:
            return f'"{value // 60:02d}:{value % 60:02d}"'
        case int():
            return str(value)
        case None:
            return '""'
        case timedelta():
            return f'"{duration_text(value)}"'
        case Cap():
            return f'"{value.count}/{duration_text(value.period)}"'
        case Enum() | Path() | str():
            text = str(value.value if isinstance(value, Enum) else value)
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list() | tuple():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    raise TypeError(f"no TOML form for {type(value).__name__}")
