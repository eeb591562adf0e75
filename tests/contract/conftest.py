from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from drivers import sim
from tests.contract.bench import DRIVERS, KNOWN, Bench, Benches, Driver


@pytest.fixture(params=["at", "gsmmodem"])
def bench(request: pytest.FixtureRequest) -> Benches:
    """Makes a bench for one of the two drivers. What the second is known not to do, it must be seen not to do."""
    case = request.node.name.replace("gsmmodem-", "").replace("[gsmmodem]", "")
    if request.param == "gsmmodem" and case in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[case], strict=True))
    return partial(_bench, DRIVERS[request.param])


@contextmanager
def _bench(
    driver: Driver, profile: str = "generic", *, setup: dict[str, Any] | None = None, **settings: Any
) -> Iterator[Bench]:
    modem = sim.ModemSetup(profile=profile, slots=30, submit_time=0.002, **(setup or {}))
    with sim.start(sim.Setup(modems=(modem,), report_delay=0.01)) as farm:
        made = Bench(driver, farm, **settings)
        try:
            yield made
        finally:
            made.modem.close()
