"""Other programs at our ports: ModemManager above all, which is named, with its mend; and ports not yet ours to open.

The others are real processes. Rights are taken away for real: from root, by dropping its capabilities.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm

if TYPE_CHECKING:
    from tests.e2e.conftest import House

Farms = Callable[..., Farm]
Houses = Callable[..., "House"]

ROOT = os.geteuid() == 0
ROOTS = "-dac_override,-dac_read_search,-sys_admin"
"""What lets root into files that are closed to it, and past TIOCEXCL."""
WITHOUT = ("setpriv", f"--bounding-set={ROOTS}", f"--inh-caps={ROOTS}") if ROOT else ()

needs_setpriv = pytest.mark.skipif(
    ROOT and shutil.which("setpriv") is None,
    reason="root may open any port, and setpriv is not here to change that",
)
needs_root = pytest.mark.skipif(
    not ROOT, reason="the kernel lets nobody but root open a port after us (TIOCEXCL)"
)

GUEST = """
import fcntl, os, select, sys, termios
path, lock, does = sys.argv[1:]
try:
    port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
except OSError as error:
    sys.exit(error.errno)
if lock == "flock":
    fcntl.flock(port, fcntl.LOCK_EX)
if lock == "exclusive":
    fcntl.ioctl(port, termios.TIOCEXCL)
print("in", flush=True)
lines = [
    b"AT+GCAP\\r", b"ATE0\\r", b"ATV1\\r", b"AT+CMEE=1\\r", b"ATX4\\r", b"AT&C1\\r", b"AT+CGMI?\\r", b"AT+CPIN?\\r",
    b"\\x7e\\x00\\x78\\xf0\\x7e", b"AT+CMGF=1\\r", b"AT+CSCS=?\\r", b"AT^SYSINFO\\r", b"AT+CNMI=0,0,0,0,0\\r",
]
watched = [sys.stdin] if does == "hold" else [sys.stdin, port]
while True:
    ready = select.select(watched, [], [], 0.07 if does == "chat" else None)[0]
    if sys.stdin in ready:
        break
    try:  # somebody else may have read it, and nobody may have made room yet
        if port in ready:
            os.read(port, 40 if does == "chat" else 4096)
        if does == "chat":
            os.write(port, lines[0])
            lines.append(lines.pop(0))
    except BlockingIOError:
        pass
"""


@pytest.fixture
def guest(tmp_path: Path) -> Callable[..., object]:
    """Another program of any name opens a port, locks it or not, and holds it, eats what comes, or chats."""

    @contextmanager
    def at(path: str, *, name: str = "ModemManager", lock: str = "none", does: str = "hold") -> Iterator[int]:
        program = tmp_path / name
        program.write_text(f"#!{sys.executable}\n{GUEST}")
        program.chmod(0o755)
        with subprocess.Popen(
            [program, path, lock, does], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            assert running.stdout.readline() == "in\n"
            yield running.pid
            running.stdin.close()
            assert running.wait(10) == 0

    return at


# -- who was first ---------------------------------------------------------------------------------------


@needs_setpriv
@pytest.mark.parametrize("lock", ["none", "flock", "exclusive"])
def test_modem_manager_that_came_first_is_named_with_its_mend_and_waited_for(
    farm: Farms, gateway: Houses, guest: Callable[..., object], lock: str
) -> None:
    world = farm(1)
    modem = world.modem("sim1")
    house = gateway(world)
    house.wrapper = WITHOUT
    with guest(modem.path, lock=lock) as pid:
        house.start(ready=())
        held = house.until_modem("sim1", "gone")
        assert f"ModemManager (pid {pid})" in held["reason"]
        assert "install the udev rule" in held["reason"]
        waits = house.insert("+33612345678", "quand le port sera libre")
        house.until_reason(waits, "modem_out", "is held by")
        house.until_logged(f"is held by ModemManager (pid {pid})")
        assert modem.commands == [], "nothing was written to it"
    house.until_state(waits, "delivered")
    house.check_truth(world)


def test_the_command_line_names_modem_manager_and_its_mend(
    farm: Farms, gateway: Houses, guest: Callable[..., object]
) -> None:
    world = farm(1)
    house, path = gateway(world), world.modem("sim1").path
    with guest(path) as pid:
        house.cli("modem", "check", "sim1", code=1)
        assert f"is held by ModemManager (pid {pid})" in house.complaint
        assert "install the udev rule" in house.complaint
        told = house.cli("modem", "detect", path) + house.complaint
        assert f"held by ModemManager (pid {pid})" in told
        assert "install the udev rule" in told
    assert world.modem("sim1").commands == []


@needs_setpriv
def test_a_port_that_is_ours_is_closed_to_others(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    gateway(world).start()
    tried = subprocess.run(
        [*WITHOUT, sys.executable, "-c", GUEST, world.modem("sim1").path, "none", "hold"],
        stdin=subprocess.DEVNULL,
        timeout=20,
    )
    assert tried.returncode == errno.EBUSY


# -- who comes after us: root may ------------------------------------------------------------------------


@needs_root
def test_modem_manager_that_chats_beside_us_doubles_nothing(
    farm: Farms, gateway: Houses, guest: Callable[..., object]
) -> None:
    world = farm(2, submit_time=0.1)
    house = gateway(world, command_timeout="1s", submit_timeout="3s").start()
    with guest(world.modem("sim2").path, does="chat"):
        ids = [house.insert(f"+3361234{place:04d}", f"message {place}") for place in range(24)]
        house.wait(lambda: len(world.network.accepted) >= len(ids) // 2, "the other modem goes on", within=40)
    states = house.until_settled(within=60)
    assert states["delivered"] + states["sent"] + states["unknown"] == len(ids)
    house.until_modem("sim2", "ready", within=40)
    last = house.insert("+33612349999", "le port est à nous", modem="sim2")
    house.until_state(last, "delivered", within=40)
    house.check_truth(world)


@needs_root
def test_a_program_that_eats_the_answers_is_named_and_the_rest_goes_elsewhere(
    farm: Farms, gateway: Houses, guest: Callable[..., object]
) -> None:
    world = farm(2)
    house = gateway(world, command_timeout="1s", submit_timeout="2s").start()
    with guest(world.modem("sim2").path, name="minicom", does="eat") as pid:
        torn = [house.insert(f"+3361234{place:04d}", f"mangé {place}", modem="sim2") for place in range(8)]
        held = house.until_modem("sim2", "gone", within=60)
        assert f"is held by minicom (pid {pid})" in held["reason"]
        other = house.insert("+33612345679", "par l'autre")
        assert house.until_state(other, "delivered")["modem_used"] == "sim1"
    house.until_modem("sim2", "ready", within=40)
    for message in torn:
        assert house.until_state(message, "unknown", "sent", "delivered", within=40)["modem_used"] == "sim2"
    house.check_truth(world)


# -- a port that is not ours to open yet -----------------------------------------------------------------


@needs_setpriv
def test_a_port_that_udev_has_not_made_ours_yet_is_tried_again(farm: Farms, gateway: Houses) -> None:
    """MODEMS F129: for a moment after plugging in, the port has the mode that the kernel gave it."""
    world = farm(1)
    port = os.path.realpath(world.modem("sim1").path)
    settled = os.stat(port).st_mode & 0o777
    os.chmod(port, 0)
    house = gateway(world)
    house.wrapper = WITHOUT
    house.start(ready=())
    denied = house.until_modem("sim1", "gone")
    assert "permission denied" in denied["reason"]
    assert "its mode is 0000" in denied["reason"]
    assert "make install" in denied["reason"]
    waits = house.insert("+33612345678", "dès que possible")
    house.cli("modem", "check", "sim1", code=1)
    assert "make install" in house.complaint
    os.chmod(port, settled)
    house.until_state(waits, "delivered")
    house.check_truth(world)
