"""The soak itself: the same seed is the same day, a quiet day ends well, and what is planted is found."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.sim import Farm
from tests.campaign import judge
from tests.campaign.schedule import LEFT_OUT, schedule
from tests.campaign.stuck import left
from tests.campaign.traffic import body, number_of
from tests.e2e.conftest import House

FAULTLESS = 95
"""A seed whose first five seconds hold messages both ways, invitations and a kill, and no fault."""


def soak(tmp_path: Path, *options: str) -> tuple[int, str]:
    program = [sys.executable, "-m", "tests.campaign.soak", "--minutes", "0.08", "--keep", str(tmp_path)]
    with subprocess.Popen(
        [*program, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            said, _ = process.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            process.terminate()  # not killed: its daemon would live on, and read from the ptys of others
            said, _ = process.communicate(timeout=15)
        return process.returncode, said


def test_the_same_seed_is_the_same_day() -> None:
    assert schedule(5, 600, 4) == schedule(5, 600, 4)
    assert [deed.how for deed in schedule(5, 600, 4)] == [deed.how for deed in schedule(5, 600, 4)]
    assert schedule(5, 600, 4) != schedule(6, 600, 4)


def test_a_day_has_everything_in_it() -> None:
    deeds = schedule(1, 1800, 4)
    assert {deed.what for deed in deeds} == {
        "send", "incoming", "invite", "stop", "arm", "disarm", "unplug", "reboot", "kill", "terminate"
    }  # fmt: skip
    armed = {deed.how["fault"] for deed in deeds if deed.what == "arm"}
    assert len(armed) > 60
    assert not armed & LEFT_OUT.keys()


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("unicode", [False, True])
def test_every_part_says_which_message_it_belongs_to(parts: int, unicode: bool) -> None:
    from drivers import segment

    text = body(1234, parts, unicode=unicode)
    cut = segment(text).parts
    assert len(cut) == parts
    assert [number_of(part) for part in cut] == [1234] * parts
    assert number_of("votre colis m12 arrive") is None


@pytest.mark.campaign
def test_a_short_soak_ends_well(tmp_path: Path) -> None:
    code, said = soak(tmp_path, "--seed", str(FAULTLESS))
    assert code == 0, said
    assert "verdict: 0 lost, 0 doubled, 0 untrue, 0 stuck" in said
    assert f"seed {FAULTLESS}" in said


def test_a_planted_double_send_is_caught_and_its_evidence_kept(tmp_path: Path) -> None:
    code, said = soak(tmp_path, "--seed", str(FAULTLESS), "--plant")
    assert code == 1, said
    assert "doubled: part 1 of m" in said
    assert "verdict: 0 lost" in said
    assert "0 untrue" in said
    assert f"SEED={FAULTLESS}" in said
    assert {"world.jsonl", "schedule.json", "house", "house.log"} <= {
        path.name for path in tmp_path.iterdir()
    }


@pytest.mark.campaign
def test_a_planted_message_that_waits_for_ever_is_caught_and_its_gate_named(tmp_path: Path) -> None:
    code, said = soak(tmp_path, "--seed", str(FAULTLESS), "--plant-stuck")
    assert code == 1, said
    assert "is queued (" in said
    assert "sending paused for all messages" in said
    assert re.search("verdict: 0 lost, 0 doubled, 0 untrue, [1-9][0-9]* stuck", said)


def test_a_message_that_waits_for_its_time_is_not_stuck(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    house = gateway(farm(1)).start()
    row = house.insert("+33612340000", "plus tard", not_before="2099-01-01T00:00:00Z")
    house.wait(lambda: house.message(row)["number"], "the message is admitted")
    stuck, waiting = left(house, 0.0)
    assert stuck == []
    assert len(waiting) == 1
    assert "not before 2099-01-01" in waiting[0]
    house.cli("outbox", "pause")
    assert "sending paused" in left(house, 0.0)[0][0], "this does not open by itself"


def test_a_traceback_in_the_log_is_trouble(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    assert judge.trouble(house) == []
    house.log.write_text(
        "action=started\nTraceback (most recent call last):\n  File \"x.py\"\nKeyError: 'a'\n"
    )
    assert len(judge.trouble(house)) == 1
    assert "KeyError: 'a'" in judge.trouble(house)[0]
