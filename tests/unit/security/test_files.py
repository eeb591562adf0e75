"""Modes of the files that hold people's data, whatever the umask; links that somebody else put in the way."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers import Recorder
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.clock import SystemClock
from gateway.control import Control, socket_path
from gateway.lock import DaemonLock
from gateway.store import Store, StoreError, maintenance
from gateway.store.phonekey import PhoneKey, key_path

GROUP_WRITES, GROUP_READS, OWNER = 0o660, 0o640, 0o600


@pytest.fixture(params=[0o077, 0o022, 0o000], ids=oct)
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "gateway.db", SystemClock()) as opened:
        yield opened


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_the_database_and_what_lies_beside_it(any_umask: None, tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with Store.open(path, SystemClock()) as store:
        with store.write() as tx:
            tx.execute("INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'x')")
        PhoneKey.beside(store)
        assert [mode(f"{path}{end}") for end in ("", "-wal", "-shm")] == [GROUP_WRITES] * 3
        assert mode(key_path(path)) == GROUP_READS
        maintenance.backup(store, tmp_path / "copy.db")
        assert mode(tmp_path / "copy.db") == GROUP_READS
    lock = DaemonLock(path)
    lock.take()
    assert mode(f"{path}.lock") == GROUP_WRITES
    lock.release()


def test_the_control_socket(any_umask: None, tmp_path: Path) -> None:
    control = Control(tmp_path / "gateway.db", {})
    control.start()
    try:
        assert mode(socket_path(tmp_path / "gateway.db")) == GROUP_WRITES
    finally:
        control.stop()


def test_exports_and_recordings(any_umask: None, tmp_path: Path) -> None:
    with written(tmp_path / "export.csv") as out:
        out.write("phone\n")
    Recorder(tmp_path / "trace.at").close()
    assert mode(tmp_path / "export.csv") == GROUP_READS
    assert mode(tmp_path / "trace.at") == OWNER


def export(file: Path, _: Store) -> None:
    with written(file) as out:
        out.write("new")


def record(file: Path, _: Store) -> None:
    Recorder(file).close()


def back_up(file: Path, store: Store) -> None:
    maintenance.backup(store, file)


@pytest.mark.parametrize("write", [export, record, back_up])
def test_a_link_in_a_shared_folder_is_never_written_through(
    write: Callable[[Path, Store], None], tmp_path: Path, store: Store
) -> None:
    victim = tmp_path / "shadow"
    victim.write_text("root:secret")
    for there in (victim, tmp_path / "not there"):
        link = tmp_path / f"link to {there.name}"
        link.symlink_to(there)
        with pytest.raises((Failure, OSError, StoreError)):
            write(link, store)
    hard = tmp_path / "hard"
    os.link(victim, hard)
    with contextlib.suppress(OSError, StoreError):
        write(hard, store)
    assert victim.read_text() == "root:secret"
    assert not (tmp_path / "not there").exists()


def test_an_export_is_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("yesterday's")

    def fail_halfway() -> None:
        with written(file) as out:
            out.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert file.read_text() == "yesterday's"
    assert [each.name for each in tmp_path.iterdir()] == ["export.csv"]


def test_an_export_into_a_pipe_or_a_device(tmp_path: Path) -> None:
    with written(Path("/dev/null")) as out:
        out.write("gone")
    with pytest.raises(Failure, match="cannot be written"), written(tmp_path / "no" / "folder.csv"):
        pass
