"""The daemon's life: how it starts, stops, reloads, and what it leaves."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset
from gateway import control

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"


def number(place: int) -> str:
    return f"+336123400{place:02d}"


# -- stopping --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_send_in_flight_and_the_next_start_sends_the_rest(
    farm: Callable[..., Farm], gateway: Callable[..., House], stop: int
) -> None:
    world = farm(1, submit_time=1.0)
    house = gateway(world).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(3)]
    house.until_state(ids[0], "sending")
    world.network.wait(lambda _: world.modem("sim1").device.timings or in_body(world))
    assert house.stop(stop) == 0
    first = house.states()
    assert first["sent"] + first["delivered"] == len(world.network.accepted) >= 1
    assert first["unknown"] == first["sending"] == 0
    assert first["queued"] == 3 - len(world.network.accepted) >= 1
    house.check_truth(world)
    house.start()
    for message in ids:
        house.until_state(message, "delivered")
    house.check_truth(world)
    assert len(world.network.accepted) == 3


def in_body(world: Farm) -> bool:
    """A submission has begun."""
    return any(line.startswith("AT+CMGS") for line in world.modem("sim1").commands)


def test_a_modem_that_never_answers_is_waited_for_until_stop_timeout(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    slow = Handset(number=CUSTOMER, report_delay=3.0)
    world = farm(1, faults=["no_answer_cmgs=yes,nth=1"], world={"handsets": [slow]})
    house = gateway(world).configure(stop_timeout="1s").start()
    message = house.insert(CUSTOMER, "sans réponse")
    world.network.wait(lambda network: network.accepted)
    assert house.stop(within=6) == 0
    row = house.message(message)
    assert row["state"] == "unknown"
    assert "stopped before the modem answered" in row["reason"]
    world.network.wait(lambda network: network.reports)
    house.start()
    house.until_state(message, "delivered")  # its status report waited in the port
    assert len(world.network.accepted) == 1


def test_a_second_signal_does_not_wait(farm: Callable[..., Farm], gateway: Callable[..., House]) -> None:
    world = farm(1, faults=["no_answer_cmgs=no,nth=1"])
    house = gateway(world).configure(stop_timeout="60s").start()
    message = house.insert(CUSTOMER, "sans réponse")
    house.wait(lambda: house.rows("SELECT * FROM attempt"), "the attempt")
    house.signal(signal.SIGTERM)
    house.until_logged("action=stopping")
    house.signal(signal.SIGTERM)
    assert house.ended(within=5) == 0
    assert house.message(message)["state"] == "unknown"
    assert world.network.accepted == ()


def test_a_modem_that_cannot_be_opened_does_not_hold_up_a_stop(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(2)
    world.modem("sim2").arm("dead")
    house = gateway(world).configure(stop_timeout="60s").start(ready=["sim1"])
    assert house.stop(within=8) == 0


# -- one daemon, its socket, its lock --------------------------------------------------------------------


def test_a_second_daemon_on_the_same_database_is_refused(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(1)
    house = gateway(world).start()
    assert house.process is not None
    house.cli("run", code=1)
    assert f"another smsgw runs on this database (process {house.process.pid})" in house.complaint
    assert house.complaint.count("\n") == 1
    message = house.insert(CUSTOMER, "toujours là")
    house.until_state(message, "delivered")
    assert control.socket_path(house.database).exists(), "the second one took the first one's socket away"


def test_the_socket_goes_with_the_daemon_and_a_dead_ones_is_replaced(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(1)
    house = gateway(world).start()
    place = control.socket_path(house.database)
    assert place.stat().st_mode & 0o777 == 0o660
    assert house.json("status")["running"] is True
    assert house.stop() == 0
    assert not place.exists()
    assert house.json("status")["running"] is False
    house.start()
    house.kill()
    assert place.is_socket(), "kill -9 leaves it"
    assert house.json("status")["running"] is False
    house.start()
    house.until_state(house.insert(CUSTOMER, "encore"), "delivered")
    assert house.stop() == 0
    assert not place.exists()
    with closing(os.scandir(house.folder)) as found:
        names = {entry.name for entry in found}
    assert not names & {"gateway.db-wal", "gateway.db-shm"}, "the write-ahead log is folded in"


# -- systemd ---------------------------------------------------------------------------------------------


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """Listens as systemd does; gives the messages that have come."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.setblocking(False)

        def listen() -> list[str]:
            while select.select([line], [], [], 0)[0]:
                heard.append(line.recv(4096).decode())
            return heard

        yield listen


def test_systemd_is_told(
    farm: Callable[..., Farm],
    gateway: Callable[..., House],
    systemd: Callable[[], list[str]],
    tmp_path: Path,
) -> None:
    world = farm(1)
    house = gateway(world).start(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="60000000")
    house.wait(lambda: "WATCHDOG=1" in systemd(), "the watchdog")
    house.wait(lambda: any("1 of 1 modems ready" in text for text in systemd()), "the status")
    assert systemd()[0].startswith("READY=1")
    house.signal(signal.SIGHUP)
    house.wait(lambda: any(text.startswith("RELOADING=1\nMONOTONIC_USEC=") for text in systemd()), "reload")
    reloading = next(place for place, text in enumerate(systemd()) if text.startswith("RELOADING"))
    house.wait(lambda: any(text.startswith("READY=1") for text in systemd()[reloading:]), "ready again")
    assert house.stop() == 0
    assert systemd()[-1].startswith("STOPPING=1")


# -- reloading -------------------------------------------------------------------------------------------


def test_a_reload_adds_removes_and_changes_modems(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(3)
    house = gateway(world)
    third = house.modems.pop("sim3")
    house.modem("sim1", routes=["+336"]).modem("sim2", routes=["+337"]).start()
    pid = house.process.pid if house.process else 0
    opened = opens(world)
    house.until_state(house.insert("+33612345678", "par sim1"), "delivered")
    waits = house.insert("+4915112345678", "nobody serves Germany")
    house.until_reason(waits, "no_route")

    house.modems.pop("sim2")
    house.modem("sim1", routes=["+337"], throttle={"per_minute": 1})
    house.modem("sim3", **third, routes=["+336", "+49"])
    house.signal(signal.SIGHUP)
    house.until_logged("action=reloaded")
    house.until_modem("sim3", "ready")
    assert [row["modem"] for row in house.json("modem", "list")] == ["sim1", "sim3"]
    assert house.process is not None
    assert house.process.pid == pid
    assert house.process.poll() is None
    assert opens(world)["sim1"] == opened["sim1"], "routes and limits change without opening the port again"
    assert house.until_state(waits, "delivered")["modem_used"] == "sim3"
    moved = house.until_state(house.insert("+33612345679", "par sim3"), "delivered")
    assert moved["modem_used"] == "sim3"
    held = [house.insert(f"+3371234567{place}", f"par sim1 {place}") for place in range(2)]
    house.until_reason(held[0], "throttle", "per_minute = 1")
    house.cli("modem", "check", "sim2", code=1)
    assert "sim1, sim3" in house.complaint
    house.check_truth(world)


def opens(world: Farm) -> Counter[str]:
    return Counter(entry.modem for entry in world.journal.entries("opened"))


def test_a_bad_file_is_refused_and_the_old_configuration_goes_on(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(1)
    house = gateway(world).start()
    good = house.path.read_text()
    house.path.write_text(good.replace("port =", "prot ="))
    house.signal(signal.SIGHUP)
    house.until_logged("action=reload_refused")
    problem = house.wait(lambda: control.ask(house.database, "status")["configuration"], "the problem")
    assert "modems.sim1.prot" in problem
    assert "did you mean" in problem
    assert "configuration:" in house.cli("--database", house.database, "--config", old(house, good), "status")
    house.until_state(house.insert(CUSTOMER, "comme avant"), "delivered")
    house.path.write_text(good.replace("gateway.db", "other.db"))
    house.signal(signal.SIGHUP)
    house.wait(
        lambda: "restart it" in (control.ask(house.database, "status")["configuration"] or ""),
        "another database is refused",
    )
    house.path.write_text(good)
    house.signal(signal.SIGHUP)
    house.wait(lambda: control.ask(house.database, "status")["configuration"] is None, "the end of it")
    house.until_state(house.insert(CUSTOMER, "et après"), "delivered")
    assert opens(world)["sim1"] == 1
    assert house.stop() == 0


def old(house: House, text: str) -> Path:
    """The configuration as it was, in another file beside it."""
    path = house.folder / "old.toml"
    path.write_text(text)
    return path


def test_a_reload_while_a_send_is_in_flight_loses_nothing(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    world = farm(2, submit_time=0.6)
    house = gateway(world).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(6)]
    world.network.wait(lambda network: network.accepted)
    gone = house.modems.pop("sim2")
    house.configure()
    house.signal(signal.SIGHUP)
    house.until_logged("action=reloaded")
    house.modem("sim2", **gone)
    house.signal(signal.SIGHUP)
    for message in ids:
        house.until_state(message, "delivered")
    house.check_truth(world)
    assert house.states() == {"delivered": 6}
    assert re.search("Traceback|worker_died", house.log_text()) is None
