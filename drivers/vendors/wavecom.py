"""Wavecom, and what Sierra sold of it later (MODEMS part 5, rows 25 and 44)."""

from __future__ import annotations

from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Rule, Vendor

WAVECOM = Quirks(
    name="wavecom",
    no_final=("AT+CPIN?", "AT+CPMS"),  # F10
    error_table="wavecom",  # 2.1
)

VENDOR = Vendor(
    quirks=WAVECOM,
    rules=(
        Rule(manufacturer="wavecom", quirks=WAVECOM),
        Rule(model=r"^(SL80|multiband)", quirks=WAVECOM),
    ),
    usb_vendors=("114f",),
)
