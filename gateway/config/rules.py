"""`[policy]`, `[alerts]` and `[retention]`: when and to whom, who is told, and what is kept how long.

The defaults are those of good manners: commercial messages and surveys by day and not on Sundays; what an
application sends as `service` goes at any hour, unless the operator says otherwise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from gateway.config.base import Section
from gateway.config.values import Cap, Caps, DurationOrNever, PositiveDuration, Prefixes, TimeOfDay, as_tuple

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKING: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat")
ALL_DAYS: tuple[Day, ...] = (*WORKING, "sun")


class Window(Section):
    """When messages of one category may be sent, in the recipient's local time."""

    days: Annotated[tuple[Day, ...], BeforeValidator(as_tuple), Field(min_length=1)] = Field(
        default=ALL_DAYS, description="mon to sun"
    )
    start: TimeOfDay = Field(default=0 * 60, description="from, local time of the recipient")
    end: TimeOfDay = Field(default=24 * 60, description="until")
    holidays: bool = Field(default=True, description="on public holidays too")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("start must be before end; a window does not go past midnight")
        return self

    @property
    def always(self) -> bool:
        """Open at every hour of every day."""
        return set(self.days) == set(ALL_DAYS) and (self.start, self.end, self.holidays) == (0, 1440, True)


class SurveyWindow(Window):
    """When surveys may ask."""

    days: Annotated[tuple[Day, ...], BeforeValidator(as_tuple), Field(min_length=1)] = Field(
        default=WORKING, description="mon to sun"
    )
    start: TimeOfDay = Field(default=9 * 60, description="from, local time of the recipient")
    end: TimeOfDay = Field(default=20 * 60 + 30, description="until")
    holidays: bool = Field(default=False, description="on public holidays too")


class CommercialWindow(SurveyWindow):
    """When commercial messages may go."""

    end: TimeOfDay = Field(default=20 * 60, description="until")


class Windows(Section):
    """`[policy.window.*]`, one for each category."""

    survey: SurveyWindow = Field(default_factory=SurveyWindow)
    commercial: CommercialWindow = Field(default_factory=CommercialWindow)
    service: Window = Field(default_factory=Window)


class FrequencyCaps(Section):
    """`[policy.caps]`: how many messages one person may get."""

    commercial: Caps = Field(
        default=(Cap(1, timedelta(days=7)), Cap(4, timedelta(days=30))),
        description="commercial messages to one person",
    )
    service: Caps = Field(default=(), description="service messages; none: no cap")
    total: Caps = Field(default=(Cap(3, timedelta(hours=24)),), description="commercial messages and surveys")


class Consent(Section):
    """`[policy.consent]`: what STOP and a consent mean."""

    stop_scope: Literal["all", "non_service"] = Field(
        default="all", description="what a STOP ends: all | non_service"
    )
    strict_optout_prefixes: Prefixes = Field(
        default=("+1",), description="numbers for which any clear refusal is a STOP"
    )
    consent_max_age: DurationOrNever = Field(
        default=None, description='a consent older than this no longer counts, "1095d"; "": for ever'
    )


class Policy(Section):
    """`[policy]`: which messages may go, and when."""

    only_to: Prefixes = Field(
        default=(), description="prefixes; for a safe trial: any other number is refused"
    )
    promotional: Literal["warn", "refuse", "off"] = Field(
        default="warn", description="advertising words in what is no advertising: warn | refuse | off"
    )
    first_message: Annotated[tuple[Literal["brand", "stop"], ...], BeforeValidator(as_tuple)] = Field(
        default=(),
        description="what the first service message to a person must have: brand (gateway.brand), stop (the word STOP)",
    )
    restricted_senders: Literal["warn", "refuse"] = Field(
        default="warn", description="sending from numbers reserved for persons (French 06/07): warn | refuse"
    )
    window: Windows = Field(default_factory=Windows)
    caps: FrequencyCaps = Field(default_factory=FrequencyCaps)
    consent: Consent = Field(default_factory=Consent)


def read_target(value: Any) -> SecretStr:
    """An address to notify, with its passwords."""
    if not isinstance(value, str) or ":" not in value or value != value.strip():
        raise ValueError("expected a URL such as mailto://user:password@mail.example")
    return SecretStr(value)


class Alerts(Section):
    """`[alerts]`: who is told when a customer is unhappy."""

    show_phone: bool = Field(default=False, description="full phone numbers in notifications")
    about_modems: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        default=(),
        description="who is told about modems (canaries, hubs): names of targets, sms:+33…",
    )
    targets: dict[str, Annotated[SecretStr, BeforeValidator(read_target)]] = Field(
        default_factory=dict,
        description="any apprise URL; the `to` of a survey may name it",
        examples=[{"team": "mailto://user:password@mail.example"}],
    )


class Retention(Section):
    """`[retention]`: what is kept how long; `smsgw db prune` and a daily job see to it."""

    texts: PositiveDuration = Field(default=timedelta(days=396), description="texts of messages")
    logs: PositiveDuration = Field(
        default=timedelta(days=396), description="events, attempts, reports, policy decisions"
    )
    contacts: PositiveDuration = Field(
        default=timedelta(days=1096), description="people with whom nothing was exchanged any more"
    )
    revocations: PositiveDuration = Field(default=timedelta(days=1096), description="a STOP, at least")
    grants: PositiveDuration = Field(default=timedelta(days=1826), description="an ended consent")
