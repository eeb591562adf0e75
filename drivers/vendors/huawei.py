"""Huawei sticks and modules, also under the names of operators (MODEMS part 5, rows 1 to 13)."""

from __future__ import annotations

from dataclasses import replace

from drivers.vendors import pins
from drivers.vendors.quirks import MODE_ONE_FIRST, Quirks
from drivers.vendors.rules import Rule, Vendor

HUAWEI = Quirks(
    name="huawei",
    cnmi=MODE_ONE_FIRST,  # F94, 3.4: mode 1 rather than 2
    # F27: some die of their own chatter. F32: notifications come out of another tty than the commands do.
    init=("AT^CURC=0", "AT^PORTSEL=1"),
    reset_command="AT^RESET",  # part 1.K
    ussd_packed=True,  # F131
    iccid_commands=("AT^ICCID?", "AT+CCID", "AT+ICCID"),  # F113: ^ICCID? on the E3372
    pin_counter=pins.HUAWEI,  # F102
    # F27
    urcs=(
        "^RSSI:",
        "^RSSILVL:",
        "^HCSQ:",
        "^BOOT:",
        "^MODE:",
        "^DSFLOWRPT:",
        "^SRVST:",
        "^SIMST:",
        "^STIN:",
        "^CSNR:",
        "^NWTIME:",
        "^EARFCN",
        "^SMMEMFULL",
    ),
)
_USSDMODE = replace(HUAWEI, init=(*HUAWEI.init, "AT^USSDMODE=0"), ussd_packed=False)  # F131, row 12
_E1750 = replace(HUAWEI, init=("AT^PORTSEL=1",))  # row 3: nobody sends CURC to the E1750 and the E1752
_E1752 = replace(HUAWEI, init=("AT^PORTSEL=1", "AT^USSDMODE=0"), ussd_packed=False)  # row 3, F131
_SIM_ONLY = replace(HUAWEI, cpms=("SM",))  # F88: rejects CPMS "ME"

VENDOR = Vendor(
    quirks=HUAWEI,
    rules=(
        Rule(manufacturer="huawei|vodafone", model=r"\bK(37|45)\d\d", quirks=_USSDMODE),
        Rule(manufacturer="huawei", model=r"\bE1750", quirks=_E1750),
        Rule(manufacturer="huawei", model=r"\bE1752", quirks=_E1752),
        Rule(manufacturer="huawei", model=r"\bE35[23]", quirks=_SIM_ONLY),
        Rule(manufacturer="huawei", quirks=HUAWEI),
    ),
    usb_vendors=("12d1",),
)
