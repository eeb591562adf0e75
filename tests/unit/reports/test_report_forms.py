"""The report in the terminal, as JSON and CSV, and the command."""

from __future__ import annotations

import csv
import io
import json
import re

from click.testing import CliRunner
from rich.console import Console

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import ManualClock
from gateway.surveys.report import data
from gateway.surveys.report.terminal import render


def shown(report) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(render(report))
    return console.export_text()


def run(campaign, *arguments):
    path = str(campaign.store.path)
    options = ["--database", path, "survey", "report", *arguments]
    return CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=ManualClock(campaign.now)))


def test_nothing_of_nothing_is_a_dash_and_never_0_percent(empty):
    text = shown(empty.report())
    assert "0.0 %" not in text
    assert re.search(r"Response +– +0 of 0", text)


def test_percentages_stand_beside_their_numbers(campaign):
    text = shown(campaign.report())
    assert "46.7 %   7 of 15" in text
    assert "57.1 %  n = 7, small n  95 %: 25.0 to 84.2" in text
    assert "n = 1: too few for a score" in text


def test_words_cannot_steer_the_terminal(empty):
    empty.session("completed", "complete", {"note": "1", "mot": "\x1b[2Jrouge\u202e[red]"})
    text = shown(empty.report())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[2Jrouge [red]" in text


def test_json_is_one_object_with_every_count(campaign):
    result = run(campaign, "livraison", "--json")
    found = json.loads(result.output)
    assert found["rates"]["response"]["numerator"] == 7
    assert found["rates"]["response"]["denominator"] == 15
    assert found["funnel"]["complete"] == 6
    assert found["dispositions"]["noncontact"] == 5
    assert found["scores"][0]["bars"][0] == {"value": "1", "label": "1", "count": 1, "mood": "bad"}
    assert found["ambition_percent"] == 45


def test_json_says_null_where_nothing_is_known(empty):
    assert data.as_dict(empty.report())["rates"]["response"] == {
        "numerator": 0, "denominator": 0, "percent": None, "low": None, "high": None
    }  # fmt: skip


def test_csv_has_a_row_a_figure(campaign):
    rows = list(csv.DictReader(io.StringIO(run(campaign, "livraison", "--csv").output)))
    response = next(row for row in rows if row["name"] == "response")
    assert (response["numerator"], response["denominator"]) == ("7", "15")
    assert {row["section"] for row in rows} >= {"funnel", "rate", "quality", "score", "answers", "refused"}


def test_two_runs_give_the_same_bytes(campaign):
    for form in ((), ("--json",), ("--csv",)):
        assert run(campaign, "livraison", *form).output == run(campaign, "livraison", *form).output


def test_a_survey_that_is_not_there(campaign):
    result = run(campaign, "autre")
    assert result.exit_code == 1
    assert "there is no survey autre" in result.output


def test_a_period_that_ends_before_it_begins(campaign):
    assert run(campaign, "livraison", "--since", "2026-11-03", "--until", "2026-11-02").exit_code == 2


def test_the_period_is_told_in_the_zone_that_is_named(campaign):
    text = run(campaign, "livraison", "--since", "2026-11-03").output
    assert "2026-11-03 00:00 to now" in text
    assert "times in Europe/Paris" in text


def test_groups_in_the_terminal(campaign):
    text = run(campaign, "livraison", "--by", "lang").output
    assert "By lang" in text
    assert "(n = 7, small n)" in text
    assert run(campaign, "livraison", "--by", "var.magasin").exit_code == 0
    wrong = run(campaign, "livraison", "--by", "colour")
    assert wrong.exit_code == 2
    assert "sim, lang, week or var.NAME" in wrong.output


def test_late_answers_are_said_to_be_in_the_scores(campaign):
    assert "late answers included" in run(campaign, "livraison", "--late").output


def test_the_hours_stand_above_their_numbers(campaign):
    lines = shown(campaign.report()).splitlines()
    above = next(place for place, line in enumerate(lines) if "by the hour" in line)
    assert lines[above][16 + 2 * 9] == "█"  # everybody was asked at nine
    assert lines[above + 1].split() == ["0", "6", "12", "18"]


def test_a_page_that_cannot_be_written(campaign, tmp_path):
    result = run(campaign, "livraison", "--html", str(tmp_path / "no" / "where.html"))
    assert result.exit_code == 1
    assert "cannot be written" in result.output
