"""What the gateway says by itself where a survey does not: short, and in GSM 7-bit, so that each is one part."""

from __future__ import annotations

from gateway.surveys.answers import QuestionType, Scope
from gateway.surveys.definition.model import Item, pick
from gateway.surveys.definition.templates import tidy

LANGUAGES = ("fr", "en")

_CLOSING_INVALID = {
    "fr": "Merci, votre message est transmis à notre équipe. {brand}",
    "en": "Thank you, our team will read your message. {brand}",
}
_APOLOGY = {
    "fr": "{brand}: désolés de vous avoir dérangé, nous n'écrirons plus à ce numéro.",
    "en": "{brand}: sorry to have bothered you, we will not write to this number again.",
}
_OPTED_OUT = {
    "fr": {
        Scope.ALL: "{brand}: c'est noté, vous ne recevrez plus de SMS de notre part. Pour reprendre : START",
        Scope.COMMERCIAL: "{brand}: c'est noté, vous ne recevrez plus de SMS publicitaires. Pour reprendre : START",
        Scope.SURVEY: "{brand}: c'est noté, vous ne recevrez plus de questionnaires par SMS. Pour reprendre : START",
    },
    "en": {
        Scope.ALL: "{brand}: noted, you will get no more texts from us. To come back: START",
        Scope.COMMERCIAL: "{brand}: noted, you will get no more promotional texts. To come back: START",
        Scope.SURVEY: "{brand}: noted, you will get no more surveys by text. To come back: START",
    },
}
_OPTED_IN = {
    "fr": "{brand}: c'est noté, vous pourrez de nouveau recevoir nos SMS. Pour les refuser : STOP",
    "en": "{brand}: noted, you may get our texts again. To refuse them: STOP",
}
_HELP = {
    "fr": "{brand} vous écrit au sujet de votre achat ou de votre visite. {contact}Ne plus recevoir de SMS : STOP",
    "en": "{brand} writes to you about your purchase or visit. {contact}To get no more texts: STOP",
}
_CONTACT = {"fr": "Une question ? {contact}. ", "en": "Any question? {contact}. "}
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


def opted_out(language: str, brand: str, scope: Scope) -> str:
    """What exactly stops, and how to come back."""
    return (_OPTED_OUT.get(language) or _OPTED_OUT["en"])[scope].format(brand=brand)


def opted_in(language: str, brand: str) -> str:
    """After START."""
    return _in(_OPTED_IN, language).format(brand=brand)


def help_text(language: str, brand: str, contact: str) -> str:
    """Who writes, why, a person to reach, and STOP."""
    known = _in(_CONTACT, language).format(contact=contact) if contact else ""
    return tidy(_in(_HELP, language).format(brand=brand, contact=known))


def reask(item: Item, language: str, fallback: str) -> str:
    """What is said to a reply that answers nothing: how to answer, never the question again."""
    texts = _REASK.get(language) or _REASK["en"]
    if item.is_score:
        low, high = item.question(language, fallback).bounds
        return texts["score"].format(low=low, high=high)
    options = ", ".join(f"{each.key} {pick(each.label, language, fallback)}" for each in item.options)
    return texts[item.type].format(options=options)
