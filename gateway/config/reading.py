"""From a file to settings: where the file is, what it says, and everything that is wrong with it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.config.lines import key_lines
from gateway.config.problems import ConfigError, NotFound, Problem, from_pydantic, line_of
from gateway.config.settings import Settings, shared_places

PLACES = (Path("config.toml"), Path("/etc/smsgw/config.toml"))
VARIABLE = "SMSGW_CONFIG"


def find(explicit: Path | str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The configuration to use: `explicit`, $SMSGW_CONFIG, ./config.toml or /etc/smsgw/config.toml.

    Raises NotFound naming the places looked at.
    """
    named = explicit or environ.get(VARIABLE)
    if named:
        return Path(named)
    for place in PLACES:
        if _is_there(place):
            return place
    looked = ", ".join(("--config", f"${VARIABLE}", *(str(Path.cwd() / place) for place in PLACES)))
    what = f"no configuration found; looked at {looked}. `smsgw config example > config.toml` makes one"
    raise NotFound(None, [Problem("", what)])


def _is_there(place: Path) -> bool:
    try:
        return place.is_file()
    except PermissionError:  # /etc/smsgw is closed to strangers: `load` says how to be let in
        return True


def load(file: Path | str) -> Settings:
    """The settings of a file, relative paths taken from its folder. Raises ConfigError with every problem."""
    file = Path(file)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except PermissionError:
        what = "this user may not read it: join the group smsgw (usermod -aG smsgw), or use sudo"
        raise ConfigError(file, [Problem("", what)]) from None
    except OSError as error:
        raise ConfigError(file, [Problem("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(file, [Problem("", "not UTF-8: save the file as UTF-8", line)]) from None
    return parse(text, file).below(file.absolute().parent)


def parse(text: str, file: Path | None = None) -> Settings:
    """The settings that a text says. Raises ConfigError with every problem."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, [_syntax(str(error))]) from None
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(file, _all_problems(error, tree, key_lines(text))) from None


def _all_problems(
    error: ValidationError, tree: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]
) -> list[Problem]:
    """Pydantic's findings, and what it looks for only once each modem is right by itself."""
    modems = tree.get("modems")
    known = modems if isinstance(modems, dict) else {}
    tables = {name: table for name, table in known.items() if isinstance(table, dict)}
    shared = shared_places({name: (table.get("port"), table.get("imei")) for name, table in tables.items()})
    problems = [problem for problem in from_pydantic(error, Settings, lines) if problem.where or not shared]
    problems += [Problem(f"modems.{name}", what, line_of(("modems", name), lines)) for name, what in shared]
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.where))


def _syntax(message: str) -> Problem:
    """What the TOML reader says, its line put where lines stand; the text itself may hold a password."""
    found = re.search(r" \(at line (\d+), column (\d+)\)", message)
    what = message.replace(found[0], f" at column {found[2]}") if found else message
    return Problem(
        "", f"no TOML: {what}; texts and durations stand in quotes", int(found[1]) if found else None
    )
