"""A message that one SIM was refused is for another SIM, in whichever modem that is by then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers import Refused, Verdict
from gateway.clock import to_text
from gateway.retry import Decision, Step
from gateway.sender.admission import Plan
from gateway.sender.ledger import Ended, Ledger
from gateway.store import outbox, sims

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Building, Office

A, B, C = "208010000000001", "208010000000002", "208010000000003"


def put(office: Office, **cards: str) -> None:
    """These SIMs are in these modems now."""
    with office.store.write() as tx:
        for name, card in cards.items():
            now = to_text(office.clock.now())
            sims.register(tx, imsi=card, iccid="", number="", modem=name, now=now)


def refused(office: Office, name: str, card: str) -> Decision | None:
    """The SIM in that modem, the only one that is up, is refused the message; what follows."""
    office.modem(name, sim=card)
    job = office.take(name)
    assert job is not None
    ledger = Ledger(name, card, office.dispatcher.routes, office.dispatcher.keeper)
    now = office.clock.now()
    with office.store.write() as tx:
        attempt = ledger.begin(tx, job, 1, now, "2026-11", first=True)
    assert attempt is not None
    sick = Refused("cms", 310, "as scripted", Verdict.SICK)
    ledger.pending = Ended(attempt_id=attempt, job=job, result=sick, at=now, finished=True)
    with office.store.write() as tx:
        decision = ledger.write(tx)
    office.dispatcher.finished(name, job, again=True)
    office.dispatcher.left(name, "unplugged")
    return decision


def allowed(office: Office, message: int) -> tuple[str, ...]:
    """The modems that may carry it now."""
    with office.store.read() as read:
        (lane,) = [lane for lane in outbox.lanes(read) if lane.id == office.row(message).lane]
    return lane.modems


@pytest.mark.parametrize(("second", "left"), [(("b", A), ("a", "c")), (("a", B), ("c",))])
def test_after_a_swap_it_is_for_the_sims_that_were_not_asked(
    building: Building, plan: Callable[..., Plan], second: tuple[str, str], left: tuple[str, ...]
) -> None:
    office = building.open(plan("a", "b", "c"))
    message = office.insert()
    put(office, a=A, b=B, c=C)
    assert refused(office, "a", A) == Decision(step=Step.ELSEWHERE)
    assert allowed(office, message) == ("b", "c")
    put(office, a=B, b=A)
    with office.store.write() as tx:  # what the dispatcher does once a SIM is elsewhere
        outbox.readmit(tx, [message])
    assert refused(office, *second) == Decision(step=Step.ELSEWHERE)
    assert allowed(office, message) == left
