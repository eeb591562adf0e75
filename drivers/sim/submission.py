"""One submission: from the command line to the network's answer, with its times and its accidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.sim.codec import Stamp, Submit
from drivers.sim.records import Accepted, Timing
from drivers.sim.results import OK, Answer, AtError, Later, Result, Silence, cms, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.sim.commands.table import Call

_LINK = 5.0
"""Seconds for which +CMMS keeps the radio link open (u-blox and Cinterion name 1 to 5)."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written at a prompt."""

    submit: Submit
    pdu: str = ""
    """The TPDU in hex; "" in text mode."""
    smsc: str = ""
    """The service centre that the PDU itself names; "": the SIM's."""


class Submission:
    """What happens after Ctrl-Z. The radio goes on, whatever becomes of the terminal."""

    def __init__(self, call: Call, read: Callable[[Call, bytes], Typed]) -> None:
        self._call = call
        self._read = read
        self._device = call.device
        terminal = call.terminal
        self._started = terminal.command_ended
        self._idle = None if terminal.answered_at is None else self._started - terminal.answered_at
        self._prompted = self._ended = call.device.loop.now()
        self._outcome: Accepted | AtError | None = None
        self._answered = True

    def body(self, body: bytes | None) -> Result:
        """The prompt was answered: by a PDU, or by ESC."""
        self._prompted = self._call.terminal.prompted_at
        self._ended = self._device.loop.now()
        if body is None:
            return OK
        return self.go(self._read(self._call, body))

    def go(self, typed: Typed) -> Result:
        """Hand the part to the radio."""
        device, faults = self._device, self._device.faults
        self._call.terminal.submitting = True
        seconds = device.draw_submit_time()
        if struck := faults.fire("urc_before_cmgs"):
            line = struck.text
            device.power.after(seconds / 2, lambda: self._call.terminal.speaker.urc(line, now=True))
        accident = self._accident(typed, seconds)
        if accident is not None:
            return accident
        if struck := faults.fire("no_answer_cmgs", recipient=typed.submit.recipient):
            if struck["accepted"]:
                self._answered = False
                device.power.after(seconds, lambda: self._accept(typed))
            return Silence(seconds)
        if struck := faults.fire("late_cms_error", recipient=typed.submit.recipient):
            self._answered = False
            if struck["accepted"]:
                device.power.after(seconds, lambda: self._accept(typed))
            return Later(struck.seconds, lambda: self._give_up(struck["code"]))
        if seconds <= 0:
            self._accept(typed)
        else:
            device.power.after(seconds, lambda: self._accept(typed))
        return Later(seconds, self._answer)

    def _give_up(self, code: int) -> Result:
        raise cms(code)

    def _accident(self, typed: Typed, seconds: float) -> Result | None:
        """The ways in which no answer can come, because nobody is left to give it."""
        device, faults = self._device, self._device.faults
        long = faults.on("long_pdu_hangs")
        struck = faults.fire("reboot_mid_send")
        if struck or (long and len(typed.pdu) // 2 >= long.number):
            accepted = bool(struck and struck["accepted"])
            return Later(seconds / 2, lambda: self._lost(typed, accepted, device.power.reboot))
        if struck := faults.fire("vanish_before_cmgs"):
            accepted, back = bool(struck["accepted"]), struck.seconds
            return Later(seconds, lambda: self._lost(typed, accepted, lambda: device.power.vanish(back)))
        return None

    def _lost(self, typed: Typed, accepted: bool, event: Callable[[], None]) -> Result:
        if accepted:
            self._answered = False
            self._accept(typed)
        event()
        return Silence(None)

    def _accept(self, typed: Typed) -> None:
        """The network decides."""
        device = self._device
        try:
            if not device.radio.sms:
                raise cms(331)
            if device.sim is not None and not (typed.smsc or device.sim.smsc):
                raise cms(330)  # MODEMS F112
            if struck := device.faults.fire("cms_error", recipient=typed.submit.recipient):
                raise refusal(struck.number)
            self._outcome = device.network.submit(device, typed, answered=self._answered)
        except AtError as error:
            device.log("refused", recipient=typed.submit.recipient, text=typed.submit.text, code=error.code)
            self._outcome = error
        settings = device.settings
        if settings.cmms:
            settings.cmms_until = device.loop.now() + _LINK
        if settings.cmms == 1:
            settings.cmms = 0

    def _answer(self) -> Result:
        faults, outcome = self._device.faults, self._outcome
        if outcome is None:
            return Silence(0.0)
        if isinstance(outcome, AtError):
            raise outcome
        if struck := faults.fire("late_cmgs"):
            return Later(struck.seconds, lambda: self._say(outcome))
        if faults.fire("no_cmgs_line"):
            self._measure(None)
            return OK
        return self._say(outcome)

    def _say(self, part: Accepted) -> Result:
        device, faults = self._device, self._device.faults
        reference = str(-1 if faults.fire("reference_minus") else part.reference)
        if faults.on("cmgs_scts"):
            reference += f',"{Stamp(part.stamp).text_mode()}"'
        self._measure(part.reference)
        lines = (f"{self._call.command.name}: {reference}",)
        if faults.fire("no_ok_cmgs"):
            return Answer(lines, final="")
        if struck := faults.fire("vanish_after_cmgs"):
            device.power.vanish_once_read(struck.seconds)
            return Answer(lines, final="")
        return Answer(lines)

    def _measure(self, reference: int | None) -> None:
        self._device.record(
            Timing(
                at=self._started,
                idle=self._idle,
                prompt=self._prompted - self._started,
                body=self._ended - self._prompted,
                submit=self._device.loop.now() - self._ended,
                reference=reference,
            )
        )
