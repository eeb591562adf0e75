"""Text mode: messages as text, for programs that know no PDUs (TS 27.005 3.4, 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.card import Stored
from drivers.sim.codec import Deliver, Report, Submit, coding, septets
from drivers.sim.codec.stamp import relative_validity
from drivers.sim.commands.table import Call
from drivers.sim.results import OK, Answer, Result, cms
from drivers.sim.submission import Typed

if TYPE_CHECKING:
    from drivers.sim.device import Device

STATES = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")


def decode_text(body: bytes, charset: str) -> str:
    """What a program typed, in the character set of +CSCS."""
    typed = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if charset == "UCS2":
        return bytes.fromhex(typed.decode("ascii", "replace")).decode("utf-16-be", "surrogatepass")
    if charset == "HEX":
        return septets.decode(bytes.fromhex(typed.decode("ascii", "replace")))
    if charset == "GSM":
        return septets.decode(code & 0x7F for code in typed)
    return typed.decode("latin-1")


def encode_text(text: str, charset: str) -> str:
    """A text as the modem writes it, in the character set of +CSCS."""
    if charset == "UCS2":
        return text.encode("utf-16-be", "surrogatepass").hex().upper()
    if charset in ("GSM", "HEX"):
        codes = septets.encode(text) or [ord("?")] * len(text)
        return bytes(codes).hex().upper() if charset == "HEX" else bytes(codes).decode("latin-1")
    return text.encode("latin-1", "replace").decode("latin-1")


def submit(call: Call, body: bytes) -> Submit:
    """The message that text mode means, with the parameters of +CSMP."""
    settings = call.device.settings
    first, validity, pid, dcs = settings.csmp
    recipient = call.text(0)
    try:
        if settings.cscs == "UCS2" and len(recipient) % 4 == 0 and recipient[:2] == "00":
            recipient = bytes.fromhex(recipient).decode("utf-16-be")
        text = decode_text(body, settings.cscs)
    except ValueError:
        raise cms(305) from None
    if call.number(1, 129) == 145 and not recipient.startswith("+"):
        recipient = "+" + recipient
    room = 160 if coding.alphabet_of(dcs) == coding.GSM7 else 70
    if len(text) > room:
        raise cms(305)
    return Submit(
        recipient=recipient,
        text=text,
        pid=pid,
        dcs=dcs,
        validity=relative_validity(validity) if first >> 3 & 3 == 2 else None,
        report=bool(first & 0x20),
    )


def fields(stored: Stored, charset: str) -> tuple[str, str]:
    """The header fields after the state, and the text, of a stored message."""
    if stored.is_report:
        report = Report.decode(stored.tpdu)
        times = f'"{report.submitted.text_mode()}","{report.discharged.text_mode()}"'
        number = report.recipient
        kind = 145 if number.startswith("+") else 129
        return f'6,{report.reference},"{number}",{kind},{times},{report.status}', ""
    if stored.kind == 1:
        message = Submit.decode(stored.tpdu)
        return f'"{encode_text(message.recipient, charset)}",,', encode_text(message.text or "", charset)
    deliver = Deliver.decode(stored.tpdu)
    head = f'"{encode_text(deliver.sender, charset)}",,"{deliver.stamp.text_mode()}"'
    if deliver.text is None:
        return head, deliver.data.hex().upper()
    if coding.alphabet_of(deliver.dcs) == coding.UCS2 and charset != "UCS2":
        return head, deliver.text.encode("utf-16-be", "surrogatepass").hex().upper()
    return head, encode_text(deliver.text, charset)


def stray(device: Device, body: bytes | None) -> Result:
    """What was typed into a prompt that another program left open."""
    if body is not None:
        text = body.decode("latin-1")
        part = device.network.submit(device, Typed(Submit(recipient="+33600000000", text=text)))
        return Answer((f"+CMGS: {part.reference}",))
    return OK
