"""What is wrong with a survey file, in words for the person who wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where something stands in a file: keys, and places in lists."""

MEANINGS = {
    "E00": "the file cannot be read",
    "E01": "unknown key",
    "E02": "version",
    "E03": "bad or repeated id",
    "E04": "unknown question",
    "E05": "a jump that does not go forward",
    "E06": "a question that nobody can reach",
    "E07": "a text is missing in the default language",
    "E08": "bad duration",
    "E09": "options",
    "E10": "a control word means an answer",
    "E11": "the first text does not say who writes, or how to refuse",
    "E12": "promotional words",
    "E13": "bounds of a scale",
    "E14": "placeholder",
    "E15": "an alert without an occasion",
    "E16": "target of an alert",
    "E17": "too many questions",
    "E18": "missing or wrong value",
    "W01": "more than three questions",
    "W02": "characters outside GSM 7-bit",
    "W03": "more than one part",
    "W04": "somebody gets no closing",
    "W05": "the scale is not said",
    "W06": "two answers look the same",
    "W07": "nobody is told of low scores",
    "W08": "a text is missing in another language",
    "W09": "a condition that is never true",
}
"""Every code, with what it is about. The codes are stable; scripts may look for them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend (E…), or to know (W…)."""

    code: str
    where: Path
    what: str
    line: int | None = None
    warning: bool = False

    @property
    def key(self) -> str:
        """The place as a person would name it: `question 2 (motif).next[0].goto` without the name."""
        return dotted(self.where)

    def text(self, file: str = "") -> str:
        """One line: `livraison.toml:12: E05 question[0].next[1].goto: what to mend`."""
        place = ":".join(str(part) for part in (file, self.line) if part)
        told = f"{self.code} {self.key}".strip()
        return f"{place}: {told}: {self.what}" if place else f"{told}: {self.what}"


class SurveyError(Exception):
    """A survey file cannot be used. `problems` has everything that is wrong with it, warnings too."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text(file) for problem in self.problems if not problem.warning))


def dotted(path: Iterable[str | int]) -> str:
    """`question[0].next[1].goto`; lists count from 0, as TOML readers do."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
