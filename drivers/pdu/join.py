"""Putting the parts of a long message together again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from drivers.pdu import ucs2

GAP = "[…]"
"""What stands where one part, or several in a row, are missing."""


def join_texts(parts: Mapping[int, str], total: int) -> str:
    """The text of a message of `total` parts, of which `parts` has those that arrived, by sequence from 1.

    Halves of a surrogate pair on both sides of a cut become one character (MODEMS F136); a half whose
    other half is missing becomes U+FFFD, so that the text can always be stored and printed.
    """
    runs = groupby(range(1, total + 1), key=parts.__contains__)
    joined = (ucs2.whole("".join(parts[n] for n in run)) if present else GAP for present, run in runs)
    return "".join(joined)
