"""From an error at initialisation to what the modem waits for, in an operator's words."""

from __future__ import annotations

from typing import Final

from drivers.at.codes import verdict
from drivers.at.events import Answered
from drivers.at.grammar import Result
from drivers.errors import Need, NotReady, Refused, Verdict

# TS 27.007 9.2 and TS 27.005 3.2.5, as far as they stop a modem from being used at all.
_NEEDS: Final = {
    10: Need.SIM, 310: Need.SIM, 15: Need.SIM, 315: Need.SIM, 13: Need.SIM, 313: Need.SIM,
    11: Need.PIN, 311: Need.PIN, 12: Need.PUK, 316: Need.PUK,
    5: Need.SIM_LOCK, 6: Need.SIM_LOCK, 7: Need.SIM_LOCK, 312: Need.SIM_LOCK,
    **dict.fromkeys(range(40, 48), Need.SIM_LOCK),
    14: Need.SETTLING, 314: Need.SETTLING, 515: Need.SETTLING,
}  # fmt: skip
_SENTENCES: Final = {
    Need.SIM: "there is no SIM, or it cannot be read. Check that it is in its slot, the right way round",
    Need.PIN: "the SIM asks for its PIN. Write it into a file that only smsgw reads, and name that as pin_file",
    Need.PIN_WRONG: "the SIM refused this PIN. It is not tried again: correct it and run `smsgw modem unlock`",
    Need.PUK: "the SIM is locked and asks for its PUK. Unlock it in a phone, mend pin_file, then run"
    " `smsgw modem unlock`",
    Need.SIM_LOCK: "the modem is locked to another operator. Use that operator's SIM, or have it unlocked",
    Need.SETTLING: "the SIM is not ready yet. Nothing to do: it is tried again",
}
BUSY: Final = frozenset({14, 314, 515, 13, 313, 256, 258})
"""SIM busy, please wait, and the failures that some modems report while they start (F58, F59)."""
_BUSY_WORDS: Final = ("busy", "not ready", "please wait", "sim failure")


def not_ready(name: str, need: Need, detail: str = "") -> NotReady:
    """The error for `need`, with a sentence that says what to do."""
    return NotReady(need, f"{name}: {_SENTENCES[need]}{f' ({detail})' if detail else ''}")


def last_try(name: str, left: int) -> NotReady:
    """The error where PINs were refused until too few tries are left for the configured one (F101)."""
    return NotReady(
        Need.PIN,
        f"{name}: PINs were refused, so the configured one is not tried (tries left: {left}): the last try belongs to a"
        " person. Enter the right PIN in a phone, which resets the count, mend pin_file, then run `smsgw modem unlock`",
    )


def refused(name: str, command: str, answer: Answered) -> NotReady:
    """A command that the modem cannot be used without was answered by an error."""
    need = _NEEDS.get(answer.result.code or -1, Need.SETTLING)
    return not_ready(name, need, f"{command} was answered by {answer.result}")


def refusal(result: Result, what: str) -> Refused:
    """An error answer to something that is no send, as the caller gets it."""
    if result.kind in ("cms", "cme"):
        asked, name = verdict(result.kind, result.code, result.text, after_ctrl_z=None)
        return Refused(result.kind, result.code, f"{name} ({what})", asked)
    return Refused("error", None, f"{what}: {result}", Verdict.DOUBTFUL)


def is_busy(result: Result) -> bool:
    """Whether asking again in a second may help."""
    if result.kind not in ("cme", "cms"):
        return False
    if result.code is not None:
        return result.code in BUSY
    return any(word in result.text.lower() for word in _BUSY_WORDS)
