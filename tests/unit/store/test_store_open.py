"""Opening the file, the transactions, and everything that can be wrong with either."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gateway.clock import ManualClock
from gateway.store import (
    CannotOpen,
    Damaged,
    DiskFull,
    FileMissing,
    FolderMissing,
    LockedTooLong,
    Misuse,
    NotADatabase,
    ReadOnly,
    Store,
    StoreError,
)

INSERT = "INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'Bonjour')"


def count(store: Store) -> int:
    with store.read() as read:
        return int(read.execute("SELECT count(*) FROM outbox").fetchone()[0])


def test_a_new_file_is_shared_with_its_group_whatever_the_umask(database: Path, clock: ManualClock) -> None:
    before = os.umask(0o077)
    try:
        with Store.open(database, clock) as store, store.write() as tx:
            tx.execute(INSERT)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"gateway.db": 0o660, "gateway.db-wal": 0o660, "gateway.db-shm": 0o660}


def test_every_commit_is_on_disk_and_foreign_keys_hold(store: Store) -> None:
    with store.write() as tx:
        pragmas = {
            name: tx.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")
        }
        assert tx.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert pragmas == {"synchronous": 2, "foreign_keys": 1}


def test_closing_leaves_one_file(database: Path, clock: ManualClock) -> None:
    store = Store.open(database, clock)
    with store.write() as tx:
        tx.execute(INSERT)
    store.close()
    store.close()
    assert [path.name for path in database.parent.iterdir()] == ["gateway.db"]
    with pytest.raises(Misuse, match="closed"), store.write():
        pass
    with pytest.raises(Misuse, match="closed"), store.read():
        pass


def test_closing_beside_a_reader_of_another_program_does_not_wait(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM outbox").fetchone()
        with store.write() as tx:
            tx.execute(INSERT)
        store.close()
        assert other.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


def test_the_folder_is_missing(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(FolderMissing, match=r"does not exist: make it \(mkdir"):
        Store.open(tmp_path / "nowhere" / "gateway.db", clock)


def test_the_file_is_missing_and_nobody_wants_it_made(database: Path, clock: ManualClock) -> None:
    with pytest.raises(FileMissing, match="start the gateway once, or run smsgw db migrate"):
        Store.open(database, clock, create=False)
    assert not database.exists()


def test_an_sqlite_that_is_too_old_says_so(
    database: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(CannotOpen, match=r"3\.38 or newer"):
        Store.open(database, clock)


def test_a_folder_is_no_database(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(NotADatabase, match="is not a file"):
        Store.open(tmp_path, clock)


def test_a_text_file_is_no_database(database: Path, clock: ManualClock) -> None:
    text = "recipient;body\n" * 100
    database.write_text(text)
    with pytest.raises(NotADatabase, match="is not an SQLite database: check the path"):
        Store.open(database, clock)
    assert database.read_text() == text


def test_the_database_of_another_program_is_left_alone(database: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("CREATE TABLE moz_places (id)")
    before = database.read_bytes()
    with pytest.raises(NotADatabase, match="belongs to another program"):
        Store.open(database, clock)
    assert database.read_bytes() == before


def test_a_damaged_file_says_so(database: Path, clock: ManualClock) -> None:
    with Store.open(database, clock) as store, store.write() as tx:
        page = tx.execute("PRAGMA page_size").fetchone()[0]
        root = tx.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'").fetchone()[0]
    with database.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)
    with (
        Store.open(database, clock) as store,
        pytest.raises(Damaged, match="stop the gateway, keep the file"),
        store.read() as read,
    ):
        read.execute("SELECT body FROM outbox").fetchall()


def test_a_file_that_cannot_be_written_says_whom_to_make_a_member(database: Path, clock: ManualClock) -> None:
    Store.open(database, clock).close()
    database.chmod(0o440)
    assert "usermod -aG smsgw" in _as_nobody(lambda: Store.open(database, clock).close(), database)


def _as_nobody(work: object, path: Path) -> str:
    """What the ReadOnly says that `work` raises for somebody without rights."""
    read, write = os.pipe()
    open_to_all = [parent for parent in path.parents if str(parent).startswith("/tmp/")]
    modes = [(parent, parent.stat().st_mode) for parent in open_to_all]
    for parent in open_to_all:
        parent.chmod(0o755)
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            work()  # type: ignore[operator]
            os.write(write, b"nothing was raised")
        except ReadOnly as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        said = answer.read().decode()
    os.waitpid(child, 0)
    for parent, mode in modes:
        parent.chmod(stat.S_IMODE(mode))
    return said


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    def interrupted() -> None:
        with store.write() as tx:
            tx.execute(INSERT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert count(store) == 0


def test_a_write_inside_a_write_is_a_mistake_and_undoes_both(store: Store) -> None:
    def nested() -> None:
        with store.write() as tx:
            tx.execute(INSERT)
            with store.write():
                pass

    with pytest.raises(Misuse, match="pass `tx` on"):
        nested()
    assert count(store) == 0
    with store.write() as tx:
        tx.execute(INSERT)
    assert count(store) == 1


def test_a_reader_cannot_write_and_sees_one_state(store: Store) -> None:
    with store.read() as read:
        assert read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
        with store.write() as tx:
            tx.execute(INSERT)
        assert read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
        assert count(store) == 1
    with pytest.raises(ReadOnly), store.read() as read:
        read.execute(INSERT)


def test_sql_errors_leave_as_errors_of_the_store(store: Store) -> None:
    with pytest.raises(StoreError, match="no such table"), store.write() as tx:
        tx.execute("SELECT * FROM nowhere")
    with pytest.raises(StoreError, match="no such table"), store.read() as read:
        read.execute("SELECT * FROM nowhere")


def test_a_mistake_in_the_program_is_no_trouble_of_the_database(store: Store) -> None:
    with pytest.raises(Misuse, match="Incorrect number of bindings"), store.write() as tx:
        tx.execute("SELECT ?")


def test_a_full_disk_rolls_back_and_the_store_goes_on(store: Store) -> None:
    with store.write() as tx:
        tx.execute(INSERT)
        pages = tx.execute("PRAGMA page_count").fetchone()[0]
        tx.execute(f"PRAGMA max_page_count = {pages + 5}")
    bodies = [("x" * 1000,)] * 200
    with pytest.raises(DiskFull, match="free some space"), store.write() as tx:
        tx.executemany("INSERT INTO outbox (recipient, body) VALUES ('1', ?)", bodies)
    assert count(store) == 1
    with store.write() as tx:
        tx.execute("PRAGMA max_page_count = 1000000")
        tx.execute(INSERT)
    assert count(store) == 2


def test_a_lock_of_a_moment_is_waited_for(store: Store) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.execute, ("COMMIT",))
        release.start()
        with store.write() as tx:
            tx.execute(INSERT)
        release.join()
    assert count(store) == 1


def test_a_lock_for_too_long_says_where_to_look(database: Path, clock: ManualClock) -> None:
    with (
        Store.open(database, clock, busy_timeout=0.1) as store,
        closing(sqlite3.connect(database, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedTooLong, match="lsof"), store.write():
            pass
        assert count(store) == 0  # readers never wait
        other.execute("COMMIT")
        with store.write() as tx:
            tx.execute(INSERT)


def test_a_thread_that_never_ends_its_write_does_not_hold_the_others_for_ever(
    database: Path, clock: ManualClock
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold(store: Store) -> None:
        with store.write():
            inside.set()
            leave.wait(5)

    with Store.open(database, clock, busy_timeout=0.1) as store:
        thread = threading.Thread(target=hold, args=(store,))
        thread.start()
        assert inside.wait(5)
        with pytest.raises(LockedTooLong, match="this process"), store.write():
            pass
        leave.set()
        thread.join()


def test_closing_waits_for_a_write_but_not_for_ever(database: Path, clock: ManualClock) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write() as tx:
            tx.execute(INSERT)
            inside.set()
            leave.wait(5)

    store = Store.open(database, clock, busy_timeout=0.1)
    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(5)
    with pytest.raises(LockedTooLong, match="restart it"):
        store.close()
    leave.set()
    thread.join()
    assert count(store) == 1
    with pytest.raises(Misuse, match="closed inside a write"), store.write():
        store.close()
    store.close()


def test_threads_write_one_after_the_other(store: Store) -> None:
    def work() -> None:
        for _ in range(25):
            with store.write() as tx:
                tx.execute(INSERT)
            with store.read() as read:
                read.execute("SELECT count(*) FROM outbox").fetchone()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(store) == 100


def test_commits_of_others_are_noticed_once_and_ours_never(store: Store) -> None:
    assert not store.changed_elsewhere()
    with store.write() as tx:
        tx.execute(INSERT)
    assert not store.changed_elsewhere()
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(INSERT)
    assert store.changed_elsewhere()
    assert not store.changed_elsewhere()


def test_a_commit_between_two_writes_of_ours_is_noticed(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(INSERT)
    with store.write() as tx:
        tx.execute(INSERT)
    assert store.changed_elsewhere()


def test_the_look_never_waits_for_a_write(store: Store) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write() as tx:
            tx.execute(INSERT)
            inside.set()
            leave.wait(5)

    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(INSERT)
    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(5)
    assert not store.changed_elsewhere()
    leave.set()
    thread.join()
    assert store.changed_elsewhere()


def test_processes_that_open_a_new_file_at_once_make_one_database(database: Path) -> None:
    program = (
        "import sys; from gateway.clock import SystemClock; from gateway.store import Store\n"
        "sys.stdin.readline()\n"
        f"store = Store.open({str(database)!r}, SystemClock())\n"
        f"with store.write() as tx: tx.execute({INSERT!r})\n"
        "store.close()\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outcomes = [child.communicate("go\n", timeout=30)[1] for child in children]
    assert outcomes == ["", "", ""]
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone()[0] == 3


def test_text_that_is_not_utf8_can_be_read(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("INSERT INTO outbox (recipient, body) VALUES ('1', CAST(x'636166E9' AS TEXT))")
    with store.read() as read:
        assert read.execute("SELECT body FROM outbox").fetchone()[0] == "caf\udce9"
