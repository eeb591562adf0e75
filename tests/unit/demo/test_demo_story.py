"""The demonstration's cast, its hours, and how it is told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.config import load
from gateway.demo import stage
from gateway.demo.customers import TEMPERS, crowd, handset
from gateway.demo.show import Picture
from gateway.demo.telling import Story, introduction
from gateway.policy.values import rules_of
from gateway.politeness.windows import opening
from gateway.politeness.zones import place_of


def picture(*replies: tuple[str, str], alerts: int = 0, **dispositions: int) -> Picture:
    return Picture(
        states=Counter(),
        replies=[SimpleNamespace(kind=kind, body=body, sender="+33612340000") for kind, body in replies],
        by_modem=Counter(),
        sessions=Counter(),
        dispositions=Counter(dispositions),
        waiting=0,
        alerts=alerts,
        open=0,
        waits=[],
    )


def test_forty_customers_have_every_temper_and_each_run_the_same():
    people = crowd(40)
    assert {each.temper.name for each in people} == {temper.name for temper in TEMPERS}
    assert len({each.number for each in people}) == 40
    assert people == crowd(40)
    assert len(crowd(1)) == 1
    assert len(crowd(500)) == 500
    assert {handset(each, 1.0).number for each in people} == {each.number for each in people}


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 29, 2, tzinfo=UTC),  # Sunday, three in the morning in Paris
        datetime(2026, 12, 25, 22, 30, tzinfo=UTC),  # a holiday, late
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # the hour that summer time skips
    ],
)
def test_it_plays_at_any_hour_of_any_day(tmp_path: Path, at: datetime):
    (tmp_path / "config.toml").write_text(stage.CONFIG)
    rules = rules_of(load(tmp_path / "config.toml"))
    for category in ("survey", "ack", "service", "staff"):
        assert opening(rules.window(category), place_of("+33612340000", "Europe/Paris"), at).at == at


def test_each_kind_of_thing_is_told_once():
    story = Story()
    assert story.hear(picture(("answer", "5")), "") == [
        "+33612…00 writes “5”: understood, and the next text follows from it"
    ]
    assert story.hear(picture(("answer", "5"), ("answer", "4")), "") == []
    told = story.hear(
        picture(("answer", "5"), ("opt_out", "STOP"), alerts=1, late_complete=1), "modem1 is gone"
    )
    assert len(told) == 4
    assert "nothing will ever be sent there again" in told[0]
    assert told[-1] == "modem1 is gone"
    assert story.hear(picture(alerts=2), "modem1 is gone") == []


def test_what_is_not_worth_telling_is_not_told():
    assert Story().hear(picture(("pleasantry", "ok")), "") == []


def test_one_is_no_plural():
    assert "1 order today" in introduction(1, 1)
    assert "1 simulated modem and" in introduction(1, 1)
    assert "500 orders" in introduction(4, 500)


@pytest.mark.parametrize("folder", ["file/demo", "/proc/demo"])
def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path, folder: str):
    (tmp_path / "file").touch()
    with pytest.raises(stage.CannotPlay, match=r"cannot be written .*--keep"):
        stage.prepare(tmp_path / folder)
