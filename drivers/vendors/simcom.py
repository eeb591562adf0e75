"""SIMCom, from the 2G modules on a UART to LTE (MODEMS part 5, rows 26 to 31)."""

from __future__ import annotations

from dataclasses import replace

from drivers.vendors import pins
from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Rule, Vendor

SIMCOM = Quirks(
    name="simcom",
    init=("AT+STK=0",),  # a pending toolkit command answers 301, 314 or busy (head of MODEMS)
    reset_command="AT+CRESET",  # part 1.K
    needs_sms_ready=True,  # F60
    ready_lines=("SMS Ready", "SMS DONE", "PB DONE"),  # F28, F60
    iccid_commands=("AT+CCID", "AT+ICCID"),  # F113
    pin_counter=pins.SIMCOM,  # F102
    # F28, F91
    urcs=(
        "+CNSMOD:",
        "+NITZ",
        "*PSUTTZ",
        "DST:",
        "VOICE CALL:",
        "MISSED_CALL:",
        "UNDER-VOLTAGE",
        "SMS FULL",
        "PB DONE",
        "SMS DONE",
    ),
    # F60; the "power down" lines of F28 lose the settings as well
    restart_lines=("RDY", "QCRDY", "*ATREADY", "Call Ready", "NORMAL POWER DOWN", "OVER-VOLTAGE POWER DOWN"),
)
_UART_2G = replace(
    SIMCOM,
    init=("AT+CSCLK=0",),  # 3.2 step 5: no sleep
    reset_command="AT+CFUN=1,1",
    submit_timeout=60.0,  # F46
)
_SIM300 = replace(_UART_2G, ussd_packed=True)  # row 26

VENDOR = Vendor(
    quirks=SIMCOM,
    rules=(
        Rule(model=r"SIM300", quirks=_SIM300),
        Rule(model=r"SIM(800|900|600)", quirks=_UART_2G),
        # The A76 family calls its maker "INCORPORATED", so its model has to tell (row 29).
        Rule(model=r"^A76\d\d|^SIM7\d{3}", quirks=SIMCOM),
        Rule(manufacturer="simcom", quirks=SIMCOM),
    ),
    usb_vendors=("1e0e",),
)
