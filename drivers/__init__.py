"""Drivers: what knows modems. The gateway uses the names of this page and nothing below it."""

from __future__ import annotations

from drivers.api import (
    Call,
    Event,
    Health,
    Identity,
    LateAccepted,
    Modem,
    Received,
    Restarted,
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
    "Refused",
    "Restarted",
    "Segments",
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
    "join_texts",
    "open_modem",
    "segment",
    "status_class",
    "status_name",
]


def open_modem(settings: Settings, driver: str = "at") -> Modem:
    """The modem that `settings` describe, not yet opened. Raises `NotAModem` where the driver is not installed."""
    if driver != "at":
        raise NotAModem(f'driver = "{driver}" is not installed: use driver = "at"')
    from drivers.modem import NativeModem

    return NativeModem(settings)
