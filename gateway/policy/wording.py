"""What can be told from the row alone: category, number, text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers import Segments, segment
from gateway import numbers
from gateway.model import RESERVED, Category, Reason, reason
from gateway.policy.values import Refusal, Request, Rules
from gateway.surveys.definition.promotional import promotional_words

_STOP = re.compile(r"(?<!-)\bstop\b", re.IGNORECASE)
"""The word by itself: "non-stop" tells nobody how to stop it."""
ADVERTISEMENT = "an advertisement"
FIRST_MESSAGE = "the first message to somebody (policy.first_message)"
NO_ADVERTISING = frozenset({Category.SERVICE, Category.SURVEY, Category.ACK})


@dataclass(frozen=True, slots=True)
class Readable:
    """The number in E.164, and the text cut into parts."""

    number: str
    cut: Segments
    advertising: tuple[str, ...]


def number_of(request: Request, rules: Rules) -> str | Refusal:
    """The number, if the category may be used and the number may be written to at all."""
    if Category(request.category) in RESERVED and not request.own:
        detail = f"rows of category '{request.category}' are written by the gateway itself"
        return Refusal(reason(Reason.CATEGORY_RESERVED, detail))
    try:
        number = numbers.normalise(request.recipient, rules.region)
    except numbers.InvalidNumber as error:
        return Refusal(reason(Reason.INVALID_NUMBER, str(error)))
    if rules.only_to and not number.startswith(rules.only_to):
        return Refusal(reason(Reason.NOT_IN_ONLY_TO, "policy.only_to allows " + ", ".join(rules.only_to)))
    return number


def read_text(number: str, request: Request, rules: Rules, *, met: bool) -> Readable | Refusal:
    """The text, measured, if it may be sent; an advertisement must say who writes and how to stop it.

    So must the first service message to somebody who was never `met`, where the operator wants it.
    """
    try:
        cut = segment(request.body)
    except ValueError as error:
        return Refusal(reason(Reason.BAD_TEXT, str(error)))
    if len(cut.parts) > rules.max_parts:
        detail = f"{len(cut.parts)} parts, and gateway.max_parts allows {rules.max_parts}"
        return Refusal(reason(Reason.TOO_LONG, detail))
    if request.category == Category.COMMERCIAL:
        return _signed(request.body, rules, ("brand", "stop"), ADVERTISEMENT) or Readable(number, cut, ())
    if request.category == Category.SERVICE and not met:
        unsigned = _signed(request.body, rules, rules.first_message, FIRST_MESSAGE)
        if unsigned is not None:
            return unsigned
    found: tuple[str, ...] = ()
    if rules.promotional != "off" and request.category in NO_ADVERTISING and not request.errand.by_hand:
        found = promotional_words(request.body)
        if found and rules.promotional == "refuse":
            detail = f"{', '.join(found)} in a message of category '{request.category}'"
            return Refusal(reason(Reason.LOOKS_COMMERCIAL, detail))
    return Readable(number, cut, found)


def _signed(body: str, rules: Rules, wanted: tuple[str, ...], what: str) -> Refusal | None:
    if "brand" in wanted and rules.brand and rules.brand.casefold() not in body.casefold():
        detail = f"{what} names its sender, and “{rules.brand}” (gateway.brand) is not in it"
        return Refusal(reason(Reason.SENDER_NOT_NAMED, detail))
    if "stop" in wanted and not _STOP.search(body):
        return Refusal(reason(Reason.STOP_NOT_MENTIONED, f"{what} says how to stop it: write STOP in it"))
    return None
