from __future__ import annotations

import pytest

from gateway.cli import table_file
from gateway.cli.table_file import FileError
from gateway.cli.template import Missing, TemplateError, parse


def read(tmp_path, content):
    file = tmp_path / "list.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return table_file.read(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_files_as_offices_write_them(tmp_path, encoding, separator, ends):
    lines = ["Téléphone{0}Prénom", "0612345678{0}Zoé", '0612345679{0}"O{0}Neil"', ""]
    table = read(tmp_path, ends.join(lines).format(separator).encode(encoding))
    assert table.columns == ["téléphone", "prénom"]
    assert [(row.line, row.cells["prénom"], row.wrong) for row in table.rows] == [
        (2, "Zoé", ""),
        (3, f"O{separator}Neil", ""),
    ]


def test_lines_are_those_of_the_file_even_behind_cells_of_several(tmp_path):
    table = read(tmp_path, 'number,text\n\n0612345678,"two\nlines"\n,\n0612345679,one\n')
    assert [(row.line, row.cells["text"]) for row in table.rows] == [(3, "two\nlines"), (6, "one")]


def test_rows_of_another_length_are_wrong_but_empty_cells_at_the_end_are_not(tmp_path):
    table = read(tmp_path, "number,text,,\n1,a,,\n2,b,c\n3\n")
    assert table.columns == ["number", "text"]
    assert [bool(row.wrong) for row in table.rows] == [False, True, True]
    assert "3 cells, and the header has 2" in table.rows[1].wrong


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a,a\n1,2\n", "twice: a"),
        (b"a,,b\n1,2,3\n", "by nothing"),
        (b'a,b\n"1,2\n', "line 2"),
        (b"a\n\x81\x8d\n", "Windows-1252"),
    ],
)
def test_files_that_are_no_table_say_why(tmp_path, content, words):
    with pytest.raises(FileError, match=words):
        read(tmp_path, content)


def test_a_file_beyond_all_measure_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "LARGEST", 10)
    with pytest.raises(FileError, match="split it"):
        read(tmp_path, b"number\n" + b"0612345678\n")


def test_a_template_fills_its_columns_and_nothing_else():
    template = parse("Bonjour {Prénom}, {{total}} : {montant} €{ville}", ["prénom", "montant", "ville"])
    row = {"prénom": "Zoé {x}", "montant": "12", "ville": "!"}
    assert template.fill(row) == "Bonjour Zoé {x}, {total} : 12 €!"
    with pytest.raises(Missing, match=r"nothing for \{ville\}"):
        template.fill({**row, "ville": ""})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{prenon}", r"did you mean \{prenom\}"),
        ("{x}", "columns: prenom, total"),
        ("{}", "no column"),
        ("{prenom.__class__}", "no column"),
        ("{prenom!r}", "only the name of a column"),
        ("{total:>10}", "only the name of a column"),
        ("{prenom", "braces"),
        ("50 % }", "braces"),
    ],
)
def test_a_template_that_cannot_be_filled_says_why(text, words):
    with pytest.raises(TemplateError, match=words):
        parse(text, ["prenom", "total"])
