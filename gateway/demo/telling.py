"""What happens in the demonstration, told as it happens: each kind of thing once, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.demo.show import Picture, shortened
from gateway.numbers import mask

LATE = ("late_complete", "late_partial")
_ON_REPLIES: tuple[tuple[str, str], ...] = (
    ("answer", "understood, and the next text follows from it"),
    ("invalid", "not understood: asked again, once, in other words"),
    ("opt_out", "confirmed at once; nothing will ever be sent there again"),
)


@dataclass(frozen=True, slots=True)
class Beat:
    """Something worth telling, and whether it has happened."""

    text: str
    happened: Callable[[Picture], bool]


_BEATS = (
    Beat(
        "a customer is unhappy: an alert is open, and somebody has 48 hours to call back",
        lambda picture: picture.alerts > 0,
    ),
    Beat(
        "a customer answers after the question has run out: thanked, counted as late, asked nothing more",
        lambda picture: any(picture.dispositions[name] for name in LATE),
    ),
)


def introduction(modems: int, customers: int) -> str:
    """Before it begins."""
    orders = "1 order" if customers == 1 else f"{customers} orders"
    sticks = "1 simulated modem" if modems == 1 else f"{modems} simulated modems"
    return (
        f"The shop Bricolo has delivered {orders} today. Each customer is asked by SMS: satisfied, from 1 to 5?\n"
        f"{sticks} and as many phones as customers play along; no SMS leaves this machine."
    )


class Story:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._note = ""
        self._told: set[str] = set()

    def hear(self, picture: Picture, note: str) -> list[str]:
        """What is new to tell."""
        new = [text for text in self._news(picture) if text]
        if note != self._note:
            new.append(note)
            self._note = note
        self.lines += new
        return new

    def _news(self, picture: Picture) -> Iterator[str]:
        for reply in picture.replies:
            yield self._once(str(reply.kind), _reply(reply))
        for beat in _BEATS:
            if beat.happened(picture):
                yield self._once(beat.text, beat.text)

    def _once(self, key: str, text: str) -> str:
        if key in self._told:
            return ""
        self._told.add(key)
        return text


def _reply(reply: Any) -> str:
    meaning = dict(_ON_REPLIES).get(str(reply.kind))
    return f"{mask(reply.sender)} writes “{shortened(reply.body)}”: {meaning}" if meaning else ""
