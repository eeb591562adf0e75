"""Modems that vanish together: one loss, told as such, and a way back one by one."""

from __future__ import annotations

import pytest

from gateway.hub import APART, TOGETHER, HubWatch, hub_of


@pytest.mark.parametrize(("socket", "hub"), [("1-1.2", "1-1"), ("1-1.4.3", "1-1.4"), ("1-2", "1"), ("", "")])
def test_the_hub_of_a_socket(socket: str, hub: str) -> None:
    assert hub_of(socket) == hub


def test_four_at_once_are_a_hub_and_one_alone_is_not() -> None:
    watch = HubWatch()
    assert watch.gone("a", "1-1.1", 100.0) is None
    losses = [watch.gone(name, f"1-1.{place}", 100.0 + place / 10) for place, name in enumerate("bcd", 2)]
    last = losses[-1]
    assert last is not None
    assert (last.hub, last.modems) == ("1-1", ("a", "b", "c", "d"))
    assert "4 modems of hub 1-1" in last.words


def test_those_of_other_hubs_and_of_other_moments_have_nothing_to_do_with_it() -> None:
    watch = HubWatch()
    assert watch.gone("a", "1-1.1", 100.0) is None
    assert watch.gone("b", "1-2.1", 100.0) is None
    assert watch.gone("c", "1-1.2", 100.0 + TOGETHER + 0.1) is None


def test_they_come_back_one_after_the_other() -> None:
    watch = HubWatch()
    for name in "abcd":
        watch.gone(name, "1-1.1", 100.0)
    waits = [watch.turn(name, 110.0) for name in "abcd"]
    assert waits == [0.0, APART, 2 * APART, 3 * APART]


def test_one_that_vanished_alone_waits_for_nobody() -> None:
    watch = HubWatch()
    watch.gone("a", "1-1.1", 100.0)
    assert watch.turn("a", 101.0) == 0.0
    assert watch.turn("never seen", 101.0) == 0.0
