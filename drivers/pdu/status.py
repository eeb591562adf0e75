"""What a status report says about a message: TP-Status (TS 23.040 9.2.3.15, MODEMS 2.3)."""

from __future__ import annotations

from enum import Enum


class StatusClass(Enum):
    """What became of a part, as far as a sender must act on it."""

    DELIVERED = "delivered"
    """It reached the phone, or the next network, which cannot confirm more."""
    PENDING = "pending"
    """The service centre goes on trying; another report follows."""
    PERMANENT = "permanent"
    """It will never arrive, and sending it again would not help."""
    GAVE_UP = "gave_up"
    """The service centre stopped trying for a passing reason: a later message may arrive."""
    UNKNOWN = "unknown"
    """A value that the standard keeps for later: not delivered as far as anybody knows."""

    @property
    def final(self) -> bool:
        """Nothing more will be reported."""
        return self is not StatusClass.PENDING


_REPLACED, _LAST_RESERVED = 0x02, 0x0F
_NAMES = {
    0x00: "received by the phone",
    0x01: "forwarded, delivery cannot be confirmed",
    0x02: "replaced by the service centre",
    0x20: "congestion, still trying",
    0x21: "phone busy, still trying",
    0x22: "no response from the phone, still trying",
    0x23: "service rejected, still trying",
    0x24: "quality of service not available, still trying",
    0x25: "error in the phone, still trying",
    0x40: "remote procedure error",
    0x41: "incompatible destination",
    0x42: "connection rejected by the phone",
    0x43: "not obtainable",
    0x44: "quality of service not available",
    0x45: "no interworking available",
    0x46: "validity period expired",
    0x47: "deleted by the sender",
    0x48: "deleted by the service centre",
    0x49: "message does not exist",
    0x60: "congestion, given up",
    0x61: "phone busy, given up",
    0x62: "no response from the phone, given up",
    0x63: "service rejected, given up",
    0x64: "quality of service not available, given up",
    0x65: "error in the phone, given up",
}
_CLASSES = (
    StatusClass.DELIVERED,
    StatusClass.PENDING,
    StatusClass.PERMANENT,
    StatusClass.GAVE_UP,
    *[StatusClass.UNKNOWN] * 4,
)
_GROUPS = ("completed", "still trying", "permanent error", "given up", *["reserved"] * 4)


def status_class(status: int) -> StatusClass:
    """The class of a TP-Status octet. Raises `ValueError` where it is no octet.

    A replaced message (0x02) was not delivered: another one took its place. The reserved values 0x03 to
    0x0F count as 0x63, as the standard asks.
    """
    _check(status)
    if status == _REPLACED:
        return StatusClass.PERMANENT
    if _REPLACED < status <= _LAST_RESERVED:
        return StatusClass.GAVE_UP
    return _CLASSES[status >> 5]


def status_name(status: int) -> str:
    """A TP-Status octet in words, such as "phone busy, still trying". Raises `ValueError` as above."""
    _check(status)
    if name := _NAMES.get(status):
        return name
    if _REPLACED < status <= _LAST_RESERVED:
        return f"reserved value 0x{status:02X}, given up"
    return f"{_GROUPS[status >> 5]} (0x{status:02X})"


def _check(status: int) -> None:
    if not 0 <= status <= 0xFF:
        raise ValueError(f"TP-Status is 0 to 255, not {status}")
