"""Who has a port open: real processes, real ptys."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from drivers.ports import Holder, advice, holder_of, running

SIMULATOR = """
import os, sys
near, far = os.openpty()
print(os.ttyname(far), flush=True)
sys.stdin.read()
"""


def test_another_process_is_named(pty_pair: tuple[int, str], hold: Callable[[str], int]) -> None:
    _, path = pty_pair
    assert holder_of(path) is None
    pid = hold(path)
    holder = holder_of(path)
    assert holder is not None
    assert holder.pid == pid
    assert str(holder) == f"{holder.program} (pid {pid})"
    assert holder.program.startswith("python")


def test_a_port_is_the_same_under_every_name(
    pty_pair: tuple[int, str], hold: Callable[[str], int], tmp_path: Path
) -> None:
    link = tmp_path / "modem0"
    link.symlink_to(pty_pair[1])
    pid = hold(str(link))
    for name in (str(link), pty_pair[1]):
        holder = holder_of(name)
        assert holder is not None
        assert holder.pid == pid


def test_we_ourselves_are_no_holder(pty_pair: tuple[int, str]) -> None:
    _, path = pty_pair
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    assert holder_of(path) is None
    os.close(fd)


def test_who_made_a_pty_does_not_hold_it(
    spawn: Callable[..., tuple[int, str]], hold: Callable[[str], int]
) -> None:
    _, path = spawn(SIMULATOR)
    assert holder_of(path) is None
    pid = hold(path)
    holder = holder_of(path)
    assert holder is not None
    assert holder.pid == pid


def test_a_port_that_is_not_there_has_no_holder(tmp_path: Path) -> None:
    assert holder_of(str(tmp_path / "ttyUSB7")) is None


def _process(proc: Path, pid: int, comm: str, cmdline: str, opened: str) -> None:
    (proc / f"{pid}/fd").mkdir(parents=True)
    (proc / f"{pid}/fd/3").symlink_to(opened)
    (proc / f"{pid}/comm").write_text(f"{comm}\n")
    (proc / f"{pid}/cmdline").write_text(cmdline)


def test_programs_are_called_what_people_call_them(tmp_path: Path) -> None:
    cases = {
        "smsgw": ("smsgw", "/opt/smsgw/bin/python3\0/opt/smsgw/bin/smsgw\0run\0"),
        "gammu-smsd": ("gammu-smsd", "gammu-smsd\0--daemon\0"),
        "survey.py": ("python3.11", "python3\0/srv/survey.py\0"),
        "gateway.cli": ("python3", "python3\0-m\0gateway.cli\0run\0"),
        "python3": ("python3", "python3\0-c\0import os\0"),
        "kworker": ("kworker", ""),
    }
    for pid, (name, (comm, cmdline)) in enumerate(cases.items(), 2_000_000_000):
        proc = tmp_path / name
        _process(proc, pid, comm, cmdline, "/dev/ttyUSB0")
        assert holder_of("/dev/ttyUSB0", proc) == Holder(pid, name)


def test_a_process_that_ends_meanwhile_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "41").mkdir()
    (tmp_path / "self").mkdir()
    _process(tmp_path, 2_000_000_042, "minicom", "minicom\0", "/dev/ttyS0")
    assert holder_of("/dev/ttyS0", tmp_path) == Holder(2_000_000_042, "minicom")


def test_running_programs_are_found_by_name(tmp_path: Path) -> None:
    _process(tmp_path, 812, "ModemManager", "/usr/sbin/ModemManager\0", "/dev/null")
    assert running("ModemManager", tmp_path) == Holder(812, "ModemManager")
    assert running("NetworkManager", tmp_path) is None


def test_modem_manager_is_suspected_where_what_root_has_open_is_hidden(tmp_path: Path) -> None:
    port = "/dev/ttyUSB0"
    assert (
        advice.busy(port, proc=tmp_path) == f"{port} is held by another program. Stop it, or use another port"
    )
    assert advice.intruder(port, proc=tmp_path) == "another program writes to the port"
    _process(tmp_path, 812, "ModemManager", "/usr/sbin/ModemManager\0", "/dev/null")
    assert "another program, maybe ModemManager (pid 812)" in advice.busy(port, "12d1:1506", tmp_path)
    assert 'ATTR{idVendor}=="12d1"' in advice.busy(port, "12d1:1506", tmp_path)
    assert "maybe ModemManager (pid 812); to make it" in advice.intruder(port, proc=tmp_path)


def test_modem_manager_is_not_blamed_for_what_another_program_does(tmp_path: Path) -> None:
    _process(tmp_path, 812, "ModemManager", "/usr/sbin/ModemManager\0", "/dev/null")
    _process(tmp_path, 2_000_000_813, "minicom", "minicom\0", "/dev/ttyUSB0")
    for said in (advice.busy("/dev/ttyUSB0", proc=tmp_path), advice.intruder("/dev/ttyUSB0", proc=tmp_path)):
        assert "minicom (pid 2000000813)" in said
        assert "ModemManager" not in said
