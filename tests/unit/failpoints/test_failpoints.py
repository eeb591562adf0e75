"""Failpoints: armed by two switches together, never by one; each step is reached somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import failpoints
from gateway.clock import ManualClock
from gateway.failpoints import Mishap, Plan, Step

GATEWAY = Path(failpoints.__file__).parent
DRIVERS = ("PROMPT_SEEN", "BODY_WRITTEN", "CMGS_SEEN")
"""Steps that the driver tells of (`drivers.SendStep`)."""


@pytest.fixture(autouse=True)
def unarmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_plan", None)


def test_every_step_is_reached_in_the_code() -> None:
    code = "\n".join(path.read_text("utf-8") for path in GATEWAY.rglob("*.py"))
    reached = set(re.findall(r"reach\((?:failpoints\.)?Step\.([A-Z_]+)\)", code)) | set(DRIVERS)
    assert reached == {step.name for step in Step}


def test_the_drivers_steps_are_steps() -> None:
    from drivers import SendStep

    assert {step.name for step in SendStep} == set(DRIVERS)
    assert all(Step(step) is Step[step.name] for step in SendStep)


def test_the_variable_alone_has_no_effect(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clock: ManualClock
) -> None:
    monkeypatch.delitem(sys._xoptions, failpoints.OPTION, raising=False)
    assert failpoints.arm({failpoints.VARIABLE: "commit:1 clock:/nowhere"}, clock) is clock
    assert failpoints._plan is None
    assert "action=failpoints_ignored" in caplog.text
    assert failpoints.reach(Step.COMMIT) is False


def test_the_option_alone_has_no_effect(monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> None:
    monkeypatch.setitem(sys._xoptions, failpoints.OPTION, True)
    assert failpoints.arm({}, clock) is clock
    assert failpoints._plan is None


def test_the_option_is_none_that_an_environment_can_give() -> None:
    """Python reads no -X option of this kind from PYTHON… variables."""
    asked = f"import sys; print({failpoints.OPTION!r} in sys._xoptions)"
    wanted = {f"PYTHON{name}": failpoints.OPTION for name in ("XOPTIONS", "OPTIONS", "FLAGS")}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | wanted, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"


def test_a_step_strikes_at_its_time_and_no_other() -> None:
    plan = Plan([Mishap(Step.COMMIT, 2, "full", count=2), Mishap(Step.READ, 1, "slow", float("inf"), 0.001)])
    assert [plan.reach(Step.COMMIT) for _ in range(5)] == [False, True, True, False, False]
    assert [plan.reach(Step.READ) for _ in range(2)] == [False, False]


def test_death_is_that_of_kill_9() -> None:
    program = (
        "from gateway import failpoints; from gateway.failpoints import Mishap, Plan, Step\n"
        "failpoints._plan = Plan([Mishap(Step.READ, 2)])\n"
        "failpoints.reach(Step.READ); print('once', flush=True); failpoints.reach(Step.READ); print('twice')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (-9, "once\n")


def test_the_calendar_is_off_by_what_the_file_says(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys._xoptions, failpoints.OPTION, True)
    file = tmp_path / "offset"
    file.write_text("-3600")
    shifted = failpoints.arm({failpoints.VARIABLE: f"clock:{file}"}, clock)
    assert shifted.now() == clock.now() - timedelta(hours=1)
    file.write_text("7200")
    assert shifted.now() == clock.now() + timedelta(hours=2)
    assert shifted.tick() == clock.tick()


@pytest.mark.parametrize("text", ["commit", "nowhere:1", "commit:x", "commit:1:explode", "commit:1:slow"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        failpoints.read(text)
