"""One AT interpreter on one port: characters in, command lines, answers out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from drivers.sim import grammar, stuck, temper
from drivers.sim.answers import shape
from drivers.sim.codec import CodecError
from drivers.sim.port import Port
from drivers.sim.results import Answer, AtError, Later, Prompt, Result, Silence, cms
from drivers.sim.speaker import Speaker

if TYPE_CHECKING:
    from drivers.sim.device import Device

_INPUT_LIMIT = 64 * 1024
_LINE_LIMIT = 2048
_BODY_LIMIT = 4096
_COMMANDS_LIMIT = 40
"""Commands of one line; V.250 asks for 40 characters at least, and nobody sends more than a few commands."""
CTRL_Z, ESC = 0x1A, 0x1B


class State(Enum):
    """What the interpreter is doing."""

    IDLE = "idle"
    BUSY = "busy"
    PROMPT = "prompt"


class Terminal:
    """Belongs to one device; the settings of V.250 (echo, verbosity) are its own."""

    def __init__(self, device: Device, port: Port, *, urcs: bool = True) -> None:
        self.device = device
        self.port = port
        self.urcs = urcs
        """Unsolicited codes are said here."""
        self.speaker = Speaker(device, port, lambda: self.state is State.IDLE)
        self.state = State.IDLE
        self.echo = device.profile.echo
        self.verbose = True
        self.quiet = False
        self.cmee = 0
        self.submitting = False
        self.command_ended = 0.0
        self.prompted_at = 0.0
        self.answered_at: float | None = None
        self.deaf_until = 0.0
        self._input = bytearray()
        self._line = bytearray()
        self._body = bytearray()
        self._last = ""
        self._commands: deque[grammar.Command] = deque()
        self._running: grammar.Command | None = None
        self._infos: list[str] = []
        self._after_body: Callable[[bytes | None], Result] | None = None
        self._life = 0
        port.listener = self

    # ---- life

    def reset(self) -> None:
        """As after a loss of power: the settings are gone, and whatever ran will never answer."""
        self._life += 1
        self.state = State.IDLE
        self.echo = self.device.profile.echo
        self.verbose, self.quiet, self.cmee = True, False, 0
        self.submitting = False
        for buffer in (self._input, self._line, self._body):
            buffer.clear()
        self._commands.clear()
        self._infos.clear()
        self.speaker.clear()
        self._after_body = None

    def opened(self) -> None:
        """A program opened the port."""
        stuck.heal(self.device, "reopen")
        if self.device.faults.on("unread_lost"):
            self.port.forget_unread()
        if slow := self.device.faults.on("slow_open"):
            self.deaf_until = self.device.loop.now() + slow.seconds
        self.device.log("opened", port=self.port.link.name)

    def closed(self) -> None:
        """A program closed the port."""
        self.device.log("closed", port=self.port.link.name)

    # ---- input

    def receive(self, data: bytes) -> None:
        """Octets from the program."""
        data = temper.hear(self.device, self, data)
        if not data:
            return
        if self.submitting and self.device.faults.fire("abort_on_byte"):
            self._abort()
        self._input += data[: _INPUT_LIMIT - len(self._input)]
        self._consume()

    def _consume(self) -> None:
        while self._input and self.state is not State.BUSY:
            if self.state is State.PROMPT:
                self._take_body()
            else:
                self._take_line()

    def _take_line(self) -> None:
        end = self._input.find(b"\r")
        piece = bytes(self._input[: end + 1] if end >= 0 else self._input)
        del self._input[: len(piece)]
        if end >= 0:
            temper.before_echo(self.device, self)
        self._echo(piece)
        self._line += piece
        if end < 0:
            del self._line[:-_LINE_LIMIT]
            return
        line = bytes(self._line).decode("latin-1")
        self._line.clear()
        self._execute(_edited(line))

    def _take_body(self) -> None:
        ends = [place for place in (self._input.find(CTRL_Z), self._input.find(ESC)) if place >= 0]
        piece = bytes(self._input[: min(ends) + 1] if ends else self._input)
        del self._input[: len(piece)]
        if ends and self.device.faults.fire("ctrlz_lost" if piece[-1] == CTRL_Z else "esc_deaf"):
            self._body += piece[:-1]
            return
        if self.echo or self.device.faults.on("echo_body"):
            self.speaker.write(piece)
        self._body += piece
        if not ends:
            del self._body[:-_BODY_LIMIT]
            return
        ended_by, body = self._body[-1], bytes(self._body[:-1])
        self._body.clear()
        self._end_body(None if ended_by == ESC else body)

    def _end_body(self, body: bytes | None) -> None:
        then, self._after_body = self._after_body, None
        self.state = State.BUSY
        if body is None and (answer := self.device.faults.on("esc_answer")):
            self._finish(Answer(final="" if answer.text == "none" else answer.text))
        elif then is not None:
            self._do(lambda: then(body))

    def _echo(self, piece: bytes) -> None:
        echo = self.echo
        if self.device.faults.on("echo_stuck_on"):
            echo = True
        if self.device.faults.on("echo_stuck_off"):
            echo = False
        if not echo:
            return
        late = self.device.faults.fire("echo_late") if piece.endswith(b"\r") else None
        self.speaker.write(piece, delay=late.seconds if late else 0.0)

    # ---- commands

    def _execute(self, line: str) -> None:
        line = self._last if line.strip().upper() == "A/" else line
        body = grammar.body_of(line)
        if body is None:
            return
        self._last = line
        self.command_ended = self.device.loop.now()
        if not temper.hears_command(self.device, self, body):
            return
        commands = grammar.parse(body)
        self.state = State.BUSY
        self._infos = []
        self._running = None
        if commands is None or len(commands) > _COMMANDS_LIMIT:
            self._finish(Answer(final=self.device.profile.unknown))
            return
        self._commands = deque(commands)
        self._later(self.device.profile.latency, self._next)

    def _next(self) -> None:
        if not self._commands:
            self._finish(Answer())
            return
        command = self._running = self._commands.popleft()
        self._do(lambda: self.device.run(command, self))

    def _do(self, step: Callable[[], Result]) -> None:
        try:
            result = step()
        except AtError as error:
            result = Answer(final=self.device.error_line(error, self))
        except CodecError as error:
            self.device.log("unreadable", why=str(error))
            result = Answer(final=self.device.error_line(cms(304), self))
        self._take(result)

    def _take(self, result: Result) -> None:
        if isinstance(result, Later):
            then = result.then
            self._later(result.seconds, lambda: self._do(then))
        elif isinstance(result, Prompt):
            self._after_body = result.then
            self._later(result.seconds, self._ask)
        elif isinstance(result, Silence):
            if result.seconds is not None:
                self._later(result.seconds, self._resume)
        elif result.final == "OK" and self._commands:
            self._infos.extend(result.lines)
            self._next()
        else:
            self._finish(result)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        """After `seconds`, unless the modem was reset or the command aborted meanwhile."""
        if seconds <= 0:
            action()
            return
        life = self._life
        self.device.loop.later(seconds, lambda: action() if life == self._life else None)

    def _ask(self) -> None:
        self.state = State.PROMPT
        temper.ask(self.device, self)
        self._consume_soon()

    def _finish(self, answer: Answer) -> None:
        lines = (*self._infos, *answer.lines)
        self._commands.clear()
        self._infos = []
        name = self._running.name if self._running else ""
        for delay, text in shape(self, name, lines, answer.final):
            self.speaker.write(text.encode("latin-1", "replace"), delay)
        self.answered_at = self.device.loop.now()
        temper.after_answer(self.device, self, name)
        self._resume()

    def _resume(self) -> None:
        self.state = State.IDLE
        self.submitting = False
        self.speaker.release()
        self._consume_soon()

    def _consume_soon(self) -> None:
        """Read on, from the loop rather than from here: a long input would nest."""
        if self._input:
            self._later(1e-9, self._consume)

    def _abort(self) -> None:
        self._life += 1
        self.submitting = False
        self._finish(Answer(final="ERROR"))

    def open_prompt(self, then: Callable[[bytes | None], Result]) -> None:
        """Stand in a prompt that nobody asked for."""
        self.state = State.PROMPT
        self._after_body = then

    def type_in(self, line: str) -> None:
        """Another program types a command."""
        if self.state is State.IDLE:
            self.speaker.write(f"{line}\r".encode())
            self._execute(line)


def _edited(line: str) -> str:
    """The line with its backspaces done (V.250 5.2.2)."""
    kept: list[str] = []
    for char in line:
        if char == "\b":
            del kept[-1:]
        elif char not in "\r\n\0":
            kept.append(char)
    return "".join(kept)
