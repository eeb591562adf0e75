"""Every conversation in this folder, replayed against the driver: what it writes, and what it makes of the answers.

Beside what was said, a transcript holds what to do, `# do: submit +33612345678 Bonjour`, and what must come of
it, `# expect: Submitted 12`; `# follows: NAME` goes on where NAME.at ends. Pauses pass at once: the driver gets the
transcript's clock. A recording of `smsgw modem trace` has none of these and is a test as it is: the session listens
to it, and must understand every line. With what to do and to expect it becomes a stricter one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers import (
    Call,
    Deliver,
    Health,
    Identity,
    LateAccepted,
    ModemError,
    NotReady,
    PortGone,
    Received,
    Refused,
    Restarted,
    Settings,
    Slot,
    StatusReport,
    StorageFull,
    Submit,
    Submitted,
    segment,
)
from drivers.masking import Masker
from drivers.modem import NativeModem
from drivers.trace import Transcript, escaped, masked, replay
from tests.transcripts.overheard import overhear

FOLDER = Path(__file__).parent
_TODO = re.compile(r"(do|expect): ?(.*)")


class Player:
    """A port on which the modem says what the transcript says, and expects to be told what it was told."""

    name = "transcript"

    def __init__(self, transcript: Transcript) -> None:
        self.now = 0.0
        self.over = False
        self._steps = [step for step in transcript.steps if step.kind != "#" or _TODO.match(step.text)]
        self._written = b""
        self.closed = False

    def read(self, timeout: float, *, wakeable: bool = False) -> bytes:
        left = timeout
        while self._steps and self._steps[0].kind in "~<":
            step = self._steps[0]
            if step.kind == "<":
                return self._steps.pop(0).data
            if step.seconds > left:
                self._steps[0] = replace(step, seconds=step.seconds - left)
                break
            self._steps.pop(0)
            self.now += step.seconds
            left -= step.seconds
        self.now += left
        return b""

    def write(self, data: bytes) -> None:
        while self._steps and self._steps[0].kind == "~":
            self.now += self._steps.pop(0).seconds  # the time that we took to think
        self._written += data
        if self.over:
            raise PortGone("the transcript has ended")
        assert self._steps, f"nothing more was written, but {escaped(data)}"
        expected = self._steps[0]
        assert expected.kind == ">", (
            f"{escaped(data)} was written where {escaped(expected.data)} should have been read"
        )
        if len(self._written) < len(expected.data):
            return
        assert _shape(self._written) == _shape(expected.data), (
            f"wrote {escaped(data)}, not {escaped(expected.data)}"
        )
        self._steps.pop(0)
        self._written = b""

    def order(self) -> tuple[str, str] | None:
        """The next thing to do or to expect; None at the end."""
        while self._steps and self._steps[0].kind == "~":
            self._steps.pop(0)
        if not self._steps:
            return None
        found = _TODO.match(self._steps.pop(0).text)
        assert found, f"nobody listens to {escaped(self._steps[0].data)}"
        return found[1], found[2]

    def wake(self) -> None: ...

    def was_woken(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


def _shape(octets: bytes) -> bytes:
    """What was said, whoever it was about: recordings are masked."""
    return masked(Masker(), octets)


def do(modem: NativeModem, order: str) -> Any:
    """One line of what to do."""
    verb, _, rest = order.partition(" ")
    if verb == "submit":
        number, _, text = rest.partition(" ")
        part = Submit(recipient=number, text=text, alphabet=segment(text).alphabet, tag=1)
        return modem.submit(part, lambda: True)
    if verb == "discard":
        memory, index = rest.split()
        return modem.discard(Slot(memory=memory, index=int(index)))
    actions: dict[str, Callable[[], Any]] = {
        "open": modem.open,
        "wait": lambda: modem.wait(float(rest)),
        "sweep": modem.sweep,
        "health": modem.health,
        "resync": modem.resync,
        "close": lambda: modem.close() or None,
        "ussd": lambda: modem.ussd(rest),
        "command": lambda: modem.command(rest),
    }
    return actions[verb]()


def described(outcome: Any) -> str:
    """What came of it, in one line."""
    match outcome:
        case None:
            return "done"
        case Identity():
            return f"Identity {outcome.vendor} {outcome.model} {len(outcome.warnings)} warnings"
        case Health():
            return f"Health {outcome.registration} {outcome.signal} {outcome.operator} {outcome.can_send}"
        case Submitted():
            return f"Submitted {outcome.reference} in {outcome.seconds:.0f} s"
        case Refused():
            return f"Refused {outcome.kind} {outcome.code} {outcome.verdict}"
        case NotReady():
            return f"NotReady {outcome.need}"
        case ModemError():
            return type(outcome).__name__
        case Received(content=Deliver() as message):
            return f"Deliver {message.text!r} {_place(outcome.slot)}"
        case Received(content=StatusReport() as report):
            return f"Report {report.reference} {report.status} {_place(outcome.slot)}"
        case Received():
            return f"Undecodable {_place(outcome.slot)}"
        case LateAccepted():
            return f"LateAccepted {outcome.tag} {outcome.reference}"
        case Restarted():
            return f"Restarted {outcome.announcement}"
        case Call():
            return "Call"
        case StorageFull():
            return f"StorageFull {outcome.memory}"
        case [] | [str(), *_]:
            return " | ".join(outcome) or "nothing"
        case [*each]:
            return ", ".join(described(one) for one in each)
        case _:
            return str(outcome).encode("unicode_escape").decode("ascii")


def _place(slot: Slot | None) -> str:
    return f"{slot.memory} {slot.index}" if slot else "pushed"


def whole(file: Path) -> Transcript:
    """A transcript, and before it the one that it follows."""
    transcript = replay(file)
    before = transcript.header.get("follows")
    if before is None:
        return transcript
    return replace(transcript, steps=whole(file.with_name(f"{before}.at")).steps + transcript.steps)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.at")), ids=lambda file: file.stem)
def test_expect_transcript(file: Path) -> None:
    if not any(_TODO.match(step.text) for step in replay(file).steps if step.kind == "#"):
        told = overhear(replay(file))
        assert told.results, "nothing was answered"
        assert not told.odd
        return
    player = Player(whole(file))
    modem = NativeModem(
        Settings(name="m1", port="transcript", pin="1234"), connect=lambda _: player, clock=lambda: player.now
    )
    outcome, done = "", 0
    while (order := player.order()) is not None:
        verb, rest = order
        if verb == "expect":
            assert outcome == rest
            continue
        try:
            outcome = described(do(modem, rest))
        except ModemError as error:
            outcome = described(error)
        done += 1
    assert done
    player.over = True
    modem.close()
    assert player.closed
