"""Whether the texts of a survey can be filled in, may be sent, and cost what they should."""

from __future__ import annotations

import re

from gateway.surveys.answers import QuestionType
from gateway.surveys.definition import paths
from gateway.surveys.definition.expressions import leaves
from gateway.surveys.definition.model import CONTACT_FIELDS, AlertOn, Survey, Text, pick
from gateway.surveys.definition.problems import Path
from gateway.surveys.definition.promotional import promotional_words
from gateway.surveys.definition.reader import Notes
from gateway.surveys.definition.segments import costs, instead
from gateway.surveys.definition.templates import TemplateError, literal, placeholders

_STOP = re.compile(r"\bstop\b", re.IGNORECASE)


def check_texts(survey: Survey, notes: Notes, promotional: str) -> None:
    """Note every problem of the texts."""
    _placeholders(survey, notes)
    _first_texts(survey, notes)
    _promotion(survey, notes, promotional)
    _languages(survey, notes)
    _courtesy(survey, notes)
    if not any(problem.code == "E14" for problem in notes.problems):
        _costs(survey, notes)


def _placeholders(survey: Survey, notes: Notes) -> None:
    every = [item.id for item in survey.questions]
    for where, texts in survey.texts():
        asked = every
        if where[0] == "question" and isinstance(where[1], int):
            asked = every[: where[1]]
        elif where[0] == "reminder":
            asked = []
        known = {*survey.start.require_vars, *CONTACT_FIELDS, "brand", "ref", *asked}
        if where[0] == "closing" and survey.closings[int(where[1])].requires_consent:
            known.add("coupon")
        for language, text in texts.items():
            _text_placeholders(notes, (*where, language), text, known, every)


def _text_placeholders(notes: Notes, where: Path, text: str, known: set[str], every: list[str]) -> None:
    try:
        found = placeholders(text)
    except TemplateError as error:
        notes.add("E14", where, str(error))
        return
    for name, fallback in found:
        if name == "coupon" and name not in known:
            notes.add("E12", where, 'a {coupon} belongs into a closing with requires_consent = "commercial"')
        elif name not in known and fallback is None:
            later = "is asked later" if name in every else "is not in start.require_vars"
            notes.add(
                "E14", where, f"nothing may fill {{{name}}}: it {later}; give it a fallback, {{{name}|…}}"
            )


def _first_texts(survey: Survey, notes: Notes) -> None:
    """Who writes, and how to refuse: in the first question and in the reminder (the law, and good manners)."""
    for where, texts in survey.texts():
        first = (
            where[0] == "question"
            and where[1] in paths.first_places(survey)
            and where[2] in ("text", "variants")
        )
        if not first and where[0] != "reminder":
            continue
        for language, text in texts.items():
            brand = pick(survey.brand, language, survey.default_lang)
            if "{brand}" not in text and (not brand or brand.casefold() not in text.casefold()):
                notes.add(
                    "E11", (*where, language), "the text does not say who writes: begin it with {brand}:"
                )
            if survey.stop_notice and not _STOP.search(text):
                word = "Refus : STOP" if language == "fr" else "STOP to opt out."
                notes.add(
                    "E11", (*where, language), f"the text does not say how to refuse: end it with {word}"
                )


def _promotion(survey: Survey, notes: Notes, level: str) -> None:
    if level == "off":
        return
    for where, texts in survey.texts():
        if where[0] == "closing" and survey.closings[int(where[1])].requires_consent:
            continue
        for language, text in texts.items():
            words = promotional_words(literal(text))
            if words:
                what = f"{', '.join(words)}: advertising needs consent (a closing with requires_consent)"
                notes.add("E12", (*where, language), what, warning=level == "warn")


def _languages(survey: Survey, notes: Notes) -> None:
    languages = survey.languages()
    every: list[tuple[Path, Text]] = [*survey.texts()]
    for where, texts in every:
        missing = [language for language in languages if language not in texts]
        if missing and survey.default_lang in texts:
            notes.add("W08", where, f"there is no text in {', '.join(missing)}: such a contact is asked in "
                                    f"{survey.default_lang} throughout")  # fmt: skip


def _courtesy(survey: Survey, notes: Notes) -> None:
    """What customers would miss."""
    blamed = {problem.where[0] for problem in notes.problems if problem.where}
    if all(closing.when is not None or closing.requires_consent for closing in survey.closings):
        notes.add("W04", ("closing",), "no [[closing]] without when: not everybody is thanked at the end")
    for place, item in enumerate(survey.questions):
        if item.is_score:
            low, high = item.question("", "").bounds
            for language, text in item.text.items():
                if not {str(low), str(high)} <= set(re.findall(r"\d+", text)):
                    where: Path = ("question", place, "text", language)
                    notes.add("W05", where, f"the text does not say that the scale goes from {low} to {high}")
    scores = [item.id for item in survey.questions if item.type in (QuestionType.NPS, QuestionType.CSAT)]
    watched = {test.name for rule in survey.alerts if rule.when is not None for test in leaves(rule.when)}
    told = any(rule.on is AlertOn.NEGATIVE_WORDS for rule in survey.alerts)
    if scores and not watched.intersection(scores) and not told and "alert" not in blamed:
        notes.add(
            "W07",
            ("alert",),
            f"no [[alert]] looks at {' or '.join(scores)}: nobody hears of unhappy customers",
        )


def _costs(survey: Survey, notes: Notes) -> None:
    for each in costs(survey):
        where: Path = (*each.where, each.language)
        if each.segments.costly:
            swaps = ", ".join(f"{char} → {instead(char) or 'leave it out'}" for char in each.segments.costly)
            notes.add("W02", where, f"not GSM 7-bit, a part holds 70 characters instead of 160; {swaps}")
        if each.parts > 1:
            because = f" (with {each.costly}; {each.plain_parts} without)" if each.costly else ""
            notes.add(
                "W03", where, f"{each.parts} parts{because}: each is paid for, and some telephones tear them"
            )
