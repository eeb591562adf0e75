"""The profile of a modem that nobody knows: the standard, no delay, nothing extra."""

from __future__ import annotations

from drivers.vendors.quirks import Quirks

GENERIC = Quirks(name="generic")
