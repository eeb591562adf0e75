"""Killed processes, locked files, several modems at once: what was taken is there, once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ManualClock
from gateway.receiver import Receiver
from gateway.store import LockedTooLong, Store

MODEM, IMSI = "sim1", "208010000000001"

TAKE_AND_DIE = """
import os, signal, sys
from drivers import Received, decode_pdu
from gateway.clock import SystemClock
from gateway.receiver import Receiver
from gateway.store import Store

path, when, *pdus = sys.argv[1:]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

store = Store.open(path, SystemClock())
receiver = Receiver(store, SystemClock(), classify=die if when == "before" else None)
for pdu in pdus:
    receiver.take(Received(pdu=pdu, content=decode_pdu(pdu), slot=None), modem="sim1", imsi="208010000000001")
die()
"""


def take_and_die(store: Store, when: str, *received: Any) -> None:
    """Another process takes these, and is killed before the commit of the last one, or after it."""
    arguments = [sys.executable, "-c", TAKE_AND_DIE, str(store.path), when, *(one.pdu for one in received)]
    done = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_killed_between_the_commit_and_the_deletion(bench: Any, network: Any) -> None:
    parts = network.sms("Une longue réponse. " * 20)
    take_and_die(bench.store, "after", *parts)
    assert len(bench.rows()) == 1
    bench.take(*parts)
    assert bench.row().body == "Une longue réponse. " * 20
    assert bench.row().duplicates == len(parts)


def test_killed_before_the_commit(bench: Any, network: Any) -> None:
    parts = network.sms("Une longue réponse. " * 20)
    take_and_die(bench.store, "before", *parts)
    assert bench.rows() == []
    assert bench.count("inbound_part") == len(parts) - 1
    bench.take(*parts)
    assert bench.row().body == "Une longue réponse. " * 20
    assert bench.row().duplicates == 0


def test_a_locked_database_takes_nothing_and_loses_nothing(
    tmp_path: Path, clock: ManualClock, network: Any
) -> None:
    with Store.open(tmp_path / "locked.db", clock, busy_timeout=0.05) as store:
        receiver, sent = Receiver(store, clock), network.one("9")
        other = sqlite3.connect(store.path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedTooLong):
            receiver.take(sent, modem=MODEM, imsi=IMSI)
        other.close()
        receiver.take(sent, modem=MODEM, imsi=IMSI)
        with store.read() as read:
            assert read.execute("SELECT body, duplicates FROM inbox").fetchall()[0][:] == ("9", 0)


def test_several_modems_at_once(bench: Any, network: Any) -> None:
    texts = {f"20801000000000{n}": [f"{n} {m} " * 60 for m in range(6)] for n in range(4)}
    pdus = {
        imsi: [part for m, text in enumerate(bodies) for part in network.sms(text, reference=m)]
        for imsi, bodies in texts.items()
    }
    threads = [
        threading.Thread(target=lambda imsi=imsi: bench.take(*pdus[imsi], *pdus[imsi], imsi=imsi))
        for imsi in pdus
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {imsi: [row.body for row in bench.rows() if row.imsi == imsi] for imsi in texts}
    assert found == texts
