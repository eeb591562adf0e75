"""What the entries of one person and one scope add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gateway.consent.values import Action, Standing, Status


def fold(entries: Iterable[tuple[datetime, int, Action]]) -> Standing:
    """The standing after all of them, each as (when the person acted, id, action), in any order.

    They count in the order in which people acted: an old list of consents, imported today, does not undo the
    STOP that came after it.
    """
    standing = Standing()
    for at, _, action in sorted(entries):
        standing = after(standing, action, at)
    return standing


def after(standing: Standing, action: Action, at: datetime) -> Standing:
    """The standing after one more entry."""
    match action:
        case Action.GRANT:
            return Standing(status=Status.GRANTED, granted_at=at, since=at)
        case Action.REVOKE:
            return Standing(status=Status.DENIED, since=at)
        case Action.SUSPEND if standing.status not in (Status.SUSPENDED, Status.DENIED):
            return replace(standing, status=Status.SUSPENDED, before=standing.status, since=at)
        case Action.RESUME if standing.status is Status.SUSPENDED:
            return replace(standing, status=standing.before, before=Status.NONE, since=at)
    return standing
