"""The ways through a survey, whatever the conditions say."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.surveys.definition.model import END, Survey


def onward(survey: Survey, place: int) -> Iterator[int]:
    """The places that may come after a question; `len(questions)` is the end. Jumps must be sound."""
    for jump in survey.questions[place].next:
        yield len(survey.questions) if jump.goto == END else survey.place(jump.goto)
        if jump.when is None:
            return  # what stands behind an unconditional jump is never looked at
    yield place + 1


def first_places(survey: Survey) -> list[int]:
    """The questions that may be the first to be asked: those before it may be skipped."""
    places = []
    for place, item in enumerate(survey.questions):
        places.append(place)
        if item.skip_if is None:
            break
    return places


def reachable(survey: Survey) -> set[str]:
    """The ids of the questions that some way leads to."""
    reached = {0}
    for place in range(len(survey.questions)):
        if place in reached:
            reached.update(onward(survey, place))
    return {item.id for place, item in enumerate(survey.questions) if place in reached}


def longest(survey: Survey) -> int:
    """How many questions the longest way asks."""
    most = [0] * (len(survey.questions) + 1)
    for place in reversed(range(len(survey.questions))):
        most[place] = 1 + max(most[next_place] for next_place in onward(survey, place))
    return most[0]
