"""What a valid configuration should still be told: nothing here is an error."""

from __future__ import annotations

from gateway.config.problems import Problem
from gateway.config.settings import Settings

PERSONAL_NUMBERS = (
    "French 06/07 numbers are reserved for messages between persons (ARCEP decision 2022-1583): sending"
    " automatically from an ordinary SIM may breach the numbering plan and the operator's terms; an M2M or"
    " business subscription, or a 09 37 to 09 39 number, is the proper way. Nothing is refused for it unless"
    ' policy.restricted_senders = "refuse"'
)


def advice(settings: Settings) -> list[Problem]:
    """Warnings about a configuration as it is written; no file is looked at."""
    if not settings.modems:
        return [
            _warn("modems", "no modem is configured: nothing can be sent; `smsgw modem detect` finds them")
        ]
    found = [
        _warn(
            f"modems.{name}.throttle",
            "no limit at all: operators block SIMs that send like machines. per_minute = 6 is a good start",
        )
        for name, modem in settings.modems.items()
        if not modem.simulated and settings.throttle_for(name).unlimited
    ]
    if not (settings.gateway.brand or all(modem.simulated for modem in settings.modems.values())):
        what = "empty: answers to STOP and HELP name nobody, and advertisements are not checked for your name"
        found.append(_warn("gateway.brand", what))
    found += _canaries(settings)
    if settings.policy.only_to:
        prefixes = ", ".join(settings.policy.only_to)
        found.append(_warn("policy.only_to", f"a trial: only numbers that begin with {prefixes} are served"))
    if settings.gateway.region == "FR" and not all(modem.simulated for modem in settings.modems.values()):
        found.append(_warn("modems", PERSONAL_NUMBERS))
    return found


def _canaries(settings: Settings) -> list[Problem]:
    canary = settings.canary
    if canary.every is None:
        return []
    found = []
    if len(canary.among or settings.modems) < 2:
        found.append(_warn("canary", "one modem alone has nobody to write to: two are needed"))
    if canary.every < 6 * canary.within:
        found.append(
            _warn("canary.every", "hardly longer than canary.within: canaries cost what messages cost")
        )
    if not settings.alerts.about_modems:
        found.append(
            _warn("canary", "alerts.about_modems names nobody: who is told that a modem was taken out?")
        )
    return found


def _warn(where: str, what: str) -> Problem:
    return Problem(where, what, warning=True)
