"""Rehearsals as text: what somebody types at `smsgw survey try`, saved, and played again as a test.

    # a comment                       :wait 2d          let time pass
    > 2 trop long                     :report failed    of our last text (also: delivered)
    + et colis ouvert   (right on)    :reports off      give reports by hand (on: by themselves)
    < what we answered                :stop             the customer sends STOP
    = what came of it                 :fail             the network refuses what waits to go out

After a line with `>` the clock runs until our answer has gone out; after `+` it stands three seconds later, so
that the next line comes before it. Lines with `<` and `=` are what a saved rehearsal expects.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from gateway.clock import from_text, to_text
from gateway.surveys.definition.model import Survey
from gateway.surveys.outcome import disposition
from gateway.surveys.rehearsal import Rehearsal

HASTE = timedelta(seconds=3)
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
HELP = (
    ":wait 2d | :report delivered | :report failed | :reports on | :reports off | :fail | :stop | :state | :quit;"
    " + TEXT is sent right before the next line"
)


class ScriptError(ValueError):
    """A line that means nothing; the text says what there is."""


class Script:
    """A rehearsal that is typed line by line."""

    def __init__(
        self, survey: Survey, start: datetime, *, context: dict[str, str], language: str | None = None
    ) -> None:
        self.survey, self.context, self.language, self.start = survey, dict(context), language, start
        self.talk = Rehearsal(start)
        self.typed: list[str] = []
        """The record with what was typed between it: what is saved."""
        self._shown = 0
        reference = self.context.pop("ref", "A-12")
        self.talk.invite(survey, context=self.context, language=language, event_ref=reference)
        self.context["ref"] = reference
        self.talk.wait(survey.start.delay)
        self.talk.settle()
        self.typed += self._news()

    def type(self, line: str) -> None:
        """Do what a line says. Raises ScriptError."""
        line = "> STOP" if line.strip() == ":stop" else line.strip()
        if line.startswith(":"):
            self._command(line[1:].split())
            self.typed.append(line)
        elif line.startswith("+"):
            self.talk.says(line[1:].strip())
            self.talk.wait(HASTE)
        else:
            self.talk.says(line.removeprefix(">").strip())
            self.talk.settle()
        self.typed += self._news(quick=line.startswith("+"))

    def _news(self, quick: bool = False) -> list[str]:
        """What was said and done since the last look, as lines of a saved rehearsal."""
        found = self.talk.record[self._shown :]
        self._shown = len(self.talk.record)
        mark = "+" if quick else ">"
        return [
            f"{mark if said.mark == '>' else said.mark} {' '.join(said.text.split())}".rstrip()
            for said in found
        ]

    def _command(self, words: list[str]) -> None:
        match words:
            case ["wait", length] if found := _DURATION.fullmatch(length):
                self.talk.wait(timedelta(seconds=int(found[1]) * _UNITS[found[2]]))
            case ["report", "delivered" | "failed" as outcome]:
                self.talk.report(outcome == "delivered")
            case ["reports", "on" | "off" as switch]:
                self.talk.reports = switch == "on"
            case ["fail"]:
                self.talk.fail()
            case _:
                raise ScriptError(f":{' '.join(words)} means nothing here; there are {HELP}")

    def state(self) -> str:
        """The session in one line."""
        session = self.talk.session
        answers = ", ".join(
            f"{name} {item.status}" + ("" if item.value is None else f" = {item.value}")
            for name, item in session.items.items()
        )
        return (
            f"{session.state}, counts as {disposition(self.survey, session)}: {answers or 'no question yet'}"
        )

    def saved(self) -> str:
        """The rehearsal as a text that `replay` takes."""
        said = [
            f"# A rehearsal of {self.survey.id}: smsgw survey try --replay plays it again",
            f"at {to_text(self.start)}",
        ]
        said += [f"language {self.language}"] if self.language else []
        said += [f"context {name}={value}" for name, value in self.context.items()]
        return "\n".join([*said, *self.typed, ""])


def replay(survey: Survey, text: str) -> list[str]:
    """Play a saved rehearsal; the differences to what it expects, as lines of a diff. Raises ScriptError."""
    lines = [line.rstrip() for line in text.splitlines()]
    start, language, context = _head(lines)
    script = Script(survey, start, context=context, language=language)
    body = [line for line in lines if line[:1] in ("<", ">", "=", "+", ":")]
    for line in body:
        if line[:1] in (">", "+", ":"):
            script.type(line)
    return list(_differences(body, script.typed))


def _head(lines: Iterable[str]) -> tuple[datetime, str | None, dict[str, str]]:
    start, language, context = None, None, {}
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "at":
            try:
                start = from_text(rest.strip())
            except ValueError:
                raise ScriptError(f"{line!r}: a time such as 2026-11-24T10:00:00Z is expected") from None
        elif word == "language":
            language = rest.strip()
        elif word == "context":
            name, equals, value = rest.partition("=")
            if not equals:
                raise ScriptError(f"{line!r}: context NAME=VALUE is expected")
            context[name.strip()] = value.strip()
        elif line and line[:1] not in ("#", "<", ">", "=", "+", ":"):
            raise ScriptError(
                f"{line!r} means nothing: lines begin with >, +, <, =, :, #, at, language or context"
            )
    if start is None:
        raise ScriptError("there is no line that says when it begins, such as: at 2026-11-24T10:00:00Z")
    return start, language, context


def _differences(expected: list[str], found: list[str]) -> Iterator[str]:
    diff = difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=1)
    yield from (line for line in diff if not line.startswith("@@"))
