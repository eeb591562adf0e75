"""What the network has against a part: the recipient, the credit, the rate, a copy that it knows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from drivers.sim.codec import Submit
from drivers.sim.records import Accepted
from drivers.sim.results import cms

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.network import Network

_DUPLICATE = 197
_AFTER_REFERENCE = 4
"""Hex digits of the first octet and TP-MR, in which two submissions of one message may differ."""


class Refusals:
    """Judges each submission before it is accepted."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._recent: dict[str, deque[float]] = {}

    def check(self, device: Device, submit: Submit, pdu: str, accepted: Sequence[Accepted]) -> None:
        """Raise the +CMS ERROR with which the network refuses, if it does."""
        code = self._network.crowd.refusal(submit.recipient)
        if code is not None:
            raise cms(code)
        if device.sim is not None and device.sim.credit is not None and device.sim.credit <= 0:
            raise cms(device.credit_code)
        self._throttle(device)
        self._compare(device, pdu, accepted)

    def _throttle(self, device: Device) -> None:
        limit = device.faults.on("throttled")
        if limit is None:
            return
        now = self._network.loop.now()
        recent = self._recent.setdefault(device.imsi, deque())
        while recent and recent[0] <= now - limit["window"]:
            recent.popleft()
        if len(recent) >= limit.number:
            raise cms(limit["code"])
        recent.append(now)

    def _compare(self, device: Device, pdu: str, accepted: Sequence[Accepted]) -> None:
        window = device.faults.on("duplicate_197")
        if window is None:
            return
        since = self._network.loop.now() - window.seconds
        body = pdu[_AFTER_REFERENCE:]
        for part in reversed(accepted):
            if part.at < since:
                return
            if part.imsi == device.imsi and part.pdu[_AFTER_REFERENCE:] == body:
                raise cms(_DUPLICATE)
