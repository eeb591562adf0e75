"""Carries out the orders of the recovery ladder for one modem, and tells of each (`gateway.recovery`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from drivers import Event, Modem, ModemError
from drivers.ports import PowerError
from gateway import recovery
from gateway.clock import Clock
from gateway.log import say
from gateway.recovery import LADDER, Ailment, Order, Step
from gateway.sender.record import Record

WORDS = {rung.step: rung.does for rung in LADDER}

log = logging.getLogger(__name__)


class Means(Protocol):
    """What can be done for a modem beside talking to it."""

    @property
    def socket(self) -> str:
        """The USB socket that it is in, 1-1.2; "" where it is in none."""

    def can(self) -> frozenset[Step]:
        """Of OTHER_PORT and POWER, what is possible and allowed now."""

    def take_other_port(self) -> str:
        """The next opening tries another AT port of the same stick: its name."""

    def cycle_power(self) -> None:
        """Switch its USB socket off and on. Raises PowerError."""


class NoMeans:
    """Nothing but the port itself."""

    socket = ""

    def can(self) -> frozenset[Step]:
        """Nothing more."""
        return frozenset()

    def take_other_port(self) -> str:
        """Never asked."""
        return ""

    def cycle_power(self) -> None:
        """Never asked."""


class Rescuer:
    """Owner: the worker's thread. Outlives openings."""

    def __init__(
        self,
        modem: str,
        record: Record,
        means: Means,
        clock: Clock,
        back: Callable[[str], None] | None = None,
    ) -> None:
        """`back` is told, by its name, of a modem that can send."""
        self._back = back
        self._name = modem
        self._record = record
        self._means = means
        self._clock = clock
        self._place = recovery.starting(clock.tick())
        self._began: float | None = None
        self._last: Step | None = None

    def order(self, ailment: Ailment, why: str) -> Order:
        """What the ladder says now; an operator is told where it is something new."""
        can = recovery.ALWAYS | self._means.can()
        self._place, order = recovery.climb(self._place, ailment, can, self._clock.tick())
        if self._began is None:
            self._began = self._clock.tick()
        if order.step is not None:
            self._last = order.step
            if order.news:
                self.tell(order.step, why, wait=order.wait)
        return order

    def tell(self, step: Step, why: str, wait: float = 0.0) -> None:
        """A step is about to be taken."""
        what = WORDS[step]
        self._record.recovery(step)
        detail = {"step": str(step), "does": what, "why": why, "wait": round(wait)}
        self._record.event("recovery", detail, step=step, does=what, wait=round(wait), why=why)

    def carry_out(self, order: Order, modem: Modem | None) -> list[Event]:
        """Take the step, as far as it is more than opening the port again. What fails is told, and no more.

        What the modem had pushed, where it had to be closed.
        """
        last: list[Event] = []
        try:
            match order.step:
                case Step.OTHER_PORT:
                    say(log, "recovery_port", modem=self._name, port=self._means.take_other_port())
                case Step.RADIO if modem is not None:
                    modem.cycle_radio()
                case Step.RESET if modem is not None:
                    modem.reset()
                case Step.POWER:
                    if modem is not None:
                        last = modem.close()
                    self._means.cycle_power()
        except (ModemError, PowerError) as error:
            detail = {"step": str(order.step), "why": str(error)}
            self._record.event("recovery_failed", detail, step=order.step, why=error)
        return last

    def well(self) -> None:
        """It can send: the proof of whatever was tried last."""
        self._place = recovery.well()
        self._record.recovery(None)
        if self._began is not None:
            seconds = round(self._clock.tick() - self._began)
            detail = {"by": str(self._last or ""), "seconds": seconds}
            self._record.event("recovered", detail, by=self._last, seconds=seconds)
        self._began = self._last = None
        if self._back is not None:
            self._back(self._name)
