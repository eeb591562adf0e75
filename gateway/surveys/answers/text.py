"""Open questions: whatever was written, unless it says that there is nothing to say."""

from __future__ import annotations

from gateway.surveys.answers.lexicon import NO_COMMENT
from gateway.surveys.answers.normalise import Reading, is_blank
from gateway.surveys.answers.values import Flag, Result, answer


def read_text(reading: Reading) -> Result:
    """The text with its white space collapsed; None where it is no comment."""
    if is_blank(reading) or not NO_COMMENT.isdisjoint(reading.forms):
        return answer(None, None, Flag.NO_COMMENT)
    return answer(" ".join(reading.raw.split()), None)
