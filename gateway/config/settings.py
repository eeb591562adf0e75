"""The whole configuration as one frozen value. Descriptions of the fields are the comments of the example."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.base import Section
from gateway.config.canary import Canary
from gateway.config.modem import Modem, Throttle
from gateway.config.rules import Alerts, Policy, Retention
from gateway.config.values import FilePath, PositiveDuration
from gateway.model import OnUnknown


def read_region(value: Any) -> str:
    """A country that phonenumbers knows, ISO 3166, two letters."""
    from phonenumbers import SUPPORTED_REGIONS  # a quarter of the start-up time: only when it is asked

    code = value.upper() if isinstance(value, str) else ""
    if code not in SUPPORTED_REGIONS:
        raise ValueError('expected a country in two letters, such as "FR"')
    return code


def read_timezone(value: Any) -> str:
    """A zone of the tz database."""
    try:
        return ZoneInfo(value).key
    except (OSError, ValueError, TypeError, KeyError):
        near = difflib.get_close_matches(str(value), available_timezones(), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'expected a time zone such as "Europe/Paris"{hint}') from None


def read_on_unknown(value: Any) -> OnUnknown:
    """What becomes of a submission whose outcome nobody knows."""
    try:
        return OnUnknown(value)
    except ValueError:
        raise ValueError('expected "hold", "resend" or "fail"') from None


def read_name(value: str) -> str:
    """The name of a modem, as the command line and the database take it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", value):
        raise ValueError("no good name for a modem: letters, digits, - and _, at most 32")
    return value


def shared_places(places: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Modems that stand where another one stands: (name, what to say) for each. `places`: port and IMEI."""
    first: dict[Any, str] = {}
    found = []
    for name, (port, imei) in places.items():
        place = port or (re.sub(r"\D", "", imei) if isinstance(imei, str) else None)
        if not isinstance(place, str) or place.startswith("sim:"):
            continue
        if place in first:
            found.append((name, f"the same {'port' if port else 'imei'} as modems.{first[place]}: {place}"))
        first.setdefault(place, name)
    return found


class Gateway(Section):
    """`[gateway]`: who we are and where things lie."""

    brand: str = Field(
        default="",
        description="who writes: {brand} in every text of the gateway itself",
        examples=["Bricolo"],
    )
    contact: str = Field(
        default="", description="a person to reach, in the help text", examples=["01 23 45 67 89"]
    )
    database: FilePath = Field(
        default=Path("/var/lib/smsgw/gateway.db"),
        description="the SQLite file; a relative path is taken from the folder of this one",
    )
    surveys: FilePath = Field(default=Path("/etc/smsgw/surveys"), description="a folder of survey files")
    region: Annotated[str, BeforeValidator(read_region)] = Field(
        default="FR", description="how numbers without a + are read"
    )
    timezone: Annotated[str, BeforeValidator(read_timezone)] = Field(
        default="Europe/Paris", description="for the calendar month of the throttle, and for what people read"
    )
    on_unknown: Annotated[OnUnknown, BeforeValidator(read_on_unknown)] = Field(
        default=OnUnknown.HOLD,
        description="hold | resend | fail: a submission whose outcome is unknown, once no report came"
        " within unknown_after",
    )
    unknown_after: PositiveDuration = Field(
        default=timedelta(minutes=15), description="how long a status report is waited for then"
    )
    max_parts: int = Field(default=10, ge=1, le=255, description="a longer text is refused, with the count")
    stop_timeout: PositiveDuration = Field(
        default=timedelta(seconds=60),
        description="SIGTERM waits at most this for a send in flight, then records it as unknown",
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone of `timezone`."""
        return ZoneInfo(self.timezone)


class Settings(Section):
    """Everything that config.toml says."""

    gateway: Gateway = Field(default_factory=Gateway)
    throttle: Throttle = Field(default_factory=Throttle)
    modems: dict[Annotated[str, AfterValidator(read_name)], Modem] = Field(default_factory=dict)
    policy: Policy = Field(default_factory=Policy)
    canary: Canary = Field(default_factory=Canary)
    alerts: Alerts = Field(default_factory=Alerts)
    retention: Retention = Field(default_factory=Retention)

    @model_validator(mode="after")
    def _each_its_own(self) -> Self:
        places = {name: (modem.port, modem.imei) for name, modem in self.modems.items()}
        for _, what in shared_places(places):
            raise ValueError(what)
        return self

    @model_validator(mode="after")
    def _brand_to_look_for(self) -> Self:
        if "brand" in self.policy.first_message and not self.gateway.brand:
            raise ValueError("policy.first_message asks for the brand, and gateway.brand is empty")
        return self

    @model_validator(mode="after")
    def _known_by_name(self) -> Self:
        for name in self.canary.among:
            if name not in self.modems:
                raise ValueError(f"canary.among: no modem is named {name}")
        for target in self.alerts.about_modems:
            if ":" not in target and target not in self.alerts.targets:
                raise ValueError(f"alerts.about_modems: no target is named {target}")
        return self

    def throttle_for(self, name: str) -> Throttle:
        """The limits of one modem: `[throttle]`, changed by its own. Raises KeyError for an unknown name."""
        return self.modems[name].throttle.over(self.throttle)

    def below(self, folder: Path) -> Settings:
        """The same with relative paths taken from `folder`."""
        gateway = self.gateway.model_copy(
            update={"database": folder / self.gateway.database, "surveys": folder / self.gateway.surveys}
        )
        modems = {
            name: modem.model_copy(update={"pin_file": modem.pin_file and folder / modem.pin_file})
            for name, modem in self.modems.items()
        }
        return self.model_copy(update={"gateway": gateway, "modems": modems})
