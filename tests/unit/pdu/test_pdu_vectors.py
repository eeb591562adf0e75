"""Our own vectors: PDUs put together bit by bit from the standards, without this codec."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.pdu import Alphabet, Concat, PduError, decode_pdu, encode_submit
from gateway.cli.pdu import as_object

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "pdu.json").read_text(encoding="utf-8"))


def named(rows: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(row, id=row["name"]) for row in rows]


@pytest.mark.parametrize("row", named(VECTORS["pdus"]))
def test_a_pdu_says_what_the_standard_says(row: dict[str, Any]) -> None:
    assert as_object(decode_pdu(row["pdu"])) == row["expected"]


@pytest.mark.parametrize("row", named(VECTORS["pdus"]))
def test_case_and_spaces_around_do_not_matter(row: dict[str, Any]) -> None:
    expected = decode_pdu(row["pdu"])
    assert decode_pdu(row["pdu"].lower()) == expected
    assert decode_pdu(f" {row['pdu']}\r\n") == expected
    assert decode_pdu(bytes.fromhex(row["pdu"])) == expected


@pytest.mark.parametrize("row", named([row for row in VECTORS["pdus"] if "encode" in row]))
def test_a_submission_is_written_as_the_standard_says(row: dict[str, Any]) -> None:
    arguments = dict(row["encode"])
    arguments["alphabet"] = Alphabet(arguments["alphabet"])
    if "validity" in arguments:
        arguments["validity"] = timedelta(seconds=arguments["validity"])
    if "concat" in arguments:
        names = ("reference", "total", "sequence", "wide")
        arguments["concat"] = Concat(**dict(zip(names, arguments["concat"], strict=True)))
    encoded = encode_submit(**arguments)
    assert encoded.pdu == row["pdu"]
    assert encoded.length == len(row["pdu"]) // 2 - 1


@pytest.mark.parametrize("row", named(VECTORS["errors"]))
def test_what_cannot_be_read_is_named_by_field_and_octet(row: dict[str, Any]) -> None:
    with pytest.raises(PduError) as caught:
        decode_pdu(row["pdu"], tpdu_only=row["tpdu_only"])
    error = caught.value
    assert (error.field, error.octet) == (row["field"], row["octet"])
    assert str(error) == f"{error.field} at octet {error.octet}: {error.why}"
