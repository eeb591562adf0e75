"""`smsgw survey parse`, as other programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.root import cli

CORPUS = Path(__file__).parents[2] / "data" / "replies.jsonl"
FIELDS = {"outcome", "value", "remainder", "reason", "scope", "flags"}


@pytest.fixture
def smsgw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command line in a folder without any configuration."""
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, code: int = 0, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(cli, arguments, prog_name="smsgw", input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.mark.parametrize("arguments", [("--json", "survey", "parse"), ("survey", "--json", "parse"),
                                       ("survey", "parse", "--json")])  # fmt: skip
def test_one_reply(smsgw, arguments: tuple[str, ...]) -> None:
    printed = json.loads(smsgw(*arguments, "--type", "nps", "9 super accueil").stdout)
    assert printed == {
        "outcome": "answer", "value": 9, "remainder": "super accueil", "reason": None, "scope": None, "flags": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--type", "csat", "0"], {"outcome": "invalid", "reason": "out_of_range", "value": None}),
        (["--type", "scale", "--min", "0", "--max", "20", "18/20"], {"value": 18}),
        (["--type", "yesno", "👎"], {"value": "no", "flags": ["inferred"]}),
        (["--type", "nps", "stop pub"], {"outcome": "opt_out", "scope": "commercial"}),
        (["--type", "text", "ras"], {"outcome": "answer", "value": None, "flags": ["no_comment"]}),
        (["--type", "text", "stop au bruit"], {"outcome": "answer", "flags": ["optout_suspected"]}),
        (["--type", "text", "--strict", "stop au bruit"], {"outcome": "opt_out", "scope": "all"}),
        (["--type", "choice", "--option", "1=délai", "--option", "2=produit", "le produit"], {"value": "2"}),
        (["--type", "choice", "--option", "1=délai", "2=produit", "3=livreur", "3"], {"value": "3"}),
        (["--type", "choice", "--option", "A=matin", "--option", "B=soir", "b"], {"value": "B"}),
        (["--type", "nps", "--question", "De 0 à 10, nous recommanderiez-vous ?",
          "De 0 à 10, nous recommanderiez-vous ? 7"], {"value": 7}),
        (["--type", "nps", "-1"], {"reason": "out_of_range"}),
        (["--type", "nps", "- 9"], {"value": 9}),
        (["--type", "nps", "--", "-1"], {"reason": "out_of_range"}),
        (["--type", "nps", ""], {"reason": "empty"}),
        (["9", "--type", "nps"], {"value": 9}),
    ],
)  # fmt: skip
def test_every_type(smsgw, arguments: list[str], expected: dict[str, object]) -> None:
    printed = json.loads(smsgw("--json", "survey", "parse", *arguments).stdout)
    assert printed.keys() == FIELDS
    assert {key: printed[key] for key in expected} == expected


def test_for_people(smsgw) -> None:
    printed = smsgw("survey", "parse", "--type", "nps", "Accueil top, 9, colis \x1b[31m cassé").stdout
    assert printed.split() == ["outcome", "answer", "value", "9", "remainder", "Accueil", "top", "colis",
                               "\\x1b[31m", "cassé", "flags", "inferred,", "negative_words"]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Give --type and TEXT, or --batch FILE."),
        (["--type", "nps"], "Give --type and TEXT"),
        (["9"], "Give --type and TEXT"),
        (["--type", "stars", "9"], "'stars' is not one of"),
        (["--type", "nps", "9", "super"], "put the text in quotes"),
        (["--type", "scale", "9"], "a scale needs both"),
        (["--type", "nps", "--min", "1", "--max", "10", "9"], "always goes from 0 to 10"),
        (["--type", "choice", "1"], "2 to 9 options"),
        (["--type", "choice", "--option", "délai", "1"], "KEY=LABEL is expected"),
        (
            ["--type", "choice", "--option", "a=Retard", "--option", "b=Prix", "b"],
            "the keys are 1, 2, 3… or A, B, C…, in order, not a, b",
        ),
        (
            ["--type", "choice", "--option", "express=Rapide", "lent=Lent", "1"],
            "the keys are 1, 2, 3… or A, B, C…, in order, not express, lent",
        ),
        (["--type", "nps", "--batch", "-"], "--batch takes neither"),
        (["--typ", "nps", "9"], "No such option"),
        (["--batch", "missing.jsonl"], "missing.jsonl"),
    ],
)
def test_wrong_usage(smsgw, arguments: list[str], says: str) -> None:
    assert says in smsgw("survey", "parse", *arguments, code=2).stderr


def test_a_batch_answers_line_by_line(smsgw) -> None:
    asked = [
        '{"question_type": "nps", "text": "9 \\u001b[31m"}',
        "",
        "{",
        '{"question_type": "yesno", "text": "Non"}',
    ]
    lines = smsgw("survey", "parse", "--batch", "-", stdin="\n".join(asked)).stdout.split("\n")
    assert len(lines) == 5
    assert "\x1b" not in lines[0]
    assert json.loads(lines[0])["value"] == 9
    assert [json.loads(line)["error"].split(":")[0] for line in lines[1:3]] == ["line 2", "line 3"]
    assert json.loads(lines[3])["value"] == "no"


def test_a_batch_of_bytes_that_are_no_text(smsgw) -> None:
    printed = smsgw(
        "survey", "parse", "--batch", "-", stdin=b'{"question_type": "nps", "text": "9 \xff"}\n'
    ).stdout
    assert json.loads(printed)["value"] == 9


def test_the_corpus_as_a_batch(smsgw) -> None:
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    printed = [
        json.loads(line) for line in smsgw("survey", "parse", "--batch", str(CORPUS)).stdout.splitlines()
    ]
    assert [each["outcome"] for each in printed] == [line["expected"]["outcome"] for line in lines]
    assert all(each.keys() == FIELDS for each in printed)
