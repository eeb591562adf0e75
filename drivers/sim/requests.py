"""What another process may ask of a farm, and the answers (see `drivers.sim.control`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from drivers.sim import options

if TYPE_CHECKING:
    from drivers.sim.farm import Farm

Request = dict[str, Any]


def _ports(farm: Farm, request: Request) -> Any:
    return {name: modem.path for name, modem in farm.modems.items()}


def _deliver(farm: Farm, request: Request) -> Any:
    if "data" in request:
        request["data"] = bytes.fromhex(request["data"])
    farm.network.deliver(request.pop("modem"), request.pop("sender", ""), request.pop("text", ""), **request)


def _say(farm: Farm, request: Request) -> Any:
    farm.network.phone(request["number"]).say(request["modem"], request["text"], request.get("order", "in"))


def _switch(farm: Farm, request: Request) -> Any:
    farm.network.phone(request["number"]).switch(bool(request["on"]))


def _handset(farm: Farm, request: Request) -> Any:
    farm.network.add_handset(options.handset(request["rule"]))


def _unplug(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).unplug()


def _plug(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).plug(request.get("link"))


def _register(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).register(int(request["stat"]))


def _call(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).call(request["number"], int(request.get("rings", 3)))


def _arm(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).arm_text(request["fault"])


def _disarm(farm: Farm, request: Request) -> Any:
    farm.modem(request["modem"]).disarm(request.get("fault"))


def _accepted(farm: Farm, request: Request) -> Any:
    since = int(request.get("since", 0))
    return [{"at": part.at, "modem": part.modem, **part.shown()} for part in farm.network.accepted[since:]]


def _messages(farm: Farm, request: Request) -> Any:
    return [
        {
            "modem": message.modem,
            "imsi": message.imsi,
            "recipient": message.recipient,
            "text": message.text,
            "complete": message.complete,
            "repeats": message.repeats,
            "parts": len(message.parts),
        }
        for message in farm.network.messages(request.get("recipient"))
    ]


def _reports(farm: Farm, request: Request) -> Any:
    return [asdict(report) for report in farm.network.reports]


def _log(farm: Farm, request: Request) -> Any:
    entries = farm.journal.entries(request.get("kind"))[int(request.get("since", 0)) :]
    return [{"at": entry.at, "kind": entry.kind, "modem": entry.modem, **entry.detail} for entry in entries]


def _timings(farm: Farm, request: Request) -> Any:
    return [asdict(timing) for timing in farm.modem(request["modem"]).timings]


def _stored(farm: Farm, request: Request) -> Any:
    return farm.modem(request["modem"]).stored(request["memory"])


def wait_for(farm: Farm, request: Request) -> Callable[[], Any]:
    """`kind` of log entries, or "accepted" parts or "messages", at least `count` of them."""
    kind, count = str(request["kind"]), int(request.get("count", 1))
    if kind == "messages":
        return lambda: len(farm.network.texts(request.get("recipient"))) >= count
    return lambda: len(farm.journal.entries(kind)) >= count


ACTIONS: dict[str, Callable[[Farm, Request], Any]] = {
    "ports": _ports,
    "deliver": _deliver,
    "say": _say,
    "switch": _switch,
    "handset": _handset,
    "unplug": _unplug,
    "plug": _plug,
    "register": _register,
    "call": _call,
    "arm": _arm,
    "disarm": _disarm,
    "accepted": _accepted,
    "messages": _messages,
    "reports": _reports,
    "log": _log,
    "timings": _timings,
    "stored": _stored,
    "wait": wait_for,
}
"""What can be asked."""
