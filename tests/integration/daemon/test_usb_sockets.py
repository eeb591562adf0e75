"""A socket that was off when its daemon was killed is switched on by the next start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.ports import Host, PowerError
from gateway.clock import SystemClock
from gateway.config import load
from gateway.daemon import Daemon
from gateway.sockets import Sockets
from gateway.store import Store, modems

SOCKET = "1-1.2"
CYCLE = """
import sys
from pathlib import Path
from typing import Any
from drivers.ports import Host
from gateway.clock import SystemClock
from gateway.sockets import Sockets
from gateway.store import Store
store = Store.open(Path(sys.argv[1]), SystemClock())
Sockets(store, Host(sys=Path(sys.argv[2]))).cycle(sys.argv[3], "authorized")
"""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / f"sys/bus/usb/devices/{SOCKET}").mkdir(parents=True)
    (tmp_path / f"sys/bus/usb/devices/{SOCKET}/authorized").write_text("1\n")
    return Host(sys=tmp_path / "sys")


def switch(host: Host) -> Path:
    return host.sys / f"bus/usb/devices/{SOCKET}/authorized"


def noted(store: Store) -> dict[str, str]:
    with store.read() as read:
        return dict(modems.sockets_off(read))


def test_a_process_that_is_killed_while_a_socket_is_off_leaves_a_note_for_the_next_start(
    tmp_path: Path, host: Host, until: Callable[..., object]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CYCLE, str(tmp_path / "gateway.db"), str(host.sys), SOCKET]
    ) as victim:
        until(lambda: switch(host).read_text() == "0", "the socket is off")
        victim.kill()
    assert switch(host).read_text() == "0"
    with Store.open(tmp_path / "gateway.db", SystemClock()) as store:
        assert noted(store) == {SOCKET: "authorized"}
        Sockets(store, host).restore()
        assert switch(host).read_text() == "1"
        assert noted(store) == {}


def test_a_cycle_that_went_well_leaves_no_note_and_one_that_failed_does(
    tmp_path: Path, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path / "gateway.db", SystemClock()) as store:
        monkeypatch.setattr("gateway.sockets.ports.cycle", lambda *_: None)
        Sockets(store, host).cycle(SOCKET, "uhubctl")
        assert noted(store) == {}

        def fail(*_: object) -> None:
            raise PowerError("it stayed off")

        monkeypatch.setattr("gateway.sockets.ports.cycle", fail)
        with pytest.raises(PowerError, match="it stayed off"):
            Sockets(store, host).cycle(SOCKET, "uhubctl")
        assert noted(store) == {SOCKET: "uhubctl"}


def nobody(*_: object) -> Any:
    raise AssertionError("no modem is configured")


def test_a_start_switches_sockets_on_and_is_not_kept_by_one_that_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[gateway]\ndatabase = "gateway.db"\n')
    settings = load(path)
    with Store.open(settings.gateway.database, SystemClock()) as store, store.write() as tx:
        modems.note_socket_off(tx, "1-1.1", "uhubctl")
        modems.note_socket_off(tx, SOCKET, "authorized")
    asked: list[tuple[str, str]] = []

    def on(usb_path: str, how: str, _host: object) -> None:
        asked.append((usb_path, how))
        if how == "uhubctl":
            raise PowerError("uhubctl is not installed")

    monkeypatch.setattr("gateway.sockets.ports.switch_on", on)
    assert Daemon(settings, path, SystemClock(), nobody).run(lambda daemon: daemon.stop()) == 0
    assert sorted(asked) == [("1-1.1", "uhubctl"), (SOCKET, "authorized")]
    with Store.open(settings.gateway.database, SystemClock()) as store:
        assert noted(store) == {"1-1.1": "uhubctl"}
