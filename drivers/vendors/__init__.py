"""The vendor profiles, and `choose`, which picks one from what a modem says it is."""

from __future__ import annotations

import re
from typing import Final

from drivers.vendors import cinterion, huawei, others, quectel, simcom, telit, ublox, wavecom, zte
from drivers.vendors.generic import GENERIC
from drivers.vendors.pins import PinTries
from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Vendor

__all__ = ["GENERIC", "PROFILES", "PinTries", "Quirks", "choose"]

# Wavecom before Sierra: its later modules call themselves Sierra (MODEMS part 5 row 25).
VENDORS: Final[tuple[Vendor, ...]] = (
    huawei.VENDOR,
    zte.VENDOR,
    quectel.VENDOR,
    telit.VENDOR,
    cinterion.VENDOR,
    ublox.VENDOR,
    simcom.VENDOR,
    wavecom.VENDOR,
    *others.VENDORS,
)
PROFILES: Final = {GENERIC.name: GENERIC} | {vendor.quirks.name: vendor.quirks for vendor in VENDORS}
"""The usual profile of each maker, by name; a model may have a variant of it under the same name."""


def choose(manufacturer: str, model: str, usb_id: str | None = None) -> Quirks:
    """The profile for AT+CGMI's and AT+CGMM's answers; `usb_id` is "vid:pid" in hex where known.

    A USB identity that is one maker's alone decides first, then what the modem says, then the idVendor;
    a modem that nobody knows gets GENERIC.
    """
    usb = (usb_id or "").lower()
    exact = {known: quirks for vendor in VENDORS for known, quirks in vendor.usb_ids}
    if usb in exact:
        return exact[usb]
    manufacturer, model = _said(manufacturer), _said(model)
    for vendor in VENDORS:
        for rule in vendor.rules:
            if rule.matches(manufacturer, model):
                return rule.quirks
    for vendor in VENDORS:
        if usb.partition(":")[0] in vendor.usb_vendors:
            return vendor.quirks
    return GENERIC


def _said(answer: str) -> str:
    """An answer without a prefix such as `+CGMM:`, quotes and odd spaces (MODEMS F19)."""
    bare = re.sub(r"^\s*\+\w+:", "", answer).replace('"', " ")
    return " ".join(bare.split())
