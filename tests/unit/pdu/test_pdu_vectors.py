"""Our own vectors: PDUs put together bit by bit from the standards, without this codec."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from drivers.pdu import Alphabet, Concat, Encoded, PduError, decode_pdu, encode_submit
from gateway.cli.pdu import as_object

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "pdu.json").read_text(encoding="utf-8"))


def test_a_pdu_says_what_the_standard_says() -> None:
    seen = {row["name"]: as_object(decode_pdu(row["pdu"])) for row in VECTORS["pdus"]}
    assert seen == {row["name"]: row["expected"] for row in VECTORS["pdus"]}
    assert len(seen) == len(VECTORS["pdus"]) > 80


def test_case_and_spaces_around_do_not_matter() -> None:
    for row in VECTORS["pdus"]:
        expected = decode_pdu(row["pdu"])
        assert decode_pdu(row["pdu"].lower()) == expected
        assert decode_pdu(f" {row['pdu']}\r\n") == expected
        assert decode_pdu(bytes.fromhex(row["pdu"])) == expected


def encoded(arguments: dict[str, Any]) -> Encoded:
    arguments = arguments | {"alphabet": Alphabet(arguments["alphabet"])}
    if "validity" in arguments:
        arguments["validity"] = timedelta(seconds=arguments["validity"])
    if "concat" in arguments:
        names = ("reference", "total", "sequence", "wide")
        arguments["concat"] = Concat(**dict(zip(names, arguments["concat"], strict=True)))
    return encode_submit(**arguments)


def test_a_submission_is_written_as_the_standard_says() -> None:
    rows = [row for row in VECTORS["pdus"] if "encode" in row]
    written = {row["name"]: encoded(row["encode"]) for row in rows}
    assert written == {row["name"]: Encoded(pdu=row["pdu"], length=len(row["pdu"]) // 2 - 1) for row in rows}
    assert len(written) > 10


def where(row: dict[str, Any]) -> tuple[str, int] | None:
    try:
        decode_pdu(row["pdu"], tpdu_only=row["tpdu_only"])
    except PduError as error:
        return error.field, error.octet
    return None


def test_what_cannot_be_read_is_named_by_field_and_octet() -> None:
    seen = {row["name"]: where(row) for row in VECTORS["errors"]}
    assert seen == {row["name"]: (row["field"], row["octet"]) for row in VECTORS["errors"]}
    assert len(seen) > 20
