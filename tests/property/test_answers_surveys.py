"""Survey files that somebody mangled: every problem is a sentence, none an exception."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.surveys.definition import load_text
from gateway.surveys.definition.grammar import ExpressionError, parse_expression
from gateway.surveys.definition.templates import MissingVariable, TemplateError, render

MANY = settings(max_examples=100, deadline=None)
EXAMPLES = [
    file.read_text(encoding="utf-8")
    for file in sorted((Path(__file__).parents[2] / "examples" / "surveys").glob("*"))
]
VALUES = ["1", '"x"', "true", "[]", "{}", "1.5", '["a", 1]', "[[1]]", "[{}]", "{ fr = 1 }", '{ a = "b" }', "2026-01-01",
          "-1", '""', '"{"', '"{x}"', '"1 ="', '"nps <= 2"', "99999999999999999999"]  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(EXAMPLES)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["drop", "double", "value", "character", "swap"]))
        if how == "drop":
            lines[place] = ""
        elif how == "double":
            lines.insert(place, lines[place])
        elif how == "value":
            key, mark, _ = lines[place].partition("=")
            lines[place] = f"{key}= {draw(st.sampled_from(VALUES))}" if mark else lines[place]
        elif how == "character":
            column = draw(st.integers(0, len(lines[place])))
            lines[place] = lines[place][:column] + draw(st.characters()) + lines[place][column + 1 :]
        else:
            other = draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
    return "\n".join(lines)


@MANY
@given(mangled())
def test_a_mangled_file_has_problems_and_no_exception(text: str) -> None:
    loaded = load_text(text, "essai")
    assert (loaded.survey is None) == bool(loaded.errors)
    lines = text.count("\n") + 1
    for problem in loaded.problems:
        assert problem.what
        assert problem.line is None or 1 <= problem.line <= lines
    if loaded.survey is not None:
        for item in loaded.survey.questions:
            item.question("fr", "fr")


@MANY
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["nps", "and", "or", "not", "(", ")", "==", "1", "in", "["])).map(" ".join)
)
def test_any_condition_parses_or_says_why(text: str) -> None:
    with suppress(ExpressionError):
        parse_expression(text)


@MANY
@given(st.text(alphabet="{}|ab .,", max_size=40), st.dictionaries(st.sampled_from("ab"), st.text(max_size=5)))
def test_any_text_renders_or_says_why(template: str, values: dict[str, str]) -> None:
    with suppress(TemplateError, MissingVariable):
        assert render(template, values) == render(template, values).strip()
