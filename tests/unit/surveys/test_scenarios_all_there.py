"""Each of the 42 acceptance scenarios is a test that carries its number, against real tables and the real policy."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

SCENARIOS = 42
FOLDER = Path(__file__).parents[2] / "integration" / "surveys"
_NUMBERED = re.compile(r"^def test_((?:\d\d_)+)", re.MULTILINE)


def test_every_scenario_is_a_test_once() -> None:
    found: Counter[int] = Counter()
    for file in FOLDER.glob("test_scenarios_*.py"):
        for numbers in _NUMBERED.findall(file.read_text("utf-8")):
            found.update(int(number) for number in numbers.strip("_").split("_"))
    assert found == Counter(range(1, SCENARIOS + 1))
