"""The socket beside the database, for commands that need the running daemon: status, reload, modems.

One request and one answer a connection, each a line of JSON: `{"do": "modem.at", "name": "sim1", …}` and
`{"ok": true, "result": …}` or `{"ok": false, "error": "…"}`. Who may use it is who may write the database.
"""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import socketserver
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gateway.log import line as line_of
from gateway.log import say

REQUEST_LIMIT = 64 * 1024
"""Octets of one request: an AT command and its names fit many times over."""
ADDRESS_LIMIT = 108
"""Octets of a socket's path, its final NUL included (unix(7))."""
CLIENT_TIMEOUT = 5.0
"""Seconds that a client gets to write its whole request, and again to take its answer."""
CLIENTS = 64
"""Connections at a time: operators and their scripts are a handful; each costs a thread and a descriptor."""
ANSWER_LIMIT = 16 * 1024 * 1024
"""Octets that the asking side takes: a status of hundreds of modems is a tenth of a MB."""

BUSY = "the daemon has too many requests to answer already; try again in a moment"

Handler = Callable[[Mapping[str, Any]], Any]

log = logging.getLogger(__name__)


class CannotDo(Exception):
    """What was asked cannot be done; the sentence says why and what to try."""


class NotRunning(Exception):
    """No daemon listens on this database."""


def socket_path(database: Path) -> Path:
    """Where the daemon of a database listens."""
    return Path(f"{database}.sock")


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """The socket as the kernel takes it: a longer path is named through a descriptor of its folder (unix(7))."""
    if len(os.fsencode(path)) < ADDRESS_LIMIT:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _connect(connection: socket.socket, database: Path) -> None:
    with _address(socket_path(database)) as address:
        connection.connect(address)


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Read one request, write one answer."""
        server, client = self.server, self.request
        if not isinstance(server, _Listener):
            return
        try:
            answer = answer_to(_request(client), server.handlers)
            client.settimeout(CLIENT_TIMEOUT)
            client.sendall(json.dumps(answer).encode() + b"\n")
        except OSError as error:  # the client went away: nothing to tell anybody
            say(log, "control_client_left", logging.DEBUG, why=error)


def _request(client: socket.socket) -> bytes:
    """The first line, or as much of it as a request may have. Raises OSError where it does not come in time."""
    due = time.monotonic() + CLIENT_TIMEOUT
    line = b""
    while b"\n" not in line and len(line) < REQUEST_LIMIT:
        client.settimeout(max(due - time.monotonic(), 0.001))  # octet by octet is no way to stay for ever
        octets = client.recv(REQUEST_LIMIT - len(line))
        if not octets:
            break
        line += octets
    return line.partition(b"\n")[0]


def answer_to(line: bytes, handlers: Mapping[str, Handler]) -> dict[str, Any]:
    """The answer to one request line; a request that is wrong gets a sentence."""
    try:
        request = json.loads(line)
        handler = handlers[request["do"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"ok": False, "error": "the daemon does not know this request; are both of one version?"}
    try:
        return {"ok": True, "result": handler(request)}
    except CannotDo as error:
        return {"ok": False, "error": str(error)}
    except Exception as error:  # a mistake of ours: told here, and to whoever asked
        log.error("%s", line_of("control_failed", {"do": request["do"]}), exc_info=error)
        return {"ok": False, "error": f"a mistake of the gateway, see its log: {type(error).__name__}"}


class _Listener(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # a connection beyond that is refused at once, and a script may ask often
    handlers: Mapping[str, Handler]

    def __init__(self, address: str) -> None:
        self._places = threading.BoundedSemaphore(CLIENTS)
        super().__init__(address, _Connection)

    def server_bind(self) -> None:
        """Bind with no right for strangers, whatever the umask: Linux takes the mode of the descriptor."""
        os.fchmod(self.fileno(), 0o660)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, where there is a place; else the client is told at once, and left."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.settimeout(0)
            request.sendall(json.dumps({"ok": False, "error": BUSY}).encode() + b"\n")
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The place is free again at the end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()


class Control:
    """The listening side. Start, stop; stop is legal before start and twice."""

    def __init__(self, database: Path, handlers: Mapping[str, Handler]) -> None:
        self._path = socket_path(database)
        self._handlers = handlers
        self._thread: threading.Thread | None = None
        self._stop_read, self._stop_write = -1, -1
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen. The daemon's lock is held by now, so a socket that lies there is a dead one's."""
        self._path.unlink(missing_ok=True)
        with _address(self._path) as address:
            listener = _Listener(address)
        listener.handlers = self._handlers
        listener.timeout = 0
        _open_to_group(self._path)
        self._stop_read, self._stop_write = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="control", daemon=True)
        self._thread.start()

    def _serve(self, listener: _Listener) -> None:
        """Until the other end of the pipe is closed: nobody waits for a turn of this loop."""
        with listener:
            while True:
                ready, _, _ = select.select([listener.fileno(), self._stop_read], [], [])
                if self._stop_read in ready:
                    return
                listener.handle_request()

    def stop(self) -> None:
        """Listen no more and take the socket away."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            os.close(self._stop_write)
            thread.join()
            os.close(self._stop_read)
            self._path.unlink(missing_ok=True)


def _open_to_group(path: Path) -> None:
    """Mode 0660 for this very socket: a link that a member of the group puts in its place is not followed."""
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.chmod(f"/proc/self/fd/{descriptor}", 0o660)
    finally:
        os.close(descriptor)


def running(database: Path) -> bool:
    """Whether a daemon listens on this database."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            _connect(connection, database)
        except OSError:
            return False
        return True


def ask(database: Path, do: str, *, wait: float = 30.0, **arguments: Any) -> Any:
    """The asking side, for the command line; `wait` in seconds.

    Raises `NotRunning`, and `CannotDo` with the daemon's sentence.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(wait)
        try:
            _connect(connection, database)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NotRunning(f"no daemon runs on {database}") from None
        except (BlockingIOError, TimeoutError):
            raise CannotDo(BUSY) from None
        except PermissionError:
            raise CannotDo(
                f"{socket_path(database)} may not be used: join the group of its folder (usermod -aG smsgw)"
            ) from None
        return _exchange(connection, {"do": do, **arguments})


def _exchange(connection: socket.socket, request: Mapping[str, Any]) -> Any:
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline(ANSWER_LIMIT))
    except TimeoutError:
        raise CannotDo("the daemon did not answer in time; smsgw status shows what it does") from None
    except (OSError, ValueError, RecursionError):
        raise CannotDo("the daemon went away before it answered") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise CannotDo("what listens there is no smsgw of this version")
    if not answer["ok"]:
        raise CannotDo(str(answer.get("error")))
    return answer.get("result")
