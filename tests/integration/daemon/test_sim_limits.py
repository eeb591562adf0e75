"""What a SIM has sent counts wherever it sent it, and for as long as it is out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from drivers import Identity
from gateway.sender.admission import Plan
from gateway.sender.record import Record
from gateway.store import LockedTooLong
from gateway.throttle import Limits

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Building, Office

CARD = Identity(imsi="208010000000001", iccid="8933000000000000001", imei="350000000000006")


def record(office: Office, name: str) -> Record:
    return Record(name, office.store, office.clock, Limits(), ZoneInfo("Europe/Paris"))


def send(office: Office, name: str) -> None:
    """The SIM sends one part from that modem."""
    office.modem(name, sim=CARD.imsi)
    office.insert()
    job = office.take(name)
    assert job is not None
    office.send(name, job, "accepted", sim=CARD.imsi)


def test_what_a_sim_sent_from_another_modem_counts_when_it_is_back(
    building: Building, plan: Callable[..., Plan]
) -> None:
    office = building.open(plan("a", "b"))
    a, b = record(office, "a"), record(office, "b")
    throttle = a.identified(CARD, CARD.imsi)
    b.identified(CARD, CARD.imsi)
    send(office, "b")
    assert a.identified(CARD, CARD.imsi) is throttle, "who sends with it holds that one"
    used = throttle.usage(office.clock.tick())
    assert (used["day"], used["recipients_month"]) == (1, 1)


def test_it_counts_too_where_the_database_could_not_be_read_at_first(
    building: Building, plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = building.open(plan("a", "b"))
    a, b = record(office, "a"), record(office, "b")
    a.identified(CARD, CARD.imsi)
    b.identified(CARD, CARD.imsi)
    send(office, "b")

    def locked() -> None:
        raise LockedTooLong("locked")

    with monkeypatch.context() as patch:
        patch.setattr(office.store, "read", locked)
        with pytest.raises(LockedTooLong):
            a.identified(CARD, CARD.imsi)
    assert a.identified(CARD, CARD.imsi).usage(office.clock.tick())["day"] == 1


def test_a_sim_that_stayed_is_not_counted_by_the_calendar(
    building: Building, plan: Callable[..., Plan]
) -> None:
    office = building.open(plan("a"))
    a = record(office, "a")
    throttle = a.identified(CARD, CARD.imsi)
    throttle.reserve(1)
    throttle.record("+33612345678", office.clock.now(), office.clock.tick())
    send(office, "a")
    office.clock.set(office.clock.now() + timedelta(days=2))
    assert a.identified(CARD, CARD.imsi).usage(office.clock.tick())["minute"] == 1
