"""Start and stop: early, twice, often, and from several threads at once; nothing is left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway import control
from gateway.clock import SystemClock
from gateway.config import Settings, load
from gateway.control import Control
from gateway.daemon import Daemon
from gateway.jobs import Jobs
from gateway.lock import DaemonLock, Taken
from gateway.router import Route
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.record import Record
from gateway.sender.shift import Tools
from gateway.sender.worker import Worker
from gateway.store import Store, maintenance
from gateway.throttle import Limits

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Crew, Scripted

TURNS = 50
THREADS = 4


class Kit:
    """Makes each service of the daemon, fresh, over one store."""

    def __init__(self, crew: Crew, scripted: Callable[[], Scripted]) -> None:
        self.crew = crew
        self.scripted = scripted

    def control(self) -> Control:
        return Control(self.crew.path, {"status": lambda _: "well"})

    def jobs(self) -> Jobs:
        crew = self.crew
        return Jobs(crew.store, crew.clock, Settings, crew.receiver, crew.dispatcher.ring)

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.crew.store, self.crew.clock, self.crew.dispatcher.routes())

    def worker(self) -> Worker:
        crew, desk = self.crew, Desk(Route(name="a"))
        dispatcher = self.dispatcher()
        dispatcher.enlist(desk)
        tools = Tools(store=crew.store, clock=crew.clock, dispatcher=dispatcher, receiver=crew.receiver)
        record = Record("a", crew.store, crew.clock, Limits(), crew.receiver.zone)
        return Worker(desk, self.scripted, record, tools)


def end(service: Any) -> None:
    service.stop()
    if isinstance(service, threading.Thread) and service.ident is not None:
        service.join(10)
        assert not service.is_alive()


@pytest.fixture
def kit(crew: Crew, scripted: Callable[[], Scripted]) -> Kit:
    return Kit(crew, scripted)


NAMES = ["control", "jobs", "dispatcher", "worker"]


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_before_the_start_and_a_second_stop_are_legal(kit: Kit, name: str) -> None:
    service = getattr(kit, name)()
    service.stop()
    service.stop()
    service.start()
    end(service)
    service.stop()


def test_a_stop_does_not_wait_for_the_end_of_a_long_retention(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The main thread waits for it, and feeds no watchdog meanwhile."""
    for place in (1, 200_000_000):  # as many windows of ids as years of messages have, and more
        kit.crew.application.execute(
            "INSERT INTO inbox (id, modem, sender, body, raw, received_at) VALUES (?, 'a', '+1', 'Oui', '', ?)",
            (place, "2001-01-01T00:00:00.000Z"),
        )
    begun, prune = threading.Event(), maintenance.prune

    def watched(*arguments: Any) -> Any:
        begun.set()
        return prune(*arguments)

    monkeypatch.setattr(maintenance, "prune", watched)
    monkeypatch.setattr("gateway.jobs.RETENTION_FIRST", 0)
    jobs = kit.jobs()
    jobs.start()
    assert begun.wait(10)
    stopper = threading.Thread(target=jobs.stop, daemon=True)
    stopper.start()
    stopper.join(10)
    assert not stopper.is_alive(), "it waits for the retention"


@pytest.mark.parametrize("name", NAMES)
def test_fifty_lives_leave_nothing_behind(kit: Kit, name: str) -> None:
    before = set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    for _ in range(TURNS):
        service = getattr(kit, name)()
        service.start()
        end(service)
    assert set(threading.enumerate()) == before[0]
    assert len(os.listdir("/proc/self/fd")) <= before[1] + 8, "the store keeps a few readers"


@pytest.mark.parametrize("name", NAMES)
def test_stops_from_four_threads_at_once(kit: Kit, name: str) -> None:
    for _ in range(10):
        service = getattr(kit, name)()
        service.start()
        gate = threading.Barrier(THREADS)
        failures: list[BaseException] = []

        def stop(service: Any = service, gate: Any = gate, failures: Any = failures) -> None:
            gate.wait(10)
            try:
                service.stop()
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(error)

        threads = [threading.Thread(target=stop) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        end(service)
        assert failures == []


# -- control ---------------------------------------------------------------------------------------------


def test_control_answers_says_what_is_wrong_and_outlives_a_mistake(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    def mistake(_request: Any) -> None:
        raise RuntimeError("a mistake")

    listening = Control(crew.path, {"status": lambda _: "well", "mistake": mistake})
    listening.start()
    try:
        assert control.ask(crew.path, "status") == "well"
        with pytest.raises(control.CannotDo, match="one version"):
            control.ask(crew.path, "something new")
        with pytest.raises(control.CannotDo, match="a mistake of the gateway"):
            control.ask(crew.path, "mistake")
        assert "control_failed" in caplog.text
        assert control.ask(crew.path, "status") == "well"
    finally:
        listening.stop()
    with pytest.raises(control.NotRunning):
        control.ask(crew.path, "status")


def test_many_clients_at_once_are_all_answered(crew: Crew) -> None:
    listening = Control(crew.path, {"status": lambda request: request["n"]})
    listening.start()
    answers: dict[int, Any] = {}

    def ask(place: int) -> None:
        answers[place] = control.ask(crew.path, "status", n=place)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    listening.stop()
    assert answers == {place: place for place in range(20)}


# -- lock ------------------------------------------------------------------------------------------------


def test_the_lock_is_the_groups_whatever_the_umask(tmp_path: Path) -> None:
    """Somebody tries the gateway as root first: the daemon's own user must be able to lock afterwards."""
    lock = DaemonLock(tmp_path / "gateway.db")
    umask = os.umask(0o022)
    try:
        lock.take()
    finally:
        os.umask(umask)
        lock.release()
    assert (tmp_path / "gateway.db.lock").stat().st_mode & 0o777 == 0o660


def test_the_lock_follows_no_link_to_somebody_elses_file(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "gateway.db.lock").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        DaemonLock(tmp_path / "gateway.db").take()
    assert victim.read_text() == "precious"


def test_a_database_in_a_very_deep_folder_has_its_socket_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    assert not control.running(folder / "gateway.db")
    service = Control(folder / "gateway.db", {"status": lambda _: "well"})
    service.start()
    try:
        assert (folder / "gateway.db.sock").is_socket()
        assert control.ask(folder / "gateway.db", "status") == "well"
    finally:
        service.stop()
    with pytest.raises(control.NotRunning):
        control.ask(folder / "gateway.db", "status")


def test_the_lock_is_taken_once_released_twice_and_names_its_process(tmp_path: Path) -> None:
    first, second = DaemonLock(tmp_path / "gateway.db"), DaemonLock(tmp_path / "gateway.db")
    second.release()
    first.take()
    with pytest.raises(Taken, match=f"process {os.getpid()}"):
        second.take()
    first.release()
    first.release()
    second.take()
    second.release()


# -- the whole -------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(
        '[gateway]\ndatabase = "whole.db"\n[modems.a]\nport = "/dev/a"\n[modems.b]\nport = "/dev/b"\n'
    )
    return load(path)


def test_a_whole_daemon_starts_and_stops_ten_times(
    tmp_path: Path, settings: Settings, scripted: Callable[[], Scripted]
) -> None:
    for _ in range(10):
        daemon = Daemon(settings, tmp_path / "config.toml", SystemClock(), lambda *_: scripted())
        assert daemon.run(lambda daemon: daemon.stop()) == 0
    with Store.open(settings.gateway.database, SystemClock()) as store, store.read() as read:
        kinds = [row["kind"] for row in read.execute("SELECT kind FROM event_log WHERE kind LIKE 'st%ed'")]
    assert kinds == ["started", "stopped"] * 10


def test_a_daemon_whose_dispatcher_dies_ends_with_a_code(
    tmp_path: Path,
    settings: Settings,
    scripted: Callable[[], Scripted],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def mistake(_self: Dispatcher) -> float:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Dispatcher, "turn", mistake)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    daemon = Daemon(settings, tmp_path / "config.toml", SystemClock(), lambda *_: scripted())
    assert daemon.run() == 1
    assert "dispatcher_died" in caplog.text


def test_a_stop_while_the_daemon_starts_is_heeded(
    tmp_path: Path, settings: Settings, scripted: Callable[[], Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(settings, tmp_path / "config.toml", SystemClock(), lambda *_: scripted())
    recover = Daemon._recover

    def stopped_meanwhile(self: Daemon) -> None:
        recover(self)
        self.stop()

    monkeypatch.setattr(Daemon, "_recover", stopped_meanwhile)
    assert daemon.run() == 0
