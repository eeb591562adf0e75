from __future__ import annotations

import pytest

from drivers.sim.grammar import Command, body_of, parse, split_parameters


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("", []),
        ("E0", [Command("E", "set", "0")]),
        ("e0v1&c1", [Command("E", "set", "0"), Command("V", "set", "1"), Command("&C", "set", "1")]),
        ("+CMGF=0;+CMEE=1", [Command("+CMGF", "set", "0"), Command("+CMEE", "set", "1")]),
        ("E0;+CPIN?", [Command("E", "set", "0"), Command("+CPIN", "read")]),
        ("+cpms=?", [Command("+CPMS", "test")]),
        ("^CURC=0", [Command("^CURC", "set", "0")]),
        ('+CPMS="SM","ME;"', [Command("+CPMS", "set", '"SM","ME;"')]),
        ("S3=13", [Command("S", "set", "3=13")]),
        ("S0?", [Command("S", "set", "0?")]),
        ("D*99#;", [Command("D", "set", "*99#;")]),
        ("+CSQ ; +CREG?", [Command("+CSQ", "run"), Command("+CREG", "read")]),
    ],
)
def test_a_line_is_cut_into_commands(body, commands):
    assert parse(body) == commands


@pytest.mark.parametrize("body", ["?", "+", "+CSQ!?=", "1"])
def test_what_is_no_command_is_refused(body):
    assert parse(body) is None


def test_the_prefix_is_found_behind_noise():
    assert body_of("\x1bAT+CSQ") == "+CSQ"
    assert body_of("at") == ""
    assert body_of("0011000B91") is None


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ('"SM","ME"', ["SM", "ME"]),
        ("1,,3", ["1", None, "3"]),
        ('"a,b",2', ["a,b", "2"]),
        ('"+33612345678', ["+33612345678"]),
        ('""', [""]),
        (" 2 , 1 ", ["2", "1"]),
    ],
)
def test_parameters(raw, values):
    assert split_parameters(raw) == values


def test_a_command_can_be_shown_again():
    assert Command("+CMGS", "set", "24").text == "AT+CMGS=24"
    assert Command("+CPIN", "read").text == "AT+CPIN?"
    assert Command("E", "set", "0").text == "ATE0"
