"""For how long a SIM has been out of service: in a modem that is, in none, or not seen since the start."""

from __future__ import annotations

from gateway.router import Route
from gateway.sender.desk import LONG_OUT, Desk
from gateway.sender.whereabouts import Whereabouts

START = 100.0
LATER = START + LONG_OUT + 1


def desks(**sims: str) -> dict[str, Desk]:
    return {name: Desk(Route(name=name), sim=sim, down_since=START) for name, sim in sims.items()}


def test_a_sim_that_was_never_seen_is_out_since_the_start() -> None:
    where = Whereabouts(START)
    assert not where.long_out("1", ("a",), desks(a="2"), START + LONG_OUT)
    assert where.long_out("1", ("a",), desks(a="2"), LATER)


def test_a_sim_that_was_replaced_is_out_since_then() -> None:
    where = Whereabouts(START)
    where.went("1", START + 500)
    assert not where.long_out("1", ("a",), desks(a="2"), LATER)
    assert where.long_out("1", ("a",), desks(a="2"), LATER + 500)


def test_a_sim_is_out_with_its_modem_and_at_once_where_that_may_not_carry() -> None:
    where = Whereabouts(START)
    assert not where.long_out("1", ("a",), desks(a="1"), START + 1)
    assert where.long_out("1", ("a",), desks(a="1"), LATER)
    assert where.long_out("1", ("b",), desks(a="1"), START + 1)


def test_it_is_said_once_that_something_may_move() -> None:
    where = Whereabouts(START)
    where.went("1", START + 500)
    assert not where.overdue({}, START + 1)
    assert [where.overdue({}, LATER), where.overdue({}, LATER)] == [True, False]
    assert [where.overdue({}, LATER + 500), where.overdue({}, LATER + 500)] == [True, False]
    where.came("1")
    assert not where.overdue({}, LATER + 500)
