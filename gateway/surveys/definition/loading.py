"""The door to survey files."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from gateway.surveys.definition.checks import check
from gateway.surveys.definition.model import Survey
from gateway.surveys.definition.positions import positions
from gateway.surveys.definition.problems import Problem, SurveyError
from gateway.surveys.definition.reader import Notes
from gateway.surveys.definition.reading import read_survey

MAX_OCTETS = 64 * 1024
"""A survey of nine questions in ten languages is half of that."""
_ENDLESS_KEY = re.compile(r"(?<![\w-])(?:(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){16}")
"""A key of keys of keys: no survey has more than four, and the reader of TOML takes quadratic time over them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A survey and what was said about it. `survey` is None exactly where there is an error."""

    survey: Survey | None
    problems: tuple[Problem, ...]
    text: str = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the survey from being used."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What its author may want to know."""
        return tuple(problem for problem in self.problems if problem.warning)


def load(file: Path | str, promotional: str = "warn") -> Survey:
    """The survey of a file. Raises SurveyError with every problem, or OSError."""
    loaded = look_at(file, promotional)
    if loaded.survey is None:
        raise SurveyError(str(file), loaded.problems)
    return loaded.survey


def look_at(file: Path | str, promotional: str = "warn") -> Loaded:
    """The survey of a file as far as it can be read, with its problems. Raises OSError."""
    file = Path(file)
    with file.open("rb") as opened:
        content = opened.read(MAX_OCTETS + 1)
    if len(content) > MAX_OCTETS:
        return _unreadable(f"longer than {MAX_OCTETS // 1024} KiB: this is no survey")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable("not UTF-8: save the file as UTF-8", line)
    return load_text(text, file.stem, promotional)


def load_text(text: str, stem: str = "", promotional: str = "warn") -> Loaded:
    """The survey that a text says, under the name of its file without `.toml`."""
    text = text.replace("\r\n", "\n")
    endless = _ENDLESS_KEY.search(text)
    if endless is not None:
        return _unreadable("a key with more than fifteen dots", text.count("\n", 0, endless.start()) + 1)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column (\d+)\)| \(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        return _unreadable(f"no TOML: {error}{_mend(str(error))}", line)
    except RecursionError:
        return _unreadable("no TOML that anybody could read: brackets within brackets")
    notes = Notes(positions(text))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    survey = read_survey(tree, notes, stem, digest)
    if survey is not None:
        check(survey, notes, promotional)
    problems = tuple(sorted(notes.problems, key=lambda each: (each.warning, each.line or 0, each.code)))
    failed = any(not problem.warning for problem in problems)
    return Loaded(None if failed else survey, problems, text)


def _mend(error: str) -> str:
    """What to do about a mistake in the TOML, where that is clear."""
    if re.search(
        r"Cannot declare .* twice|Cannot (?:overwrite|mutate)|can.t overwrite", error, re.IGNORECASE
    ):
        return "; put what belongs together under one [heading]; closings, questions and alerts stand under [[two]]"
    if "Invalid value" in error:
        return "; texts and durations stand in quotes"
    return "; look for a quotation mark, a comma or a bracket too few"


def _unreadable(what: str, line: int | None = None) -> Loaded:
    return Loaded(None, (Problem("E00", (), what, line),))
