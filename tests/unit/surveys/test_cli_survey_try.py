"""`smsgw survey try`, and rehearsals that were saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.root import cli
from gateway.surveys.definition import load
from gateway.surveys.script import ScriptError, replay

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "surveys"
SAVED = sorted((ROOT / "tests" / "data" / "rehearsals").glob("*.talk"))
A, N = EXAMPLES / "csat_livraison.toml", EXAMPLES / "nps_trimestriel.toml"


def rehearse(*arguments: object, typed: str = "", code: int = 0) -> Result:
    given = ["survey", "try", *map(str, arguments)]
    result = CliRunner().invoke(cli, given, prog_name="smsgw", input=typed)
    assert result.exit_code == code, result.output
    return result


AT = ("--at", "2026-11-24T10:00:00Z", "--context", "prenom=Ana")


@pytest.mark.parametrize("file", SAVED, ids=[file.stem for file in SAVED])
def test_a_saved_rehearsal_still_goes_as_it_went(file: Path) -> None:
    survey = load(EXAMPLES / f"{file.name.partition('.')[0]}.toml")
    assert replay(survey, file.read_text(encoding="utf-8")) == []


def test_a_conversation_at_the_keyboard() -> None:
    shown = rehearse(
        A, *AT, typed="2\n:wait 1h\n3 malpoli et brusque\n:state\n:quit\n9\n"
    ).stdout.splitlines()
    assert shown[0].split() == ["2026-11-24", "10:15:00"]
    assert shown[1].startswith("  Bricolo: commande A-12 livrée.")
    assert "      alert client_decu: open" in shown
    assert (
        "  Nous en sommes désolés. Raison principale ? Répondez 1 délai, 2 produit, 3 livreur ou 4 autre."
        in shown
    )
    assert shown[-1] == (
        "completed, counts as complete: satisfaction answered = 2, motif answered = 3, commentaire prefilled"
    )


def test_time_reports_and_stop_are_given_by_hand() -> None:
    typed = ":reports off\n:wait 23h\n:report delivered\n:wait 2d\n:stop\n"
    shown = rehearse(N, *AT, typed=typed).stdout
    assert "      report: delivered" in shown
    assert "  Bricolo: il est encore temps de nous noter" in shown
    assert "      stopped (opted_out), refusal" in shown


def test_a_network_that_refuses() -> None:
    shown = rehearse(A, *AT, typed="+ 2\n:fail\n:state\n").stdout
    assert "undeliverable (refused_by_network), partial" in shown


def test_what_means_nothing_is_said_and_forgiven() -> None:
    result = rehearse(A, *AT, typed=":wiat 2d\n:wait two days\n5\n")
    assert result.stderr.count("means nothing here") == 2
    assert "completed, complete" in result.stdout


def test_save_and_replay(tmp_path: Path) -> None:
    saved = tmp_path / "a.talk"
    rehearse(A, *AT, "--save", saved, typed="2\n+ livreur désagréable\n:stop\n")
    text = saved.read_text(encoding="utf-8")
    assert "> STOP" in text
    assert ":stop" not in text
    assert rehearse(A, "--replay", saved).stdout == f"{saved}: as expected\n"
    saved.write_text(text.replace("> 2", "> 3"), encoding="utf-8")
    changed = rehearse(A, "--replay", saved, code=1)
    assert "-= alert client_decu: open" in changed.stdout
    assert "the survey answers otherwise" in changed.stderr
    assert json.loads(rehearse("--json", A, "--replay", saved, code=1).stdout)["differences"]


def test_json() -> None:
    printed = json.loads(rehearse("--json", A, *AT, typed="5\n:state\n").stdout)
    assert [said["mark"] for said in printed["said"]] == ["<", ">", "=", "=", "<"]
    assert printed["session"]["state"] == "completed"
    assert printed["session"]["items"]["satisfaction"]["value"] == 5


def test_another_language() -> None:
    assert "Bricolo: from 0 (not at all)" in rehearse(N, "--language", "en").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([A, "--at", "tomorrow"], 2, "2026-11-24T10:00:00Z is expected"),
        ([A, "--context", "prenom"], 2, "NAME=VALUE is expected"),
        ([A, "--context", "ref="], 1, "the survey does not start: missing_variable:ref; --context ref=…"),
        ([EXAMPLES / "missing.toml"], 2, "does not exist"),
    ],
)
def test_wrong_usage(arguments: list[object], code: int, says: str) -> None:
    assert says in rehearse(*arguments, code=code).stderr


def test_a_survey_with_errors_cannot_be_tried(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_text("title = 'T'\n", encoding="utf-8")
    assert "smsgw survey check" in rehearse(file, code=1).stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("> 5", "no line that says when it begins"),
        ("at noon", "a time such as"),
        ("at 2026-11-24T10:00:00Z\ncontext ref", "context NAME=VALUE"),
        ("at 2026-11-24T10:00:00Z\nhello", "'hello' means nothing"),
        ("at 2026-11-24T10:00:00Z\n:jump", ":jump means nothing"),
    ],
)
def test_a_script_that_cannot_be_played(text: str, says: str) -> None:
    with pytest.raises(ScriptError, match=says):
        replay(load(A), text)
