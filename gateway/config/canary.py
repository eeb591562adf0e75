"""`[canary]`: SIMs of the gateway that text one another, to find a modem that drops messages before customers do."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.config.base import Section
from gateway.config.values import DurationOrNever, PositiveDuration, as_tuple


class Canary(Section):
    """`[canary]`: off by default, since each of its messages costs as much as any other."""

    every: DurationOrNever = Field(
        default=None, description='how often each modem sends one to another, such as "6h"; "": never'
    )
    within: PositiveDuration = Field(
        default=timedelta(minutes=10), description="what arrives later, or not at all, counts as lost"
    )
    among: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        default=(), description="those that take part; none: all"
    )
