"""How a profile is recognised: by what the modem says it is, else by its USB identity."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.vendors.quirks import Quirks


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to recognise a profile. Patterns are searched, without regard to case; "" is any."""

    quirks: Quirks
    manufacturer: str = ""
    model: str = ""

    def matches(self, manufacturer: str, model: str) -> bool:
        """Whether both texts fit."""
        return _found(self.manufacturer, manufacturer) and _found(self.model, model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A maker: its rules, the particular ones first, and the USB identities that are its alone."""

    quirks: Quirks
    """Its usual profile."""
    rules: tuple[Rule, ...]
    usb_vendors: tuple[str, ...] = ()
    """idVendor values, four lower-case hex digits."""
    usb_ids: tuple[tuple[str, Quirks], ...] = ()
    """vid:pid that lie under somebody else's idVendor, or that stand above what the modem says."""


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
