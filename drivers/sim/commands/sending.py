"""Sending: the prompt, the body, the network's answer (TS 27.005 4.3 to 4.7, 3.5.1)."""

from __future__ import annotations

from drivers.sim.card import SENT, UNSENT, Stored
from drivers.sim.codec import CodecError, Submit
from drivers.sim.codec.address import decode_smsc
from drivers.sim.codec.reader import Reader, from_hex
from drivers.sim.commands import textual
from drivers.sim.commands.table import Call, command
from drivers.sim.records import Timing
from drivers.sim.results import OK, Answer, Later, Prompt, Result, cms


@command("+CMGS", "test")
@command("+CMGW", "test")
@command("+CMSS", "test")
def possible(call: Call) -> Result:
    """AT+CMGS=?"""
    return OK


class _Submission:
    """One +CMGS from its command line to its answer, with its times."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.device = call.device
        terminal = call.terminal
        self.started = terminal.command_ended
        self.idle = None if terminal.answered_at is None else self.started - terminal.answered_at
        self.prompted = 0.0
        self.ended = 0.0

    def body(self, body: bytes | None) -> Result:
        self.prompted = self.call.terminal.prompted_at
        self.ended = self.device.loop.now()
        if body is None:
            return OK
        submit, pdu = _read(self.call, body)
        return self.go(submit, pdu)

    def go(self, submit: Submit, pdu: str) -> Result:
        self.call.terminal.submitting = True
        return Later(self.device.draw_submit_time(), lambda: self.answer(submit, pdu))

    def answer(self, submit: Submit, pdu: str) -> Result:
        device = self.device
        if not device.radio.sms:
            raise cms(331)
        part = device.network.submit(device, submit, pdu)
        if device.settings.cmms:
            device.settings.cmms_until = device.loop.now() + 5.0
        if device.settings.cmms == 1:
            device.settings.cmms = 0
        self.measure(part.reference)
        return Answer((f"{self.call.command.name}: {part.reference}",))

    def measure(self, reference: int | None) -> None:
        now = self.device.loop.now()
        self.device.record(
            Timing(
                at=self.started,
                idle=self.idle,
                prompt=self.prompted - self.started,
                body=self.ended - self.prompted,
                submit=now - self.ended,
                reference=reference,
            )
        )


@command("+CMGS", "set", needs="sms")
def send(call: Call) -> Result:
    """AT+CMGS=length (PDU mode) or AT+CMGS="number" (text mode)."""
    _check(call)
    return Prompt(_Submission(call).body, call.device.prompt_time)


def _check(call: Call) -> None:
    """Parameters that are wrong before any prompt."""
    if call.device.settings.cmgf == 1:
        if not call.text(0):
            raise cms(305)
    elif not call.text(0).isdigit():
        raise cms(304)


def _read(call: Call, body: bytes) -> tuple[Submit, str]:
    """What was typed at the prompt; raises CMS 304 where it is no PDU of the announced length."""
    if call.device.settings.cmgf == 1:
        return textual.submit(call, body), ""
    try:
        reader = Reader(from_hex(body.decode("ascii", "replace")))
        decode_smsc(reader)
        tpdu = reader.rest()
        if len(tpdu) != call.number(0):
            raise CodecError(f"length: {len(tpdu)} octets, {call.number(0)} announced")
        return Submit.decode(tpdu), tpdu.hex().upper()
    except CodecError as error:
        call.device.log("refused", code=304, why=str(error))
        raise cms(304) from None


@command("+CMGW", "set", needs="sms")
@command("+CMGW", "run", needs="sms")
def write(call: Call) -> Result:
    """Store a message to be sent later."""
    device = call.device

    def keep(body: bytes | None) -> Result:
        if body is None:
            return OK
        submit, pdu = _read(call, body)
        tpdu = bytes.fromhex(pdu) if pdu else submit.encode()
        memory = device.memory(device.settings.cpms[1])
        index = None if memory is None else memory.store(Stored(b"\0" + tpdu, len(tpdu), UNSENT))
        if index is None:
            raise cms(322)
        return Answer((f"+CMGW: {index}",))

    return Prompt(keep, device.prompt_time)


@command("+CMSS", "set", needs="sms")
def send_stored(call: Call) -> Result:
    """Send what +CMGW stored."""
    device = call.device
    memory = device.memory(device.settings.cpms[1])
    index = call.number(0)
    stored = memory.slots.get(index) if memory else None
    if memory is None or stored is None:
        raise cms(321)
    submit = Submit.decode(stored.tpdu)
    memory.slots[index] = Stored(stored.pdu, stored.length, SENT)
    submission = _Submission(call)
    submission.prompted = submission.ended = device.loop.now()
    return submission.go(submit, stored.tpdu.hex().upper())
