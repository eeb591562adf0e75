"""Sending one part: AT+CMGS, prompt, body, and what the answer is worth (MODEMS 1.C, 1.D)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from drivers.api import SendStep, Submit, Submitted
from drivers.at import replies
from drivers.at.codes import verdict
from drivers.at.conversation import CTRL_Z, OK_GRACE
from drivers.at.events import Accepted, Answered, Late, Outcome, Prompted, TimedOut
from drivers.at.grammar import Result
from drivers.at.states import State
from drivers.errors import ModemError, NotSent, OutcomeUnknown, PortGone, Refused, Verdict
from drivers.native.burst import Burst
from drivers.native.link import Link
from drivers.pdu import Encoded, encode_submit
from drivers.vendors import Quirks

_HOLD: Final = "Hold it for its status report"


class Sender:
    """Sends parts over one link, as one vendor's modems want it."""

    def __init__(
        self, link: Link, quirks: Quirks, passed: Callable[[SendStep], object] = lambda step: None
    ) -> None:
        self._link = link
        self._passed = passed
        self._quirks = quirks
        self._prompt_timeout = link.timing.command
        self._submit_timeout = max(link.timing.submit, quirks.submit_timeout or 0.0)
        self._burst = Burst(link, allowed=quirks.cmms)

    def submit(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        """Send a part. See `drivers.api.Modem.submit`.

        PortGone and NotResponding come out of here only while nothing can have been sent.
        """
        encoded = _encoded(part)
        link = self._link
        self._prepare(part)
        link.ready()
        link.write(link.session.submit(encoded.length, self._prompt_timeout, part.tag, link.now()))
        self._ask(before_body)
        self._await_prompt()
        self._passed(SendStep.PROMPT_SEEN)
        self._write_body(encoded.pdu)
        self._passed(SendStep.BODY_WRITTEN)
        return self._verdict(part.tag)

    def release(self) -> None:
        """No part follows: let the radio link go (F64)."""
        self._burst.release()

    def _prepare(self, part: Submit) -> None:
        self._burst.prepare(more_follow=part.more_follow)
        if self._quirks.resend_cmgf or self._link.format_doubtful:
            self._link.format_doubtful = not self._link.run("AT+CMGF=0").result.ok

    def _ask(self, before_body: Callable[[], bool]) -> None:
        """Commit the intent while the prompt comes. Without it, no body."""
        try:
            wanted = before_body()
        except BaseException:
            self._take_back()
            raise
        if not wanted:
            self._take_back()
            raise NotSent("the send was taken back before its body was written")

    def _take_back(self) -> None:
        """Leave the modem without an open prompt. What goes wrong now shows at the next command."""
        with suppress(ModemError):
            if isinstance(self._link.outcome(), Prompted):
                self._link.abort()

    def _await_prompt(self) -> None:
        outcome = self._link.outcome()
        if isinstance(outcome, Prompted):
            if self._link.lost:
                # In text mode the length would be read as a number, and the PDU as its text (F45).
                self._link.abort()
                raise NotSent(f"the modem lost its settings ({self._link.lost}) before the body was written")
            if self._link.session.state is State.OPEN:
                return
            outcome = self._link.outcome()  # the modem took the prompt back
        if isinstance(outcome, Answered):
            raise self._refusal(outcome.result, None)
        if isinstance(outcome, TimedOut) and outcome.restarted:
            raise NotSent(f"the modem restarted ({self._link.lost}) before the body was written")
        self._link.resync()
        raise NotSent(f"no prompt within {self._prompt_timeout:g} s; nothing was sent")

    def _write_body(self, pdu: str) -> None:
        """The PDU and its Ctrl-Z, in one write unless the modem wants it slower (F40).

        Where the write fails the port has not taken the Ctrl-Z, so nothing was sent: PortGone may pass.
        """
        link, quirks = self._link, self._quirks
        body = link.session.body(pdu, self._submit_timeout, link.now())
        if not quirks.pdu_chunk and not quirks.ctrlz_delay_ms:
            link.write(body)
            return
        size = quirks.pdu_chunk or len(pdu)
        for start in range(0, len(pdu), size):
            link.write(body[start : min(start + size, len(pdu))])
        link.pause(quirks.ctrlz_delay_ms / 1000)
        if link.session.state is State.SUBMITTED:  # else it has been refused meanwhile
            link.write(CTRL_Z)

    def _verdict(self, tag: int) -> Submitted:
        """What became of the body. From here on silence is OutcomeUnknown, whatever its reason."""
        accepted: Accepted | None = None
        try:
            outcome = self._link.outcome()
            if isinstance(outcome, Accepted):
                accepted = outcome
                self._passed(SendStep.CMGS_SEEN)
                outcome = self._link.outcome()  # the OK behind it, or that it does not come (F49)
        except PortGone as gone:
            if accepted is None:
                raise OutcomeUnknown(f"the port vanished before the modem answered. {_HOLD}") from gone
            return self._accepted(tag, accepted)
        if accepted is not None:
            return self._accepted(tag, accepted)
        if isinstance(outcome, Answered):
            return self._answered(tag, outcome)
        return self._silent(tag, outcome)

    def _accepted(self, tag: int, accepted: Accepted) -> Submitted:
        self._burst.sent(accepted.seconds)
        usable = self._quirks.reference_reliable
        return Submitted(tag=tag, reference=accepted.reference if usable else None, seconds=accepted.seconds)

    def _answered(self, tag: int, answer: Answered) -> Submitted:
        if answer.result.ok:
            nothing = f"the modem said OK without a reference, which proves nothing. {_HOLD}"
            try:
                late = self._late(tag, wait=OK_GRACE)
            except PortGone as gone:
                raise OutcomeUnknown(nothing) from gone
            if late is None:
                raise OutcomeUnknown(nothing)
            return Submitted(
                tag=tag, reference=late.reference, seconds=answer.seconds
            )  # the OK was another's
        refusal = self._refusal(answer.result, answer.seconds)
        if refusal.verdict is Verdict.ACCEPTED:
            return Submitted(tag=tag, reference=None, seconds=answer.seconds)
        if refusal.verdict is Verdict.AMBIGUOUS:
            said = f"{refusal} after {answer.seconds:.0f} s proves neither acceptance nor refusal. {_HOLD}"
            raise OutcomeUnknown(said, refusal.kind, refusal.code)
        raise refusal

    def _silent(self, tag: int, outcome: Outcome) -> Submitted:
        """No answer. Find step again; the answer may come out of that (F47)."""
        if isinstance(outcome, TimedOut) and outcome.restarted:
            raise OutcomeUnknown(f"the modem restarted ({self._link.lost}) before it answered. {_HOLD}")
        silence = f"no answer within {self._submit_timeout:g} s of the body. {_HOLD}"
        trouble: ModemError | None = None
        try:
            self._link.resync()
        except ModemError as error:
            trouble = error
        late = self._late(tag, wait=0.0)
        if late is None:
            raise OutcomeUnknown(silence) from trouble
        return Submitted(tag=tag, reference=late.reference, seconds=self._submit_timeout)

    def _late(self, tag: int, *, wait: float) -> Late | None:
        until = self._link.now() + wait
        while True:
            for event in self._link.news:
                if isinstance(event, Late) and event.tag == tag:
                    self._link.news.remove(event)
                    return event
            left = until - self._link.now()
            if left <= 0:
                return None
            self._link.listen(left)

    def _look_for_amnesia(self) -> None:
        """An error without a code, although codes were asked for: perhaps the settings are gone (F08)."""
        with suppress(ModemError):
            if replies.answers(self._link.ask("AT+CMEE?").lines, "+CMEE") == ["0"]:
                self._link.lost = self._link.lost or "it forgot AT+CMEE=1"

    def _refusal(self, result: Result, after: float | None) -> Refused:
        if result.kind == "error":
            self._look_for_amnesia()
        asked, name = verdict(
            result.kind, result.code, result.text, vendor=self._quirks.error_table, after_ctrl_z=after
        )
        return Refused(result.kind, result.code, name, asked)


def _encoded(part: Submit) -> Encoded:
    try:
        return encode_submit(
            recipient=part.recipient,
            text=part.text,
            alphabet=part.alphabet,
            concat=part.concat,
            report=part.report,
            message_class=part.message_class,
            validity=part.validity,
        )
    except ValueError as error:
        raise Refused("error", None, f"cannot be encoded: {error}", Verdict.PERMANENT) from error
