"""A unix socket through which another process moves the simulated world: one JSON object a line, each way.

    {"do": "deliver", "modem": "modem0", "sender": "+33612345678", "text": "9"}
    {"ok": true, "result": null}

Requests: ports, deliver, say, switch, handset, unplug, plug, register, call, arm, disarm, accepted, messages,
reports, log, timings, stored, wait. A request that cannot be done is answered {"ok": false, "error": "why"}.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.sim.journal import plain
from drivers.sim.loop import READ, WRITE, Loop, Timer
from drivers.sim.records import Entry
from drivers.sim.requests import ACTIONS, Request, wait_for

if TYPE_CHECKING:
    from drivers.sim.farm import Farm

_LINE_LIMIT = 1024 * 1024


class Control:
    """The socket of one farm, served by the farm's own loop."""

    def __init__(self, farm: Farm, loop: Loop, path: Path) -> None:
        self._farm = farm
        self._loop = loop
        self._path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._socket.setblocking(False)
        self._peers: dict[int, _Peer] = {}
        loop.watch(self._socket.fileno(), self._accept)
        farm.journal.listeners.append(self._happened)

    def _accept(self, _events: int) -> None:
        try:
            connection, _ = self._socket.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        peer = _Peer(connection, self._farm, self._loop, self._gone)
        self._peers[connection.fileno()] = peer
        self._loop.watch(connection.fileno(), peer.readable)

    def _gone(self, fd: int) -> None:
        self._loop.forget(fd)
        self._peers.pop(fd, None)

    def _happened(self, entry: Entry) -> None:
        for peer in list(self._peers.values()):
            peer.look()

    def close(self) -> None:
        """End all conversations; the socket disappears."""
        self._farm.journal.listeners.remove(self._happened)
        for peer in list(self._peers.values()):
            peer.close()
        self._loop.forget(self._socket.fileno())
        self._socket.close()
        self._path.unlink(missing_ok=True)


class _Peer:
    """One connection."""

    def __init__(
        self, connection: socket.socket, farm: Farm, loop: Loop, gone: Callable[[int], None]
    ) -> None:
        self._connection = connection
        self._farm = farm
        self._loop = loop
        self._gone = gone
        self._input = bytearray()
        self._output = bytearray()
        self._waiting: tuple[Callable[[], Any], Timer] | None = None

    def readable(self, events: int) -> None:
        """The other side wrote, takes more, or went away."""
        if self._output:
            self._flush()
        if not events & READ:
            return
        try:
            data = self._connection.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._input += data
        if not data or len(self._input) > _LINE_LIMIT:
            self.close()
            return
        self._next()

    def _next(self) -> None:
        while self._waiting is None and b"\n" in self._input:
            line, _, rest = self._input.partition(b"\n")
            self._input = bytearray(rest)
            self._do(bytes(line))

    def _do(self, line: bytes) -> None:
        try:
            request = json.loads(line)
            action = ACTIONS.get(request.pop("do", ""))
            if action is None:
                raise ValueError(f"no such request; there are: {', '.join(ACTIONS)}")
            if action is wait_for:
                self._begin_wait(request)
            else:
                self._answer(ok=True, result=action(self._farm, request))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            self._answer(ok=False, error=f"{type(error).__name__}: {error}")

    def _begin_wait(self, request: Request) -> None:
        condition = wait_for(self._farm, request)
        timer = self._loop.later(float(request.get("timeout", 5.0)), self._too_late)
        self._waiting = (condition, timer)
        self.look()

    def look(self) -> None:
        """Something happened: is it what this side waits for?"""
        if self._waiting is None:
            return
        condition, timer = self._waiting
        if condition():
            timer.cancel()
            self._waiting = None
            self._answer(ok=True, result=True)

    def _too_late(self) -> None:
        self._waiting = None
        self._answer(ok=False, error="TimeoutError: not so in time")
        self._next()

    def _answer(self, **fields: Any) -> None:
        self._output += json.dumps(fields, ensure_ascii=False, default=plain).encode() + b"\n"
        self._flush()

    def _flush(self) -> None:
        try:
            sent = self._connection.send(self._output)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        del self._output[:sent]
        self._loop.watch(self._connection.fileno(), self.readable, READ | (WRITE if self._output else 0))

    def close(self) -> None:
        """Hang up."""
        if self._connection.fileno() < 0:
            return
        if self._waiting is not None:
            self._waiting[1].cancel()
        self._gone(self._connection.fileno())
        self._connection.close()
