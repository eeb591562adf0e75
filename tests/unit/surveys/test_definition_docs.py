"""docs/surveys.md names every key and every code, and its smallest file works."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from gateway.surveys.definition import MEANINGS, load_text
from gateway.surveys.definition.model import AlertOn, AlertRule, Closing, Item, Limits, Reminder, Start

PAGE = (Path(__file__).parents[3] / "docs" / "surveys.md").read_text(encoding="utf-8")


def test_every_code_is_listed() -> None:
    assert dict(re.findall(r"^\| ([EW]\d\d) \| (.+) \|$", PAGE, re.MULTILINE)) == MEANINGS


def test_every_key_is_explained() -> None:
    keys = {
        field.name for kind in (Start, Limits, Reminder, Closing, AlertRule, Item) for field in fields(kind)
    }
    keys = (keys - {"options"}) | {"[[question.option]]", *AlertOn, "stop_notice", "default_lang", "version"}
    assert [key for key in sorted(keys) if f"`{key}" not in PAGE] == []


def test_the_smallest_file_is_sound() -> None:
    text = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
    loaded = load_text(text, "livraison")
    assert loaded.survey is not None
    assert {problem.code for problem in loaded.problems} == {"W04", "W07"}
