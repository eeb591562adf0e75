"""What an incoming message says, in a form that SQLite can keep: text, octets, fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from drivers import GAP, Deliver, join_texts

OCTETS = "8bit:"
"""In front of a body that is no text: what follows is its octets in upper-case hex."""

_UNSTORABLE = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}


def storable(text: str) -> str:
    """`text` with U+FFFD for NUL and half surrogate pairs, which SQLite's TEXT cannot hold."""
    return text.translate(_UNSTORABLE)


def part_text(message: Deliver) -> str:
    """The content of one part as JSON: a string, or `{"octets": hex}` for 8-bit data.

    JSON spells half a surrogate pair as \\uD83D: its other half is at the start of the next part.
    """
    return json.dumps({"octets": message.data.hex().upper()} if message.text is None else message.text)


def body(parts: Mapping[int, str], total: int) -> str:
    """The text of a message from its parts' JSON by place, with `[…]` for gaps.

    Data becomes `8bit:0A1B2C`; where some parts are text and others data, each run of data is written so.
    """
    contents = {place: json.loads(part) for place, part in parts.items()}
    texts = {place: content for place, content in contents.items() if isinstance(content, str)}
    octets = {place: content["octets"] for place, content in contents.items() if place not in texts}
    if contents and not texts:
        return OCTETS + join_texts(octets, total)
    for place, data in octets.items():
        texts[place] = data if place - 1 in octets else OCTETS + data
    return storable(join_texts(texts, total))


def fingerprint(message: Deliver) -> str:
    """What a message read or delivered twice has in common: sender, time stamp, content and its header.

    The service centre's address is left out: the network may deliver again through another one (MODEMS F96).
    """
    time = "" if message.timestamp is None else message.timestamp.isoformat()
    headers = [(identifier, octets.hex()) for identifier, octets in message.headers]
    said = [message.sender, time, message.text, message.data.hex(), message.pid, message.dcs, headers]
    return _digest(json.dumps(said))


def raw_fingerprint(pdu: str) -> str:
    """The same for a PDU that cannot be read: all of it."""
    return _digest(pdu)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


__all__ = ["GAP", "OCTETS", "body", "fingerprint", "part_text", "raw_fingerprint", "storable"]
