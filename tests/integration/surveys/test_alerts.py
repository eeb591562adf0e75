"""Alerts: told within seconds, again where it fails, once more when they are overdue."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from gateway.alerts import Teller
from gateway.alerts.targets import NotTold, mail_url, tell
from gateway.alerts.teller import AGAIN, awake
from gateway.clock import ManualClock
from gateway.store import alerts
from tests.integration.surveys.conftest import ANA, Shop

STAFF = "+33600000001"
FILE = """
title = "Note"
brand = "Bricolo"
[start]
quarantine_any = "0s"
quarantine_same = "0s"
[[question]]
id = "note"
type = "csat"
text = "{{brand}}: votre note, de 1 à 5 ? Refus : STOP"
[[closing]]
text = "Merci ! {{brand}}"
[[alert]]
id = "decu"
when = "note <= 2"
severity = "{severity}"
title = "Client déçu"
to = {to}
sla = "48h"
"""


class Spoken:
    """A stand-in for apprise: what it was asked to say, and whether it can."""

    def __init__(self) -> None:
        self.works = True
        self.said: list[tuple[str, str, str]] = []

    def module(self) -> ModuleType:
        outer = self

        class Apprise:
            def add(self, url: str) -> bool:
                self.url = url
                return "://" in url

            def notify(self, *, title: str, body: str) -> bool:
                outer.said.append((self.url, title, body))
                return outer.works

        module = ModuleType("apprise")
        module.Apprise = Apprise  # type: ignore[attr-defined]
        return module


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    found = Spoken()
    monkeypatch.setitem(sys.modules, "apprise", found.module())
    return found


def unhappy(shop: Shop, *to: str, severity: str = "high", **targets: str) -> Teller:
    """Somebody gives a bad mark; the worker that is to tell of it."""
    shop.settings = shop.settings.model_copy(
        update={"alerts": type(shop.settings.alerts).model_validate({"targets": targets})}
    )
    shop.survey("note", FILE.format(to=json.dumps(to), severity=severity))
    shop.asked("note", context={"prenom": "Ana"}, event_ref="A-1")
    shop.wait(30)
    shop.says("1 jamais livré")
    return Teller(shop.store, shop.clock, lambda: shop.settings, ring=lambda: None)


def notices(shop: Shop) -> list[tuple[str, str, str, int]]:
    rows = shop.rows("SELECT target, occasion, state, tries FROM alert_notice ORDER BY id")
    return [(row["target"], row["occasion"], row["state"], row["tries"]) for row in rows]


def test_a_target_of_the_configuration_is_told_without_the_whole_number(shop: Shop, spoken: Spoken) -> None:
    teller = unhappy(shop, "team", team="mailtos://u:secret@mail.example")
    assert teller.turn() == 1
    ((url, title, body),) = spoken.said
    assert url == "mailtos://u:secret@mail.example"
    assert title == "[high] Client déçu"
    assert body.splitlines() == [
        "Note, A-1, Ana, +33612…78",
        "note: 1 (1-5) « jamais livré »",
        "due 2026-11-26 11:00",
        "smsgw alert show 1",
    ]
    assert notices(shop) == [("team", "opened", "done", 1)]
    assert teller.turn() == 0


def test_the_whole_number_is_told_where_the_operator_wants_it(shop: Shop, spoken: Spoken) -> None:
    teller = unhappy(shop, "team", team="json://hook.example")
    shop.settings = shop.settings.model_copy(
        update={"alerts": shop.settings.alerts.model_copy(update={"show_phone": True})}
    )
    teller.turn()
    assert ANA in spoken.said[0][2]


def test_mail_goes_through_the_operators_own_server(shop: Shop, spoken: Spoken) -> None:
    teller = unhappy(
        shop, "mail:relation@bricolo.example", mail="mailtos://u:p@mail.example?from=x@y.example"
    )
    teller.turn()
    assert spoken.said[0][0] == "mailtos://u:p@mail.example?from=x@y.example&to=relation%40bricolo.example"


def test_without_a_mail_server_the_error_says_what_to_write() -> None:
    with pytest.raises(NotTold, match=r'mail = "mailtos://user:password@mail.example"'):
        mail_url("a@b.example", {})


def test_what_fails_is_tried_again_and_given_up_at_last(
    shop: Shop, spoken: Spoken, clock: ManualClock
) -> None:
    teller = unhappy(shop, "team", team="json://hook.example")
    spoken.works = False
    teller.turn()
    for tries, delay in enumerate(AGAIN, 1):
        assert notices(shop) == [("team", "opened", "waiting", tries)]
        clock.advance(delay - timedelta(seconds=1))
        assert teller.turn() == 0
        clock.advance(timedelta(seconds=1))
        assert teller.turn() == 1
    assert notices(shop) == [("team", "opened", "failed", 6)]
    assert shop.events("alert_not_told")[0].detail["alert"] == 1
    with shop.store.read() as read:
        assert alerts.standing(read, shop.now)["failed_notices"] == 1


def test_an_unknown_target_says_which_there_are(shop: Shop, spoken: Spoken) -> None:
    unhappy(shop, "tema", team="json://hook.example").turn()
    assert shop.value("SELECT error FROM alert_notice") == (
        "no target is named 'tema'; [alerts.targets] has: team"
    )


def test_an_overdue_alert_is_told_once_more(shop: Shop, spoken: Spoken, clock: ManualClock) -> None:
    teller = unhappy(shop, "team", team="json://hook.example")
    teller.turn()
    clock.advance(timedelta(hours=47))
    assert teller.turn() == 0
    clock.advance(timedelta(hours=1))
    assert teller.turn() == 1
    assert spoken.said[1][1] == "[high] Client déçu (overdue)"
    clock.advance(timedelta(days=9))
    assert teller.turn() == 0


def test_a_closed_alert_is_never_overdue(shop: Shop, spoken: Spoken, clock: ManualClock) -> None:
    teller = unhappy(shop, "team", team="json://hook.example")
    teller.turn()
    with shop.store.write() as tx:
        alerts.close(tx, 1, "Léa", "called", "", shop.now)
    clock.advance(timedelta(days=9))
    assert teller.turn() == 0


def test_a_later_comment_is_told_once(shop: Shop, spoken: Spoken) -> None:
    shop.settings = shop.settings.model_copy(
        update={
            "alerts": type(shop.settings.alerts).model_validate(
                {"targets": {"mail": "mailto://u:p@h.example"}}
            )
        }
    )
    teller = Teller(shop.store, shop.clock, lambda: shop.settings, ring=lambda: None)
    shop.asked("csat_livraison")
    shop.wait(30)
    shop.says("2")
    teller.turn()
    shop.wait(30)
    shop.says("4")
    shop.wait(30)
    shop.says("Le carton était ouvert")
    teller.turn()
    titles = [title for url, title, _ in spoken.said]
    assert titles == ["[high] Client déçu (livraison)", "[high] Client déçu (livraison) (updated)"]
    assert "Le carton était ouvert" in spoken.said[1][2]


def test_a_program_gets_the_facts_on_its_standard_input(shop: Shop, tmp_path: Path) -> None:
    hook, out = tmp_path / "hook", tmp_path / "out.json"
    hook.write_text(f"#!/bin/sh\ncat > {out}\n")
    hook.chmod(0o700)
    unhappy(shop, f"cmd:{hook}").turn()
    facts = json.loads(out.read_text("utf-8"))
    assert (facts["alert"], facts["occasion"], facts["phone"]) == (1, "opened", "+33612…78")
    assert facts["answers"][0] == {
        "question": "note", "status": "answered", "value": "1", "scale": "1-5", "words": "jamais livré", "late": False
    }  # fmt: skip
    assert notices(shop) == [(f"cmd:{hook}", "opened", "done", 1)]


@pytest.mark.parametrize(
    ("mode", "script", "why"),
    [
        (0o722, "#!/bin/sh\n", "can be changed by others: chmod go-w"),
        (0o600, "#!/bin/sh\n", "is no program: chmod \\+x"),
        (0o700, "#!/bin/sh\necho kaputt >&2\nexit 3\n", "ended with 3: kaputt"),
    ],
)
def test_a_program_that_cannot_be_trusted_or_fails(tmp_path: Path, mode: int, script: str, why: str) -> None:
    from gateway.alerts.notice import Told

    hook = tmp_path / "hook"
    hook.write_text(script)
    hook.chmod(mode)
    with pytest.raises(NotTold, match=why):
        tell(f"cmd:{hook}", Told("t", "x", {}), {})


def test_the_log_names_the_alert_and_no_customer(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    teller = unhappy(shop, "log")
    with caplog.at_level(logging.WARNING):
        teller.turn()
    (line,) = [record.getMessage() for record in caplog.records if "action=alert " in record.getMessage()]
    assert line == 'action=alert alert=1 severity=high title="[high] Client déçu" session=1'


def test_a_rule_that_names_nobody_tells_everybody(shop: Shop, spoken: Spoken) -> None:
    unhappy(shop, boss="json://one.example", team="json://two.example").turn()
    assert [target for target, *_ in notices(shop)] == ["boss", "team", "log"]


def test_an_sms_goes_to_our_own_people_at_once_where_it_is_grave(shop: Shop) -> None:
    unhappy(shop, f"sms:{STAFF}").turn()
    (row,) = shop.queued(STAFF)
    assert (row.category, row.not_before) == ("staff", None)
    assert row.body.startswith("[high] Client déçu / Note, A-1, Ana, +33612…78 / note: 1 (1-5)")
    shop.send()
    assert len(shop.texts(STAFF)) == 1


def test_an_sms_of_little_weight_waits_for_the_morning(shop: Shop, clock: ManualClock) -> None:
    teller = unhappy(shop, f"sms:{STAFF}", severity="normal")
    clock.set(datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    teller.turn()
    (row,) = shop.queued(STAFF)
    assert row.not_before == "2026-11-25T06:00:00.000Z"


def test_our_own_people_are_not_flooded(shop: Shop) -> None:
    teller = unhappy(shop, f"sms:{STAFF}")
    for place in range(5):
        number = f"+3361234570{place}"
        shop.asked("note", number, event_ref=f"B-{place}")
        shop.wait(10)
        shop.says("1", number=number)
    teller.turn()
    assert len(shop.queued(STAFF)) == 4
    assert [state for _, _, state, _ in notices(shop)].count("waiting") == 2


@pytest.mark.parametrize(("hour", "expected"), [(3, 6), (12, 12), (21, 30)])
def test_nobody_is_woken(hour: int, expected: int) -> None:
    from zoneinfo import ZoneInfo

    day = datetime(2026, 11, 24, tzinfo=UTC)
    found = awake(day + timedelta(hours=hour), ZoneInfo("Europe/Paris"))
    assert found == day + timedelta(hours=expected)


def test_the_thread_tells_and_stops(shop: Shop, spoken: Spoken) -> None:
    teller = unhappy(shop, "team", team="json://hook.example")
    teller.start()
    for _ in range(500):
        if spoken.said:
            break
        teller.join(0.01)
    teller.stop()
    teller.stop()
    assert (len(spoken.said), teller.failure, teller.is_alive()) == (1, None, False)
