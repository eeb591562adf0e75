"""`smsgw pdu`: the codec, for debugging."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any

import click

from drivers.pdu import (
    Alphabet,
    Concat,
    Deliver,
    Encoded,
    PduError,
    Segments,
    StatusReport,
    SubmitPdu,
    decode_pdu,
    encode_submit,
    segment,
    status_class,
    status_name,
)
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.terminal import one_line

Decoded = Deliver | SubmitPdu | StatusReport


@click.group()
def pdu() -> None:
    """Decode and encode the PDUs that modems speak (3GPP TS 23.040)."""


@pdu.command()
@click.argument("digits", metavar="HEX", required=False)
@click.option("--tpdu", is_flag=True, help="The hex begins with the TPDU, without a service-centre field.")
@click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE",
    help="Read a PDU from each line, print a JSON object for each; - is standard input.",
)
@click.pass_obj
def decode(context: Context, digits: str | None, tpdu: bool, batch: IO[bytes] | None) -> None:
    """Say what a PDU says: a message, a submission or a status report.

    What cannot be decoded is named by field and octet, counted from 0: exit code 1, or with --batch an
    object with "error" in that line's place.
    """
    if (digits is None) == (batch is None):
        raise click.UsageError("Give either HEX or --batch FILE.")
    if batch is not None:
        sys.stdout.writelines(_batch(batch, tpdu))
    elif digits is not None:
        decoded = _decode(digits, tpdu)
        click.echo(json.dumps(as_object(decoded)) if context.json else "\n".join(_lines(decoded)))


@pdu.command()
@click.argument("number", metavar="RECIPIENT")
@click.argument("text")
@click.option("--report", is_flag=True, help="Ask for a status report.")
@click.option("--flash", is_flag=True, help="Class 0: shown at once, not stored.")
@click.option(
    "--validity",
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="How long the service centre tries, rounded down to what the field can say, 5 minutes at least.",
)
@click.option(
    "--reference",
    type=click.IntRange(0, 255),
    default=0,
    metavar="N",
    help="The reference that the parts of a long text share, 0 to 255 (default 0).",
)
@click.pass_obj
def encode(
    context: Context, number: str, text: str, report: bool, flash: bool, validity: int | None, reference: int
) -> None:
    """Make the PDUs that send TEXT to RECIPIENT: one a part, as `AT+CMGS` takes them."""
    try:
        segments = segment(text)
        parts = [
            encode_submit(
                recipient=number,
                text=part,
                alphabet=segments.alphabet,
                concat=concat,
                report=report,
                message_class=0 if flash else None,
                validity=None if validity is None else timedelta(seconds=validity),
            )
            for part, concat in _parts(segments, reference)
        ]
    except (ValueError, OverflowError) as error:
        raise Failure(str(error)) from error
    if context.json:
        objects = [{"length": part.length, "pdu": part.pdu} for part in parts]
        click.echo(json.dumps({"alphabet": segments.alphabet, "parts": objects}))
    else:
        click.echo("\n".join(_commands(segments, parts)))


def as_object(decoded: Decoded) -> dict[str, Any]:
    """A decoded PDU as the object that `pdu decode --json` prints: the same fields for every kind."""
    common: dict[str, Any] = {
        "kind": _KINDS[type(decoded)],
        "smsc": decoded.smsc,
        "number": decoded.sender if isinstance(decoded, Deliver) else decoded.recipient,
        "text": decoded.text,
        "data": None,
        "timestamp": None,
        "alphabet": decoded.alphabet,
        "message_class": decoded.message_class,
        "pid": decoded.pid or 0,
        "dcs": decoded.dcs,
        "reference": None,
        "concat": None,
        "discharge": None,
        "status": None,
    }
    return common | _own_fields(decoded)


_KINDS = {Deliver: "deliver", SubmitPdu: "submit", StatusReport: "status-report"}


def _own_fields(decoded: Decoded) -> dict[str, Any]:
    match decoded:
        case Deliver():
            return _body(decoded) | {"timestamp": _moment(decoded.timestamp)}
        case SubmitPdu():
            return _body(decoded) | {"reference": decoded.reference}
        case StatusReport():
            return {
                "data": _octets(decoded.data) if decoded.data else None,
                "timestamp": _moment(decoded.timestamp),
                "reference": decoded.reference,
                "discharge": _moment(decoded.discharge),
                "status": decoded.status,
            }


def _body(decoded: Deliver | SubmitPdu) -> dict[str, Any]:
    part = decoded.concat
    return {
        "data": _octets(decoded.data) if decoded.text is None else None,
        "concat": part and {"reference": part.reference, "total": part.total, "sequence": part.sequence},
    }


def _octets(data: bytes) -> str:
    return data.hex().upper()


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _decode(digits: str, tpdu: bool) -> Decoded:
    try:
        return decode_pdu(digits, tpdu_only=tpdu)
    except PduError as error:
        raise Failure(str(error)) from error


def _batch(lines: IO[bytes], tpdu: bool) -> Iterator[str]:
    for line in lines:
        try:
            found = as_object(decode_pdu(line.decode("ascii", "replace"), tpdu_only=tpdu))
        except PduError as error:
            found = {"error": str(error)}
        yield json.dumps(found) + "\n"


def _parts(segments: Segments, reference: int) -> Iterator[tuple[str, Concat | None]]:
    total = len(segments.parts)
    for sequence, part in enumerate(segments.parts, 1):
        yield part, Concat(reference=reference, total=total, sequence=sequence) if total > 1 else None


def _lines(decoded: Decoded) -> Iterator[str]:
    """A line for each field that says something."""
    fields = {name: value for name, value in as_object(decoded).items() if value is not None}
    for name, value in (fields | _remarks(decoded)).items():
        yield f"{name.replace('_', ' '):<15}{one_line(str(value))}"


def _remarks(decoded: Decoded) -> dict[str, Any]:
    """What the JSON leaves as numbers, or out."""
    remarks: dict[str, Any] = {}
    if isinstance(decoded, StatusReport):
        status = decoded.status
        verdict = status_class(status).value.replace("_", " ")
        remarks["status"] = f"{status} (0x{status:02X}): {verdict}, {status_name(status)}"
    elif decoded.concat:
        part = decoded.concat
        remarks["concat"] = f"part {part.sequence} of {part.total}, reference {part.reference}"
    if isinstance(decoded, SubmitPdu):
        remarks["report"] = "asked for" if decoded.report else "not asked for"
        if decoded.validity_seconds is not None:
            remarks["validity"] = timedelta(seconds=decoded.validity_seconds)
        elif decoded.validity_until is not None:
            remarks["validity"] = f"until {decoded.validity_until.isoformat()}"
    if isinstance(decoded, Deliver):
        if decoded.ports:
            remarks["ports"] = f"to {decoded.ports[0]} from {decoded.ports[1]}"
        if decoded.waiting_indicator:
            remarks["indication"] = "voicemail or the like"
    return remarks


def _commands(segments: Segments, parts: list[Encoded]) -> Iterator[str]:
    """The parts as a modem wants to be told them."""
    unit = "septets" if segments.alphabet is Alphabet.GSM7 else "code units"
    because = f", because of {one_line(segments.costly)}" if segments.costly else ""
    plural = "" if len(parts) == 1 else "s"
    yield f"{segments.alphabet}{because}: {segments.units} {unit} in {len(parts)} part{plural}"
    for part in parts:
        yield f"AT+CMGS={part.length}"
        yield part.pdu
