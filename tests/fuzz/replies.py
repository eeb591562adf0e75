"""What a modem answers to questions, read line by line: no line of its makes a reader stumble."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from drivers.at import replies as read
from drivers.native.ussd import decoded
from drivers.trace import read_transcript

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"
LISTS: tuple[Callable[[tuple[str, ...]], object], ...] = (
    read.registration,
    read.memories,
    read.usage,
    read.stored,
    read.in_text_mode,
    read.capability,
    read.pin_state,
    read.service_centre,
    read.own_number,
    read.plain,
    read.imei,
    read.imsi,
    read.iccid,
    read.signal,
    read.operator,
)
"""Readers of an answer's information lines."""


def replies(data: bytes) -> None:
    """A value or nothing, of whatever lines; it is no longer than what was said (a + may stand before a number)."""
    lines = tuple(data.decode("latin-1").splitlines())
    for reader in LISTS:
        found = reader(lines)
        assert not isinstance(found, str) or len(found) <= len(data) + 1
    for line in lines:
        read.memory_index(line)
        assert len(read.caller(line)) <= len(line) + 1
        json.dumps(decoded(read.ussd(line)))


def replies_seeds() -> Iterator[bytes]:
    """What the modems of the recorded conversations said."""
    for file in sorted(TRANSCRIPTS.glob("*.at")):
        steps = read_transcript(file.read_text("ascii")).steps
        yield b"".join(step.data for step in steps if step.kind == "<")[:1000]
