"""What the session takes and what it reports, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.at.grammar import Result, command_name, is_dial
from drivers.at.states import State
from drivers.at.urc import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line, without its CR."""

    text: str
    timeout: float
    """Seconds from the write to the final result. Chatter does not extend it."""
    prefix: str | None = None
    """Information lines that begin with a sign such as + must begin with this; None: any may be."""
    quiet: float | None = None
    """Where the final may be missing (F10): so many seconds after an information line count as OK."""
    numeric: bool = False
    """The modem may answer with digits (F09)."""
    secret: bool = False
    """It holds a PIN."""

    def __repr__(self) -> str:
        """Without the PIN."""
        return f"Command({shown(self)!r})"

    @classmethod
    def ask(cls, text: str, timeout: float, *, quiet: float | None = None) -> Command:
        """A command whose answer begins with its own name."""
        return cls(text=text, timeout=timeout, prefix=command_name(text), quiet=quiet)

    @property
    def dialling(self) -> bool:
        """Whether NO CARRIER and its like are finals."""
        return is_dial(self.text)


def shown(command: Command) -> str:
    """A command as logs and errors may show it."""
    return command.text.partition("=")[0] + "=***" if command.secret else command.text


@dataclass(frozen=True, slots=True)
class Answered:
    """The command ended. `seconds` since it was written, or since Ctrl-Z."""

    lines: tuple[str, ...]
    result: Result
    seconds: float
    state: State
    """Where it was: PROMPT and OPEN mean that nothing was sent, SUBMITTED that the body was out."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """The modem waits for the body."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`+CMGS: n` for the send in flight: success, whether an OK follows or not (F49)."""

    reference: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The deadline passed in `state`, or the modem restarted. What came so far is in `lines`."""

    state: State
    lines: tuple[str, ...] = ()
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class InStep:
    """The fence was answered: the next answer belongs to the next command."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """The fence was not answered."""

    heard: int
    """Octets that came meanwhile: silence is another fault than babble."""


@dataclass(frozen=True, slots=True)
class Write:
    """Octets that the session wants written now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A code that nobody asked for; `pdu` is the hex line that belongs to it."""

    kind: Kind
    line: str
    pdu: str = ""


@dataclass(frozen=True, slots=True)
class Torn:
    """A code came without the PDU that belongs to it: the message may lie in storage, so look there (F30)."""

    line: str


@dataclass(frozen=True, slots=True)
class Late:
    """A `+CMGS: n` that belongs to the attempt `tag`, which was given up as unknown (F47)."""

    tag: int
    reference: int | None


@dataclass(frozen=True, slots=True)
class EchoBack:
    """An echo although it was switched off: the modem lost its settings (F13)."""

    line: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """An echo of a command that we never wrote: another program uses the port (F121)."""

    line: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that belongs to nothing: a stray final, half a line, another device."""

    line: str
    is_result: bool = False
    """A final result while no command ran, and none was late: to a command that was not ours."""


Outcome = Answered | Prompted | Accepted | TimedOut | InStep | OutOfStep
"""What the caller of a command waits for."""
News = Unsolicited | Torn | Late | EchoBack | Foreign | Noise
"""What comes by itself."""
Event = Outcome | News | Write
