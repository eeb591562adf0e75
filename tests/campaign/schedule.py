"""What a soak does and when: drawn from a seed alone, before it begins, so that the same seed is the same day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from drivers.sim.catalogue import FAULTS
from tests.campaign.traffic import TEMPERS, pick

LEFT_OUT = {
    "pin": "a person has to enter it",
    "puk": "a person has to enter it",
    "sim_swap": "what waits for the old SIM waits until it is back",
    "routed_anyway": "pushed, and kept by nobody: with a kill at that moment the message is gone for good",
    "torn_push": "the same",
    "duplicate_197": "the network refuses what was sent under another reference",
    "lost_chars": "a PDU with a hole in it can be kept raw only",
    "lost_input": "the network gets another text than was written",
    "cmgl_truncated": "a PDU that is cut short can be kept raw only",
    "odd_hex": "the same",
    "report_malformed": "the same, of a report",
    "index_base_0": "the numbering of the slots does not change while a modem runs",
    "stuck": "the rung of the ladder that helps is minutes away, and each kill begins at the lowest again",
    "radio_stuck": "the same",
    "echo_stuck_off": "beside `settings_lost` nothing tells that a modem takes a PDU for a text",
    "second_client": "somebody else's command can eat any answer",
}
"""Faults after which what a soak demands cannot be had from any gateway; the matrix has each of them alone."""
SHORTER: dict[str, dict[str, Any]] = {
    "hang": {"seconds": 4.0},
    "late_cmgs": {"after": 5.0},
    "late_cms_error": {"after": 5.5},
    "slow_network": {"factor": 0.02},
    "vanish_before_cmgs": {"back": 1.0},
    "vanish_after_cmgs": {"back": 1.0},
    "unplug_idle": {"back": 2.0, "after": 0.1},
    "prompt_late": {"after": 1.0},
    "throttled": {"rate": 10},
}
"""Parameters that fit into minutes."""
_NO_SEND = ("+CMGR", "+CMGD", "+CREG", "+CPMS", "+CSQ")
"""Commands whose answer may be replaced by an error. An ERROR right after a body that the network took is a lie
which only a report can uncover, and a report can be late: the gateway believes it; later than 5 s it does not."""
DRAWN: dict[str, tuple[str, tuple[Any, ...]]] = {
    "bare_error": ("on", _NO_SEND),
    "cme_error": ("on", _NO_SEND),
    "command_not_support": ("on", _NO_SEND),
    "no_answer_cmgs": ("accepted", (True, False)),
    "late_cms_error": ("accepted", (True, False)),
    "reboot_mid_send": ("accepted", (True, False)),
    "vanish_before_cmgs": ("accepted", (True, False)),
    "cms_error": ("code", (38, 42, 47, 331, 500)),
    "creg": ("stat", (0, 2, 3)),
}
"""Parameters of which one is drawn."""


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """Something that happens `at` seconds after the start."""

    at: float
    what: str
    how: dict[str, Any] = field(compare=False, default_factory=dict)


def schedule(seed: int, seconds: float, modems: int, *, rate: float = 1.0) -> list[Deed]:
    """The whole of a soak, in order. `rate` scales the traffic."""
    rng = random.Random(f"soak:{seed}")
    deeds: list[Deed] = []
    for what, every in (("send", 1.0), ("incoming", 3.0), ("invite", 5.0), ("stop", 40.0)):
        for at in _moments(rng, seconds, every / rate):
            deeds += [Deed(at, what, _traffic(rng, what, modems))]
    for at in _moments(rng, seconds, 3.0):
        deeds += _fault(rng, at, modems)
    for what, every in (("unplug", 45.0), ("reboot", 60.0), ("kill", 25.0), ("terminate", 45.0)):
        for at in _moments(rng, seconds, every):
            deeds.append(Deed(at, what, {"modem": rng.randrange(modems), "back": rng.uniform(0.5, 8.0)}))
    return sorted(deeds)


def _moments(rng: random.Random, seconds: float, every: float) -> list[float]:
    at, found = rng.expovariate(1 / every), []
    while at < seconds:
        found.append(at)
        at += rng.expovariate(1 / every)
    return found


def _traffic(rng: random.Random, what: str, modems: int) -> dict[str, Any]:
    match what:
        case "send":
            return {
                "many": rng.choice((1, 1, 1, 2, 5)),
                "parts": int(pick(rng, {"1": 8, "2": 2, "3": 1})),
                "unicode": rng.random() < 0.2,
                "regular": rng.randrange(12) if rng.random() < 0.3 else None,
                "modem": f"sim{rng.randrange(modems) + 1}" if rng.random() < 0.2 else None,
                "priority": rng.randrange(10),
                "policy": pick(rng, {"": 8, "hold": 1, "resend": 1, "fail": 1}),
            }
        case "incoming":
            return {
                "modem": f"sim{rng.randrange(modems) + 1}",
                "parts": int(pick(rng, {"1": 8, "2": 2, "3": 1})),
                "order": rng.choice(("in", "in", "reversed", "shuffled")),
                "copies": 2 if rng.random() < 0.1 else 1,
            }
        case "invite":
            return {"temper": rng.choice(TEMPERS)}
    return {"modem": f"sim{rng.randrange(modems) + 1}", "whom": rng.random()}


def _fault(rng: random.Random, at: float, modems: int) -> list[Deed]:
    """A fault of one modem: it is armed, and some time later disarmed."""
    fault = FAULTS[rng.choice([name for name in FAULTS if name not in LEFT_OUT])]
    options: dict[str, Any] = dict(SHORTER.get(fault.name, {}))
    if fault.name in DRAWN:
        parameter, values = DRAWN[fault.name]
        options[parameter] = rng.choice(values)
    if not fault.standing:
        options["times"] = rng.choice((1, 1, 2, 3))
    modem = rng.randrange(modems)
    lasts = rng.uniform(4.0, 25.0)
    named = {"modem": modem, "fault": fault.name}
    return [Deed(at, "arm", named | {"options": options}), Deed(at + lasts, "disarm", named)]
