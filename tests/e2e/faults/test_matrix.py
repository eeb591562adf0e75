"""Every fault of the simulator through a whole gateway: what is sent, received and reported in spite of it.

`make campaign` tries the whole matrix (SEED=7 another onset and interleaving, DRIVER=gsmmodem the second driver); the
quick checks try a sample.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim.catalogue import FAULTS

if TYPE_CHECKING:
    from fault_rows import Row
    from fault_scene import Scene

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"


def test_every_fault_of_the_simulator_has_a_row(rows: list[Row]) -> None:
    assert set(FAULTS) - {row.name for row in rows} == set()


def test_rows_are_told_apart_and_name_their_source(rows: list[Row]) -> None:
    assert [name for name, times in Counter(row.id for row in rows).items() if times > 1] == []
    assert [row.id for row in rows if not (row.numbers or (row.fault and row.fault.numbers))] == []


def test_every_observation_has_a_row_or_a_reason_why_not(rows: list[Row]) -> None:
    """MODEMS part 1, F01 to F146: in the matrix, or in the last table of docs/faults.md."""
    tried = {
        number for row in rows for number in (row.numbers or (row.fault.numbers if row.fault else "")).split()
    }
    table = PAGE.read_text("utf-8").partition("## What is not simulated")[2]
    excused = set(re.findall(r"F[0-9]+", table))
    for first, last in re.findall(r"F([0-9]+) to F([0-9]+)", table):
        excused |= {f"F{number}" for number in range(int(first), int(last) + 1)}
    assert [f"F{number:02}" for number in range(1, 147) if f"F{number:02}" not in tried | excused] == []


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
