"""Faults: each has a name, a place where it strikes, a seed, and a line in the log when it does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave."""

    name: str
    kind: str
    """bytes, echo, results, chatter, prompt, send, reports, storage, sim, usb or ussd."""
    summary: str
    numbers: str = ""
    """Where the observation stands: MODEMS F-numbers."""
    parameters: tuple[tuple[str, Value], ...] = ()
    """Names with their defaults; the first is the one that `NAME=value` sets."""
    standing: bool = False
    """True: a state that lasts (`nth` and `times` mean nothing). False: it strikes at single moments."""


class Kind:
    """Writes down faults of one kind: `kind(name, summary, numbers, (parameter, default), …)`."""

    def __init__(self, kind: str, *, standing: bool = False) -> None:
        self._kind = kind
        self._standing = standing

    def __call__(
        self,
        name: str,
        summary: str,
        numbers: str,
        *parameters: tuple[str, Value],
        standing: bool | None = None,
    ) -> Fault:
        """One fault; lasting or momentary as its kind is, unless it says otherwise."""
        lasting = self._standing if standing is None else standing
        return Fault(name, self._kind, summary, numbers, parameters, lasting)


class Armed:
    """A fault that waits in one modem for its moment.

    `nth`: only the nth opportunity. `times`: at most so often. `probability`: drawn for each opportunity.
    `on`: only for this command.
    """

    def __init__(
        self,
        fault: Fault,
        values: dict[str, Value],
        *,
        nth: int | None = None,
        times: int | None = None,
        probability: float = 1.0,
        on: str = "",
    ) -> None:
        self.fault = fault
        self.values = values
        self.nth = nth
        self.times = times
        self.probability = probability
        self.on = on.upper()
        self.seen = 0
        self.fired = 0

    def strikes(self, rng: random.Random) -> bool:
        """Is this the moment? Counts the opportunity."""
        self.seen += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if self.nth is not None and self.seen != self.nth:
            return False
        if self.probability < 1.0 and rng.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def seconds(self) -> float:
        """The first parameter as a number."""
        return float(next(iter(self.values.values())))

    @property
    def number(self) -> int:
        """The first parameter as an integer."""
        return int(next(iter(self.values.values())))

    @property
    def text(self) -> str:
        """The first parameter as text."""
        return str(next(iter(self.values.values())))


class FaultBook:
    """The faults armed in one modem."""

    def __init__(self, catalogue: dict[str, Fault], rng: random.Random, log: Callable[..., Any]) -> None:
        self._catalogue = catalogue
        self._rng = rng
        self._log = log
        self._armed: dict[str, list[Armed]] = {}

    def arm(
        self,
        name: str,
        value: Value | None = None,
        *,
        nth: int | None = None,
        times: int | None = None,
        probability: float = 1.0,
        on: str = "",
        **parameters: Value,
    ) -> Armed:
        """Make a fault wait for its moment. Raises `ValueError` for an unknown name or parameter."""
        fault = self._catalogue.get(name)
        if fault is None:
            raise ValueError(f"no fault is called {name!r}{_nearest(name, self._catalogue)}")
        values = dict(fault.parameters)
        if value is not None:
            if not values:
                raise ValueError(f"{name} takes no value")
            parameters = {next(iter(values)): value, **parameters}
        for key, given in parameters.items():
            if key not in values:
                raise ValueError(f"{name} has no parameter {key!r}; it has: {', '.join(values) or 'none'}")
            values[key] = _like(values[key], given, f"{name}.{key}")
        armed = Armed(fault, values, nth=nth, times=times, probability=probability, on=on)
        self._armed.setdefault(name, []).append(armed)
        self._log("armed", fault=name, parameters=dict(values))
        return armed

    def disarm(self, name: str | None = None) -> None:
        """Behave again: in this respect, or in all."""
        if name is None:
            self._armed.clear()
        else:
            self._armed.pop(name, None)

    def fire(self, name: str, command: str = "", **context: Any) -> Armed | None:
        """Does the fault strike now? Logs it where it does."""
        for armed in self._armed.get(name, ()):
            if armed.on and armed.on != command:
                continue
            if armed.strikes(self._rng):
                self._log("fault", fault=name, command=command, **context)
                return armed
        return None

    def on(self, name: str) -> Armed | None:
        """Is a lasting fault armed? Logs the first look only."""
        waiting = self._armed.get(name)
        if not waiting:
            return None
        armed = waiting[-1]
        if not armed.fired:
            armed.fired = 1
            self._log("fault", fault=name)
        return armed

    def waiting(self, name: str) -> Armed | None:
        """Is it armed? Neither counts nor logs."""
        armed = self._armed.get(name)
        return armed[-1] if armed else None

    def holds(self, armed: Armed) -> bool:
        """It was not disarmed meanwhile."""
        return armed in self._armed.get(armed.fault.name, ())

    @property
    def names(self) -> tuple[str, ...]:
        """What is armed."""
        return tuple(self._armed)


def _like(default: Value, given: Value, where: str) -> Value:
    """`given` in the type of `default`."""
    try:
        if isinstance(default, bool):
            return given if isinstance(given, bool) else str(given).lower() in ("1", "yes", "true", "on")
        return type(default)(given)
    except ValueError:
        raise ValueError(f"{where}: {given!r} is no {type(default).__name__}") from None


def _nearest(name: str, known: dict[str, Fault]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
