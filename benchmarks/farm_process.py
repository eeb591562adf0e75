"""Simulated modems in a process of their own, told what to do by lines of JSON on standard input."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from drivers import sim


def main() -> None:
    setup = json.loads(sys.argv[1])
    modems = tuple(
        sim.ModemSetup(name=f"modem{place}", submit_time=setup["submit"], prompt_time=setup["prompt"])
        for place in range(setup["modems"])
    )
    handsets = tuple(sim.Handset(number="+336*", report=setup.get("report", "delivered")) for _ in range(1))
    with sim.start(sim.Setup(modems=modems, directory=setup["directory"], handsets=handsets)) as farm:
        say({"ports": farm.ports})
        for line in sys.stdin:
            say(answer(farm, json.loads(line)))


def answer(farm: sim.Farm, request: dict[str, Any]) -> Any:
    match request["do"]:
        case "timings":
            return {name: [asdict(timing) for timing in modem.timings] for name, modem in farm.modems.items()}
        case "accepted":
            return [{"at": part.at, "modem": part.modem, "text": part.text} for part in farm.network.accepted]
        case "count":
            return len(farm.network.accepted)
        case "deliver":
            farm.network.deliver(request["modem"], sender=request["sender"], text=request["text"])
            return None
        case "entries":
            return [
                {"at": entry.at, "modem": entry.modem, **entry.detail}
                for entry in farm.journal.entries(request["kind"])
            ]
    raise ValueError(request)


def say(value: Any) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
