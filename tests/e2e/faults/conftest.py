"""What the fault matrix needs: its rows, in groups that share a daemon, and scenes in which they happen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_rows import DRIVER, ROWS, SEED, Row, groups, sample, sample_of_second
from fault_scene import Scene

if TYPE_CHECKING:
    from drivers.sim import Farm
    from tests.e2e.conftest import House


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "group" in metafunc.fixturenames:
        made = groups()
        metafunc.parametrize("group", made.values(), ids=made.keys())


@pytest.fixture
def rows() -> list[Row]:
    """The whole matrix."""
    return ROWS


@pytest.fixture
def sampled() -> list[Row]:
    """What the quick checks try."""
    return sample()


@pytest.fixture
def sampled_of_second() -> list[Row]:
    """What they try over the second driver."""
    return sample_of_second()


@pytest.fixture
def scene(
    farm: Callable[..., Farm], gateway: Callable[..., House], tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[list[Row]], Scene]:
    """Makes the modems of some rows, and a daemon for them."""

    def make(rows: list[Row]) -> Scene:
        request.node.add_report_section("setup", "seed", f"SEED={SEED} DRIVER={DRIVER}")
        return Scene(rows, farm, gateway, tmp_path)

    return make
