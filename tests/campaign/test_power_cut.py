"""The power goes: the write-ahead log ends anywhere, in the middle of a page too.

What is promised: whatever was committed before the cut is there whole, whatever was not is gone whole, and a start
tells the truth about what was in the air. A commit has returned only when the disk has said that it is safe
(`synchronous=FULL`), and no text leaves before the commit of its intent has returned. So on a disk that keeps its
word no cut takes an intent back whose text is out. A disk that lies about it can; nothing that writes to it can help.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from gateway import failpoints
from gateway.clock import SystemClock, to_text
from gateway.failpoints import Step
from gateway.store import Store, maintenance, sending
from tests.campaign.conftest import SEED, Scene

HEADER, FRAME = 32, 24
"""Octets of the log's header and of each frame's (SQLite file format 4.1, 4.2)."""
QUICK = 8
"""Cuts of the quick checks."""


def frames(log: bytes) -> tuple[list[int], list[int]]:
    """Where each frame ends, and which of these ends are commits."""
    page = struct.unpack(">I", log[8:12])[0]
    salt = log[16:24]
    ends, commits = [], []
    for start in range(HEADER, len(log) - FRAME - page + 1, FRAME + page):
        if log[start + 8 : start + 16] != salt:
            break  # what an older turn of the log left behind
        ends.append(start + FRAME + page)
        if struct.unpack(">I", log[start + 4 : start + 8])[0]:
            commits.append(ends[-1])
    return ends, commits


def cut(house: Path, place: Path, log: bytes, length: int) -> Path:
    """The database as a disk has it whose power went when the log was so long."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    shutil.copy(house / "gateway.db", place / "gateway.db")
    (place / "gateway.db-wal").write_bytes(log[:length])
    return place / "gateway.db"


def digest(database: Path) -> str:
    """Everything that it holds."""
    with closing(sqlite3.connect(database)) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("cuts", [QUICK, pytest.param(10**6, id="all", marks=pytest.mark.campaign)])
def test_a_cut_takes_whole_commits_and_no_more(scene: Scene, tmp_path: Path, cuts: int) -> None:
    scene.ask()
    scene.house.launch(**{failpoints.VARIABLE: f"{Step.INTENT_COMMITTED}:{scene.rng.randint(4, 6)}"})
    assert scene.ended() == -9
    log = (scene.house.folder / "gateway.db-wal").read_bytes()
    ends, commits = frames(log)
    assert len(commits) > QUICK, "enough to cut at"
    page = ends[0] - HEADER
    places = sorted(set(ends) | {end - scene.rng.randrange(1, page) for end in ends})
    chosen = places if cuts >= len(places) else sorted(scene.rng.sample(places, cuts))
    known: dict[int, str] = {}
    for length in chosen:
        before = max((commit for commit in commits if commit <= length), default=0)
        place = tmp_path / "cut"
        if before not in known:
            known[before] = digest(cut(scene.house.folder, place, log, before))
        database = cut(scene.house.folder, place, log, length)
        assert digest(database) == known[before], f"SEED={SEED}: cut at {length}, last commit at {before}"
        database = cut(scene.house.folder, place, log, length)
        tells_the_truth(database)


def tells_the_truth(database: Path) -> None:
    """A start finds nothing wrong, and what was in the air is unknown."""
    clock = SystemClock()
    with Store.open(database, clock) as store:
        with store.read() as read:
            air = [
                row["id"]
                for row in read.execute(
                    "SELECT o.id FROM outbox AS o JOIN attempt AS a ON a.message_id = o.id"
                    " WHERE a.outcome = 'submitting'"
                )
            ]
        with store.write() as tx:
            recovered = sending.recover(tx, to_text(clock.now()))
        assert sorted(recovered.unknown) == sorted(air)
        with store.read() as read:
            assert maintenance.check(read) == []
            assert read.execute("SELECT count(*) FROM outbox WHERE state = 'sending'").fetchone()[0] == 0


@pytest.mark.campaign
def test_a_log_with_a_torn_end_is_gone_on_from(scene: Scene) -> None:
    """The real thing: the last frame is half written, and the daemon starts on it."""
    scene.ask()
    scene.house.launch(**{failpoints.VARIABLE: f"{Step.OUTCOME_COMMITTED}:{scene.rng.randint(1, 4)}"})
    assert scene.ended() == -9
    with (scene.house.folder / "gateway.db-wal").open("r+b") as file:
        log = file.read()
        ends, commits = frames(log)
        file.truncate(commits[-1])
        file.seek(commits[-1])
        file.write(log[ends[-1] - (ends[0] - HEADER) :][: scene.rng.randrange(8, ends[0] - HEADER)])
    scene.house.launch()
    scene.settle()
    assert scene.house.stop() == 0
    scene.judge()


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with Store.open(tmp_path / "gateway.db", SystemClock()) as store, store.write() as tx:
        assert tx.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert tx.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
