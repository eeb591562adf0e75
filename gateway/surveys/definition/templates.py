"""Texts with placeholders: `Bonjour {prenom|}, commande {ref}`; `{{` and `}}` are braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\|(?P<fallback>[^{}]*))?\}|[{}]|[^{}]+")


class Placeholder(NamedTuple):
    """A name, and what stands in its place where it has no value (None: nothing does)."""

    name: str
    fallback: str | None = None


class TemplateError(ValueError):
    """A text whose braces mean nothing."""


class MissingVariable(LookupError):
    """A placeholder has no value and no fallback; `name` is the placeholder's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"nothing fills {{{name}}}, and it has no fallback: {{{name}|something}}")
        self.name = name


@lru_cache(maxsize=1024)
def pieces(template: str) -> tuple[str | Placeholder, ...]:
    """The literal pieces and placeholders of a text. Raises TemplateError."""
    return tuple(_pieces(template))


def _pieces(template: str) -> Iterator[str | Placeholder]:
    for found in _PIECE.finditer(template):
        text = found.group()
        if found["name"]:
            yield Placeholder(found["name"], found["fallback"])
        elif text in ("{{", "}}"):
            yield text[0]
        elif text in ("{", "}"):
            after = template[found.start() : found.start() + 20]
            raise TemplateError(
                f"a single brace at {after!r}: placeholders are {{name}}, a brace is written twice"
            )
        else:
            yield text


def placeholders(template: str) -> tuple[Placeholder, ...]:
    """The placeholders of a text, in order. Raises TemplateError."""
    return tuple(piece for piece in pieces(template) if isinstance(piece, Placeholder))


def literal(template: str) -> str:
    """The text without its placeholders, for who looks at its words."""
    return _PIECE.sub(lambda found: " " if found["name"] else found.group(), template)


def fill(template: str, value: Callable[[Placeholder], str]) -> str:
    """The text with each placeholder as `value` says, tidied up."""
    return tidy(
        "".join(value(piece) if isinstance(piece, Placeholder) else piece for piece in pieces(template))
    )


def render(template: str, values: Mapping[str, str]) -> str:
    """The text as it is sent. An empty value counts as none. Raises MissingVariable."""

    def value(placeholder: Placeholder) -> str:
        found = values.get(placeholder.name, "")
        if found:
            return found
        if placeholder.fallback is None:
            raise MissingVariable(placeholder.name)
        return placeholder.fallback

    return fill(template, value)


def tidy(text: str) -> str:
    """What an empty placeholder leaves behind is removed: doubled blanks, a blank before a comma or full stop."""
    return re.sub(r" (?=[,.])", "", re.sub(r" {2,}", " ", text)).strip()
