"""The daemon dies at every step, as by kill -9, and is started again: nothing lost, doubled or untrue.

`make campaign` runs all of it; the quick checks run a sample. `SEED=n` draws other moments.
"""

from __future__ import annotations

import pytest

from gateway import failpoints
from gateway.failpoints import Step
from tests.campaign.conftest import SEED, Scene, sampled

ONCE = (Step.ADMITTED, Step.RECOVERY_WRITTEN, Step.RECOVERY_COMMITTED, Step.INVITATION_COMMITTED)
"""Steps that a scene passes once for certain."""
OFTEN = (Step.COMMIT, Step.COMMITTED)
FULL = "no room left"
"""What the daemon's log says of a write for which there was no room."""


def times(scene: Scene, step: Step) -> int:
    """Which time is the last."""
    return 1 if step in ONCE else scene.rng.randint(1, 60 if step in OFTEN else 3)


@pytest.mark.parametrize("step", sampled(list(Step), 2))
def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(scene: Scene, step: Step) -> None:
    scene.ask()
    if step.name.startswith("RECOVERY"):  # there must be something to recover
        scene.house.launch(**{failpoints.VARIABLE: f"{Step.BODY_WRITTEN}:2"})
        assert scene.ended() == -9
    scene.house.launch(**{failpoints.VARIABLE: f"{step}:{times(scene, step)}"})
    assert scene.ended() == -9, "the step was never reached"
    scene.ask(surveys=False)
    scene.house.launch()
    scene.settle()
    assert scene.house.stop() == 0
    scene.judge()
    assert scene.house.states()["unknown"] <= 4, "one a modem and death"


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.parametrize("turn", range(3))
def test_deaths_one_after_the_other(scene: Scene, turn: int) -> None:
    """Each start dies at another step, some of them in what it does to mend the death before."""
    for _ in range(6):
        scene.ask()
        step = scene.rng.choice([step for step in Step if step not in OFTEN])
        scene.house.launch(**{failpoints.VARIABLE: f"{step}:{scene.rng.randint(1, 3)} commit:90"})
        scene.dies()
    scene.house.launch()
    scene.settle()
    assert scene.house.stop() == 0
    scene.judge()


# -- the disk ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", sampled(list(range(1 + SEED % 3, 111, 3)), 0))
def test_a_disk_that_is_full_at_any_write_costs_nothing_but_time(scene: Scene, write: int) -> None:
    """Three seeds in a row try every write of the first 110."""
    scene.ask()
    count = scene.rng.randint(1, 4)
    scene.house.launch(**{failpoints.VARIABLE: f"{Step.COMMIT}:{write}:full:{count}"})
    settle_on_a_full_disk(scene)
    for _ in range(3):  # what there was to do may have needed fewer writes
        if struck(scene):
            break
        scene.ask(surveys=False)
        settle_on_a_full_disk(scene)
    assert struck(scene), f"SEED={SEED}: write {write} was never reached"
    assert scene.house.stop() == 0
    scene.judge()
    assert scene.house.states()["unknown"] == 0, "nothing was sent that could not be recorded"


def struck(scene: Scene) -> bool:
    """There was no room for a write: the log says so, or a prompt got no text, because its intent was not written."""
    commands = scene.world.journal.entries("command")
    prompts = sum(entry.detail["line"].startswith("AT+CMGS=") for entry in commands)
    return FULL in scene.house.log_text() or prompts > len(scene.world.network.accepted)


def settle_on_a_full_disk(scene: Scene) -> None:
    """Everything comes to its end; a start on a full disk is a sentence and an exit code, and is tried again."""
    process = scene.house.process
    assert process is not None
    try:
        scene.settle()
    except pytest.fail.Exception:
        if process.poll() != 1:
            raise
        assert "free some space" in scene.house.log_text()
        scene.house.launch()
        scene.settle()


@pytest.mark.campaign
def test_a_slow_disk_costs_nothing_but_time(scene: Scene) -> None:
    scene.ask()
    scene.house.launch(**{failpoints.VARIABLE: f"{Step.COMMIT}:1:slow:0.15"})
    scene.settle()
    assert scene.house.stop() == 0
    scene.judge()
    assert scene.house.states()["unknown"] == 0


# -- the calendar ------------------------------------------------------------------------------------------------


@pytest.mark.campaign
def test_a_calendar_that_jumps_by_hours_both_ways_loses_nothing(scene: Scene) -> None:
    offset = scene.house.folder / "offset"
    offset.write_text("0")
    scene.house.start(**{failpoints.VARIABLE: f"clock:{offset}"})
    before = 0
    for hours in (0, 3, -5, 30, 0):
        new = offset.with_suffix(".new")
        new.write_text(str(hours * 3600))
        new.rename(offset)  # a file that is just being written is empty, which is another jump
        if hours != before:
            scene.house.until_logged(f"action=clock_jumped seconds={(hours - before) * 3600}")
        before = hours
        scene.ask(surveys=False)
        scene.settle()
    assert scene.house.stop() == 0
    scene.judge()
    assert scene.house.states()["unknown"] == 0
