"""Tables of `+CMS ERROR` and `+CME ERROR` codes, one row a code: number, standard name, verdict.

The verdict of a row holds for an answer that comes in time. `drivers.at.codes` applies the rules of the
clock on top (MODEMS.md part 2, with the corrections at its head).
"""

from __future__ import annotations

from drivers.errors import Verdict

Row = tuple[int, str, Verdict]
"""Code, name as the standard or the maker's manual has it, verdict."""
