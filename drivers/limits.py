"""What the driver "gsmmodem" cannot do and the native one can, as the conformance suite found it.

Each case is a test of `tests/contract/test_modem_on_sim.py` which must fail with that driver, and pass with the
native one: what is mended there has to go here, too. `docs/modems.md` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that it cannot do."""

    case: str
    """The test, with its parameter in brackets."""
    what: str
    why: str


LIMITS: Final = (
    Limit(
        "test_a_modem_that_is_always_like_that[lf_only]",
        "a modem whose lines end with LF alone does not open",
        "the library ends a line at CR LF only",
    ),
    Limit(
        "test_a_modem_that_is_always_like_that[cr_only]",
        "a modem whose lines end with CR alone does not open",
        "the library ends a line at CR LF only",
    ),
    Limit(
        "test_a_modem_that_is_always_like_that[numeric_results]",
        "a modem that answers with digits, whatever `ATV1` says, does not open",
        "such a result ends with CR, which is no line for the library",
    ),
    Limit(
        "test_the_intent_is_committed_while_the_prompt_comes",
        "the database commits after the prompt, not while it comes: a part takes as much longer",
        "the library's `write` waits for the prompt itself",
    ),
    Limit(
        "test_a_trace_holds_every_octet",
        "a recording shows whole lines, without blanks between them and without what ended them",
        "the library has thrown the rest away",
    ),
)
