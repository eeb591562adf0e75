"""Makers of whom only a few facts are known (MODEMS part 5, rows 19, 23, 24 and 45 to 48)."""

from __future__ import annotations

from drivers.vendors import pins
from drivers.vendors.quirks import LADDER, MODE_ONE_FIRST, Quirks
from drivers.vendors.rules import Rule, Vendor

SIERRA = Quirks(
    name="sierra",
    reset_command="AT!RESET",  # part 1.K
)
OPTION = Quirks(
    name="option",
    pin_counter=pins.OPTION,  # F102
    urcs=("_OSIGQ:", "_OBLS", "_OWCTI"),  # F28
)
NOVATEL = Quirks(
    name="novatel",
    cnmi=(*MODE_ONE_FIRST[:2], "1,1,2,1,0", *MODE_ONE_FIRST[2:]),  # 3.4: bm 2 is what others report to work
)
NOKIA = Quirks(
    name="nokia",
    cpms=(),  # F90
    cnmi=(),  # row 47: ERROR to all of them
    reports="none",
    pdu_chunk=18,  # F40
)
ERICSSON = Quirks(
    name="ericsson",
    cnmi=("2,0,0,0,0",),  # 3.4: no notification at all
    reports="none",
    pin_counter=pins.ERICSSON,  # F102
    urcs=("*EBCA", "*EMRDY:", "*E2NAP"),  # F28
)
DLINK = Quirks(
    name="dlink",
    cnmi=("2,1,0,2,0", "1,1,0,2,0", *LADDER[4:]),  # 3.4: ds 2
    reports="store",  # F73: right, but readable by index only
    sr_memory="SR",
)

VENDORS = (
    Vendor(quirks=SIERRA, rules=(Rule(manufacturer="sierra", quirks=SIERRA),), usb_vendors=("1199",)),
    Vendor(quirks=OPTION, rules=(Rule(manufacturer=r"^option\b", quirks=OPTION),), usb_vendors=("0af0",)),
    Vendor(quirks=NOVATEL, rules=(Rule(manufacturer="novatel", quirks=NOVATEL),), usb_vendors=("1410",)),
    Vendor(quirks=NOKIA, rules=(Rule(manufacturer="nokia", quirks=NOKIA),), usb_vendors=("0421",)),
    Vendor(quirks=ERICSSON, rules=(Rule(manufacturer="ericsson", quirks=ERICSSON),), usb_vendors=("0bdb",)),
    # row 19: these pass for the maker of their chip, so the USB identity stands above what they say
    Vendor(
        quirks=DLINK,
        rules=(Rule(manufacturer="d-link", quirks=DLINK), Rule(model="DWM-15", quirks=DLINK)),
        usb_ids=tuple((usb_id, DLINK) for usb_id in ("07d1:7e11", "2001:7d00", "2001:7d01", "2001:7d0e")),
    ),
)
