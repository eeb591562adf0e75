"""What an alert says, as data for programs and as text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from gateway import numbers
from gateway.clock import from_text
from gateway.store import Reader, alerts, sessions
from gateway.store.alerts import Alert
from gateway.store.notices import Notice

SMS_LENGTH = 300
"""Characters of an alert by SMS: two parts."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, ready to be told."""

    title: str
    text: str
    facts: dict[str, Any]
    """For programs, as JSON."""

    @property
    def short(self) -> str:
        """For an SMS."""
        words = " / ".join(line for line in (self.title, *self.text.splitlines()) if line)
        return words if len(words) <= SMS_LENGTH else words[: SMS_LENGTH - 1] + "…"


def compose(read: Reader, notice: Notice, zone: tzinfo, *, show_phone: bool) -> Told | None:
    """What is told now; None where the alert is gone."""
    alert = alerts.get(read, notice.alert_id)
    if alert is None:
        return None
    facts = facts_of(read, alert, show_phone=show_phone) | {"occasion": notice.occasion}
    title = f"[{alert.severity}] {alert.title}"
    if notice.occasion != "opened":
        title += f" ({notice.occasion})"
    return Told(_plain(title), "\n".join(map(_plain, _lines(facts, zone))), facts)


def _plain(text: str) -> str:
    """On one line, nothing that a terminal or a mail's header would obey: customers' words stand in these texts."""
    return "".join(character if character.isprintable() else " " for character in text)


def facts_of(read: Reader, alert: Alert, *, show_phone: bool) -> dict[str, Any]:
    """Everything about an alert, the customer's number masked unless it may be shown."""
    body = json.loads(alert.body)
    row = None if alert.session_id is None else sessions.get(read, alert.session_id)
    phone = None if row is None or row.recipient is None else row.recipient
    context = {} if row is None or row.recipient is None else json.loads(row.context)
    return {
        "alert": alert.id,
        "severity": alert.severity,
        "title": alert.title,
        "survey": alert.survey,
        "survey_title": body.get("title"),
        "event": body.get("event") or None,
        "name": context.get("prenom") or context.get("first_name") or None,
        "phone": phone if phone is None or show_phone else numbers.mask(phone),
        "session": alert.session_id,
        "answers": body.get("answers", []),
        "message": body.get("message"),
        "opened_at": alert.opened_at,
        "due_at": alert.due_at,
        "command": f"smsgw alert show {alert.id}",
    }


def _lines(facts: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    who = (facts["survey_title"], facts["event"], facts["name"], facts["phone"])
    yield ", ".join(str(each) for each in who if each)
    for answer in facts["answers"]:
        yield _answer(answer)
    quoted = {answer["words"] for answer in facts["answers"]}
    if facts["message"] and facts["message"] not in quoted and not facts["answers"]:
        yield f"« {facts['message']} »"
    yield f"due {from_text(facts['due_at']).astimezone(zone):%Y-%m-%d %H:%M}"
    yield str(facts["command"])


def _answer(answer: dict[str, Any]) -> str:
    value = answer["value"] if answer["value"] is not None else answer["status"]
    scale = f" ({answer['scale']})" if answer["scale"] else ""
    words = f" « {answer['words']} »" if answer["words"] and answer["words"] != answer["value"] else ""
    return f"{answer['question']}: {value}{scale}{words}{' (late)' if answer['late'] else ''}"
