"""What an operator does by hand: a raw command, a PIN."""

from __future__ import annotations

import re
from typing import Final

from drivers.api import Settings
from drivers.at.events import Command
from drivers.errors import Need, Refused, Verdict
from drivers.native import simcard
from drivers.native.link import Link
from drivers.native.needs import not_ready
from drivers.native.simcard import SimCard
from drivers.vendors import Quirks

_LINE: Final = re.compile(r"AT[ -~]{0,1000}", re.IGNORECASE)
_SECRET: Final = re.compile(r"AT\+(CPIN|CPWD|CLCK)=", re.IGNORECASE)
_WITH_BODY: Final = re.compile(r"AT\+CMG[SWC]=", re.IGNORECASE)
_HARMLESS: Final = re.compile(r"AT|ATI\d*|AT[+^*#$%_][A-Z0-9]+(\?|=\?)?|AT\+CMG[LR]=\d+", re.IGNORECASE)
"""Commands that only ask. After any other one the settings must be thought changed."""


def checked(line: str) -> str:
    """A line that can be given raw. Raises ValueError, with what is wrong."""
    if not _LINE.fullmatch(line):
        raise ValueError(f"{line!r} is no AT command: one line of ASCII that begins with AT")
    if _WITH_BODY.match(line):
        raise ValueError(f"{line}: a command with a body cannot be given raw; use `smsgw send`")
    return line


def run(link: Link, line: str, timeout: float) -> list[str]:
    """The lines of the answer, the final result last. Raises Refused where none came."""
    answer = link.execute(Command(text=line, timeout=timeout, secret=bool(_SECRET.match(line))))
    if not _HARMLESS.fullmatch(line):
        link.lost = link.lost or "a command by hand may have changed its settings"
    if answer.result.kind == "timeout":
        raise Refused("error", None, f"{answer.result}", Verdict.LATER)
    return [*answer.lines, str(answer.result)]


def unlock(link: Link, settings: Settings, quirks: Quirks, pin: str, puk: str | None) -> None:
    """Enter the PIN, or the PUK and a new PIN. Raises NotReady, and ValueError for what can be neither."""
    card = SimCard(link, settings, quirks)
    if puk is not None:
        if not card.unblock(puk, pin):
            raise not_ready(settings.name, Need.PUK, "the PUK was refused")
    elif not card.enter(simcard.checked(pin), card.tries_left()):
        raise not_ready(settings.name, Need.PIN_WRONG)
    card.ready()
