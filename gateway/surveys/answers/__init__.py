"""How replies are understood: `parse(question, text) -> Result`, pure and deterministic.

docs/answers.md says the rules in plain words, with examples that a test runs.
"""

from __future__ import annotations

from gateway.surveys.answers.parse import parse
from gateway.surveys.answers.values import (
    Flag,
    Option,
    Outcome,
    Question,
    QuestionType,
    Reason,
    Result,
    Scope,
)

__all__ = ["Flag", "Option", "Outcome", "Question", "QuestionType", "Reason", "Result", "Scope", "parse"]
