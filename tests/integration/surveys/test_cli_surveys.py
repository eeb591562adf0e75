"""`smsgw survey`, `alert` and `inbox attach` on a database that a gateway has filled."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import to_text
from gateway.store import Reader, sessions
from tests.integration.surveys.conftest import ANA, Shop

FILE = """telephone;ref;prenom
0612345678;A-1;Ana
061;A-2;Bob
0612345679;;Eve
0612345678;A-1;Ana
"""
Run = Callable[..., Result]


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; its exit code must be `code`."""
    config = shop.folder / "config.toml"
    config.write_text('[gateway]\nbrand = "Bricolo"\ndatabase = "gateway.db"\nsurveys = "surveys"\n', "utf-8")
    monkeypatch.setenv("SUDO_USER", "lea")

    def invoke(*arguments: object, code: int = 0) -> Result:
        options = ["--config", str(config), *map(str, arguments)]
        result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=shop.clock))
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def unhappy(shop: Shop) -> Shop:
    """Somebody was asked, and is not pleased."""
    shop.asked("csat_livraison", context={"prenom": "Ana"})
    shop.wait(60)
    shop.says("2 trop long et colis ouvert")
    shop.wait(30)
    return shop


def test_the_list_of_surveys_says_what_is_wrong_with_a_file(shop: Shop, run: Run) -> None:
    (shop.folder / "surveys" / "nps_trimestriel.toml").write_text('title = "x"\n', "utf-8")
    shop.wait(3)
    shop.wait(3)
    rows = {row["survey"]: row for row in json.loads(run("survey", "list", "--json").stdout)}
    assert rows["csat_livraison"]["problem"] is None
    assert rows["csat_livraison"]["version"] == 1
    assert rows["nps_trimestriel"]["version"] == 2  # the version before goes on
    assert "brand is missing" in rows["nps_trimestriel"]["problem"]
    assert "survey file nps_trimestriel.toml" in run("status").stdout


def test_one_person_is_invited(shop: Shop, run: Run) -> None:
    given = ("--event-ref", "A-7", "--context", "prenom=Ana", "--event-at", "1h")
    assert run("survey", "invite", "csat_livraison", "06 12 34 56 78", *given).stdout.strip() == "1"
    shop.turn()
    assert shop.texts()[0].startswith("Bricolo: commande A-7 livrée.")
    assert shop.session().context == '{"prenom": "Ana"}'


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("csat_livraison", "12"), "short code or incomplete"),
        (("csat_livraison", ANA), "the survey needs ref"),
        (("inconnue", ANA), "no survey is called 'inconnue'; there are: csat_livraison, nps_trimestriel"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_at_once(
    shop: Shop, run: Run, arguments: tuple[str, ...], complaint: str
) -> None:
    assert complaint in run("survey", "invite", *arguments, code=1).output
    assert shop.value("SELECT count(*) FROM invitation") == 0


def test_a_file_of_people_is_checked_whole_before_anybody_is_invited(
    shop: Shop, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(
        "telephone;ref;prenom\n0612345678;A-1;Ana\n061;A-2;Bob\n0612345679;;Eve\n0612345678;A-1;Ana\n",
        "utf-8",
    )
    output = run("survey", "invite", "csat_livraison", "--csv", file, code=1).output
    assert "clients.csv:3: column telephone: '061' is a short code or incomplete" in output
    assert "clients.csv:4: column ref: the survey needs ref: fill it" in output
    assert "clients.csv:5: column telephone: the same person and event as in line 2" in output
    assert "3 of 4 rows cannot be invited; nothing was written" in output
    assert shop.value("SELECT count(*) FROM invitation") == 0
    found = json.loads(
        run("survey", "invite", "csat_livraison", "--csv", file, "--skip-bad", "--json").stdout
    )
    assert (found["invited"], found["ids"], len(found["bad"])) == (1, [1], 3)
    row = shop.invitation(1)
    assert (row["recipient"], row["event_ref"], row["context"]) == (
        ANA,
        "A-1",
        '{"ref": "A-1", "prenom": "Ana"}',
    )


def test_a_session_is_shown_with_both_sides(unhappy: Shop, run: Run) -> None:
    text = run("survey", "show", 1).stdout
    assert "+33612…78" in text
    assert ANA not in text
    assert "satisfaction: answered 2 « trop long et colis ouvert »" in text
    lines = [line for line in text.splitlines() if "→" in line or "←" in line]
    assert [("→" in line) for line in lines] == [True, False, True]
    assert "alert 1  Client déçu (livraison): open" in text
    found = json.loads(run("survey", "show", 1, "--json").stdout)
    assert (found["session"]["state"], found["items"][0]["value"]) == ("awaiting", "2")
    (row,) = json.loads(run("survey", "sessions", "--json").stdout)
    assert (row["id"], row["recipient"], row["question"]) == (1, ANA, "motif")
    assert (row["invitation_id"], [*row]) == (1, [*unhappy.rows("SELECT * FROM session")[0]])
    assert "no session fits" in run("survey", "sessions", "--state", "expired").output
    assert "there is no session 9" in run("survey", "show", 9, code=1).output


def test_the_export_has_pseudonyms_and_is_the_same_every_time(unhappy: Shop, run: Run) -> None:
    first = run("survey", "export", "csat_livraison").stdout
    assert first == run("survey", "export", "csat_livraison").stdout
    (row,) = csv.DictReader(io.StringIO(first))
    assert row["satisfaction_value"] == "2"
    assert row["satisfaction_comment"] == "trop long et colis ouvert"
    assert ANA not in first
    assert len(row["person"]) == 12
    assert row["commentaire_value"] == ""
    assert json.loads(run("survey", "export", "csat_livraison", "--until", "90d", "--json").stdout) == []


def test_an_alert_is_shown_taken_and_closed(unhappy: Shop, run: Run) -> None:
    (row,) = json.loads(run("alert", "list", "--json").stdout)
    assert (row["rule"], row["severity"], row["state"], row["overdue"]) == ("client_decu", "high", "open", 0)
    shown = run("alert", "show", 1).stdout
    assert "2 (1-5) « trop long et colis ouvert »" in shown
    assert "Ana, +33612…78" in shown
    assert "mail:relation-client@bricolo.example" in shown
    assert run("alert", "ack", 1, "--by", "Léa").stdout.strip() == "alert 1 is acknowledged"
    assert "alert 1 is acknowledged: only an open one" in run("alert", "ack", 1, code=1).output
    for act in ("ack", "close"):
        refused = run("alert", act, 9, code=1).stderr
        assert refused == "smsgw: there is no alert 9; smsgw alert list --all shows them\n"
    run("alert", "close", 1, "--outcome", "called", "--note", "rappelé, remboursé")
    assert "no alert is open" in run("alert", "list").output
    (row,) = json.loads(run("alert", "list", "--all", "--json").stdout)
    assert (row["state"], row["closed_by"], row["outcome"], row["note"]) == (
        "closed",
        "lea",
        "called",
        "rappelé, remboursé",
    )
    assert "there is no alert 7" in run("alert", "close", 7, code=1).output


def test_overdue_alerts_come_first(unhappy: Shop, run: Run) -> None:
    unhappy.wait(days=3)
    unhappy.asked("csat_livraison", "+33612345679", event_ref="B-1", event_at=unhappy.now)
    unhappy.wait(minutes=20)
    unhappy.says("1", number="+33612345679")
    rows = json.loads(run("alert", "list", "--json").stdout)
    assert [(row["id"], row["overdue"]) for row in rows] == [(1, 1), (2, 0)]
    assert "1 overdue" in run("status").stdout


def test_a_message_from_another_telephone_is_attached(unhappy: Shop, run: Run) -> None:
    message = unhappy.says("1", number="+33699999999")
    assert "no answer to motif" not in run("inbox", "attach", message.id, 1, "motif").output
    assert unhappy.answers()["motif"] == "1"
    output = run("inbox", "attach", message.id, 1, "motif", code=1).output
    assert "waits for no answer" in output


def test_sessions_are_called_off(unhappy: Shop, run: Run) -> None:
    run("survey", "cancel", 1)
    session = unhappy.session()
    assert (session.state, session.reason, session.disposition) == ("cancelled", "operator", "partial")
    assert "session 1 is cancelled already" in run("survey", "cancel", 1, code=1).output
    assert "there is no session 9" in run("survey", "cancel", 9, code=1).output
    unhappy.wait(days=3)
    assert len(unhappy.texts()) == 2
    assert unhappy.says("1").kind == "unmatched"
    (event,) = [each for each in unhappy.events("session") if each.detail.get("actor")]
    assert (event.detail["state"], event.detail["actor"]) == ("cancelled", "lea")


def test_a_whole_survey_is_called_off(shop: Shop, run: Run) -> None:
    shop.survey("csat_livraison", quarantine=False)
    shop.asked("csat_livraison")
    shop.invite("csat_livraison", "+33612345679", event_ref="A-2", event_at=shop.now)
    tomorrow = to_text(shop.clock.now() + timedelta(days=1))
    waits = shop.invite(
        "csat_livraison", "+33612345670", event_ref="A-3", event_at=shop.now, not_before=tomorrow
    )
    shop.turn()
    told = json.loads(run("--json", "survey", "cancel", "--survey", "csat_livraison").stdout)
    assert told == {"sessions": 2, "invitations": 1}
    assert shop.invitation(waits)["reason"] == "operator: the survey was called off"
    shop.wait(days=3)
    assert len(shop.sent) == 1
    assert run("survey", "cancel", code=2).output.endswith("Give the ids of sessions, or --survey SURVEY.\n")


def test_who_ends_while_a_survey_is_called_off_does_not_stop_it(
    shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.survey("csat_livraison", quarantine=False)
    shop.asked("csat_livraison")
    shop.invite("csat_livraison", "+33612345679", event_ref="A-2", event_at=shop.now)
    shop.turn()
    looked = sessions.unfinished_of

    def answered_meanwhile(read: Reader, survey: str) -> list[int]:
        found = looked(read, survey)
        shop.says("5")
        return found

    monkeypatch.setattr(sessions, "unfinished_of", answered_meanwhile)
    told = json.loads(run("--json", "survey", "cancel", "--survey", "csat_livraison").stdout)
    assert told == {"sessions": 1, "invitations": 0}
    assert [shop.session(each).state for each in (1, 2)] == ["completed", "cancelled"]


def test_a_survey_that_is_not_there_is_not_called_off(shop: Shop, run: Run) -> None:
    assert "there is no survey livraison" in run("survey", "cancel", "--survey", "livraison", code=1).output


def test_help_names_every_command(run: Run) -> None:
    text = run("survey", "-h").stdout
    for command in ("check", "try", "list", "invite", "sessions", "show", "export", "parse"):
        assert f"  {command} " in text


@pytest.mark.parametrize("how", ["revoke", "import"])
def test_an_objection_that_an_operator_writes_down_ends_the_survey(shop: Shop, run: Run, how: str) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    if how == "revoke":
        run("consent", "revoke", ANA, "--reason", "called us")
    else:
        file = shop.folder / "stops.csv"
        file.write_text(f"number;category;action;at;origin\n{ANA};survey;revoke;2026-11-24;crm\n", "utf-8")
        run("consent", "import", file)
    session = shop.session()
    assert (session.state, session.reason, session.disposition) == ("stopped", "opted_out", "refusal")
    shop.says("2")
    shop.wait(600)
    assert len(shop.texts()) == 1


def test_an_objection_that_was_overtaken_ends_nothing(shop: Shop, run: Run) -> None:
    shop.asked("csat_livraison")
    run("consent", "grant", ANA, "--category", "survey", "--reason", "asked for it")
    told = run("consent", "revoke", ANA, "--category", "survey", "--reason", "old list", "--at", "2020-01-01")
    assert "survey: granted" in told.stdout
    assert shop.session().state == "awaiting"


def test_the_context_stays_as_the_application_wrote_it(shop: Shop, run: Run) -> None:
    written = '{"prenom": "Ana", "n":5,"b":true,"z":null,"o":{"k":1}}'
    shop.asked("csat_livraison", context=written)
    shop.wait(60)
    shop.says("5")
    seen = [
        row["context"] for view in ("session", "answer") for row in shop.rows(f"SELECT context FROM {view}")
    ]
    assert seen == [written] * 2
    (row,) = json.loads(run("survey", "sessions", "--json").stdout)
    shown = json.loads(run("survey", "show", 1, "--json").stdout)["session"]
    assert (row["context"], shown) == (written, row)
    with shop.store.write() as tx:  # as the retention does
        tx.execute("UPDATE survey_session SET context = '{}'")
    assert {
        row["context"] for row in shop.rows("SELECT context FROM session UNION SELECT context FROM answer")
    } == {"{}"}
