"""One simulated modem with a driver in front of it, and the network as the judge between them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from drivers import (
    Alphabet,
    Deliver,
    ModemError,
    OutcomeUnknown,
    Received,
    Settings,
    StatusReport,
    Submit,
    Submitted,
    sim,
)
from drivers.gsmmodem import LibraryModem
from drivers.limits import LIMITS
from drivers.modem import NativeModem
from drivers.native.timing import Timing

Driver = Callable[[Settings, Timing], NativeModem]
Benches = Callable[..., AbstractContextManager["Bench"]]
KNOWN = {limit.case: limit.what for limit in LIMITS}
DRIVERS: dict[str, Driver] = {"at": NativeModem, "gsmmodem": LibraryModem}

SHORT = Timing(
    command=0.5,
    submit=0.6,
    fence=0.4,
    wake=0.1,
    wakes=20,
    boot=40,
    escape=0.02,
    sim=3.0,
    pause=0.05,
    quiet=0.1,
    ready=0.3,
    ring=0.1,
)
NUMBER = "+33612345678"
TEXTS = ["Bonjour", "Déjà 5 € payés", "Merci 😀", "0123456789" * 40]


class Bench:
    """One simulated modem, the driver in front of it, and what the driver told."""

    def __init__(self, driver: Driver, farm: sim.Farm, **settings: Any) -> None:
        self.driver = driver
        self.farm = farm
        self.box = farm.modem(0)
        self.modem = driver(Settings(name="m1", port=self.box.path, **settings), SHORT)
        self.events: list[Any] = []
        self.outcomes: dict[str, Submitted | ModemError] = {}

    @property
    def accepted(self) -> list[str]:
        """What the network took, in order."""
        return [part.text or "" for part in self.farm.network.accepted]

    @property
    def texts(self) -> list[str | None]:
        """The messages that were received."""
        return [event.content.text for event in self.events if _is(event, Deliver)]

    @property
    def reports(self) -> list[int]:
        """The references of the reports that were received."""
        return [event.content.reference for event in self.events if _is(event, StatusReport)]

    def submit(self, text: str, alphabet: Alphabet = Alphabet.GSM7, **fields: Any) -> Submitted | ModemError:
        """Send one part; what became of it."""
        part = Submit(recipient=NUMBER, text=text, alphabet=alphabet, tag=len(self.outcomes), **fields)
        outcome: Submitted | ModemError
        try:
            outcome = self.modem.submit(part, lambda: True)
        except ModemError as error:
            outcome = error
        self.outcomes[text] = outcome
        return outcome

    def listen(self, turns: int = 2) -> None:
        """Take what comes, and delete it where it lies, as the gateway does."""
        for _ in range(turns):
            self._keep(self.modem.wait(0.02))

    def sweep(self) -> None:
        """Take what lies anywhere."""
        self._keep(self.modem.sweep())

    def recover(self) -> None:
        """What the gateway does after trouble: step, or else the port, once more."""
        for attempt in range(4):
            try:
                if attempt:
                    self.modem.close()
                    self.box.plug()
                    self.modem.open()
                self.modem.resync()
                self.listen(1)
            except ModemError:
                continue
            return
        pytest.fail("the modem did not come back")

    def judge(self) -> None:
        """The driver's word against the network's."""
        for text, outcome in self.outcomes.items():
            times = self.accepted.count(text)
            if isinstance(outcome, Submitted):
                assert times == 1, f"{text}: called sent"
            elif not isinstance(outcome, OutcomeUnknown):
                assert times == 0, f"{text}: called {outcome!r}"
        strangers = set(self.accepted) - set(self.outcomes)
        assert not strangers, "the network took what nobody sent"

    def _keep(self, events: list[Any]) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, Received) and event.slot is not None:
                self.modem.discard(event.slot)


def _is(event: Any, kind: type) -> bool:
    return isinstance(event, Received) and isinstance(event.content, kind)
