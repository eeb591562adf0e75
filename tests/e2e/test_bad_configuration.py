"""A configuration that cannot be right: every problem at once, each with its place, exit code 3."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import House

Houses = Callable[..., "House"]

WRONG = """\
[gateway]
database = "gateway.db"
regoin = "FR"
timezone = "Europe/Pariss"
stop_timeout = 60

[throttle]
per_minute = -1

[modems.sim1]
prot = "/dev/ttyUSB0"

[modems.sim2]
port = "ttyUSB1"
pin_file = "1234"
"""


@pytest.mark.parametrize("command", [["run"], ["config", "check"], ["status"], ["send", "+33612345678", "x"]])
def test_all_problems_are_told_at_once_each_with_its_place(gateway: Houses, command: list[str]) -> None:
    house = gateway()
    house.path.write_text(WRONG)
    house.cli(*command, code=3)
    for place, words in (
        ("config.toml:3: gateway.regoin", "region"),
        ("config.toml:4: gateway.timezone", "Europe/Paris"),
        ("config.toml:5: gateway.stop_timeout", '"'),
        ("config.toml:8: throttle.per_minute", "0"),
        ("config.toml:11: modems.sim1.prot", "port"),
        ("config.toml:14: modems.sim2.port", "/dev"),
        ("config.toml:15: modems.sim2.pin_file", "PIN"),
    ):
        found = [line for line in house.complaint.splitlines() if place in line]
        assert found, f"{place} is not in\n{house.complaint}"
        assert words in found[0]
    assert "1234" not in house.complaint
    assert "Traceback" not in house.complaint
    assert not house.database.exists()


def test_no_toml_at_all_and_no_file_at_all(gateway: Houses, tmp_path: Path) -> None:
    house = gateway()
    house.path.write_text("[gateway\ndatabase = x\n")
    house.cli("run", code=3)
    assert "config.toml:1" in house.complaint
    house.path.unlink()
    house.cli("run", code=3)
    assert str(house.path) in house.complaint
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "run"],
        cwd=empty,
        capture_output=True,
        text=True,
        timeout=30,
        env={"PATH": "/usr/bin", "PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    if Path("/etc/smsgw/config.toml").exists():
        pytest.skip("this machine has a configuration of its own")
    assert done.returncode == 3, done.stderr
    assert f"{empty}/config.toml" in done.stderr
    assert "/etc/smsgw/config.toml" in done.stderr
    assert "smsgw config example" in done.stderr


def test_a_pin_file_that_cannot_be_read_is_told_and_the_others_work(gateway: Houses, tmp_path: Path) -> None:
    house = gateway().modem("sim1", port="sim:", pin_file=str(tmp_path / "nowhere.pin"))
    house.cli("config", "check", code=3)
    assert "nowhere.pin" in house.complaint
