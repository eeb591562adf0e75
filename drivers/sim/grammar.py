"""The command line of V.250 5.2: what follows AT, up to the carriage return."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EXTENDED = re.compile(r"([+^*#$%_!][A-Za-z0-9!%\-./:_]+)")
_BASIC = re.compile(r"([&\\]?[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line."""

    name: str
    """Upper case, with its prefix: +CMGS, E, &F, ^CURC."""
    form: str
    """run, read (?), test (=?) or set (=)."""
    raw: str = ""
    """What stands behind the equals sign, or the digits of a basic command."""

    @property
    def parameters(self) -> list[str | None]:
        """The values between the commas, without quotes; None where one was left out."""
        return split_parameters(self.raw)

    @property
    def text(self) -> str:
        """As it was meant: AT+CMGS=24."""
        mark = {"run": "", "read": "?", "test": "=?", "set": "=" if self.name[0] in "+^*#$%_!" else ""}
        return f"AT{self.name}{mark[self.form]}{self.raw}"


def split_parameters(raw: str) -> list[str | None]:
    """Split at commas outside of quotes."""
    values: list[str | None] = []
    start, quoted = 0, False
    for place, char in enumerate(raw + ","):
        if char == '"':
            quoted = not quoted
        elif char == "," and (not quoted or place == len(raw)):
            bare = raw[start:place].strip()
            values.append(bare.strip('"') if bare else None)
            start = place + 1
    return values


def body_of(line: str) -> str | None:
    """What follows the last AT that starts a command; None where the line holds none."""
    found = re.search(r"[Aa][Tt]", line)
    return line[found.end() :] if found else None


def parse(body: str) -> list[Command] | None:
    """The commands of a line, in order; None where it cannot be read. An empty line is plain AT."""
    commands: list[Command] = []
    rest = body.strip()
    while rest:
        if rest[0] in "; ":
            rest = rest[1:]
            continue
        taken = _extended(rest) or _basic(rest)
        if taken is None:
            return None
        command, rest = taken
        commands.append(command)
    return commands


def _extended(rest: str) -> tuple[Command, str] | None:
    found = _EXTENDED.match(rest)
    if not found:
        return None
    name, rest = found[1].upper(), rest[found.end() :]
    end = _end(rest)
    tail, rest = rest[:end].strip(), rest[end + 1 :]
    if tail == "":
        return Command(name, "run"), rest
    if tail == "?":
        return Command(name, "read"), rest
    if tail == "=?":
        return Command(name, "test"), rest
    if tail.startswith("="):
        return Command(name, "set", tail[1:].strip()), rest
    return None


def _end(rest: str) -> int:
    """Where this command ends: the first semicolon outside of quotes."""
    quoted = False
    for place, char in enumerate(rest):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return place
    return len(rest)


def _basic(rest: str) -> tuple[Command, str] | None:
    found = _BASIC.match(rest)
    if not found:
        return None
    name, rest = found[1].upper(), rest[found.end() :]
    if name == "D":
        end = _end(rest)
        return Command(name, "set", rest[: end + 1]), rest[end + 1 :]
    if name == "S":
        found = re.match(r"(\d+)(\?|=\d*)?", rest)
        return (Command(name, "set", found[0]), rest[found.end() :]) if found else None
    digits = re.match(r"\d*", rest)
    number = digits[0] if digits else ""
    return Command(name, "set", number), rest[len(number) :]
