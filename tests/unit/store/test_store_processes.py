"""Other processes: the sqlite3 shell beside a busy writer, and a writer that is killed."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.clock import ManualClock
from gateway.model import State
from gateway.store import Store, maintenance, outbox

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room

SHELL = shutil.which("sqlite3")
PYTHON_SHELL = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], 10); c.executescript(sys.stdin.read()); c.commit()"
)
INSERT = "INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'Votre colis arrive demain.');"


def shell(database: Path, sql: str) -> subprocess.CompletedProcess[str]:
    """What an administrator types; another Python where the program is not installed."""
    program = [SHELL, "-cmd", ".timeout 10000"] if SHELL else [sys.executable, "-c", PYTHON_SHELL]
    return subprocess.run([*program, str(database)], input=sql, capture_output=True, text=True, timeout=30)


def test_two_columns_from_the_shell_beside_a_busy_writer(room: Room) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            room.add(recipient="1", body="x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = [shell(room.store.path, INSERT) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    assert [(run.returncode, run.stderr) for run in done] == [(0, "")] * 5
    with room.store.read() as read:
        rows = outbox.list_rows(read, number="+33612345678")
    assert [(row.body, row.state) for row in rows] == [("Votre colis arrive demain.", State.QUEUED)] * 5


def test_the_shell_says_what_is_wrong(room: Room) -> None:
    run = shell(room.store.path, "INSERT INTO outbox (recipient, body) VALUES ('+33612345678', '');")
    assert "body is empty: write the text of the message" in run.stderr
    assert room.ask("SELECT count(*) FROM outbox") == [(0,)]


def test_the_shell_cancels_while_it_can(room: Room) -> None:
    waiting, taken = room.ready(), room.claimed()
    assert (
        shell(
            room.store.path, f"UPDATE outbox SET state='cancelled' WHERE id={waiting} AND state='queued';"
        ).stderr
        == ""
    )
    run = shell(room.store.path, f"UPDATE outbox SET state='cancelled' WHERE id={taken};")
    assert "a message that is sending can no longer be cancelled" in run.stderr
    assert [room.row(message).state for message in (waiting, taken)] == [State.CANCELLED, State.SENDING]


WRITER = """
import sys
from gateway.clock import SystemClock
from gateway.store import Store, outbox
from gateway.store.outbox import NewMessage
store = Store.open(sys.argv[1], SystemClock())
for number in range(3):
    with store.write() as tx:
        outbox.insert(tx, NewMessage(recipient="1", body=f"whole {number}"))
with store.write() as tx:
    outbox.insert_many(tx, [NewMessage(recipient="1", body="half " + "x" * 500) for number in range(20_000)])
    print("in the middle", flush=True)
    sys.stdin.readline()
"""


def test_a_writer_that_is_killed_leaves_whole_transactions(database: Path, clock: ManualClock) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "in the middle\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=10)
    with Store.open(database, clock) as store, store.read() as read:
        assert [row.body for row in outbox.list_rows(read)] == ["whole 2", "whole 1", "whole 0"]
        assert outbox.counts(read)[State.QUEUED] == 3
        assert maintenance.check(read) == []
        store.changed_elsewhere()
    with closing(sqlite3.connect(database)) as other, other:
        other.execute(INSERT)
