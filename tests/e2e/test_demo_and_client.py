"""The demonstration as everybody runs it first, and the client as an application uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset, Rule
from gateway.client import Outbox
from gateway.store import Rejected

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


# -- demo ------------------------------------------------------------------------------------------------


def processes_of(folder: Path) -> list[str]:
    """What runs with that folder in its command line."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = Path(entry.path, "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found


def test_the_demonstration_ends_well_within_a_minute_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--keep", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - begun < 60
    assert "0 of them more than once" in done.stdout
    assert str(folder) in done.stdout
    assert processes_of(folder) == []
    assert (folder / "gateway.db").exists()
    assert not list(folder.glob("gateway.db-wal"))
    log = (folder / "smsgw.log").read_text()
    assert "Traceback" not in log
    shown = subprocess.run(
        [sys.executable, "-m", "gateway", "--config", str(folder / "config.toml"), "outbox", "show", "2"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert shown.returncode == 0
    assert "part 1 of" in shown.stdout


def test_a_folder_with_something_else_in_it_is_not_touched(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("to my aunt")
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--keep", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "--keep" in done.stderr
    assert letter.read_text() == "to my aunt"


# -- client ----------------------------------------------------------------------------------------------


@pytest.fixture
def running(farm: Farms, gateway: Houses) -> tuple[House, Farm]:
    answering = Handset(number=CUSTOMER, rules=(Rule("colis", "oui", 0.05),))
    world = farm(1, world={"handsets": [answering, Handset(number="+33612348888", refuse=196)]})
    return gateway(world).start(), world


def test_an_application_sends_waits_and_reads_the_reply(running: tuple[House, Farm]) -> None:
    house, world = running
    with Outbox(house.database) as out:
        message = out.send("06 12 34 56 78", "Votre colis ?", campaign="noël", context={"order": "A-12"})
        row = out.wait(message, 20.0)
        assert row.state in ("sent", "delivered")
        assert out.wait(message, 20.0, until={"delivered"}).delivered_at is not None
        house.wait(lambda: [reply.body for reply in out.replies()] == ["oui"], "the reply")
        (reply,) = out.replies()
        assert (reply.sender, reply.reply_to) == (CUSTOMER, message)
        assert list(out.replies(since_id=reply.id)) == []
    assert world.network.texts(CUSTOMER) == ["Votre colis ?"]


def test_an_application_is_told_what_is_wrong_and_sends_nothing_twice(running: tuple[House, Farm]) -> None:
    house, world = running
    with Outbox(house.database) as out:
        with pytest.raises(Rejected, match="body is empty"):
            out.send(CUSTOMER, "")
        with pytest.raises(TypeError, match="no column 'prioritty'"):
            out.send(CUSTOMER, "x", prioritty=1)
        first = out.send(CUSTOMER, "une fois", dedupe_key="k")
        assert out.send(CUSTOMER, "une autre fois", dedupe_key="k") == first
        barred = out.send("+33612348888", "interdit")
        assert out.wait(barred, 20.0).state == "failed"
        assert out.wait(first, 20.0).state in ("sent", "delivered")
        later = out.send(CUSTOMER, "demain", not_before=datetime.now(UTC) + timedelta(days=1))  # noqa: TID251
        with pytest.raises(TimeoutError, match="is still queued"):
            out.wait(later, 0.3)
        assert out.cancel(later)
        assert out.get(later).state == "cancelled"
        assert not out.cancel(first)
    assert world.network.texts(CUSTOMER) == ["une fois"]


def test_several_threads_of_an_application_share_one_outbox(running: tuple[House, Farm]) -> None:
    house, world = running
    states: dict[int, str] = {}
    with Outbox(house.database) as out:

        def send(place: int) -> None:
            message = out.send(f"+336123400{place:02d}", f"message {place}")
            states[place] = str(out.wait(message, 30.0, until={"delivered"}).state)

        threads = [threading.Thread(target=send, args=(place,)) for place in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
    assert states == dict.fromkeys(range(12), "delivered")
    house.check_truth(world)
