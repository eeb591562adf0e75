from __future__ import annotations

import pytest

from drivers.at.grammar import (
    Result,
    command_name,
    fields,
    final_result,
    head,
    is_dial,
    is_hex,
    number,
    split_glued,
    value,
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OK", Result("ok", None, "OK")),
        ("ERROR", Result("error", None, "ERROR")),
        ("COMMAND NOT SUPPORT", Result("error", None, "COMMAND NOT SUPPORT")),
        ("ABORTED", Result("error", None, "ABORTED")),
        ("MODEM ERROR: 12", Result("error", None, "MODEM ERROR: 12")),
        ("+CMS ERROR: 500", Result("cms", 500, "+CMS ERROR: 500")),
        ("+CMS ERROR:302", Result("cms", 302, "+CMS ERROR:302")),
        ("+CME ERROR: 14", Result("cme", 14, "+CME ERROR: 14")),
        ("+CMS ERROR: Unknown error", Result("cms", None, "Unknown error")),
        ("+CME ERROR: SIM busy", Result("cme", None, "SIM busy")),
    ],
)
def test_final_results(line: str, expected: Result) -> None:
    assert final_result(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "OK see you",
        "ERRORS",
        "okay",
        "+CMS ERROR:",
        "+CME ERROR: ",
        "+CMS: 5",
        "MODEM ERROR: apple",
        "UNKNOWN COMMAND",
        "NO CARRIER",
        "BUSY",
        "0",
        "4",
        "+CM",
        "+CMX ERROR: 5",
    ],
)
def test_what_is_no_final_result(line: str) -> None:
    assert final_result(line) is None


@pytest.mark.parametrize("line", ["NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"])
def test_news_of_calls_are_finals_for_a_dialled_call_only(line: str) -> None:
    assert final_result(line, dialling=True) == Result("error", None, line)


def test_digits_are_finals_while_the_modem_may_answer_so() -> None:
    assert final_result("0", numeric=True) == Result("ok", None, "0")
    assert final_result("4", numeric=True) == Result("error", None, "4")
    assert final_result("3", numeric=True) is None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("ERROR+CNUM: 1", ("ERROR", "+CNUM: 1")),
        ("OK^RSSI:18", ("OK", "^RSSI:18")),
        ("OK see you", ("OK see you", "")),
        ("OK", ("OK", "")),
        ("OKAY+CNUM: 1", ("OKAY+CNUM: 1", "")),
    ],
)
def test_glued_finals(line: str, parts: tuple[str, str]) -> None:
    assert split_glued(line) == parts


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("AT+CREG?", "+CREG"),
        ("at^iccid?", "^ICCID"),
        ("AT_OERCN?", "_OERCN"),
        ("ATE0", ""),
        ("AT&D0", "&D0"),
        ("AT", ""),
    ],
)
def test_command_names(command: str, name: str) -> None:
    assert command_name(command) == name


def test_which_commands_dial() -> None:
    assert is_dial("ATD+33612345678;")
    assert is_dial("ATA")
    assert not is_dial("AT+CMGD=1")
    assert not is_dial("ATE0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,1", ["0", "1"]),
        ('2,1, "00A1" ,"01F3C2B4",7', ["2", "1", "00A1", "01F3C2B4", "7"]),
        ('"a,b",3', ["a,b", "3"]),
        ("(0,1),(2-3),4", ["(0,1)", "(2-3)", "4"]),
        (" 2,1,  0 5, 2715", ["2", "1", "0 5", "2715"]),
        ('2,1,"0B,"0100701",7', ["2", "1", 'B,"0100701"', "7"]),
        ("", [""]),
    ],
)
def test_fields(text: str, expected: list[str]) -> None:
    found = fields(text)
    assert found[:2] == expected[:2]
    if "0B," not in text:  # a lost quote spoils what follows it, and nothing before
        assert found == expected


def test_names_and_values() -> None:
    assert head("+CPIN:READY") == "+CPIN"
    assert head("RING") == "RING"
    assert value('+CPIN: "READY"') == '"READY"'
    assert value("WAVECOM MODEM: 1") == "WAVECOM MODEM: 1"


def test_numbers() -> None:
    assert number(" 12 bytes") == 12
    assert number("-1") == -1
    assert number("x") is None
    assert is_hex("00aF")
    assert not is_hex("00aG")
    assert not is_hex("")
