"""The last things said to a modem: how to leave it, and how to make it start anew."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from drivers.at.events import Command
from drivers.at.fence import ESC
from drivers.at.states import State
from drivers.errors import ModemError, PortGone
from drivers.native.link import SLOW, Link
from drivers.native.needs import is_busy, refusal
from drivers.native.send import Sender

_LEAVE_TIMEOUT: Final = 2.0
"""Seconds: a stop does not wait long for a courtesy."""
_RESET_TIMEOUT: Final = 5.0
_DS: Final = 3
"""The place of <ds> in AT+CNMI: where status reports go (TS 27.005 3.4.1)."""
_PUSHED, _STORED = "1", "2"


def leave(link: Link, sender: Sender, notifications: str) -> None:
    """Leave the modem so that nothing is lost meanwhile: a pushed report would have nobody to go to.

    `notifications`: the arguments that AT+CNMI took. What cannot be done is left undone.
    """
    if link.gone or link.lost or link.session.state is not State.IDLE:
        return
    form = notifications.split(",")
    with suppress(ModemError):
        sender.release()
        if form[_DS : _DS + 1] == [_PUSHED]:
            form[_DS] = _STORED
            timeout = min(_LEAVE_TIMEOUT, link.timing.command)
            link.execute(Command(text=f"AT+CNMI={','.join(form)}", timeout=timeout))


def hear_out(link: Link) -> None:
    """Read what has come: once the port is closed it is gone, and a pushed report exists nowhere else."""
    with suppress(ModemError):
        link.read_rest()


def cycle_radio(link: Link) -> None:
    """Off and on: the modem looks for its network and its SIM anew. Raises Refused where it will not.

    Sticks that hang up the USB line at AT+CFUN=0 exist; those that refuse it take 4, the flight mode.
    """
    try:
        off = link.run("AT+CFUN=0", factor=SLOW)
        if not off.result.ok and not is_busy(off.result):
            off = link.run("AT+CFUN=4", factor=SLOW)
        on = link.run("AT+CFUN=1", factor=SLOW)
    finally:  # whatever went wrong, the radio may be off: the set-up looks, and switches it on
        link.lost = link.lost or "its radio was switched off and on"
    for answer, what in ((off, "the radio cannot be switched off"), (on, "the radio cannot be switched on")):
        if not answer.result.ok and not is_busy(answer.result):
            raise refusal(answer.result, what)


def restart(link: Link, command: str) -> None:
    """Make the modem start anew; also one that no longer answers."""
    with suppress(PortGone):  # the usual answer
        link.write(ESC)
        link.pause(link.timing.escape)
        link.write(command.encode("ascii") + b"\r")
        link.pause(min(_RESET_TIMEOUT, link.timing.command))
