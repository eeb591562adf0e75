"""Rows that were admitted once, and then the world changed: a reload, a restart, a SIM in another stick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway.clock import to_text
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.desk import Desk
from gateway.store import outbox, sending

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Building, Office

LONG = "Un message assez long pour deux parties, avec ce qu'il faut de mots. " * 4
A, B = "208010000000001", "208010000000002"


def test_a_row_without_a_route_goes_once_a_reload_gives_it_one(
    building: Building, plan: Callable[..., Plan]
) -> None:
    office = building.open(plan(a="+33"))
    office.modem("a")
    message = office.insert("+4915112345678")
    assert office.take("a") is None
    assert (office.row(message).reason or "").startswith("no_route")
    office.dispatcher.replan(plan(a="+49"))
    job = office.take("a")
    assert job is not None
    assert job.message_id == message


def test_rows_that_waited_over_a_restart_follow_the_configuration_of_the_day(
    building: Building, plan: Callable[..., Plan]
) -> None:
    office = building.open(plan("a"))
    message = office.insert()
    office.dispatcher.turn()
    assert office.row(message).number is not None
    office = building.open(plan("b"))  # the modem was given another name meanwhile
    office.modem("b")
    job = office.take("b")
    assert job is not None
    assert job.message_id == message


def test_an_unchanged_restart_admits_nothing_anew(building: Building, plan: Callable[..., Plan]) -> None:
    office = building.open(plan("a", b="+33"))
    message = office.insert()
    office.dispatcher.turn()
    before = office.row(message)
    office = building.open(plan("a", b="+33"))
    office.dispatcher.turn()
    assert office.row(message) == before


def test_a_pause_of_all_sending_outlives_a_restart(building: Building, plan: Callable[..., Plan]) -> None:
    office = building.open(plan("a"))
    with office.store.write() as tx:
        outbox.pause(tx, to_text(office.clock.now()))
    office.insert()
    office = building.open(plan("a"))
    office.modem("a")
    assert office.take("a") is None
    with office.store.write() as tx:
        outbox.resume(tx, to_text(office.clock.now()))
    office.clock.advance(timedelta(seconds=2))  # nobody else commits; the patrol sees it
    assert office.take("a") is not None


def test_what_the_policy_sends_again_is_offered_without_anybody_elses_commit(
    building: Building, plan: Callable[..., Plan]
) -> None:
    office = building.open(plan("a"))
    office.modem("a")
    message = office.insert()
    job = office.take("a")
    assert job is not None
    office.send("a", job, "unknown")
    assert office.row(message).state == "unknown"
    office.dispatcher.turn()
    with office.store.write() as tx:
        assert sending.resend_unknown(tx, message, to_text(office.clock.now()))
    office.dispatcher.ring()
    again = office.take("a")
    assert again is not None
    assert again.message_id == message


def half_sent(building: Building, plan: Callable[..., Plan]) -> int:
    """A message of two parts, the first of which went through SIM A in modem a; the second was refused."""
    office = building.open(plan("a", "b"))
    office.modem("a")
    message = office.insert(body=LONG)
    job = office.take("a")
    assert job is not None
    assert job.missing == (1, 2)
    office.send("a", job, "accepted", "refused")
    assert (office.row(message).state, office.row(message).sim) == ("queued", A)
    return message


def test_the_rest_of_a_message_waits_for_its_sim_and_goes_when_that_comes_back(
    building: Building, plan: Callable[..., Plan]
) -> None:
    message = half_sent(building, plan)
    office = building.open(plan("a", "b"))
    office.modem("b")
    assert office.take("b") is None
    assert office.take("b") is None
    assert (office.row(message).reason or "").startswith("waits_for_sim")
    office.modem("a", sim="208010000000009")  # another SIM is in it now
    assert office.take("a") is None
    office.clock.advance(timedelta(seconds=2))
    office.modem("a", sim=A)
    job = office.take("a")
    assert job is not None
    assert (job.message_id, job.missing) == (message, (2,))
    assert job.reference == office.row(message).concat_reference


def test_the_rest_of_a_message_follows_its_sim_into_another_stick(
    building: Building, plan: Callable[..., Plan]
) -> None:
    message = half_sent(building, plan)
    office = building.open(plan("a", "b"))
    office.modem("a")
    office.modem("b")
    office.dispatcher.turn()
    office.dispatcher.left("a", "unplugged")
    office.dispatcher.left("b", "unplugged")
    office.modem("b", sim=A)
    job = office.take("b")
    assert job is not None
    assert (job.message_id, job.missing) == (message, (2,))


def waits_for_a_paused_modem(building: Building, plan: Callable[..., Plan]) -> tuple[int, Office]:
    """The second part of a message waits in the lane of a, which has its SIM and is paused; b is up."""
    message = half_sent(building, plan)
    office = building.open(plan("a", "b"))
    office.modem("a")
    office.modem("b")
    office.dispatcher.pause_modem("a", True)
    for _ in ("it is admitted to its SIM's modem", "which is said"):
        assert office.take("b") is None
        office.clock.advance(timedelta(seconds=2))
    assert office.take("b") is None
    assert office.row(message).reason == "modem_out: a: paused"
    return message, office


@pytest.mark.parametrize("first", ["a", "b"])
def test_the_rest_of_a_message_follows_its_sim_out_of_a_modem_that_sends_nothing(
    building: Building, plan: Callable[..., Plan], first: str
) -> None:
    message, office = waits_for_a_paused_modem(building, plan)
    sims = {"a": "208010000000009", "b": A}
    for name in sims:
        office.dispatcher.left(name, "unplugged")
    for name in sorted(sims, key=lambda name: name != first):
        office.modem(name, sim=sims[name])
        office.dispatcher.turn()
    job = office.take("b")
    assert job is not None
    assert (job.message_id, job.missing) == (message, (2,))


@pytest.mark.parametrize("up", ["ab", "ba", "b"])
def test_the_rest_of_a_message_follows_a_sim_that_was_moved_while_the_gateway_was_down(
    building: Building, plan: Callable[..., Plan], up: str
) -> None:
    message, _ = waits_for_a_paused_modem(building, plan)
    office = building.open(plan("a", "b"))
    office.dispatcher.enlist(Desk(Route(name="a")))
    office.dispatcher.pause_modem("a", True)
    office.dispatcher.turn()
    for name in up:
        office.modem(name, sim={"a": "208010000000009", "b": A}[name])
        office.dispatcher.turn()
    job = office.take("b")
    assert job is not None
    assert (job.message_id, job.missing) == (message, (2,))
