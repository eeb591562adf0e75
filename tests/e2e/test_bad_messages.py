"""Messages that cannot go: each is refused or held with a reason that a person understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


@pytest.fixture
def running(farm: Farms, gateway: Houses) -> tuple[House, Farm]:
    gone = Handset(number="+33612349999", report="failed")
    barred = Handset(number="+33612348888", refuse=196)
    world = farm(1, world={"handsets": [gone, barred]})
    return gateway(world).start(), world


def test_what_can_never_go_is_refused_with_its_reason(running: tuple[House, Farm]) -> None:
    house, world = running
    for recipient, body, columns, reason in (
        ("+331234", "trop court", {}, "invalid_number: "),
        ("12", "un numéro court", {}, "invalid_number: "),
        (CUSTOMER, "é😀" * 400, {}, "too_long: "),
        (CUSTOMER, "par qui ?", {"modem": "sim9"}, "unknown_modem: no modem is named 'sim9'"),
        (CUSTOMER, "réservé", {"category": "ack"}, "category_reserved: "),
    ):
        row = house.until_state(house.insert(recipient, body, **columns), "refused")
        assert row["reason"].startswith(reason), row["reason"]
        assert len(row["reason"]) > len(reason), "a word and a sentence"
    long = house.until_state(house.insert(CUSTOMER, "x" * 153 * 12), "refused")
    assert long["reason"] == "too_long: 12 parts, and gateway.max_parts allows 10"
    house.until_state(house.insert(CUSTOMER, "bon"), "delivered")
    assert [part.text for part in world.network.accepted] == ["bon"]
    assert world.modem("sim1").commands.count("AT+CMGS") <= 1


def test_the_command_line_says_the_same_before_anything_is_queued(running: tuple[House, Farm]) -> None:
    house, _ = running
    house.cli("send", "+331234", "trop court", code=1)
    assert "invalid_number" in house.complaint
    house.cli("send", CUSTOMER, "x" * 153 * 12, code=1)
    assert "12 parts" in house.complaint
    house.cli("send", CUSTOMER, "par qui ?", "--modem", "sim9", code=1)
    assert "sim1" in house.complaint
    house.cli("send", CUSTOMER, code=2)
    assert house.states() == {}


def test_what_the_network_refuses_for_good_fails_and_names_the_code(running: tuple[House, Farm]) -> None:
    house, world = running
    row = house.until_state(house.insert("+33612348888", "interdit"), "failed")
    assert row["reason"].startswith("cms_196: ")
    house.until_state(house.insert(CUSTOMER, "les autres vont bien"), "delivered")
    world.network.add_handset(Handset(number="+33612348888"))
    house.cli("outbox", "retry", row["id"])
    house.until_state(row["id"], "delivered")
    house.check_truth(world)


def test_what_never_arrives_is_undelivered_and_says_which_report(running: tuple[House, Farm]) -> None:
    house, world = running
    row = house.until_state(house.insert("+33612349999", "personne"), "undelivered")
    assert row["reason"].startswith("status_report: ")
    assert len(world.network.accepted) == 1
    house.cli("outbox", "retry", row["id"], code=1)
    assert "undelivered" in house.complaint


def test_what_a_hostile_application_writes_stops_nobody(running: tuple[House, Farm]) -> None:
    """Each of these is a row that SQLite and its triggers take, and that some reader could stumble over."""
    house, _ = running
    deep, endless = "[" * 900 + "]" * 900, "9" * 5000
    house.rows("INSERT INTO outbox (recipient, body) VALUES (?, CAST(x'ff41' AS TEXT))", CUSTOMER)
    house.rows("INSERT INTO outbox (recipient, body) VALUES (?, 'a' || char(0) || 'b')", CUSTOMER)
    house.rows("INSERT INTO outbox (recipient, body) VALUES (CAST(x'2b33ff31' AS TEXT), 'x')")
    house.rows("INSERT INTO outbox (recipient, body, modem) VALUES (?, 'x', char(27) || '[2J')", CUSTOMER)
    for context in (f'{{"a": {deep}}}', f'{{"a": {endless}}}', r'{"a": "\ud800"}', '{"a": 1e999}'):
        house.rows("INSERT INTO outbox (recipient, body, context) VALUES (?, 'ctx', ?)", CUSTOMER, context)
        house.rows(
            "INSERT INTO invitation (survey, recipient, context) VALUES ('s', ?, ?)", CUSTOMER, context
        )
    good = house.insert(CUSTOMER, "bon")
    house.until_state(good, "delivered")
    house.until_settled()
    house.wait(
        lambda: not house.rows("SELECT 1 FROM invitation WHERE state = 'pending'"), "all invitations read"
    )
    assert {row["state"] for row in house.rows("SELECT state FROM invitation")} == {"refused"}
    assert "\x1b" not in house.log_text()
    house.cli("status")
    assert house.stop() == 0
