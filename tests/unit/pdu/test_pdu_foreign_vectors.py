"""The PDUs of other projects' test suites, read from the folder that SMSGW_VECTORS names.

`expected` is what those projects assert, `derived` what a reference decoder adds where they say nothing; both
follow 3GPP where a project does not. Every field that our values have is compared.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.pdu import (
    Deliver,
    PduError,
    StatusReport,
    SubmitPdu,
    decode_pdu,
    encode_submit,
    status_class,
)
from drivers.pdu.national import RESERVED, locking_table, single_shift_table

FOLDER = os.environ.get("SMSGW_VECTORS", "")
KINDS = {"deliver": Deliver, "submit": SubmitPdu, "status-report": StatusReport}

if not FOLDER:
    pytest.skip("SMSGW_VECTORS names no folder of vectors", allow_module_level=True)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(FOLDER) / name).read_text(encoding="utf-8").splitlines()]


PDUS = rows("pdus.jsonl")
PROJECTS = sorted({row["id"].rpartition("-")[0] for row in PDUS})


def of_project(project: str, kinds: tuple[str, ...] = tuple(KINDS)) -> list[dict[str, Any]]:
    return [row for row in PDUS if row["id"].startswith(project) and row["kind"] in kinds]


def decode(row: dict[str, Any]) -> Any:
    return decode_pdu(row["pdu"], tpdu_only=row.get("tpdu_only", False))


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def concat(pdu: Any) -> dict[str, int] | None:
    part = pdu.concat
    if part is None:
        return None
    return {"ref": part.reference, "total": part.total, "seq": part.sequence, "bits": 16 if part.wide else 8}


def element(pdu: Any, identifier: int) -> int | None:
    return next((data[0] for found, data in pdu.headers if found == identifier), None)


def validity(pdu: Any) -> dict[str, Any]:
    if pdu.validity_until is not None:
        return {"format": "absolute", "time": pdu.validity_until.isoformat()}
    return {"format": "relative", "minutes": pdu.validity_seconds // 60}


# What a field of the vectors is called here; fields that are not listed are not in our values.
FIELDS: dict[str, Any] = {
    "smsc": lambda pdu: pdu.smsc,
    "number": lambda pdu: pdu.sender if isinstance(pdu, Deliver) else pdu.recipient,
    "ton": lambda pdu: "alphanumeric" if getattr(pdu, "sender_is_name", False) else "a number",
    "text": lambda pdu: pdu.text,
    "data": lambda pdu: pdu.data.hex().upper(),
    "alphabet": lambda pdu: pdu.alphabet,
    "class": lambda pdu: pdu.message_class,
    "pid": lambda pdu: pdu.pid,
    "dcs": lambda pdu: pdu.dcs,
    "timestamp": lambda pdu: moment(pdu.timestamp),
    "discharge": lambda pdu: moment(pdu.discharge),
    "mr": lambda pdu: pdu.reference,
    "status": lambda pdu: pdu.status,
    "status_class": lambda pdu: "completed" if status_class(pdu.status).value == "delivered" else "?",
    "concat": concat,
    "ports": lambda pdu: dict(zip(("dst", "src"), pdu.ports, strict=True)),
    "udh": lambda pdu: [{"iei": iei, "data": data.hex().upper()} for iei, data in pdu.headers],
    "locking_shift": lambda pdu: element(pdu, 0x25),
    "single_shift": lambda pdu: element(pdu, 0x24),
    "mwi": lambda pdu: pdu.waiting_indicator,
    "srr": lambda pdu: pdu.report,
    "reject_duplicates": lambda pdu: pdu.reject_duplicates,
    "vp": validity,
}


def said(seen: Any, expected: Any) -> Any:
    """Of an object of ours, the keys that the vector has too."""
    return {key: seen[key] for key in expected} if isinstance(expected, dict) else seen


def wanted(field: str, value: Any) -> Any:
    """A value of the vectors in the shape that `FIELDS` gives."""
    match field:
        case "ton":
            return value if value == "alphanumeric" else "a number"
        case "mwi":
            return True
        case "vp":
            return {key: value[key] for key in value if key != "raw"}
        case "ports":
            return {key: value[key] for key in value if key != "bits"}
        case _:
            return value


def disagreements(row: dict[str, Any], pdu: Any, expected: dict[str, Any]) -> dict[str, Any]:
    """Field by field, what we read and what the vector says, where these differ."""
    found = {
        name: (FIELDS[name](pdu), wanted(name, value)) for name, value in expected.items() if name in FIELDS
    }
    return {
        f"{row['id']} {name}": (ours, theirs)
        for name, (ours, theirs) in found.items()
        if said(ours, theirs) != theirs
    }


@pytest.mark.parametrize("project", PROJECTS)
def test_a_foreign_pdu_is_read_as_its_project_reads_it(project: str) -> None:
    found: dict[str, Any] = {}
    for row in of_project(project):
        pdu = decode(row)
        fields = row["derived"] | row["expected"]
        assert isinstance(pdu, KINDS[row["kind"]]), row["id"]
        assert (pdu.text or "").startswith(fields.get("text_prefix", "")), row["id"]
        found |= disagreements(row, pdu, fields)
    assert found == {}


def rewritten(pdu: SubmitPdu) -> str:
    """The submission written again from what we read in it."""
    return encode_submit(
        recipient=pdu.recipient,
        text=pdu.text or "",
        alphabet=pdu.alphabet,
        concat=pdu.concat,
        report=pdu.report,
        message_class=pdu.message_class,
        validity=None if pdu.validity_seconds is None else timedelta(seconds=pdu.validity_seconds),
        smsc=pdu.smsc or "",
        reference=pdu.reference,
        pid=pdu.pid,
    ).pdu


# Submissions that say something which the gateway never says, or says in another way.
NOT_REWRITTEN = {
    "gammu-001": "reply path, and a one in the spare bits",
    "gammu-012": "reserved bit in the coding",
    "gammu-013": "class in coding group 1111",
    "gammu-015": "empty header, class in coding group 1111",
    "gammu-020": "service-centre field with a type and no digits",
    "gammu-023": "class in coding group 1111",
    "gammu-026": "no recipient",
    "ofono-006": "filler 0 instead of 1111",
    "ofono-007": "filler 0 instead of 1111",
    "ofono-013": "formatted text in the header",
    "ofono-014": "formatted text in the header",
    "python-gsmmodem-009": "8-bit data",
    "python-gsmmodem-010": "validity as a time",
    "python-gsmmodem-014": "duplicates to be rejected",
    "python-gsmmodem-016": "national type of number",
    "python-gsmmodem-017": "duplicates to be rejected",
    "python-gsmmodem-018": "duplicates to be rejected",
    "python-gsmmodem-019": "duplicates to be rejected",
}


@pytest.mark.parametrize("project", PROJECTS)
def test_a_foreign_submission_is_written_octet_for_octet(project: str) -> None:
    rows = [row for row in of_project(project, ("submit",)) if row["id"] not in NOT_REWRITTEN]
    written = {row["id"]: rewritten(decode(row)) for row in rows}
    assert written == {
        row["id"]: f"00{row['pdu']}" if row.get("tpdu_only") else row["pdu"].upper() for row in rows
    }


def test_a_malformed_pdu_is_refused_or_read_for_what_it_is() -> None:
    """`must`: nothing in it can be believed. `may`: a lenient reader gets the fields that are listed."""
    found: dict[str, Any] = {}
    for row in rows("malformed.jsonl"):
        try:
            pdu = decode(row)
        except PduError:
            continue
        assert row["reject"] == "may", row["id"]
        found |= disagreements(row, pdu, row.get("derived", {}) | row.get("accept_as", row["expected"]))
    assert found == {}


TABLES = json.loads((Path(FOLDER) / "national_tables.json").read_text(encoding="utf-8"))


def codes(table: dict[str, Any]) -> dict[int, str]:
    return {int(code, 16): character for code, character in table["map"].items()}


def test_a_locking_table_is_the_one_of_the_standard() -> None:
    for language, listed in TABLES["locking"].items():
        table = enumerate(locking_table(int(language)))
        ours = {code: character for code, character in table if code != 0x1B and character != RESERVED}
        # The listing leaves the space out where a language has it where all have it.
        assert ours == {0x20: " "} | codes(listed), listed["language"]


def test_a_single_shift_table_is_the_one_of_the_standard() -> None:
    for language, listed in TABLES["single"].items():
        assert dict(single_shift_table(int(language))) == codes(listed), listed["language"]
