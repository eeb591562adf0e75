"""Words that make an advertisement of a text. A list can only warn: "remise en main propre" is no rebate."""

from __future__ import annotations

import re

from gateway.surveys.answers.normalise import flatten

_WORDS = (
    "promo|promos|promotion|promotions|soldes|remise|reduction|rabais|destockage|vente privee|code promo|"
    "bon d achat|coupon|bon de reduction|offre|offres|offert|offerte|cadeau|parrainage|parrainez|profitez|"
    "black friday|avis google|trustpilot|laissez un avis|sale|discount|voucher|deal|promo code|shop now|free gift|"
    "refer a friend|leave us a review"
)
_FLAT = re.compile(rf"\b(?:{_WORDS})\b")
_RAW = re.compile(
    r"-?\d+(?:[.,]\d+)? ?%(?: off)?|\d+(?:[.,]\d+)? ?€ (?:de réduction|de reduction|offerts?)", re.IGNORECASE
)


def promotional_words(text: str) -> tuple[str, ...]:
    """The advertising words of a text, each once, as they are found."""
    found = [*_FLAT.findall(flatten(text)), *_RAW.findall(text)]
    return tuple(dict.fromkeys(found))
