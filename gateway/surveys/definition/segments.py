"""What a text costs: its alphabet and its parts, with the longest that its placeholders are likely to bring."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from drivers import Alphabet, Segments, segment
from gateway.surveys.answers import QuestionType
from gateway.surveys.definition.model import Survey, pick
from gateway.surveys.definition.templates import Placeholder, fill, placeholders

LIKELY = {"prenom": 12, "first_name": 12, "nom": 16, "last_name": 16, "ref": 12, "coupon": 10}
"""Characters that we count for a placeholder; a name is seldom longer."""
OTHERWISE = 20
LONGEST_ANSWER = 60
"""Of an open question, quoted in a later text."""

_PLAIN = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "–": "-", "—": "-", "œ": "oe",
    "Œ": "OE", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "•": "-", "ç": "c", "½": "1/2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """One text in one language, as it is sent at its longest."""

    where: tuple[str | int, ...]
    language: str
    sample: str
    segments: Segments
    plain_parts: int
    """How many parts it would take without the characters that force UCS-2."""
    with_names: int
    """How many parts it takes where a placeholder brings such a character (a name like Zoë)."""

    @property
    def parts(self) -> int:
        """Parts of the sample."""
        return len(self.segments.parts)

    @property
    def costly(self) -> str:
        """The characters that cost further parts; "" where they cost nothing."""
        return self.segments.costly if self.plain_parts < self.parts else ""


def costs(survey: Survey) -> list[Cost]:
    """Every text of a survey in every language it has."""
    return [
        cost(survey, where, language, text)
        for where, texts in survey.texts()
        for language, text in texts.items()
    ]


def cost(survey: Survey, where: tuple[str | int, ...], language: str, text: str) -> Cost:
    """What one text costs."""
    sample = fill(text, lambda placeholder: _sample(survey, placeholder, language))
    segments = segment(sample)
    plain = segments if segments.alphabet is Alphabet.GSM7 else segment(without_costly(sample))
    plain_names = {"brand", "ref", "coupon", *(item.id for item in survey.questions)}
    if any(each.name not in plain_names for each in placeholders(text)):
        named = segment(sample + "ë" if segments.alphabet is Alphabet.GSM7 else sample)
    else:
        named = segments
    return Cost(where, language, sample, segments, len(plain.parts), len(named.parts))


def without_costly(text: str) -> str:
    """A text in characters that GSM 7-bit has: what an author may write instead."""
    return "".join(char if not segment(char).costly else instead(char) for char in text)


def instead(char: str) -> str:
    """What may stand for a character that GSM 7-bit lacks; "" where nothing can."""
    plain = _PLAIN.get(char) or "".join(
        each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each)
    )
    return plain if plain and not segment(plain).costly else ""


def _sample(survey: Survey, placeholder: Placeholder, language: str) -> str:
    name, fallback = placeholder
    if name == "brand":
        return pick(survey.brand, language, survey.default_lang)
    item = next((item for item in survey.questions if item.id == name), None)
    if item is None:
        return max("x" * LIKELY.get(name, OTHERWISE), fallback or "", key=len)
    if item.is_score:
        return str(item.question(language, survey.default_lang).bounds[1])
    if item.type is QuestionType.CHOICE:
        labels = [pick(option.label, language, survey.default_lang) for option in item.options]
        return max(labels, key=len)
    return "x" * (3 if item.type is QuestionType.YESNO else LONGEST_ANSWER)
