"""Alerts about the gateway's own modems: opened once, told to `alerts.about_modems`, closed when the reason is gone."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from gateway.clock import to_text
from gateway.config import Settings
from gateway.store import Reader, Tx, alerts, canaries

DUE = timedelta(hours=4)
"""Then everybody is reminded, where nobody has closed it."""


def open_alert(
    tx: Tx,
    rule: str,
    title: str,
    why: str,
    settings: Settings,
    now: datetime,
    modems: Collection[str] = (),
) -> bool:
    """Tell of it, unless the same rule has an alert that is still open, which says `why` now; whether it is new.

    `modems`: those that it is about, where it is over once they are all back.
    """
    body = json.dumps({"message": why, "modems": [*modems]}, ensure_ascii=False)
    standing = canaries.open_alert(tx, rule)
    if standing is not None:
        alerts.reword(tx, standing, body)
        return False
    alerts.open_(
        tx,
        session_id=None,
        inbox_id=None,
        survey="",
        rule=rule,
        severity="high",
        title=title,
        due_at=to_text(now + DUE),
        body=body,
        targets=settings.alerts.about_modems,
        now=to_text(now),
    )
    return True


def alert_is_open(read: Reader, rule: str) -> bool:
    """Whether somebody has still to close it."""
    return canaries.open_alert(read, rule) is not None


def close_alert(tx: Tx, rule: str, note: str, now: datetime) -> None:
    """The reason is gone: nobody has to look any more."""
    alert = canaries.open_alert(tx, rule)
    if alert is not None:
        alerts.close(tx, alert, "gateway", "other", note, to_text(now))


def close_alerts_of(
    tx: Tx, prefix: str, back: Collection[str], note: str, now: datetime, known: Collection[str]
) -> None:
    """Close the alerts whose rule begins so and whose modems, as far as they are `known` still, are all `back`."""
    for alert in alerts.open_rules(tx, prefix):
        if set(json.loads(alert.body).get("modems", [])).intersection(known) <= set(back):
            close_alert(tx, alert.rule, note, now)
