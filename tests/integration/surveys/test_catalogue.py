"""The folder of survey files: versions by content, broken files, files that go."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import ManualClock
from gateway.surveys.service import SurveyService
from tests.integration.surveys.conftest import ANA, Shop

SMALL = """
title = "Avis"
brand = "Bricolo"
[start]
keywords = ["AVIS", "mon avis"]
quarantine_same = "0s"
quarantine_any = "0s"
[[question]]
id = "note"
type = "csat"
text = "{brand}: votre note, de 1 à 5 ? Refus : STOP"
[[closing]]
text = "Merci ! {brand}"
"""


def versions(shop: Shop, name: str = "avis") -> list[tuple[int, int]]:
    """(version, whether it is the one in force)."""
    rows = shop.rows("SELECT version, current FROM survey_def WHERE survey = ? ORDER BY version", name)
    return [(row["version"], row["current"]) for row in rows]


def problem(shop: Shop, file: str = "avis.toml") -> str | None:
    found = shop.rows("SELECT problem FROM survey_file WHERE file = ?", file)
    return str(found[0]["problem"]) if found and found[0]["problem"] else None


def test_each_content_has_its_version_and_an_old_one_comes_back(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    shop.survey("avis", SMALL.replace("votre note", "quelle note"))
    assert versions(shop) == [(1, 0), (2, 1)]
    shop.survey("avis", SMALL)
    assert versions(shop) == [(1, 1), (2, 0)]


def test_a_broken_file_leaves_the_version_before_in_force(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    shop.survey("avis", SMALL.replace('type = "csat"', 'type = "csta"'))
    assert versions(shop) == [(1, 1)]
    assert "'csta' is no type" in (problem(shop) or "")
    shop.asked("avis")
    assert shop.texts()[0].startswith("Bricolo: votre note")
    shop.survey("avis", SMALL)
    assert problem(shop) is None


def test_a_written_version_that_was_used_keeps_its_content(shop: Shop) -> None:
    shop.survey("avis", "version = 3\n" + SMALL)
    shop.survey("avis", "version = 3\n" + SMALL.replace("votre", "quelle"))  # nobody has used it yet
    assert problem(shop) is None
    shop.asked("avis")
    shop.survey("avis", "version = 3\n" + SMALL)
    assert "version 3 of avis is in use with another content: write version = 4" in (problem(shop) or "")
    shop.survey("avis", "version = 4\n" + SMALL)
    assert versions(shop) == [(3, 0), (4, 1)]


def test_a_session_keeps_the_version_that_it_began_with(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    shop.asked("avis")
    shop.survey("avis", SMALL.replace("Merci !", "Grand merci !"))
    shop.wait(30)
    shop.says("5")
    shop.wait(30)
    assert shop.texts()[1] == "Merci ! Bricolo"


def test_a_survey_whose_file_is_gone_takes_nobody_and_goes_on_with_the_others(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    shop.asked("avis")
    (shop.folder / "surveys" / "avis.toml").unlink()
    shop.wait(2)
    shop.wait(4)
    assert versions(shop) == [(1, 0)]
    invitation = shop.invite("avis", "+33612345679")
    shop.turn()
    assert shop.invitation(invitation)["reason"].startswith("unknown_survey: no survey is called 'avis'")
    shop.says("5")
    assert shop.session().state == "completed"


def test_a_folder_that_is_not_there_holds_no_survey(tmp_path: Path, clock: ManualClock) -> None:
    shop = Shop(tmp_path, clock)
    shop.catalogue.folder = tmp_path / "nowhere"
    assert [shop.catalogue.refresh(clock.now()) for _ in range(3)] == [False] * 3
    assert shop.rows("SELECT * FROM survey_file") == []
    shop.close()


def test_config_check_names_the_file_the_line_and_what_nobody_would_hear(tmp_path: Path) -> None:
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "avis.toml").write_text(SMALL.replace("title =", "titel ="), "utf-8")
    more = (
        '[[alert]]\nid = "fache"\nwhen = "note <= 2"\ntitle = "Fâché"\nto = ["equipe", "mail:a@b.example"]\n'
    )
    (tmp_path / "surveys" / "bon.toml").write_text(SMALL + more, "utf-8")
    (tmp_path / "config.toml").write_text(
        '[gateway]\nsurveys = "surveys"\ndatabase = "gateway.db"\n', "utf-8"
    )
    options = ["--config", str(tmp_path / "config.toml"), "config", "check"]
    result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context())
    assert result.exit_code == 3
    assert "avis.toml:2: E01 titel: unknown key; did you mean title?" in result.output
    assert "bon.toml: alert fache: [alerts.targets] names no 'equipe'" in result.output
    assert "bon.toml: alert fache: a mail server is missing" in result.output


def test_a_keyword_starts_the_survey_for_who_is_asked_nothing(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    message = shop.says("Mon avis !")
    assert (message.kind, message.session_id) == ("keyword", 1)
    shop.turn()
    assert shop.texts() == ["Bricolo: votre note, de 1 à 5 ? Refus : STOP"]
    row = shop.session()
    assert (row.event_ref, row.state) == (f"inbox:{message.id}", "awaiting")
    shop.wait(60)
    assert shop.says("avis").kind == "invalid"  # within an open survey it is just a word
    shop.wait(60)
    shop.says("5")
    shop.wait(hours=2)
    assert shop.says("avis svp").kind == "unmatched"
    assert shop.says("AVIS").kind == "keyword"
    assert shop.session(2).state == "inviting"


def test_a_keyword_from_somebody_who_said_stop_starts_nothing(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    shop.says("STOP", number=ANA)
    shop.wait(hours=1)
    assert shop.says("AVIS").session_id is None
    shop.wait(60)
    assert shop.value("SELECT count(*) FROM survey_session") == 0


def test_a_file_that_is_being_saved_is_waited_for(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    file = shop.folder / "surveys" / "avis.toml"
    file.write_text(SMALL[: SMALL.index("[[closing]]")], "utf-8")  # half of it, and sound by accident
    assert shop.catalogue.refresh(shop.clock.now()) is False
    file.write_text(SMALL.replace("votre note", "quelle note"), "utf-8")
    assert shop.catalogue.refresh(shop.clock.now()) is False
    assert shop.catalogue.refresh(shop.clock.now()) is True
    assert versions(shop) == [(1, 0), (2, 1)]


def test_an_invitation_waits_while_a_file_that_was_just_saved_is_not_read_yet(shop: Shop) -> None:
    shop.turn()
    file = shop.folder / "surveys" / "avis.toml"
    file.write_text(SMALL[: SMALL.index("[[closing]]")], "utf-8")  # it is being saved, and sound by accident
    invitation, nobody = shop.invite("avis"), shop.invite("autre", "+33612345679")
    shop.turn()
    assert (shop.invitation(invitation)["state"], shop.texts()) == ("pending", [])
    file.write_text(SMALL, "utf-8")
    shop.wait(10)
    assert (shop.invitation(invitation)["state"], versions(shop)) == ("started", [(1, 1)])
    assert shop.texts() == ["Bricolo: votre note, de 1 à 5 ? Refus : STOP"]
    assert shop.invitation(nobody)["reason"].startswith(
        "unknown_survey: no survey is called 'autre'; there are: avis"
    )


def test_a_reload_reads_the_folder_before_it_returns(shop: Shop) -> None:
    service = SurveyService(
        shop.store,
        shop.clock,
        shop.dispatcher.keeper.key,
        lambda: shop.settings,
        ring=lambda: None,
        all_read=lambda: True,
    )
    service.read()
    (shop.folder / "surveys" / "avis.toml").write_text(SMALL, "utf-8")
    service.reload()
    with shop.store.read() as read:
        assert service.catalogue.current(read, "avis")[1] == 1
    assert not service.catalogue.behind


def test_a_folder_that_vanishes_takes_no_survey_away(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    (shop.folder / "surveys").rename(shop.folder / "elsewhere")
    shop.wait(10)
    assert versions(shop) == [(1, 1)]
    assert "cannot be read" in (problem(shop, str(shop.folder / "surveys")) or "")
    shop.asked("avis")
    (shop.folder / "elsewhere").rename(shop.folder / "surveys")
    shop.wait(3)
    shop.wait(3)
    assert problem(shop) is None


def test_one_session_that_cannot_be_moved_stops_no_other(shop: Shop) -> None:
    shop.survey("avis", SMALL)
    for number in (ANA, "+33612345679"):
        shop.asked("avis", number)
    with shop.store.write() as tx:
        tx.execute("UPDATE survey_session SET engine = '{}' WHERE id = 1")
    shop.wait(days=8)
    assert (shop.session(1).state, shop.session(2).state) == ("awaiting", "expired")
