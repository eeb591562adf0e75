"""ZTE sticks (MODEMS part 5, rows 14 to 17)."""

from __future__ import annotations

from drivers.vendors import pins
from drivers.vendors.quirks import MODE_ONE_FIRST, Quirks
from drivers.vendors.rules import Rule, Vendor

ZTE = Quirks(
    name="zte",
    cnmi=MODE_ONE_FIRST,  # F94, 3.4
    init=("AT+ZOPRT=5",),  # 3.2 step 5, row 14
    pin_counter=pins.ZTE,  # F102
    urcs=("+ZUSIMR:", "+ZDONR:", "+ZPASR:", "+ZPSTM", "+ZEND", "+ZSTART", "+SPNWNAME"),  # F28
)

VENDOR = Vendor(
    quirks=ZTE,
    rules=(Rule(manufacturer=r"\bzte\b", quirks=ZTE),),
    usb_vendors=("19d2",),
)
