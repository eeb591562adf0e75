"""What the gateway says by itself where a survey does not: short, and in GSM 7-bit, so that each is one part."""

from __future__ import annotations

from gateway.surveys.answers import QuestionType
from gateway.surveys.definition.model import Item, pick

LANGUAGES = ("fr", "en")

_CLOSING_INVALID = {
    "fr": "Merci, votre message est transmis à notre équipe. {brand}",
    "en": "Thank you, our team will read your message. {brand}",
}
_APOLOGY = {
    "fr": "{brand}: désolés de vous avoir dérangé, nous n'écrirons plus à ce numéro.",
    "en": "{brand}: sorry to have bothered you, we will not write to this number again.",
}
_REASK = {
    "fr": {
        "score": "Merci de répondre par un seul nombre, de {low} à {high}.",
        QuestionType.YESNO: "Merci de répondre par OUI ou par NON.",
        QuestionType.CHOICE: "Merci de répondre par un seul choix : {options}.",
        QuestionType.TEXT: "Merci de nous répondre en quelques mots.",
    },
    "en": {
        "score": "Please reply with a single number, from {low} to {high}.",
        QuestionType.YESNO: "Please reply YES or NO.",
        QuestionType.CHOICE: "Please reply with a single choice: {options}.",
        QuestionType.TEXT: "Please reply in a few words.",
    },
}


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]


def closing_invalid(language: str, brand: str) -> str:
    """After replies that nobody could understand."""
    return _in(_CLOSING_INVALID, language).format(brand=brand)


def apology(language: str, brand: str) -> str:
    """To a wrong number."""
    return _in(_APOLOGY, language).format(brand=brand)


def reask(item: Item, language: str, fallback: str) -> str:
    """What is said to a reply that answers nothing: how to answer, never the question again."""
    texts = _REASK.get(language) or _REASK["en"]
    if item.is_score:
        low, high = item.question(language, fallback).bounds
        return texts["score"].format(low=low, high=high)
    options = ", ".join(f"{each.key} {pick(each.label, language, fallback)}" for each in item.options)
    return texts[item.type].format(options=options)
