from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from drivers.native.burst import Burst


class Recording:
    """A link that writes down what it is told."""

    def __init__(self, *, ok: bool = True) -> None:
        self.said: list[str] = []
        self._ok = ok

    def run(self, text: str) -> Any:
        self.said.append(text)
        return SimpleNamespace(result=SimpleNamespace(ok=self._ok))


def run_of(burst: Burst, first: float, others: float, length: int = 3) -> None:
    for place in range(length):
        burst.prepare(more_follow=place < length - 1)
        burst.sent(first if place == 0 else others)
    burst.release()


def test_the_link_is_held_once_for_a_run() -> None:
    link = Recording()
    run_of(Burst(link, allowed=True), 3.0, 1.0)
    assert link.said == ["AT+CMMS=2", "AT+CMMS=0"]


def test_a_single_message_holds_nothing() -> None:
    link = Recording()
    run_of(Burst(link, allowed=True), 3.0, 1.0, length=1)
    assert link.said == []


def test_a_profile_that_does_not_know_it() -> None:
    link = Recording()
    run_of(Burst(link, allowed=False), 3.0, 1.0)
    assert link.said == []


def test_a_modem_that_refuses_is_not_asked_again() -> None:
    link = Recording(ok=False)
    burst = Burst(link, allowed=True)
    run_of(burst, 3.0, 3.0)
    run_of(burst, 3.0, 3.0)
    assert link.said == ["AT+CMMS=2"]


def test_it_goes_on_while_it_pays() -> None:
    link = Recording()
    burst = Burst(link, allowed=True)
    for _ in range(20):
        run_of(burst, 3.0, 1.0)
    assert link.said.count("AT+CMMS=2") == 20


def test_it_stops_where_it_does_not() -> None:
    link = Recording()
    burst = Burst(link, allowed=True)
    for _ in range(20):
        run_of(burst, 3.0, 2.9)
    assert link.said.count("AT+CMMS=2") == 8
