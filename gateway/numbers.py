"""Phone numbers: one spelling for each (E.164), what may be written to, and what must not be logged.

The numbering plans are libphonenumber's. On top of it stands what a gateway in France needs: the overseas
departments share the mainland's national numbers, so that 0692… is a Réunion mobile, +262692…, never +33692….
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

CACHED = 65_536
"""Numbers remembered: a campaign's recipients, at about 300 octets each."""

SHORT_CODE_DIGITS = 6
"""Up to so many digits, without a +, it is a short code: a service, in no country's numbering plan."""

_FRENCH = frozenset({"FR", "RE", "YT", "GP", "MQ", "GF", "BL", "MF"})
"""Regions that dial each other with ten digits and a leading 0."""

_OVERSEAS = {
    **dict.fromkeys(("262", "263", "268", "269", "639", "692", "693"), 262),
    **dict.fromkeys(("590", "591", "690", "691"), 590),
    **dict.fromkeys(("594", "595", "694"), 594),
    **dict.fromkeys(("596", "597", "598", "696", "697"), 596),
}
"""Leading digits of the French national number → country code (the French numbering plan)."""

_OVERSEAS_SHARED = ("70",)
"""Where mainland and overseas mobiles alternate by finer ranges, which libphonenumber knows."""

_SERVICES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
    }
)

_WRITTEN = re.compile(r"\+?[\d\s().\-/]+\Z")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d"), "-")
_TAIL = 9
_SHORTEST_TAIL = 6


class InvalidNumber(ValueError):
    """Nobody can be written to under this number; the message is a sentence that says why."""


@lru_cache(maxsize=CACHED)
def normalise(text: str, region: str) -> str:
    """The number in E.164 (`+` and digits), a national one read in `region` (ISO 3166, "FR").

    Spaces, dots, dashes, slashes and brackets are passed over, as are the invisible direction marks that
    phones copy along; 00 is read as +. Only what no numbering plan can hold is refused: a range that is too
    new for libphonenumber is still somebody's. Raises InvalidNumber.
    """
    digits = _clean(text)
    if not digits.startswith("+") and len(digits) <= SHORT_CODE_DIGITS:
        raise InvalidNumber(f"{text!r} is a short code or incomplete; a phone number is needed")
    return phonenumbers.format_number(_parse(text, digits, region), PhoneNumberFormat.E164)


def sender(text: str, region: str, is_name: bool = False) -> tuple[str, bool]:
    """A sender as it is kept, and whether it is a robot, which nobody can answer.

    A person's number is kept as E.164. Names ("INFO-CONSO"), short codes ("36200") and whatever cannot be a
    number are kept as they came and count as robots, as do the service numbers (08… in France).
    """
    if is_name:
        return text, True
    try:
        number = normalise(text, region)
    except InvalidNumber:
        return text, True
    return number, _is_service(number)


def same(one: str, other: str) -> bool:
    """Whether two spellings mean one line: the last nine digits agree (MODEMS F67).

    Where one has fewer than nine, six at the least, the other must end in it. It is for pairing a report
    with a submission, not for telling customers apart.
    """
    a, b = tail(one), tail(other)
    if min(len(a), len(b)) < _SHORTEST_TAIL:
        return a == b != ""
    return a.endswith(b) or b.endswith(a)


def tail(number: str) -> str:
    """The last nine digits, which the national and the international spelling share."""
    return "".join(filter(str.isdecimal, number))[-_TAIL:]


def mask(number: str) -> str:
    """A number as it may stand in a log: `+33612…78`. Names and short codes are nobody's secret and stay."""
    if len(number) <= SHORT_CODE_DIGITS or any(character.isalpha() for character in number):
        return number
    shown = max(0, min(6, len(number) - 6))
    return f"{number[:shown]}…{number[-2:]}"


def _clean(text: str) -> str:
    """`+` and digits, or digits, of a number as people write it. Raises InvalidNumber."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    plain = unicodedata.normalize("NFKC", visible).translate(_DASHES).strip()
    if not any(character.isdecimal() for character in plain):
        raise InvalidNumber(f"{text!r} has no digits; a phone number is needed")
    if not _WRITTEN.match(plain):
        raise InvalidNumber(
            f"{text!r} has something in it that no phone number has; give digits, with + or 0 in front"
        )
    digits = "".join(str(unicodedata.decimal(character)) for character in plain if character.isdecimal())
    if plain.startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits


def _parse(text: str, digits: str, region: str) -> PhoneNumber:
    plan = "FR" if region in _FRENCH else region
    try:
        number = phonenumbers.parse(digits, plan)
    except NumberParseException as error:
        raise InvalidNumber(_why(text, error)) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        raise InvalidNumber(f"{text!r} {_REASONS.get(reason, 'has a length that no number there has')}")
    return _overseas(number)


_REASONS = {
    ValidationResult.TOO_SHORT: "has too few digits",
    ValidationResult.TOO_LONG: "has too many digits",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
    ValidationResult.INVALID_COUNTRY_CODE: "begins with a country code that does not exist",
}


def _why(text: str, error: NumberParseException) -> str:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return f"{text!r} begins with a country code that does not exist"
    if error.error_type == NumberParseException.TOO_LONG:
        return f"{text!r} has too many digits"
    return f"{text!r} is too short to be a phone number"


def _overseas(number: PhoneNumber) -> PhoneNumber:
    """The number under its own country code where somebody wrote an overseas one in the mainland's manner."""
    if number.country_code != 33:
        return number
    national = str(number.national_number)
    code = _OVERSEAS.get(national[:3])
    if code:
        return PhoneNumber(country_code=code, national_number=number.national_number)
    if national.startswith("508"):
        return PhoneNumber(country_code=508, national_number=int(national[3:]))
    if national.startswith(_OVERSEAS_SHARED) and not phonenumbers.is_valid_number(number):
        return _shared_range(number)
    return number


def _shared_range(number: PhoneNumber) -> PhoneNumber:
    for code in (262, 590, 594, 596, 508):
        there = PhoneNumber(country_code=code, national_number=number.national_number)
        if phonenumbers.is_valid_number(there):
            return there
    return number


@lru_cache(maxsize=CACHED)
def _is_service(number: str) -> bool:
    return phonenumbers.number_type(phonenumbers.parse(number)) in _SERVICES
