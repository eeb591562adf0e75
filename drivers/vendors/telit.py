"""Telit (MODEMS part 5, rows 36 to 39)."""

from __future__ import annotations

from drivers.vendors import pins
from drivers.vendors.quirks import Quirks
from drivers.vendors.rules import Rule, Vendor

TELIT = Quirks(
    name="telit",
    init=("AT#STIA=0",),  # head of MODEMS; F24: #STN before the echo costs 23 s a message elsewhere
    reset_command="AT#REBOOT",  # part 1.K
    inter_command_ms=20,  # F16: asked for by the maker's manual
    iccid_commands=("AT#CCID", "AT+CCID"),  # F113
    pin_counter=pins.TELIT,  # F102
    urcs=("#STN:", "#QSS:"),  # F28, F105
)

VENDOR = Vendor(
    quirks=TELIT,
    rules=(Rule(manufacturer="telit", quirks=TELIT),),
    usb_vendors=("1bc7",),
)
