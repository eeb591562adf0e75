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
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.sim import options
from drivers.sim.journal import plain
from drivers.sim.loop import READ, Loop, Timer
from drivers.sim.records import Entry

if TYPE_CHECKING:
    from drivers.sim.farm import Farm

_LINE_LIMIT = 1024 * 1024
Request = dict[str, Any]


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
                raise ValueError(f"no such request; there are: {', '.join([*ACTIONS, 'wait'])}")
            if action is _wait:
                self._begin_wait(request)
            else:
                self._answer(ok=True, result=action(self._farm, request))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            self._answer(ok=False, error=f"{type(error).__name__}: {error}")

    def _begin_wait(self, request: Request) -> None:
        condition = _wait(self._farm, request)
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
        self._loop.watch(self._connection.fileno(), self.readable, READ | (4 if self._output else 0))

    def close(self) -> None:
        """Hang up."""
        if self._connection.fileno() < 0:
            return
        if self._waiting is not None:
            self._waiting[1].cancel()
        self._gone(self._connection.fileno())
        self._connection.close()


def _ports(farm: Farm, request: Request) -> Any:
    return {name: modem.path for name, modem in farm.modems.items()}


def _deliver(farm: Farm, request: Request) -> Any:
    if "data" in request:
        request["data"] = bytes.fromhex(request["data"])
    farm.network.deliver(request.pop("modem"), request.pop("sender", ""), request.pop("text", ""), **request)


def _say(farm: Farm, request: Request) -> Any:
    farm.network.phone(request["number"]).say(request["modem"], request["text"], request.get("order", "in"))


def _switch(farm: Farm, request: Request) -> Any:
    farm.network.phone(request["number"]).switch(bool(request["on"]))


def _handset(farm: Farm, request: Request) -> Any:
    farm.network.add_handset(options.handset(request["rule"]))


def _unplug(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).unplug()


def _plug(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).plug(request.get("link"))


def _register(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).register(int(request["stat"]))


def _call(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).call(request["number"], int(request.get("rings", 3)))


def _arm(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).arm_text(request["fault"])


def _disarm(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).disarm(request.get("fault"))


def _accepted(farm: Farm, request: Request) -> Any:
    since = int(request.get("since", 0))
    return [{"at": part.at, "modem": part.modem, **part.shown()} for part in farm.network.accepted[since:]]


def _messages(farm: Farm, request: Request) -> Any:
    return [
        {
            "modem": message.modem,
            "imsi": message.imsi,
            "recipient": message.recipient,
            "text": message.text,
            "complete": message.complete,
            "repeats": message.repeats,
            "parts": len(message.parts),
        }
        for message in farm.network.messages(request.get("recipient"))
    ]


def _reports(farm: Farm, request: Request) -> Any:
    return [asdict(report) for report in farm.network.reports]


def _log(farm: Farm, request: Request) -> Any:
    entries = farm.journal.entries(request.get("kind"))[int(request.get("since", 0)) :]
    return [{"at": entry.at, "kind": entry.kind, "modem": entry.modem, **entry.detail} for entry in entries]


def _timings(farm: Farm, request: Request) -> Any:
    return [asdict(timing) for timing in farm.modem(request["modem"]).timings]


def _stored(farm: Farm, request: Request) -> Any:
    return farm.modem(request["modem"]).stored(request["memory"])


def _wait(farm: Farm, request: Request) -> Callable[[], Any]:
    """`kind` of log entries, or "accepted" parts or "messages", at least `count` of them."""
    kind, count = str(request["kind"]), int(request.get("count", 1))
    if kind == "messages":
        return lambda: len(farm.network.texts(request.get("recipient"))) >= count
    return lambda: len(farm.journal.entries(kind)) >= count


ACTIONS: dict[str, Callable[[Farm, Request], Any]] = {
    "ports": _ports,
    "deliver": _deliver,
    "say": _say,
    "switch": _switch,
    "handset": _handset,
    "unplug": _unplug,
    "plug": _plug,
    "register": _register,
    "call": _call,
    "arm": _arm,
    "disarm": _disarm,
    "accepted": _accepted,
    "messages": _messages,
    "reports": _reports,
    "log": _log,
    "timings": _timings,
    "stored": _stored,
    "wait": _wait,
}
"""What can be asked."""
