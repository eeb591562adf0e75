"""Siemens, later Cinterion, Gemalto and Thales: one family (MODEMS part 5, rows 42 and 43)."""

from __future__ import annotations

from drivers.vendors import pins
from drivers.vendors.quirks import LADDER, Quirks
from drivers.vendors.rules import Rule, Vendor

CINTERION = Quirks(
    name="cinterion",
    cnmi=(*LADDER[:4], "2,1,0,1,1", "2,1,0,2,1", *LADDER[4:], "2,1,0,0,1"),  # 3.4: the TC35 wants bfr 1
    iccid_commands=("AT+CCID", "AT^SCID"),  # F113; the Siemens manuals' own second
    pin_counter=pins.CINTERION,  # F102
    urcs=("^SCKS:", "+CIEV:", "^SYSSTART", "^SHUTDOWN"),  # F28
    restart_lines=("^SYSSTART", "^SHUTDOWN"),  # F28, F60
    error_table="siemens",  # 2.1
    cmms=True,  # 3.2: 1 to 5 s by the manual
)

VENDOR = Vendor(
    quirks=CINTERION,
    rules=(Rule(manufacturer="siemens|cinterion|gemalto|thales", quirks=CINTERION),),
    usb_vendors=("1e2d", "0681"),
)
