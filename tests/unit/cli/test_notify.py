from __future__ import annotations

import logging
import os
import socket

import pytest

from gateway.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request, tmp_path):
    """The far end of the line, and the environment that names it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@smsgw-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + name[1:] if name.startswith("@") else name)
        end.settimeout(5)
        yield end, {"NOTIFY_SOCKET": name}


def test_what_systemd_hears(systemd):
    end, environ = systemd
    notifier = Notifier(environ)
    notifier.ready("2 of 2 modems\nready")
    notifier.status("sending")
    notifier.watchdog()
    notifier.reloading(12.5)
    notifier.extend(30)
    notifier.stopping()
    assert [end.recv(1000).decode() for _ in range(6)] == [
        "READY=1\nSTATUS=2 of 2 modems ready",
        "STATUS=sending",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "EXTEND_TIMEOUT_USEC=30000000",
        "STOPPING=1",
    ]


def test_without_systemd_nothing_happens(caplog):
    Notifier({}).ready()
    assert caplog.records == []


def test_a_line_that_is_cut_is_told_once(tmp_path, caplog):
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    with caplog.at_level(logging.WARNING):
        notifier.ready()
        notifier.watchdog()
    (record,) = caplog.records
    assert record.getMessage().startswith("action=notify_failed")


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_wants_to_hear_twice_as_often_as_it_bites(environ, seconds):
    assert Notifier(environ).watchdog_interval == seconds
