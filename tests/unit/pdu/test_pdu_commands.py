"""`smsgw pdu decode` and `smsgw pdu encode`, as an operator and as a program see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.pdu import Concat, SubmitPdu, decode_pdu
from gateway.cli.root import cli

DELIVER = "07913306091093F0040B913316325476F80000621131210000400AE8329BFD4697D9EC37"
REPORT = "07913306091093F006070B913316325476F862113121000040621131210070402E"
FIELDS = [
    *("kind", "smsc", "number", "text", "data", "timestamp", "alphabet", "message_class", "pid", "dcs"),
    *("reference", "concat", "discharge", "status"),
]


def smsgw(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, prog_name="smsgw")


def printed(*arguments: str) -> object:
    result = smsgw(*arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_a_message_as_json() -> None:
    expected = {
        "kind": "deliver",
        "smsc": "+33609001390",
        "number": "+33612345678",
        "text": "hellohello",
        "data": None,
        "timestamp": "2026-11-13T12:00:00+01:00",
        "alphabet": "gsm7",
        "message_class": None,
        "pid": 0,
        "dcs": 0,
        "reference": None,
        "concat": None,
        "discharge": None,
        "status": None,
    }
    assert printed("--json", "pdu", "decode", DELIVER) == expected
    assert printed("pdu", "decode", "--json", DELIVER.lower()) == expected
    assert printed("--json", "pdu", "decode", "--tpdu", DELIVER[16:]) == expected | {"smsc": None}


def test_every_kind_has_the_same_fields() -> None:
    for pdu in (DELIVER, REPORT, "0001000B913316325476F8000003EF7A1A"):
        found = printed("--json", "pdu", "decode", pdu)
        assert isinstance(found, dict)
        assert list(found) == FIELDS


def test_a_report_for_people_says_what_its_status_means() -> None:
    lines = smsgw("pdu", "decode", REPORT).stdout.splitlines()
    assert "kind           status-report" in lines
    assert "status         46 (0x2E): pending, still trying (0x2E)" in lines
    assert not any("None" in line or line.startswith("text") for line in lines)


def test_a_text_cannot_command_the_terminal() -> None:
    hostile = "07913306091093F0040B913316325476F8000862113121000040" + "08" + "001B005B0032004A"
    assert "\x1b" not in smsgw("pdu", "decode", hostile).stdout
    found = printed("--json", "pdu", "decode", hostile)
    assert isinstance(found, dict)
    assert found["text"] == "\x1b[2J"


@pytest.mark.parametrize(
    ("digits", "where"),
    [
        (DELIVER[:-2], "deliver.ud at octet 27"),
        ("0", "pdu at octet 0"),
        ("zz", "pdu at octet 0"),
        ("", "smsc.length"),
    ],
)
def test_what_cannot_be_decoded_is_exit_1_and_named(digits: str, where: str) -> None:
    result = smsgw("--json", "pdu", "decode", digits)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert where in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_batch_answers_line_by_line_in_order(tmp_path: Path) -> None:
    file = tmp_path / "pdus"
    file.write_bytes(f"{DELIVER}\r\n\nnonsense\n{REPORT}\n{DELIVER[:40]}\n\xff\xfe".encode("latin-1"))
    result = smsgw("pdu", "decode", "--batch", str(file))
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row.get("kind", "error") for row in found] == [
        *("deliver", "error", "error", "status-report", "error", "error"),
    ]
    assert found[4] == {"error": "deliver.scts at octet 19: underflow, 7 octets announced, 1 left"}
    assert all("at octet" in row["error"] for row in found if "error" in row)


def test_a_batch_reads_standard_input_and_tpdus() -> None:
    result = smsgw("--json", "pdu", "decode", "--tpdu", "--batch", "-", stdin=f"{DELIVER[16:]}\n" * 3)
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["hellohello"] * 3


@pytest.mark.parametrize("arguments", [(), (DELIVER, "--batch", "-"), ("--batch", "/no/such/file")])
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]) -> None:
    assert smsgw("pdu", "decode", *arguments).exit_code == 2


def test_one_part_as_json() -> None:
    found = printed("--json", "pdu", "encode", "+33612345678", "oui")
    assert found == {
        "alphabet": "gsm7",
        "parts": [{"length": 16, "pdu": "0001000B913316325476F8000003EF7A1A"}],
    }


def test_every_option_reaches_the_pdu() -> None:
    found = printed(
        *("--json", "pdu", "encode", "38200", "Ça va ?\n😀", "--report", "--flash", "--validity", "7200"),
    )
    assert isinstance(found, dict)
    (part,) = found["parts"]
    decoded = decode_pdu(part["pdu"])
    assert isinstance(decoded, SubmitPdu)
    assert found["alphabet"] == "ucs2"
    assert (decoded.recipient, decoded.text) == ("38200", "Ça va ?\n😀")
    assert (decoded.report, decoded.message_class, decoded.validity_seconds) == (True, 0, 7200)
    assert part["length"] == len(part["pdu"]) // 2 - 1


def test_the_parts_of_a_long_text_share_a_reference() -> None:
    found = printed("pdu", "encode", "+33612345678", "€" * 200, "--reference", "42", "--json")
    assert isinstance(found, dict)
    decoded = [decode_pdu(part["pdu"]) for part in found["parts"]]
    assert [pdu.concat for pdu in decoded if isinstance(pdu, SubmitPdu)] == [
        Concat(reference=42, total=3, sequence=sequence) for sequence in (1, 2, 3)
    ]
    assert "".join(pdu.text or "" for pdu in decoded) == "€" * 200


def test_for_people_it_is_what_a_modem_is_told() -> None:
    assert smsgw("pdu", "encode", "+33612345678", "l’été").stdout.splitlines() == [
        "ucs2, because of ’: 5 code units in 1 part",
        "AT+CMGS=23",
        "0001000B913316325476F800080A006C201900E9007400E9",
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("Bricolo", "oui"), "not a telephone number"),
        (("+33 6 12", "oui"), "not a telephone number"),
        (("1" * 21, "oui"), "at most 20 digits"),
        (("+33612345678", "é" * 50_000), "at most 255"),
        (("+33612345678", "oui \udcff"), "half a character"),
    ],
)
def test_what_cannot_be_encoded_is_exit_1_and_one_line(arguments: tuple[str, str], why: str) -> None:
    result = smsgw("pdu", "encode", *arguments)
    assert result.exit_code == 1
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("option", [("--reference", "256"), ("--reference", "-1"), ("--validity", "0")])
def test_an_option_out_of_range_is_exit_2(option: tuple[str, str]) -> None:
    assert smsgw("pdu", "encode", "+33612345678", "oui", *option).exit_code == 2
