"""A text with `{placeholders}`, filled from the columns of a row; `{{` and `}}` are braces."""

from __future__ import annotations

import difflib
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class TemplateError(ValueError):
    """The template cannot be used; the message says what to mend."""


class Missing(ValueError):
    """A row has nothing for a placeholder."""

    def __init__(self, column: str) -> None:
        super().__init__(f"nothing for {{{column}}}: fill the cell, or take the row out")
        self.column = column


@dataclass(frozen=True, slots=True)
class Template:
    """Literal pieces and columns, in order."""

    pieces: tuple[tuple[str, str | None], ...]
    """(text as it is, column behind it or None)."""

    def fill(self, row: Mapping[str, str]) -> str:
        """The text for one row. Raises Missing."""
        text = []
        for literal, column in self.pieces:
            text.append(literal)
            if column is not None:
                if not row.get(column):
                    raise Missing(column)
                text.append(row[column])
        return "".join(text)


def parse(text: str, columns: Sequence[str]) -> Template:
    """Read a template against the columns that there are. Raises TemplateError."""
    try:
        found = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateError(f"{error}: write {{column}}, or {{{{ and }}}} for braces") from None
    return Template(
        tuple(
            (literal, _column(name, spec, conversion, columns)) for literal, name, spec, conversion in found
        )
    )


def _column(name: str | None, spec: str | None, conversion: str | None, columns: Sequence[str]) -> str | None:
    if name is None:
        return None
    if spec or conversion:
        raise TemplateError(f"{{{name}…}}: only the name of a column may stand in braces")
    column = name.strip().casefold()
    if column in columns:
        return column
    near = difflib.get_close_matches(column, columns, 1)
    hint = f"did you mean {{{near[0]}}}?" if near else "columns: " + ", ".join(columns)
    raise TemplateError(f"no column for {{{name}}}; {hint}")
