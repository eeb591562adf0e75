"""Modems that come and go with the configuration, while they send."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Submit, Submitted
from gateway.config import Settings, load
from gateway.daemon import plan_of
from gateway.driving import driver_settings
from gateway.fleet import Fleet, UnknownModem
from gateway.store import LockedTooLong, sims

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Crew, Scripted

Until = Callable[..., Any]


def settings(folder: Path, **modems: str) -> Settings:
    """A configuration with these modems; the values are further lines of their tables."""
    path = folder / "config.toml"
    tables = [f'[modems.{name}]\nport = "/dev/{name}"\n{more}\n' for name, more in modems.items()]
    path.write_text("\n".join(tables))
    return load(path)


class Yard:
    """A fleet of scripted modems."""

    def __init__(self, crew: Crew, scripted: Callable[[], Scripted]) -> None:
        self.crew = crew
        self.made: dict[str, list[Scripted]] = {}
        self._scripted = scripted
        self.fleet = Fleet(crew.tools, self._make)

    def _make(self, wanted: Any, _driver: str) -> Any:
        self.made.setdefault(wanted.name, []).append(self._scripted())
        return self.made[wanted.name][-1]

    def apply(self, settings: Settings) -> None:
        """As the daemon does at its start and after a reload."""
        self.fleet.apply(settings)
        self.crew.dispatcher.replan(plan_of(settings))

    def names(self) -> list[str]:
        return [each["modem"] for each in self.fleet.snapshot()]


@pytest.fixture
def yard(crew: Crew, scripted: Callable[[], Scripted]) -> Iterator[Yard]:
    crew.start()
    made = Yard(crew, scripted)
    yield made
    for worker in made.fleet.stop(lambda thread: thread.join(10)):
        pytest.fail(f"{worker.name} did not stop")


def ready(yard: Yard, name: str) -> bool:
    return any(each["modem"] == name and each["state"] == "ready" for each in yard.fleet.snapshot())


def test_a_modem_that_sends_is_not_waited_for_when_it_is_taken_out(
    yard: Yard, tmp_path: Path, until: Until
) -> None:
    yard.apply(settings(tmp_path, a=""))
    until(lambda: ready(yard, "a"), "a is ready")
    first, go = yard.made["a"][0], threading.Event()

    def slow(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        done = first.accept(part, before_body)
        assert go.wait(10)
        return done

    first.script.append(slow)
    message = yard.crew.insert()
    until(lambda: first.sent, "the body")
    yard.apply(settings(tmp_path, a='init = ["AT+X"]'))
    assert first.closed == 0, "the part in flight is finished first"
    yard.fleet.tend()
    assert len(yard.made["a"]) == 1, "the port is opened again only then"
    assert yard.names() == ["a"]
    go.set()
    assert yard.crew.until_state(message, "sent").attempts == 1
    until(lambda: first.closed, "the old one is closed")
    until(lambda: yard.fleet.tend() or ready(yard, "a"), "the new one is ready")
    assert len(yard.made["a"]) == 2
    yard.crew.until_state(yard.crew.insert(body="après"), "sent")


def test_what_a_removed_modem_was_offered_goes_by_another(yard: Yard, tmp_path: Path, until: Until) -> None:
    yard.apply(settings(tmp_path, a="", b=""))
    until(lambda: ready(yard, "a") and ready(yard, "b"), "both are ready")
    yard.apply(settings(tmp_path, b=""))
    assert yard.names() == ["b"]
    with pytest.raises(UnknownModem, match="configured: b"):
        yard.fleet.member("a")
    ids = [yard.crew.insert(f"+336123456{place:02d}", f"message {place}") for place in range(5)]
    for message in ids:
        assert yard.crew.until_state(message, "sent", moving=0.2).modem_used == "b"
    until(lambda: yard.fleet.tend() or yard.made["a"][0].closed, "a is closed")


def test_limits_and_routes_change_without_opening_the_port_again(
    yard: Yard, tmp_path: Path, until: Until
) -> None:
    yard.apply(settings(tmp_path, a=""))
    until(lambda: ready(yard, "a"), "a is ready")
    yard.apply(settings(tmp_path, a='routes = ["+33"]\nthrottle = { per_minute = 1 }'))
    yard.fleet.tend()
    assert len(yard.made["a"]) == 1
    first, second = yard.crew.insert(body="un"), yard.crew.insert("+33612345679", "deux")
    yard.crew.until_state(first, "sent")

    def waits() -> bool:
        yard.crew.clock.advance(timedelta(seconds=0.01))
        return (yard.crew.row(second).reason or "").startswith("throttle: per_minute = 1")

    until(waits, "it waits")
    yard.crew.clock.advance(timedelta(seconds=61))
    yard.crew.until_state(second, "sent")


# -- PINs ------------------------------------------------------------------------------------------------


def test_a_pin_that_was_refused_is_not_tried_again_although_nobody_could_write_it_down(
    crew: Crew, tmp_path: Path
) -> None:
    crew.impatient(0.1)
    modem = settings(tmp_path, a="").modems["a"]
    known: dict[str, set[str]] = {}

    def opened() -> Any:
        return driver_settings("a", modem, crew.store, crew.clock, port="/dev/a", refused_pins=known)

    assert opened().may_try_pin("8933")
    crew.application.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedTooLong):
        opened().pin_refused("8933")
    with pytest.raises(LockedTooLong):
        opened().may_try_pin("8933")
    crew.application.execute("COMMIT")
    assert not opened().may_try_pin("8933")
    known.clear()  # as a restart does
    assert not opened().may_try_pin("8933")
    with crew.store.write() as tx:
        assert sims.forget_refused_pins(tx, {"8934"}) == 0
        assert sims.forget_refused_pins(tx, known.pop("a")) == 1
    assert opened().may_try_pin("8933")
