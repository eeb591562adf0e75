"""Foreign programs against the simulated modem: what Debian ships, in folders of the test's own.

Judged by the network's log; waited for with deadlines on that log, never by the clock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from drivers import sim

PATIENCE = 60.0
SEARCH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.peer)


@pytest.fixture
def program() -> Callable[[str, str], str]:
    """`program(name, package)`: its path, or the test is skipped with the word what to install."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name, path=SEARCH)
        if path is None:
            pytest.skip(f"{name} is not installed (apt install {package})")
        return path

    return find


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Callable[..., sim.Farm]]:
    """One simulated modem "m0" whose customers answer politely."""
    with ExitStack() as stack:

        def start(profile: str = "generic") -> sim.Farm:
            modem = sim.ModemSetup(name="m0", profile=profile, submit_time=0.05)
            setup = sim.Setup(modems=(modem,), handsets=(sim.polite(),), directory=tmp_path / "dev")
            return stack.enter_context(sim.start(setup))

        yield start


@pytest.fixture
def daemon() -> Callable[..., object]:
    """`with daemon(command…):` a program that runs meanwhile and is asked to stop afterwards."""

    @contextmanager
    def run(*command: str) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(PATIENCE)

    return run
