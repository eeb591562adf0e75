"""What the gateway answers by itself to STOP, START, HELP and a wrong number. GSM-7 only: one part each."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Why the gateway wrote a message itself; it stands in `own_message.purpose`."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"


SURVEY_TEXTS = "survey_"
"""What the purpose of every text of a survey begins with; the kind of text follows."""

FRENCH = ("+33", "+32", "+352", "+41", "+262", "+590", "+594", "+596", "+508", "+687", "+689", "+377")
"""Where French is answered, unless the contact says otherwise."""

_TEXTS = {
    "fr": {
        "opt_out.all": "c'est noté, vous ne recevrez plus de SMS de notre part. Pour reprendre : START",
        "opt_out.non_service": "c'est noté, vous ne recevrez plus ni publicité ni questionnaire de notre part."
        " Pour reprendre : START",
        "opt_out.commercial": "c'est noté, vous ne recevrez plus de SMS publicitaires de notre part."
        " Pour reprendre : START",
        "opt_out.survey": "c'est noté, vous ne recevrez plus de questionnaires de notre part."
        " Pour reprendre : START",
        "opt_in": "c'est noté, vous pouvez à nouveau recevoir nos SMS. Pour ne plus en recevoir : STOP",
        "help": "ce numéro nous sert à écrire à nos clients.{contact} Pour ne plus recevoir de SMS : STOP",
        "contact": " Pour nous joindre : {contact}.",
        "wrong_number": "toutes nos excuses, nous n'écrirons plus à ce numéro.",
    },
    "en": {
        "opt_out.all": "noted, you will get no more text messages from us. To get them again: START",
        "opt_out.non_service": "noted, you will get no more advertising or surveys from us."
        " To get them again: START",
        "opt_out.commercial": "noted, you will get no more advertising from us. To get it again: START",
        "opt_out.survey": "noted, you will get no more surveys from us. To get them again: START",
        "opt_in": "noted, you may get our text messages again. To stop them: STOP",
        "help": "we write to our customers from this number.{contact} To get no more messages: STOP",
        "contact": " To reach us: {contact}.",
        "wrong_number": "our apologies, we will not write to this number any more.",
    },
}
_NAMED = {"fr": "{brand} : ", "en": "{brand}: "}


def language_of(number: str, wanted: str | None = None) -> str:
    """The language of an automatic reply: the contact's own where we have it, else by the number's country."""
    if wanted in _TEXTS:
        return str(wanted)
    return "fr" if number.startswith(FRENCH) else "en"


def reply_text(purpose: Purpose, language: str, *, brand: str, contact: str = "", scope: str = "") -> str:
    """The whole text. `scope` says what an opt-out stops: all, non_service, commercial, survey."""
    texts = _TEXTS[language]
    if purpose is Purpose.OPT_OUT:
        text = texts[f"opt_out.{scope or 'all'}"]
    elif purpose is Purpose.HELP:
        text = texts["help"].replace("{contact}", texts["contact"] if contact else "")
        text = text.replace("{contact}", contact)
    else:
        text = texts[purpose]
    if not brand:
        return text[0].upper() + text[1:]
    return _NAMED[language].replace("{brand}", brand) + text
