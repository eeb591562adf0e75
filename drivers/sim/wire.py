"""How answers become bytes: line ends, glue, and the damage that lines suffer on their way."""

from __future__ import annotations

import random
from collections.abc import Sequence

from drivers.sim.faults import FaultBook

_NUMERIC = {
    "OK": "0",
    "CONNECT": "1",
    "RING": "2",
    "NO CARRIER": "3",
    "ERROR": "4",
    "NO DIALTONE": "6",
    "BUSY": "7",
    "NO ANSWER": "8",
}


class Wire:
    """Renders lines for one terminal; every fault of the bytes themselves lives here."""

    def __init__(self, faults: FaultBook, rng: random.Random) -> None:
        self._faults = faults
        self._rng = rng

    @property
    def newline(self) -> str:
        """The line end in use."""
        for name, end in (("crcrlf", "\r\r\n"), ("lf_only", "\n"), ("cr_only", "\r")):
            if self._faults.on(name):
                return end
        return "\r\n"

    def info(self, lines: Sequence[str]) -> str:
        """Information lines, as they stand before the final result."""
        if not lines:
            return ""
        end = self.newline
        if self._faults.on("no_space"):
            lines = [_without_space(line) for line in lines]
        if self._faults.on("extra_crlf"):
            return end + end + (end + end).join(lines) + end + end
        return end + end.join(lines) + end

    def final(self, result: str, *, verbose: bool, after_info: bool) -> str:
        """The final result line."""
        if not result:
            return ""
        if not verbose or self._faults.on("numeric_results"):
            return _NUMERIC.get(result, "4" if "ERROR" in result else result) + "\r"
        end = self.newline
        if after_info and self._faults.fire("final_glued"):
            return result + end
        if self._faults.on("extra_crlf"):
            return end + end + result + end
        return end + result + end

    def damage(self, data: bytes) -> bytes:
        """What the line makes of the bytes."""
        faults, rng = self._faults, self._rng
        if struck := faults.fire("nul_burst"):
            data = bytes(struck.number) + data
        if struck := faults.fire("garbage"):
            # octets that no line of text holds, so that the damage is the same for every seed
            data = bytes(rng.choice(range(0x80, 0xFF)) for _ in range(struck.number)) + data
        if faults.fire("xon_xoff"):
            data = b"\x11" + data + b"\x13"
        if struck := faults.fire("lost_chars"):
            for _ in range(min(struck.number, len(data))):
                place = rng.randrange(len(data))
                data = data[:place] + data[place + 1 :]
        return data


def _without_space(line: str) -> str:
    head, colon, tail = line.partition(": ")
    return f"{head}:{tail}" if colon and head[:1] in "+^*#$%_" else line
