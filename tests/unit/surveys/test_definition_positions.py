"""The line of every key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.surveys.definition.positions import line_of, positions

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "surveys").glob("*.toml"))

TEXT = '''
title = "a # b"          # comment = "x"
text.fr = 'deux'
[start]
delay = "1m"

[[question]]
id = "one"
labels = { "1" = "bad", "5" = "good" }
next = [
  { when = "a = b", goto = "end" },  # one
  { goto = "two" },
]
[question.text]
fr = """
[not.a.header]
key = "no"
"""
  [[question.option]]
  key = "1"
  [[question.option]]
  key = "2"
[[question]]
id = "two"
"quoted key".inner = [[1, 2], [3]]
[[question.option]]
key = "3"
'''


def _paths(tree: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return {path}.union(*(_paths(each, (*path, key)) for key, each in inner))


def test_every_key_has_its_line() -> None:
    lines = positions(TEXT)
    assert lines[("title",)] == 2
    assert lines[("text", "fr")] == 3
    assert lines[("start", "delay")] == 5
    assert lines[("question", 0)] == 7
    assert lines[("question", 0, "labels", "5")] == 9
    assert lines[("question", 0, "next", 0, "goto")] == 11
    assert lines[("question", 0, "next", 1, "goto")] == 12
    assert lines[("question", 0, "text", "fr")] == 15
    assert lines[("question", 0, "option", 1, "key")] == 22
    assert lines[("question", 1, "id")] == 24
    assert lines[("question", 1, "quoted key", "inner", 1, 0)] == 25
    assert lines[("question", 1, "option", 0, "key")] == 27
    assert not [path for path in lines if "not" in path or "comment" in path]


@pytest.mark.parametrize("text", [TEXT, *(file.read_text(encoding="utf-8") for file in EXAMPLES)])
def test_no_path_is_missed_and_none_invented(text: str) -> None:
    lines = positions(text)
    real = _paths(tomllib.loads(text))
    assert set(lines) <= real
    leaves = {
        path for path in real if not any(other[: len(path)] == path and other != path for other in real)
    }
    assert leaves <= set(lines)


def test_the_nearest_line_stands_in() -> None:
    lines = positions(TEXT)
    assert line_of(("question", 0, "when"), lines) == 7
    assert line_of(("missing",), lines) is None


@pytest.mark.parametrize(
    "text", ["[", "[[", "a", "a =", "= 1", "a = [1", "a = {", '"', "\x00", "]]", "a = [{b = 1, }"]
)
def test_what_is_no_toml_ends(text: str) -> None:
    positions(text)
