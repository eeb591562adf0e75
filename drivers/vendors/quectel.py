"""Quectel (MODEMS part 5, rows 32 to 35)."""

from __future__ import annotations

from dataclasses import replace

from drivers.vendors import pins
from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Rule, Vendor

QUECTEL = Quirks(
    name="quectel",
    init=("AT+QSTK=0",),  # a pending toolkit command answers 301, 314 or busy (head of MODEMS)
    submit_timeout=120.0,  # F46
    needs_sms_ready=True,  # F60
    ready_lines=("+QIND: SMS DONE",),  # F28
    sr_memory="SR",  # F72: +CDSI says "SM", the report lies in SR; hence ds 1 first
    iccid_commands=("AT+QCCID", "AT+CCID"),  # F113
    pin_counter=pins.QUECTEL,  # F102
    urcs=("+QIND:", "+QUSIM:", "+QURC:"),  # F28, F105
    restart_lines=("RDY", "POWERED DOWN", "NORMAL POWER DOWN"),  # F28, F60
)
_UART_2G = replace(
    QUECTEL,
    ready_lines=("Call Ready", "SMS Ready"),  # row 32
    restart_lines=(*QUECTEL.restart_lines, "Call Ready"),
)

VENDOR = Vendor(
    quirks=QUECTEL,
    rules=(
        Rule(manufacturer="quectel", model=r"\bM(26|35|95)|_M\d\d", quirks=_UART_2G),
        Rule(manufacturer="quectel", quirks=QUECTEL),
    ),
    usb_vendors=("2c7c",),
    usb_ids=(("05c6:9090", QUECTEL), ("05c6:9003", QUECTEL)),  # row 33, under Qualcomm's idVendor
)
