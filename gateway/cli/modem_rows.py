"""The modems as `modem list` and `status` show them: now, or as last seen."""

from __future__ import annotations

from typing import Any

from gateway.cli.context import Context

COLUMNS = ("modem", "state", "operator", "signal", "sim", "model", "sent_today", "reason")


def modem_row(entry: dict[str, Any]) -> dict[str, Any]:
    """One modem as a table shows it."""
    identity, health, sent = entry.get("identity") or {}, entry.get("health") or {}, entry.get("sent") or {}
    return {
        "modem": entry["modem"],
        "state": "paused" if entry.get("paused") else entry["state"],
        "operator": health.get("operator"),
        "signal": health.get("signal"),
        "sim": identity.get("number") or identity.get("imsi"),
        "model": " ".join(filter(None, (identity.get("manufacturer"), identity.get("model")))),
        "sent_today": sent.get("day"),
        "reason": _reason(entry),
    }


def _reason(entry: dict[str, Any]) -> str | None:
    """Why it is out, and what the gateway does about it (docs/operations.md#recovery-ladder)."""
    reason, step = entry.get("reason"), entry.get("recovery")
    return f"{reason or ''} [recovery: {step}]".strip() if step else reason


def modem_entries(context: Context) -> list[dict[str, Any]]:
    """What the daemon says of its modems, or what was last seen of them. Raises Failure."""
    from gateway import control
    from gateway.store import modems

    try:
        found: list[dict[str, Any]] = control.ask(context.database_path(), "status")["modems"]
        return found
    except control.NotRunning:
        with context.store().read() as read:
            known = {row.name: row for row in modems.list_states(read)}
        names = [*context.settings_or_defaults().modems] or [*known]
        return [_as_last_seen(name, known.get(name)) for name in names]


def _as_last_seen(name: str, row: Any) -> dict[str, Any]:
    if row is None:
        return {"modem": name, "state": "unseen", "reason": "the daemon has not run with it yet"}
    return {
        "modem": name,
        "state": "stopped",
        "paused": row.paused,
        "reason": f"the daemon does not run; last: {row.state}",
        **(row.detail or {}),
    }
