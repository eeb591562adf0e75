from __future__ import annotations

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest

from gateway.cli.context import Context
from gateway.cli.output import local_time, write_csv, write_facts, write_json, write_rows
from gateway.cli.terminal import clip, one_line, plain, width

ROWS = [
    {"id": 1, "body": "Bonjour", "at": None, "hidden": 1},
    {"id": 20, "body": "a\tb\nc", "at": "x", "hidden": 2},
]


def test_a_table_has_its_columns_under_each_other(capsys):
    write_rows(Context(), ["id", "at", "body"], ROWS)
    assert capsys.readouterr().out == "id  at  body\n1       Bonjour\n20  x   a b⏎c\n"


def test_json_is_one_array_with_the_columns_as_fields(capsys):
    write_rows(Context(json=True), ["id", "at", "body"], ROWS)
    assert json.loads(capsys.readouterr().out) == [
        {"id": 1, "at": None, "body": "Bonjour"},
        {"id": 20, "at": "x", "body": "a\tb\nc"},
    ]


def test_csv_reads_back_and_empty_lists_keep_their_form(capsys):
    write_rows(Context(csv=True), ["id", "at", "body"], ROWS)
    assert list(csv.reader(io.StringIO(capsys.readouterr().out))) == [
        ["id", "at", "body"],
        ["1", "", "Bonjour"],
        ["20", "x", "a\tb\nc"],
    ]
    for context, text in ((Context(json=True), "[]\n"), (Context(csv=True), "id\n"), (Context(), "")):
        write_rows(context, ["id"], [])
        assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("+33612345678", "+33612345678"),
        ("-5", "-5"),
        ("\t=1", "'\t'=1"),
        ("9;=1+1", "9;'=1+1"),
        ("9;-1+cmd|'/C calc'!A0", "9;'-1+cmd|'/C calc'!A0"),
        ("bien ;-) a=b", "bien ;-) a=b"),
        ("＝1+1", "'＝1+1"),
        ("2=2", "2=2"),
        (7, "7"),
    ],
)
def test_csv_has_no_formulas(value, cell, capsys):
    write_csv(["a"], [[value]])
    assert list(csv.reader(io.StringIO(capsys.readouterr().out)))[1] == [cell]


def test_a_strange_text_cannot_command_the_terminal(capsys):
    nasty = "a\x1b]0;owned\x07\x9b31m\u202eb\r\x00\ud83d"
    assert plain(nasty) == "a\\x1b]0;owned\\x07\\x9b31m\\u202eb\\r\\x00\\ud83d"
    write_rows(Context(), ["body"], [{"body": nasty}])
    write_facts([("body", nasty), ("none", None)])
    write_rows(Context(json=True), ["body"], [{"body": nasty}])
    out = capsys.readouterr().out
    assert not set("\x1b\x07\x9b\u202e\r\x00\ud83d") & set(out)
    assert json.loads(out.splitlines()[-1]) == [{"body": nasty}]


def test_csv_commands_no_terminal_and_keeps_lines_and_tabs(capsys):
    write_rows(Context(csv=True), ["body"], [{"body": "a\x1b]0;owned\x07\x9b31m\u202eb\r\nc\td\re\ud83d"}])
    out = capsys.readouterr().out
    assert list(csv.reader(io.StringIO(out)))[1] == ["a\\x1b]0;owned\\x07\\x9b31m\\u202eb\nc\td\\re\\ud83d"]
    assert not set("\x1b\x07\x9b\u202e\r\ud83d") & set(out)


def test_letters_of_all_kinds_stay_what_they_are(capsys):
    write_json({"text": "é 日本 😀\n"})
    assert capsys.readouterr().out == '{"text": "é 日本 😀\\n"}\n'
    assert one_line("é 日本 😀") == "é 日本 😀"


def test_widths_are_those_of_a_terminal():
    assert [width(text) for text in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]
    assert clip("abcdef", 4) == "abc…"
    assert clip("日本語", 4) == "日…"
    assert clip("abcd", 4) == "abcd"


def test_times_are_shown_where_the_gateway_stands():
    paris = ZoneInfo("Europe/Paris")
    assert local_time("2026-11-23T18:04:05.123Z", paris) == "2026-11-23 19:04:05"
    assert local_time(None, paris) == ""
    assert local_time("soon", paris) == "soon"
