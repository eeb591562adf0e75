"""What a phone does with parts: join them by sender, reference and total (TS 23.040 9.2.3.24.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.sim.records import Accepted, Message

_Key = tuple[str, str, int, int, bool]


@dataclass(slots=True)
class _Group:
    first: Accepted
    total: int
    parts: dict[int, Accepted] = field(default_factory=dict)
    repeats: int = 0

    @property
    def complete(self) -> bool:
        return len(self.parts) == self.total

    def message(self) -> Message:
        parts = tuple(self.parts[sequence] for sequence in sorted(self.parts))
        return Message(
            imsi=self.first.imsi,
            modem=self.first.modem,
            recipient=self.first.recipient,
            text=joined_text(parts),
            parts=parts,
            total=self.total,
            repeats=self.repeats,
        )


def joined_text(parts: Iterable[Accepted]) -> str:
    """The texts of parts in order; surrogates that the cut separated find each other again."""
    text = "".join(part.text or "" for part in parts)
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


class Joiner:
    """Takes parts one by one."""

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._open: dict[_Key, _Group] = {}

    def add(self, part: Accepted) -> Message | None:
        """The message that this part completes, or None."""
        place = part.concat
        if place is None or place.total == 1:
            group = _Group(part, 1, {1: part})
            self._groups.append(group)
            return group.message()
        key = (part.imsi, part.recipient, place.reference, place.total, place.wide)
        waiting = self._open.get(key)
        if waiting is None:
            waiting = self._open[key] = _Group(part, place.total)
            self._groups.append(waiting)
        if place.sequence in waiting.parts:
            waiting.repeats += 1
            return None
        waiting.parts[place.sequence] = part
        if not waiting.complete:
            return None
        del self._open[key]
        return waiting.message()

    def messages(self) -> tuple[Message, ...]:
        """Complete and incomplete ones, in the order of their first parts."""
        return tuple(group.message() for group in self._groups)


def join(parts: Iterable[Accepted]) -> tuple[Message, ...]:
    """All parts of a log, joined."""
    joiner = Joiner()
    for part in parts:
        joiner.add(part)
    return joiner.messages()
