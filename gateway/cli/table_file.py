"""A CSV file as offices write them: UTF-8 or Windows-1252, comma, semicolon or tab, with a header line."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 64 * 1024 * 1024
"""Octets: some 500,000 rows, far more than a SIM sends in its life."""

SEPARATORS = ",;\t"


class FileError(ValueError):
    """The file as a whole cannot be read as a table; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its cells by column name, and what is wrong with its form."""

    line: int
    cells: dict[str, str]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, in lower case, and its rows."""

    columns: list[str]
    rows: list[Row]


def read(file: Path) -> Table:
    """The whole file; empty lines are passed over, blanks around cells too. Raises FileError and OSError."""
    with file.open("rb") as opened:
        octets = opened.read(LARGEST + 1)
    if len(octets) > LARGEST:
        raise FileError(f"larger than {LARGEST // 2**20} MB: split it")
    return parse(octets)


def parse(octets: bytes) -> Table:
    """The table that the octets of a file say. Raises FileError."""
    text = decode(octets)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        records = [(line, [cell.strip() for cell in cells]) for line, cells in _numbered(lines)]
    except csv.Error as error:
        raise FileError(f"line {lines.line_num}: {error}: look for a quotation mark too many") from None
    if not records:
        raise FileError("it is empty: a header line with the names of the columns is needed")
    columns = _columns(records[0][1])
    return Table(columns, [_row(line, cells, columns) for line, cells in records[1:]])


def decode(octets: bytes) -> str:
    """UTF-8, UTF-16 where it begins with its mark, else Windows-1252, which spreadsheets write. Raises FileError."""
    marked = octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError("neither UTF-8 nor Windows-1252: save it as “CSV UTF-8”")


def _separator(text: str) -> str:
    """What stands most often in the header line."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=header.count)


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Records that are not empty, each with the line on which it begins."""
    begins = 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = getattr(lines, "line_num", begins) + 1


def _columns(header: list[str]) -> list[str]:
    columns = [name.casefold() for name in header]
    while columns and not columns[-1]:  # spreadsheets leave empty columns at the end
        columns.pop()
    twice = {name for name, times in Counter(columns).items() if times > 1}
    if "" in columns or twice:
        raise FileError(
            f"the header names a column {'twice: ' + min(twice) if twice - {''} else 'by nothing'}"
        )
    return columns


def _row(line: int, cells: list[str], columns: list[str]) -> Row:
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    found = dict(zip(columns, cells, strict=False))
    if len(cells) != len(columns):
        wrong = f"{len(cells)} cells, and the header has {len(columns)}: put texts with separators in quotes"
        return Row(line, found, wrong)
    return Row(line, found)
