"""What is wrong with a configuration, every problem at once, in words for the person who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

TYPES = {
    "int_type": "expected a whole number, without quotes",
    "string_type": "expected a text, in quotes",
    "bool_type": "expected true or false, without quotes",
    "tuple_type": 'expected a list, such as ["+33"]',
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
    "too_short": "must not be empty",
}

INSTEAD = {
    "pin": "the PIN has a file of its own, which only smsgw reads: pin_file",
    "device": "a modem's place is called port",
    "connection": "a modem's place is called port, its kind driver",
}
"""Keys that people bring along from elsewhere and no spelling distance leads home."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, or (as a warning) to know."""

    where: str
    """The TOML path, `modems.sim1.port`; "" where it is about the file as a whole."""
    what: str
    line: int | None = None
    warning: bool = False

    def text(self, file: Path | str = "") -> str:
        """One line: `config.toml:12: modems.sim1.port: what`."""
        place = (
            f"{file}:{self.line}"
            if file and self.line
            else str(file or (f"line {self.line}" if self.line else ""))
        )
        return ": ".join(part for part in (place, self.where, self.what) if part)


class ConfigError(Exception):
    """The configuration cannot be used. `problems` has everything that is wrong with it."""

    def __init__(self, file: Path | None, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text(file or "") for problem in self.problems))


class NotFound(ConfigError):
    """There is no configuration where one was looked for."""


def from_pydantic(
    error: ValidationError, model: type[BaseModel], lines: Mapping[tuple[str, ...], int]
) -> list[Problem]:
    """Each of pydantic's findings as a problem with its path and, where it is known, its line."""
    found = error.errors(include_url=False, include_input=False)
    return [_problem(details, model, lines) for details in found]


def _problem(details: ErrorDetails, model: type[BaseModel], lines: Mapping[tuple[str, ...], int]) -> Problem:
    loc = [key for key in details["loc"] if key != "[key]"]  # pydantic's mark of an error in the key itself
    return Problem(dotted(loc), _words(details, model), line_of(tuple(str(key) for key in loc), lines))


def line_of(keys: tuple[str, ...], lines: Mapping[tuple[str, ...], int]) -> int | None:
    """The line of a path, or of the nearest thing around it that has one."""
    for length in range(len(keys), 0, -1):
        if keys[:length] in lines:
            return lines[keys[:length]]
    return None


def dotted(keys: Iterable[str | int]) -> str:
    """A path as a person would name it: `modems.sim1.routes[0]`; keys count from 0 as TOML readers do."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _words(details: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(details["loc"], model)
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"expected one of {context['expected']}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        return (
            f"must be {'at least' if 'ge' in context else 'at most'} {context.get('ge', context.get('le'))}"
        )
    return TYPES.get(kind, details["msg"])


def _unknown(loc: Sequence[str | int], model: type[BaseModel]) -> str:
    key = str(loc[-1])
    known = _known(loc[:-1], model)
    near = difflib.get_close_matches(key, known, 1, cutoff=0.6)
    hint = INSTEAD.get(key) or (f"did you mean {near[0]}?" if near else "known here: " + ", ".join(known))
    return f"unknown key; {hint}"


def _known(loc: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """The keys that the table at `loc` may have."""
    here: Any = model
    for key in loc:
        if get_origin(here) is dict:
            here = get_args(here)[1]
        elif isinstance(here, type) and issubclass(here, BaseModel) and key in here.model_fields:
            here = here.model_fields[str(key)].annotation
    return list(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []
