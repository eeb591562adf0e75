"""Every fault of the simulator through a whole gateway: what is sent, received and reported in spite of it.

`make campaign` tries the whole matrix (SEED=7 another onset and interleaving, DRIVER=gsmmodem the second driver); the
quick checks try a sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.sim.catalogue import FAULTS

if TYPE_CHECKING:
    from fault_rows import Row
    from fault_scene import Scene


def test_every_fault_of_the_simulator_has_a_row(rows: list[Row]) -> None:
    assert set(FAULTS) - {row.name for row in rows} == set()


def test_rows_are_told_apart_and_name_their_source(rows: list[Row]) -> None:
    assert [name for name, times in Counter(row.id for row in rows).items() if times > 1] == []
    assert [row.id for row in rows if not (row.numbers or (row.fault and row.fault.numbers))] == []


def test_a_sample_ends_as_the_matrix_says(scene: Callable[[list[Row]], Scene], sampled: list[Row]) -> None:
    scene(sampled).play()


def test_a_sample_over_the_second_driver_ends_as_the_matrix_says(
    scene: Callable[[list[Row]], Scene], sampled_of_second: list[Row]
) -> None:
    scene(sampled_of_second).play()


@pytest.mark.campaign
@pytest.mark.timeout(300)
def test_faults_end_as_the_matrix_says(scene: Callable[[list[Row]], Scene], group: list[Row]) -> None:
    scene(group).play()
