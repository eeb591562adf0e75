"""Survey files: TOML in, a frozen `Survey` out, and every problem at once. docs/surveys.md explains the files."""

from __future__ import annotations

from gateway.surveys.definition.loading import Loaded, load, load_text
from gateway.surveys.definition.model import END, Closing, Item, Survey
from gateway.surveys.definition.problems import MEANINGS, Problem, SurveyError
from gateway.surveys.definition.segments import Cost, costs
from gateway.surveys.definition.templates import MissingVariable, render

__all__ = [
    "END",
    "MEANINGS",
    "Closing",
    "Cost",
    "Item",
    "Loaded",
    "MissingVariable",
    "Problem",
    "Survey",
    "SurveyError",
    "costs",
    "load",
    "load_text",
    "render",
]
