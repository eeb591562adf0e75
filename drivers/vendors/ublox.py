"""u-blox (MODEMS part 5, rows 40 and 41)."""

from __future__ import annotations

from drivers.vendors import pins
from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Rule, Vendor

UBLOX = Quirks(
    name="ublox",
    settle_after_reset_s=20.0,  # F125
    submit_timeout=180.0,  # F46
    pin_counter=pins.UBLOX,  # F102
    urcs=("+AT: READY", "+PBREADY", "+UREG:", "+UUSORD:"),  # F28
    restart_lines=("+AT: READY",),  # F28
    cmms=True,  # 3.2: 5 s by the manual
)

VENDOR = Vendor(
    quirks=UBLOX,
    rules=(Rule(manufacturer=r"u-?blox", quirks=UBLOX),),
    usb_vendors=("1546",),
    usb_ids=(("05c6:908b", UBLOX), ("05c6:90b2", UBLOX)),  # row 41, under Qualcomm's idVendor
)
