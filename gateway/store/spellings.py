"""Under which spellings a number stands in rows that applications wrote: 06 12 34 56 78 is +33612345678."""

from __future__ import annotations

from gateway import numbers
from gateway.store.connection import Reader

_WRITTEN = """
SELECT recipient FROM outbox WHERE number IS NULL AND recipient LIKE ?1
 UNION SELECT recipient FROM invitation WHERE recipient LIKE ?1
"""


def spellings(read: Reader, number: str, region: str) -> tuple[str, ...]:
    """Every recipient of an outgoing message or an invitation that means `number` (E.164), itself first.

    `region` reads national numbers, as [gateway] has it. Looks through whole tables: for commands only.
    """
    pattern = "%" + "%".join(numbers.tail(number))
    found = [row["recipient"] for row in read.execute(_WRITTEN, (pattern,))]
    return (number, *(each for each in found if each != number and _means(each, number, region)))


def _means(text: str, number: str, region: str) -> bool:
    try:
        return numbers.normalise(text, region) == number
    except numbers.InvalidNumber:
        return False
