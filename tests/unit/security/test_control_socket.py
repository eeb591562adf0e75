"""Clients of the control socket that mean no good, and a socket that is no daemon's."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import control
from gateway.control import CannotDo, Control, ask, socket_path

WAIT = 10.0


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(control, "CLIENT_TIMEOUT", 0.2)
    monkeypatch.setattr(control, "CLIENTS", 4)
    path = tmp_path / "gateway.db"
    server = Control(path, {"hello": lambda request: "hello"})
    server.start()
    yield path
    server.stop()


def client(database: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(WAIT)
    connection.connect(str(socket_path(database)))
    return connection


def said(connection: socket.socket) -> bytes:
    """Everything until the daemon ends the connection."""
    octets = b""
    try:
        while piece := connection.recv(65536):
            octets += piece
    except ConnectionResetError:  # it left what we had written unread
        pass
    return octets


def test_a_client_that_says_nothing_is_left(database: Path) -> None:
    with client(database) as connection:
        assert said(connection) == b""
    assert ask(database, "hello") == "hello"


def test_a_client_that_writes_octet_by_octet_is_left(database: Path) -> None:
    with client(database) as connection:
        left = threading.Event()

        def drip() -> None:
            while not left.wait(0.02):
                try:
                    connection.send(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            assert said(connection) == b""
        finally:
            left.set()
            thread.join(WAIT)


@pytest.mark.parametrize(
    "octets", [b"[" * 60_000, b'{"do":' * 9_000, b"x" * 10_000_000, b"\xff\0\n", b'{"do": []}\n']
)
def test_what_is_no_request_is_told_so(octets: bytes, database: Path) -> None:
    with client(database) as connection:
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
        except OSError:  # it has heard enough
            pass
        answer = said(connection)
        assert not answer or "does not know this request" in json.loads(answer)["error"]
    assert ask(database, "hello") == "hello"


def test_more_clients_than_there_are_places_are_told_at_once(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "CLIENT_TIMEOUT", WAIT)
    holders = [client(database) for _ in range(4)]
    try:
        with pytest.raises(CannotDo, match="too many requests"):
            ask(database, "hello", wait=WAIT)
    finally:
        for holder in holders:
            holder.close()


@pytest.mark.parametrize("answer", [b"[" * 100_000 + b"\n", b"3\n", b"{}\n", b"", b"x" * 2_000_000])
def test_a_socket_that_is_no_daemon(answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "ANSWER_LIMIT", 1_000_000)
    database = tmp_path / "gateway.db"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(socket_path(database)))
        listener.listen()

        def impostor() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(answer)

        thread = threading.Thread(target=impostor)
        thread.start()
        with pytest.raises(CannotDo):
            ask(database, "hello", wait=WAIT)
        thread.join(WAIT)
