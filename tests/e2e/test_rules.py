"""What decides when, by which modem and how a message goes; seen by the network's own log."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


def number(place: int) -> str:
    return f"+336123400{place:02d}"


def soon(house: House, offset: str) -> str:
    """A time from now, as an application writes it."""
    return str(house.rows("SELECT datetime('now', ?) AS t", offset)[0]["t"])


# -- how fast --------------------------------------------------------------------------------------------


def test_a_restart_does_not_reset_the_throttle(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world, throttle={"per_minute": 3}).start()
    ids = [house.insert(number(place), f"message {place}") for place in range(4)]
    for message in ids[:3]:
        house.until_state(message, "delivered")
    house.until_reason(ids[3], "throttle: per_minute = 3 on sim1")
    house.kill()
    house.start()
    house.insert(number(9), "encore un")
    house.wait(lambda: house.now("sim1")["limit"] == "per_minute", "the throttle holds")
    assert len(world.network.accepted) == 3
    shown = house.shown("sim1")
    assert (shown["sent"]["minute"], shown["limit"]) == (3, "per_minute")
    gates = house.json("outbox", "show", ids[3])["gates"]
    (closed,) = [gate for gate in gates if not gate["passed"]]
    assert "throttle" in closed["name"]
    assert closed["earliest"] is not None


def test_a_long_message_waits_until_all_its_parts_fit(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world, throttle={"per_minute": 3}).start()
    house.until_state(house.insert(number(0), "court"), "delivered")
    long = house.insert(number(1), "Un message de trois parties. " * 14)
    house.until_reason(long, "throttle: per_minute = 3")
    assert len(world.network.accepted) == 1, "not a part of it goes before all can"


def test_parts_start_no_closer_than_min_interval(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.0)
    house = gateway(world, throttle={"min_interval": "1s"}).start()
    house.insert(number(0), "Un message de deux parties. " * 8)
    last = house.insert(number(1), "court")
    house.until_state(last, "delivered")
    starts = [timing.at for timing in world.modem("sim1").timings]
    assert len(starts) == 3
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert min(gaps) >= 0.8, gaps


def test_known_recipients_go_when_the_months_new_ones_are_used_up(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world, throttle={"recipients_per_month": 1}).start()
    house.until_state(house.insert(number(0), "le premier"), "delivered")
    other = house.insert(number(1), "un nouveau", priority=0)
    house.until_reason(other, "throttle: recipients_per_month = 1")
    house.until_state(house.insert(number(0), "encore lui"), "delivered")
    assert house.message(other)["state"] == "queued"


# -- by which, in which order, when ----------------------------------------------------------------------


def test_prefixes_choose_the_modem_and_a_named_one_is_obeyed(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    house = gateway(world).modem("sim1", routes=["+336"]).modem("sim2", routes=["+337", "+32"]).start()
    for recipient, modem in (("+33612345678", "sim1"), ("+33712345678", "sim2"), ("+32470123456", "sim2")):
        assert house.until_state(house.insert(recipient, "bonjour"), "delivered")["modem_used"] == modem
    named = house.insert("+33612345679", "par l'autre", modem="sim2")
    assert house.until_state(named, "delivered")["modem_used"] == "sim2"


def test_a_customer_hears_from_the_same_sim_again(farm: Farms, gateway: Houses) -> None:
    world = farm(3)
    house = gateway(world).start()
    house.until_state(house.insert(CUSTOMER, "bonjour", modem="sim3"), "delivered")
    for place in range(4):
        row = house.until_state(house.insert(CUSTOMER, f"suite {place}"), "delivered")
        assert row["modem_used"] == "sim3"


def test_first_things_first(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.05)
    house = gateway(world).start()
    house.cli("outbox", "pause")
    for place, priority in enumerate((9, 5, 0, 5, 0)):
        house.insert(number(place), f"{priority}.{place}", priority=priority)
    house.wait(lambda: not house.rows("SELECT 1 FROM outbox WHERE number IS NULL"), "admission")
    house.cli("outbox", "resume")
    house.until_settled()
    assert [part.text for part in world.network.accepted] == ["0.2", "0.4", "5.1", "5.3", "9.0"]


def test_nothing_goes_before_its_time_and_nothing_after_it(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    house.cli("outbox", "pause")
    dead = house.insert(CUSTOMER, "trop tard", expires_at=soon(house, "+2 seconds"))
    row = house.until_state(dead, "expired")
    assert row["reason"].startswith("expires_at: ")
    house.cli("outbox", "resume")
    later = house.insert(CUSTOMER, "à l'heure", not_before=soon(house, "+2 seconds"))
    house.until_reason(later, "not_before: ")
    row = house.until_state(later, "delivered")
    assert row["sent_at"] >= row["not_before"]
    hour = house.insert(CUSTOMER, "une heure", expires_at=soon(house, "+1 hour"))
    house.until_state(hour, "delivered")
    by_text = {part.text: part for part in world.network.accepted}
    assert "trop tard" not in by_text
    validity = by_text["une heure"].validity
    assert validity is not None
    assert timedelta(minutes=50) <= validity <= timedelta(hours=1), "rounded down, never up"


# -- what is on the air ----------------------------------------------------------------------------------


def test_texts_arrive_character_for_character(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    texts = [
        "Ça roule ! 🎉👍🏽 à bientôt",
        "Prix : 12 € [remise] {10 %} ~ ^ | \\",
        " espaces  devant et derrière \n",
        "Ελληνικά и русский",
        "x" * 160,
        "é" * 71 + "ê",
        "👨‍👩‍👧‍👦" * 20,
        "Un texte de plusieurs parties, qui dit tout. " * 8,
    ]
    ids = [house.insert(number(place), text) for place, text in enumerate(texts)]
    for message in ids:
        house.until_state(message, "delivered")
    for place, text in enumerate(texts):
        assert world.network.texts(number(place)) == [text]
    assert len([part for part in world.network.accepted if part.recipient == number(4)]) == 1
    long = [part for part in world.network.accepted if part.recipient == number(7)]
    assert [part.concat.sequence for part in long if part.concat] == [1, 2, 3]
    assert len({part.concat.reference for part in long if part.concat}) == 1


def test_flash_and_reports_are_as_asked_for(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    flash = house.insert(number(0), "vite", flash=1)
    quiet = house.insert(number(1), "sans accusé", report=0)
    house.until_state(flash, "delivered")
    house.until_state(quiet, "sent")
    by_text = {part.text: part for part in world.network.accepted}
    assert by_text["vite"].dcs & 0x13 == 0x10, "message class 0 (TS 23.038 4)"
    assert by_text["sans accusé"].dcs & 0x10 == 0
    assert [by_text["vite"].report_requested, by_text["sans accusé"].report_requested] == [True, False]
    assert house.message(quiet)["state"] == "sent"


def test_a_dedupe_key_is_used_once(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    first = house.insert(CUSTOMER, "une fois", dedupe_key="colis-12")
    with pytest.raises(sqlite3.IntegrityError):
        house.insert(CUSTOMER, "deux fois", dedupe_key="colis-12")
    house.rows(
        "INSERT OR IGNORE INTO outbox (recipient, body, dedupe_key) VALUES (?, 'trois fois', 'colis-12')",
        CUSTOMER,
    )
    house.until_state(first, "delivered")
    with pytest.raises(sqlite3.IntegrityError):
        house.rows(
            "INSERT OR REPLACE INTO outbox (recipient, body, dedupe_key) VALUES (?, 'x', 'colis-12')",
            CUSTOMER,
        )
    assert world.network.texts(CUSTOMER) == ["une fois"]


# -- when it goes wrong ----------------------------------------------------------------------------------


def test_of_a_long_message_only_the_part_that_was_refused_goes_again(farm: Farms, gateway: Houses) -> None:
    world = farm(2)
    world.modem("sim1").arm("cms_error", 42, nth=2)
    house = gateway(world).start()
    text = "Un message de trois parties, dont la deuxième est refusée une fois. " * 5
    message = house.insert(CUSTOMER, text, modem="sim1")
    house.until_reason(message, "retry: cms_42")
    assert len(world.network.accepted) == 1
    row = house.until_state(message, "delivered", within=40)
    parts = world.network.accepted
    assert [part.concat.sequence for part in parts if part.concat] == [1, 2, 3]
    assert len({(part.imsi, part.concat.reference) for part in parts if part.concat}) == 1
    assert world.network.texts(CUSTOMER) == [text]
    assert row["attempts"] == 2


def test_policies_for_outcomes_that_stay_unknown(farm: Farms, gateway: Houses) -> None:
    """hold waits for a person, fail gives up, resend sends again: each once no report has come in time."""
    world = farm(
        1, faults=["no_answer_cmgs=no,times=3"], world={"handsets": [Handset(number="*", report="none")]}
    )
    house = gateway(world, submit_timeout="1s", command_timeout="1s").configure(unknown_after="1s").start()
    ids = {
        policy: house.insert(number(0), policy, on_unknown=policy) for policy in ("hold", "resend", "fail")
    }
    for message in ids.values():
        house.wait(
            lambda message=message: house.rows(
                "SELECT 1 FROM attempt WHERE message_id = ? AND outcome = 'unknown'", message
            ),
            "its outcome is unknown",
        )
    assert house.until_state(ids["fail"], "failed", within=30)["reason"].startswith("outcome_unknown")
    assert house.until_state(ids["resend"], "sent", within=30)["attempts"] == 2
    assert house.message(ids["hold"])["state"] == "unknown"
    assert [part.text for part in world.network.accepted] == ["resend"]
    house.cli("outbox", "retry", ids["fail"])
    house.until_state(ids["fail"], "sent")
    house.check_truth(world)


def test_a_report_that_comes_late_settles_what_was_unknown_before_any_policy(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(
        1,
        faults=["no_answer_cmgs=yes,nth=1"],
        world={"handsets": [Handset(number=CUSTOMER, report_delay=3.0)]},
    )
    house = (
        gateway(world, submit_timeout="1s", command_timeout="1s")
        .configure(on_unknown="resend", unknown_after="1m")
        .start()
    )
    message = house.insert(CUSTOMER, "une seule fois")
    house.until_state(message, "unknown")
    house.until_state(message, "delivered")
    assert len(world.network.accepted) == 1
