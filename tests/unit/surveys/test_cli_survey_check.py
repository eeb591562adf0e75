"""`smsgw survey check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.root import cli

EXAMPLES = Path(__file__).parents[3] / "examples" / "surveys"
BAD = 'title = "T"\nbrand = "Bricolo"\n[[question]]\nid = "note"\ntype = "nps"\ntext = "Être sûr, de 0 à 10 ? %s"\n'


def check(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["survey", "check", *map(str, arguments)], prog_name="smsgw")
    assert result.exit_code == code, result.output
    return result


def test_a_folder_of_examples() -> None:
    shown = check(EXAMPLES).stdout
    assert f"{EXAMPLES}/csat_livraison.toml: no problems, 3 question(s)" in shown
    assert "livraison.toml: no problems, 1 question(s)" in shown
    assert "reminder.text" in shown


def test_errors_name_the_line_and_fail(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_text(BAD % "", encoding="utf-8")
    shown = check(file, code=1).stdout
    assert (
        f"{file}:6: E11 question[0].text: the text does not say who writes: begin it with {{brand}}:" in shown
    )
    assert "W02 question[0].text" in shown


def test_a_costly_character_is_named(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_text(BAD % ("{brand} Refus : STOP " + "x" * 40), encoding="utf-8")
    shown = check(file).stdout
    assert "2 (1 without Êû)" in shown
    assert f"{file}: can be used, 1 question(s)" in shown


def test_json(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_text(BAD % "", encoding="utf-8")
    bad, good = json.loads(check("--json", file, EXAMPLES / "livraison.toml", code=1).stdout)
    assert (bad["survey"], bad["texts"]) == (None, [])
    assert [error["code"] for error in bad["errors"]] == ["E11", "E11"]
    assert bad["errors"][0]["line"] == 6
    assert (good["survey"], good["errors"], good["warnings"]) == ("livraison", [], [])
    assert good["texts"][0]["parts"] == 1
    assert good["texts"][0]["alphabet"] == "gsm7"


@pytest.mark.parametrize("name", ["", "missing.toml"])
def test_wrong_usage(tmp_path: Path, name: str) -> None:
    check(tmp_path / name, code=2)


def test_a_file_is_needed() -> None:
    check(code=2)
