"""Simulated modems as a service in the foreground: start, say where they are, stay until a signal."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from drivers.sim import options
from drivers.sim.catalogue import described as faults_described
from drivers.sim.farm import Farm
from drivers.sim.handsets import Handset, polite
from drivers.sim.makes import PROFILES
from drivers.sim.makes import described as profiles_described
from drivers.sim.setup import ModemSetup, Setup

HELP = f"""Profiles (--profile NAME):
{profiles_described()}

Faults (--fault [MODEM:]NAME[=VALUE][,nth=N][,times=N][,p=0.1][,on=+CMGS], as often as wanted):
{faults_described()}

Handsets (--handset 'NUMBER[@DELAY] PATTERN => REPLY'): phones that answer; NUMBER may end with *, as in
'+336*@500ms 0 à 10 => 9'; 'NUMBER off' is switched off. --answers gives all phones sensible answers.
"""


def described(
    *,
    count: int,
    directory: Path,
    profiles: Sequence[str] = (),
    faults: Sequence[str] = (),
    handsets: Sequence[str] = (),
    handsets_file: Path | None = None,
    answers: bool = False,
    submit_time: str = "200ms",
    prompt_time: str = "0",
    seed: int = 1,
    pin: str | None = None,
    log: Path | None = None,
    control: Path | None = None,
) -> Setup:
    """The farm that the options of the command line describe.

    Several profiles take turns over the modems. Raises `ValueError`, which names what is wrong.
    """
    names = [f"modem{place}" for place in range(count)]
    phones: list[Handset] = [options.handset(text) for text in handsets]
    if handsets_file is not None:
        phones.extend(options.handsets_file(handsets_file))
    if answers:
        phones.append(polite())
    makes = list(profiles) or ["generic"]
    for make in makes:
        if make not in PROFILES:
            raise ValueError(f"no profile is called {make!r}; there are: {', '.join(PROFILES)}")
    modems = tuple(
        ModemSetup(
            name=name,
            profile=makes[place % len(makes)],
            pin=pin,
            submit_time=options.submit_times(submit_time),
            prompt_time=options.seconds(prompt_time),
            faults=_faults_of(name, names, faults),
        )
        for place, name in enumerate(names)
    )
    return Setup(
        modems=modems, directory=directory, seed=seed, handsets=tuple(phones), log=log, control=control
    )


def _faults_of(name: str, names: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    chosen = []
    for text in texts:
        modem, fault = options.scoped_fault(text)
        if modem is not None and modem not in names:
            raise ValueError(f"--fault {text}: no modem is called {modem!r}; there are: {', '.join(names)}")
        if modem in (None, name):
            chosen.append(fault)
    return tuple(chosen)


def serve(setup: Setup, announce: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM, then take everything away. Only on the main thread."""
    reader, writer = os.pipe()

    def stop(_signal: int, _frame: Any) -> None:
        os.write(writer, b".")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Farm(setup) as farm:
            for path in farm.ports:
                announce(path)
            select.select([reader], [], [])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
