"""Bad days of the database: locked, full, read-only, newer, somebody else's. Nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import select
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
LOCKED = 3.0
"""Seconds for which another program keeps the database locked."""
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


def number(place: int) -> str:
    return f"+336123400{place:02d}"


def mounted(folder: Path, options: str) -> bool:
    """Whether a file system in memory could be put there."""
    folder.mkdir(exist_ok=True)
    program = shutil.which("mount")
    if program is None or os.geteuid() != 0:
        return False
    command = [program, "-t", "tmpfs", "-o", options, "smsgw", str(folder)]
    return subprocess.run(command, capture_output=True, timeout=10).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of the first house, as a disk of its own."""
    folder = tmp_path / "house"
    if not mounted(folder, "size=12m"):
        pytest.skip("only root may mount a small disk to fill")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)


# -- locked ----------------------------------------------------------------------------------------------


def test_a_lock_of_another_program_during_a_campaign_costs_nothing_but_time(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(2, submit_time=0.05)
    house = gateway(world).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(40)]
    world.network.wait(lambda network: len(network.accepted) >= 5)
    with closing(sqlite3.connect(house.database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        world.network.deliver("sim1", CUSTOMER, "pendant ce temps")
        before = len(world.network.accepted)
        select.select([], [], [], LOCKED)
        assert len(world.network.accepted) <= before + 2, "no body leaves before its intent is written"
        shown = house.json("status")
        assert shown["running"] is True
        assert {modem["state"] for modem in shown["modems"]} == {"ready"}
        other.execute("ROLLBACK")
    for message in ids:
        assert house.until_state(message, "delivered")["attempts"] == 1
    house.check_truth(world)
    house.wait(lambda: house.rows("SELECT 1 FROM inbox"), "the incoming message")
    assert [row["body"] for row in house.rows("SELECT body FROM inbox")] == ["pendant ce temps"]


def test_a_stop_while_the_database_is_locked_leaves_the_truth_behind(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.3)
    house = gateway(world).configure(stop_timeout="1s").start()
    message = house.insert(CUSTOMER, "oui ou non")
    house.wait(lambda: house.rows("SELECT 1 FROM attempt"), "the intent")
    with closing(sqlite3.connect(house.database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        world.network.wait(lambda network: network.accepted)
        house.signal(15)
        house.until_logged("action=stopping")
        select.select([], [], [], 1.5)
        other.execute("ROLLBACK")
    assert house.ended() == 0
    house.start()
    assert house.message(message)["state"] in ("sent", "delivered", "unknown")
    house.until_state(house.insert(number(1), "après"), "delivered")
    house.check_truth(world)
    assert len(world.network.accepted) == 2


# -- full ------------------------------------------------------------------------------------------------


def test_a_full_disk_stops_sending_loses_nothing_and_is_told(
    small_disk: Path, farm: Farms, gateway: Houses
) -> None:
    world = farm(1, submit_time=0.05)
    house = gateway(world).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(20)]
    world.network.wait(lambda network: len(network.accepted) >= 3)
    filler = small_disk / "filler"
    fill(filler)
    house.until_logged("no room left on the disk")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        house.insert(CUSTOMER, "x" * 90_000)
    world.network.deliver("sim1", CUSTOMER, "réponse")
    world.network.wait(lambda network: network.journal.entries("stored"))
    house.wait(
        lambda: "no room left" in (house.json("status")["database"] or ""),
        "`status` names the full disk",
        step=0.2,
    )
    filler.unlink()
    for message in ids:
        house.until_state(message, "delivered", "sent", "unknown", within=40)
    house.wait(lambda: house.rows("SELECT 1 FROM inbox"), "the incoming message")
    assert house.states()["unknown"] == 0
    house.check_truth(world)
    assert len(house.rows("SELECT 1 FROM inbox")) == 1
    assert house.stop() == 0
    assert "Traceback" not in house.log_text()


def fill(filler: Path) -> None:
    """Take all the room that is left."""
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


def test_a_start_on_a_full_disk_is_a_sentence(small_disk: Path, farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    assert house.stop() == 0
    fill(small_disk / "filler")
    house.cli("run", code=1)
    assert "free some space" in house.complaint
    assert house.complaint.count("\n") <= 2


# -- read-only -------------------------------------------------------------------------------------------


def test_a_read_only_file_system_is_a_sentence(small_disk: Path, farm: Farms, gateway: Houses) -> None:
    house = gateway(farm(1)).start()
    assert house.stop() == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=10)
    house.cli("run", code=1)
    assert str(house.database) in house.complaint
    assert "Read-only file system" in house.complaint or "mounted read-only" in house.complaint
    house.cli("send", CUSTOMER, "bonjour", code=1)
    assert "mounted read-only" in house.complaint
    assert "Traceback" not in house.complaint


# -- not ours --------------------------------------------------------------------------------------------


def test_a_database_of_a_newer_version_is_left_alone(farm: Farms, gateway: Houses) -> None:
    house = gateway(farm(1)).start()
    assert house.stop() == 0
    house.rows("PRAGMA user_version = 99")
    house.cli("run", code=1)
    assert "has schema 99" in house.complaint
    assert "newer version" in house.complaint
    house.cli("outbox", "list", code=1)
    assert "has schema 99" in house.complaint
    assert house.rows("PRAGMA user_version") == [{"user_version": 99}]


def test_a_file_that_is_no_database_and_a_folder_that_is_not_there(gateway: Houses) -> None:
    house = gateway()
    house.database.write_text("this is a letter to my aunt\n" * 50)
    house.cli("run", code=1)
    assert "is not an SQLite database" in house.complaint
    assert house.database.read_text().startswith("this is a letter"), "it was not touched"
    house.configure(database="nowhere/gateway.db")
    house.cli("run", code=1)
    assert "nowhere" in house.complaint
    assert "\n" not in house.complaint.strip()


def test_a_database_of_another_program_is_left_alone(gateway: Houses) -> None:
    house = gateway()
    house.rows("CREATE TABLE outbox (id INTEGER PRIMARY KEY, phone TEXT)")
    house.cli("run", code=1)
    assert "belongs to another program" in house.complaint
    assert [row["name"] for row in house.rows("SELECT name FROM sqlite_master")] == ["outbox"]
