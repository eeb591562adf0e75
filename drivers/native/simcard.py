"""The SIM: is it there, is it open, and the one try that its PIN gets (MODEMS 1.G)."""

from __future__ import annotations

import re
from typing import Final

from drivers.api import Settings
from drivers.at.events import Answered
from drivers.at.replies import iccid, pin_state
from drivers.errors import ModemError, Need
from drivers.native.link import SLOW, Link
from drivers.native.needs import is_busy, last_try, not_ready
from drivers.vendors import Quirks

_ENOUGH: Final = 2
"""Tries that must be left before the PIN is tried: the last one belongs to a person (F101)."""
_OPEN: Final = frozenset({"READY", "SIM PIN2", "SIM PUK2"})
"""PIN2 and PUK2 guard nothing that messages need (F104)."""
_STARTING: Final = frozenset({"", "NOT READY"})
_PIN: Final = re.compile("[0-9]{4,8}")


class SimCard:
    """What stands between the modem and its SIM."""

    def __init__(self, link: Link, settings: Settings, quirks: Quirks) -> None:
        self._link = link
        self._settings = settings
        self._quirks = quirks
        self._name = settings.name

    def open(self, imei: str) -> str:
        """See to it that the SIM is usable; returns its ICCID, "" where the modem does not tell.

        Raises NotReady. `imei` stands for a SIM that does not tell its number.
        """
        state = self._settled()
        card = self.read_iccid()
        if state == "SIM PIN":
            self._enter_configured(card or imei)
            card = card or self.read_iccid()
        elif state not in _OPEN:
            raise not_ready(self._name, _need(state), state)
        return card

    def read_iccid(self) -> str:
        """The card's number by the commands of this vendor, in order (F113)."""
        for command in self._quirks.iccid_commands:
            answer = self._link.run(command)
            found = iccid(answer.lines) if answer.result.ok else ""
            if found:
                return found
        return ""

    def enter(self, pin: str, before: int | None) -> bool:
        """Try a PIN. Whether the SIM took it.

        What is not a yes counts as a no, since it may have cost a try; unless the counter, `before`, shows
        that it did not: then NotReady is raised, and it may be tried again.
        """
        answer = self._link.run(f'AT+CPIN="{checked(pin)}"', factor=SLOW, secret=True)
        if answer.result.ok:
            return True
        if answer.result.kind != "timeout" and not is_busy(answer.result):
            return False
        if self._settled() in _OPEN:
            return True
        if before is not None and self.tries_left() == before:
            raise not_ready(self._name, Need.SETTLING, f"AT+CPIN was answered by {answer.result}")
        return False

    def unblock(self, puk: str, pin: str) -> bool:
        """Try a PUK and a new PIN. Whether the SIM took them."""
        command = f'AT+CPIN="{checked(puk)}","{checked(pin)}"'
        return self._link.run(command, factor=SLOW, secret=True).result.ok

    def ready(self) -> None:
        """Wait until the SIM is open after its PIN was taken (F103). Raises NotReady."""
        state = self._settled()
        if state not in _OPEN:
            raise not_ready(self._name, _need(state), state)

    def tries_left(self) -> int | None:
        """How many tries the PIN has left; None where the modem does not tell (F102)."""
        if not self._quirks.pin_retry_command:
            return None
        answer = self._link.run(self._quirks.pin_retry_command)
        tries = self._quirks.pin_tries(answer.lines) if answer.result.ok else None
        return tries.pin if tries else None

    def _enter_configured(self, card: str) -> None:
        pin = self._settings.pin
        if pin is None or not _PIN.fullmatch(pin):
            raise not_ready(
                self._name, Need.PIN, "" if pin is None else "the configured one is not 4 to 8 digits"
            )
        if not self._settings.may_try_pin(card):
            raise not_ready(self._name, Need.PIN_WRONG, "it was refused before")
        left = self.tries_left()
        if left is not None and left < _ENOUGH:
            raise last_try(self._name, left)
        try:
            taken = self.enter(pin, left)
        except ModemError:
            if left is None:  # a modem that fails at each try would use up all of them
                self._settings.pin_refused(card)
            raise
        if not taken:
            self._settings.pin_refused(card)
            raise not_ready(self._name, Need.PIN_WRONG)
        self.ready()

    def _settled(self) -> str:
        """The answer to AT+CPIN?, once it is no longer "wait" (F59, F103). Raises NotReady."""
        until = self._link.now() + self._link.timing.sim
        while True:
            answer = self._link.ask("AT+CPIN?", factor=SLOW)
            state = pin_state(answer.lines)
            if answer.result.ok and state not in _STARTING:
                return state
            if not answer.result.ok and not is_busy(answer.result) and answer.result.kind != "timeout":
                raise not_ready(self._name, _need_of(answer), str(answer.result))
            if self._link.now() >= until:
                raise not_ready(self._name, Need.SIM, state or str(answer.result))
            self._link.pause(self._link.timing.pause)


def checked(pin: str) -> str:
    """A PIN or PUK that can be one. Raises ValueError, without the digits in it."""
    if not _PIN.fullmatch(pin):
        raise ValueError("a PIN or PUK is 4 to 8 digits")
    return pin


def _need(state: str) -> Need:
    if state == "SIM PIN":
        return Need.PIN
    if state == "SIM PUK" or state == "BLOCKED":
        return Need.PUK
    return Need.SIM_LOCK if state.startswith("PH-") else Need.SIM


def _need_of(answer: Answered) -> Need:
    code = answer.result.code
    return {11: Need.PIN, 311: Need.PIN, 12: Need.PUK, 316: Need.PUK}.get(code or -1, Need.SIM)
