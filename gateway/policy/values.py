"""What policy is asked, what it knows, and what it answers. Times are aware, UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers import Alphabet
from gateway.config import Settings
from gateway.consent import Standing
from gateway.model import Category
from gateway.politeness import Cap, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator configured; left out, nothing is asked for."""

    region: str = "FR"
    max_parts: int = 10
    only_to: tuple[str, ...] = ()
    """Prefixes in E.164 of the only numbers that may be written to; none: all."""
    zone: str = "Europe/Paris"
    """The gateway's own: where a number tells no other."""
    brand: str = ""
    survey: Window = field(default_factory=Window)
    commercial: Window = field(default_factory=Window)
    service: Window = field(default_factory=Window)
    commercial_caps: tuple[Cap, ...] = ()
    service_caps: tuple[Cap, ...] = ()
    total_caps: tuple[Cap, ...] = ()
    """Over commercial messages and surveys together."""
    consent_max_age: timedelta | None = None
    promotional: str = "off"
    """warn, refuse or off: advertising words in what is no advertising."""
    restricted_senders: str = "warn"
    """warn or refuse: sending from numbers that are reserved for persons."""
    first_message: tuple[str, ...] = ()
    """brand, stop: what the first service message to a person must have."""
    allow: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(modem, categories that its SIM may send); a modem that is not named may send all."""

    def window(self, category: str) -> Window:
        """The window of a category; answers fall back to that of surveys, our own staff has none."""
        match category:
            case Category.COMMERCIAL:
                return self.commercial
            case Category.SERVICE:
                return self.service
            case Category.STAFF:
                return Window()
        return self.survey

    def caps(self, category: str) -> tuple[Cap, ...]:
        """The caps of a category by itself; those over several are `total_caps`."""
        match category:
            case Category.COMMERCIAL:
                return self.commercial_caps
            case Category.SERVICE:
                return self.service_caps
        return ()

    def all_caps(self, category: str) -> tuple[Cap, ...]:
        """The caps that count for a category, its own and those over several."""
        return (*self.caps(category), *(self.total_caps if category in COUNTED_TOGETHER else ()))

    def counted(self, category: str) -> tuple[str, ...]:
        """The categories whose messages the caps of a category count."""
        together = COUNTED_TOGETHER if category in COUNTED_TOGETHER and self.total_caps else ()
        return tuple(dict.fromkeys((category, *together)))

    def asks_who(self, category: str) -> bool:
        """Whether it matters for a category if the person was written to before."""
        return category == Category.COMMERCIAL or (category == Category.SERVICE and bool(self.first_message))

    def allows(self, modem: str, category: str) -> bool:
        """Whether a modem's SIM may send a category."""
        return category in dict(self.allow).get(modem, (category,))

    def timed(self, category: str) -> bool:
        """Whether the hour, or what went before, matters for a category at all."""
        return bool(self.all_caps(category)) or not self.window(category).always


COUNTED_TOGETHER = (Category.COMMERCIAL, Category.SURVEY)
"""What `total_caps` counts."""


def rules_of(settings: Settings) -> Rules:
    """The rules as the configuration has them."""
    gateway, policy = settings.gateway, settings.policy
    windows = {
        name: Window(days=tuple(each.days), start=each.start, end=each.end, holidays=each.holidays)
        for name, each in (
            ("survey", policy.window.survey),
            ("commercial", policy.window.commercial),
            ("service", policy.window.service),
        )
    }
    caps = {
        f"{name}_caps": tuple(Cap(each.count, each.period) for each in getattr(policy.caps, name))
        for name in ("commercial", "service", "total")
    }
    return Rules(
        region=gateway.region,
        max_parts=gateway.max_parts,
        only_to=tuple(policy.only_to),
        zone=gateway.timezone,
        brand=gateway.brand,
        survey=windows["survey"],
        commercial=windows["commercial"],
        service=windows["service"],
        commercial_caps=caps["commercial_caps"],
        service_caps=caps["service_caps"],
        total_caps=caps["total_caps"],
        consent_max_age=policy.consent.consent_max_age,
        promotional=policy.promotional,
        restricted_senders=policy.restricted_senders,
        first_message=tuple(policy.first_message),
        allow=tuple((name, tuple(modem.allow)) for name, modem in settings.modems.items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why a row of the gateway's own exists, as far as policy looks at it."""

    purpose: str | None = None
    by_hand: bool = False
    """An operator wrote it."""
    answers: datetime | None = None
    """When the customer wrote what it answers."""
    overtaken: bool = False
    """The customer has said STOP since."""
    sunday: bool = False
    """Its survey may ask on Sundays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What policy looks at of an outgoing row."""

    recipient: str
    body: str
    category: str
    own: bool
    """The gateway itself wrote the row."""
    id: int = 0
    """Of the row; it spreads what waits for a window."""
    errand: Errand = field(default_factory=Errand)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the recipient, for the category that is asked about."""

    standing: Standing = field(default_factory=Standing)
    disputed: bool = False
    met: bool = False
    """We have written to each other before; looked up only where it matters."""
    consent_names_sms: bool = False
    """The consent in force speaks of text messages; the same."""
    lives_in: str | None = None
    """The zone of the contact, where it is known."""
    sent: tuple[tuple[str, datetime], ...] = ()
    """(category, when) of what was submitted to the person, as far back as the caps look."""


STRANGER = Facts()
"""Of somebody about whom nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """It may go, as far as policy is concerned; when is another question."""

    number: str
    alphabet: Alphabet
    parts: tuple[str, ...]
    facts: Facts = STRANGER
    advertising: tuple[str, ...] = ()
    """Advertising words in it, where they are only warned of."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """It may never go; `reason` is what `outbox.reason` will say."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferral:
    """It may go, but not before `until`; `reason` is what `outbox.reason` will say."""

    until: datetime
    reason: str
