"""What a status report means."""

from __future__ import annotations

import pytest

from drivers.pdu import StatusClass, status_class, status_name

CLASSES = [
    (0x00, 0x01, StatusClass.DELIVERED),
    (0x02, 0x02, StatusClass.PERMANENT),
    (0x03, 0x0F, StatusClass.GAVE_UP),
    (0x10, 0x1F, StatusClass.DELIVERED),
    (0x20, 0x3F, StatusClass.PENDING),
    (0x40, 0x5F, StatusClass.PERMANENT),
    (0x60, 0x7F, StatusClass.GAVE_UP),
    (0x80, 0xFF, StatusClass.UNKNOWN),
]


@pytest.mark.parametrize(("first", "last", "expected"), CLASSES)
def test_a_status_belongs_to_one_class(first: int, last: int, expected: StatusClass) -> None:
    assert {status_class(status) for status in range(first, last + 1)} == {expected}


def test_only_pending_is_not_final() -> None:
    assert [kind for kind in StatusClass if not kind.final] == [StatusClass.PENDING]


def test_every_status_has_words() -> None:
    assert len({status_name(status) for status in range(256)}) >= 200
    assert status_name(0x21) == "phone busy, still trying"
    assert status_name(0x0A) == "reserved value 0x0A, given up"
    assert status_name(0x5A) == "permanent error (0x5A)"
    assert status_name(0xC0) == "reserved (0xC0)"


@pytest.mark.parametrize("status", [-1, 256])
def test_what_is_no_octet_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="0 to 255"):
        status_class(status)
    with pytest.raises(ValueError, match="0 to 255"):
        status_name(status)
