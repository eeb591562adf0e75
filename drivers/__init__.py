"""Drivers: what knows modems. The gateway uses the names of this page and nothing below it."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from drivers.api import (
    Call,
    Event,
    Health,
    Identity,
    LateAccepted,
    Modem,
    Received,
    Restarted,
    SendStep,
    Settings,
    Slot,
    StorageFull,
    Submit,
    Submitted,
    Undecodable,
)
from drivers.errors import (
    ModemError,
    Need,
    NotAModem,
    NotReady,
    NotResponding,
    NotSent,
    OutcomeUnknown,
    PortBusy,
    PortGone,
    Refused,
    Verdict,
)
from drivers.pdu import (
    GAP,
    Alphabet,
    Concat,
    Deliver,
    PduError,
    Segments,
    StatusClass,
    StatusReport,
    SubmitPdu,
    decode_pdu,
    encode_submit,
    join_texts,
    segment,
    status_class,
    status_name,
)
from drivers.trace import Recorder

if TYPE_CHECKING:
    from drivers.ports import Host, Place

__all__ = [
    "GAP",
    "Alphabet",
    "Call",
    "Concat",
    "Deliver",
    "Event",
    "Health",
    "Identity",
    "LateAccepted",
    "Modem",
    "ModemError",
    "Need",
    "NotAModem",
    "NotReady",
    "NotResponding",
    "NotSent",
    "OutcomeUnknown",
    "PduError",
    "PortBusy",
    "PortGone",
    "Received",
    "Recorder",
    "Refused",
    "Restarted",
    "Segments",
    "SendStep",
    "Settings",
    "Slot",
    "StatusClass",
    "StatusReport",
    "StorageFull",
    "Submit",
    "SubmitPdu",
    "Submitted",
    "Undecodable",
    "Verdict",
    "decode_pdu",
    "encode_submit",
    "find_imei",
    "follow",
    "join_texts",
    "missing_library",
    "open_modem",
    "segment",
    "status_class",
    "status_name",
]


def find_imei(imei: str, host: Host | None = None) -> str:
    """The port of the modem with this IMEI, under whatever name it is now. Raises `PortGone`, `PortBusy`."""
    from drivers.detect import find_imei as find

    return find(imei, host=host)


def follow(port: str, place: Place | None, host: Host | None = None) -> tuple[str, Place | None]:
    """Where a port is now that was at `place` when it was last there, and its place for the next time.

    A stick that comes back under another tty name is found by the USB socket it is in (MODEMS F115); a port
    that is no USB tty stays as it is named.
    """
    from drivers.ports import place_of, tty_at

    if place is not None and (tty := tty_at(place, host)) is not None:
        return tty, place
    return port, place_of(port, host) or place


def open_modem(settings: Settings, driver: str = "at") -> Modem:
    """The modem that `settings` describe, not yet opened. Raises `NotAModem` where the driver is not installed."""
    if driver == "gsmmodem":
        if missing := missing_library(driver):
            raise NotAModem(f'driver = "{driver}" {missing}')
        from drivers.gsmmodem import LibraryModem

        return LibraryModem(settings)
    if driver != "at":
        raise NotAModem(f'driver = "{driver}" is none: there are "at" and "gsmmodem"')
    from drivers.modem import NativeModem

    return NativeModem(settings)


def missing_library(driver: str) -> str:
    """What the named driver lacks on this machine, and how to come by it; "" where nothing is missing."""
    if driver != "gsmmodem":
        return ""
    with suppress(ImportError):
        if find_spec("gsmmodem"):
            return ""
    return (
        "needs the library python-gsmmodem-new, which is not installed: run"
        f' {sys.executable} -m pip install "python-gsmmodem-new>=0.13,<0.14", or use driver = "at"'
    )
