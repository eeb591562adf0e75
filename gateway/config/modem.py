"""`[modems.NAME]` and `[throttle]`: one modem, and how fast it may send."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.base import Section
from gateway.config.values import Duration, PositiveDuration, Prefixes, as_tuple, path

CategoryName = Literal["service", "commercial", "survey", "ack", "staff"]
CATEGORIES: tuple[CategoryName, ...] = ("service", "commercial", "survey", "ack", "staff")

Limit = Annotated[int, Field(ge=0)]

BAUDRATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


class Throttle(Section):
    """How many message parts a modem may put on air; rolling windows, the month is the calendar month."""

    min_interval: Duration = Field(
        default=timedelta(seconds=0), description="between the starts of two parts, at least"
    )
    per_minute: Limit = Field(default=0, description="parts in any 60 seconds; 0: no limit")
    per_hour: Limit = Field(default=0, description="parts in any hour")
    per_day: Limit = Field(default=0, description="parts in any 24 hours")
    recipients_per_month: Limit = Field(
        default=0, description="different recipients in a calendar month, as consumer plans count them"
    )

    @property
    def unlimited(self) -> bool:
        """Whether nothing but the modem itself sets the pace."""
        return not (self.min_interval or self.per_minute or self.per_hour or self.per_day)


class ThrottleChange(Section):
    """What one modem does differently from `[throttle]`; None: the same."""

    min_interval: Duration | None = None
    per_minute: Limit | None = None
    per_hour: Limit | None = None
    per_day: Limit | None = None
    recipients_per_month: Limit | None = None

    def over(self, default: Throttle) -> Throttle:
        """The limits that hold for this modem."""
        return default.model_copy(update=self.model_dump(exclude_none=True))


def read_port(value: Any) -> str:
    """The forms of a port: an absolute path, socket://, rfc2217://, sim:."""
    if not isinstance(value, str) or not value or value != value.strip() or not value.isprintable():
        raise ValueError('expected a port such as "/dev/serial/by-id/…", in quotes')
    if value.startswith(("socket://", "rfc2217://")):
        return _network_port(value)
    if value.startswith(("/", "sim:")):
        return value
    if re.fullmatch(r"(?i)com\d+", value):
        raise ValueError("a Windows port; on Linux it is a path below /dev: `smsgw modem detect` finds it")
    raise ValueError(
        'expected an absolute path ("/dev/serial/by-id/…"), "socket://host:port", "rfc2217://host:port"'
        ' or "sim:"'
    )


def _network_port(value: str) -> str:
    parts = urlsplit(value)
    try:
        whole = bool(parts.hostname and parts.port)
    except ValueError:
        whole = False
    if not whole:
        raise ValueError(f'expected "{parts.scheme}://host:port" with a port from 1 to 65535')
    return value


def read_baudrate(value: int) -> int:
    """A speed that serial ports have."""
    if value not in BAUDRATES:
        raise ValueError("expected one of " + ", ".join(map(str, BAUDRATES)))
    return value


def read_imei(value: Any) -> str:
    """The number of the modem itself: 15 digits (some sticks tell 14 or 16), however they are spaced."""
    digits = re.sub(r"[\s\-/]", "", value) if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{14,16}", digits):
        raise ValueError("expected the 15 digits that the modem answers to AT+CGSN, in quotes")
    return digits


def read_pin_file(value: Any) -> Any:
    """The path of a PIN file, never the PIN."""
    if isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"\s*[0-9]{4,8}\s*", value)):
        raise ValueError("this is a PIN; write the PIN into a file that only smsgw reads, and its path here")
    return path(value)


def read_smsc(value: Any) -> str:
    """The number of a service centre, or "" to keep the SIM's own."""
    digits = re.sub(r"[\s.\-]", "", value) if isinstance(value, str) else "?"
    if not re.fullmatch(r"(\+?[0-9]{3,20})?", digits):
        raise ValueError('expected the number of a service centre such as "+33609001390", or ""')
    return digits


def at_command(value: Any) -> str:
    """One AT command line for the initialisation, without its end of line."""
    if not isinstance(value, str) or not re.fullmatch(r"(?i)AT[\x20-\x7e]{1,250}", value):
        raise ValueError('expected an AT command such as "AT+CNMI=2,1,0,2,0", without control characters')
    return value


class Modem(Section):
    """One modem. Either `port` or `imei` says where it is."""

    port: Annotated[str, BeforeValidator(read_port)] | None = Field(
        default=None,
        description="where it is; or imei. socket://host:port, rfc2217://host:port, sim: for a simulated one",
        examples=["/dev/serial/by-id/usb-HUAWEI_Mobile-if02-port0"],
    )
    imei: Annotated[str, BeforeValidator(read_imei)] | None = Field(
        default=None,
        description="instead of port: found under whatever name it comes back",
        examples=["356938035643809"],
    )
    driver: Literal["at", "gsmmodem"] = Field(
        default="at", description="at | gsmmodem (through python-gsmmodem-new, where it is installed)"
    )
    baudrate: Annotated[int, AfterValidator(read_baudrate)] = Field(
        default=115200, description="of a serial line; USB ignores it"
    )
    pin_file: Annotated[Path | None, BeforeValidator(read_pin_file)] = Field(
        default=None,
        description="a file with the SIM's PIN, readable by smsgw alone (mode 0600)",
        examples=["/etc/smsgw/sim1.pin"],
    )
    routes: Prefixes = Field(default=(), description="prefixes it serves; none: all", examples=[["+33"]])
    allow: Annotated[tuple[CategoryName, ...], BeforeValidator(as_tuple), Field(min_length=1)] = Field(
        default=CATEGORIES,
        description="what its SIM may send: service, commercial, survey, ack (answers), staff (alerts)",
    )
    throttle: ThrottleChange = Field(
        default_factory=ThrottleChange,
        description="what differs from [throttle]",
        examples=[{"per_minute": 10, "per_day": 600}],
    )
    command_timeout: PositiveDuration = Field(
        default=timedelta(seconds=10), description="for an ordinary command, and for the prompt"
    )
    submit_timeout: PositiveDuration = Field(
        default=timedelta(seconds=180),
        description="from the text to the network's answer, after which the outcome is unknown",
    )
    smsc: Annotated[str, BeforeValidator(read_smsc)] = Field(
        default="", description="only to change the SIM's own service centre", examples=["+33609001390"]
    )
    number: str = Field(
        default="",
        description="the SIM's own number, where the SIM does not tell it; for the canaries",
        examples=["+33612345678"],
    )
    roaming: bool = Field(default=False, description="may it send abroad")
    storage: Literal["auto", "SM", "ME"] = Field(
        default="auto", description="where it keeps messages: auto, or SM or ME to force one"
    )
    usb_power: Literal["never", "authorized", "uhubctl"] = Field(
        default="never",
        description="when nothing else helps: never | authorized | uhubctl",
    )
    init: Annotated[tuple[Annotated[str, BeforeValidator(at_command)], ...], BeforeValidator(as_tuple)] = (
        Field(default=(), description="extra AT commands at initialisation")
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.port is None) == (self.imei is None):
            raise ValueError("needs either port or imei" + ("" if self.port is None else ", not both"))
        return self

    @property
    def simulated(self) -> bool:
        """A simulated modem, started by the driver itself."""
        return (self.port or "").startswith("sim:")
