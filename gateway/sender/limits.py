"""The limits of one modem, from the configuration."""

from __future__ import annotations

from gateway.config import Settings
from gateway.throttle import Limits


def limits_of(settings: Settings, name: str) -> Limits:
    """`[throttle]` and the modem's own limits taken together. Raises KeyError for an unknown name."""
    return Limits(**settings.throttle_for(name).model_dump())
