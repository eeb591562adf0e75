"""`smsgw outbox show`: the life of one message, for a person who asks what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.outbox import columns_of
from gateway.cli.output import local_time, write_facts, write_json
from gateway.cli.terminal import one_line
from gateway.clock import from_text, to_text
from gateway.model import State

if TYPE_CHECKING:
    from gateway.gates import Gate
    from gateway.store.events import Event
    from gateway.store.life import Life, StatusReport
    from gateway.store.rows import Attempt


@dataclass(frozen=True, slots=True)
class View:
    """How a life is shown: the zone of its times, and whether numbers are whole."""

    zone: tzinfo
    number: Callable[[str], str]

    def time(self, text: str | None) -> str:
        """A time of the database to the second."""
        return local_time(text, self.zone)

    def exact(self, text: str) -> str:
        """A time to the millisecond: what happened within one second is in order, too."""
        try:
            return from_text(text).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        except ValueError:
            return text


def show_message(context: Context, message_id: int, *, show_phone: bool) -> None:
    """Print it. Raises Failure where there is no such message."""
    from gateway import control, gates, numbers
    from gateway.store.life import life

    settings = context.settings_or_defaults()
    store = context.store(create=False)
    now = context.clock.now()
    with store.read() as read:
        found = life(read, message_id)
    if found is None:
        raise Failure(f"there is no message {message_id}", "smsgw outbox list shows the newest")
    waiting = []
    if found.message.state == State.QUEUED:
        running = control.running(context.database_path())
        waiting = gates.gates(store, settings, found.message, now, running=running)
    earliest = gates.earliest(waiting, now) if waiting else None
    if context.json:
        write_json(_object(found, waiting, earliest))
        return
    view = View(settings.gateway.zone, str if show_phone else numbers.mask)
    _message(found, view)
    for title, lines in (("parts", _parts(found, view)), ("events", _events(found, view))):
        _section(title, list(lines))
    _section("what it still has to pass", list(_gates(waiting, view, earliest, now)))


def _object(found: Life, waiting: list[Gate], earliest: datetime | None) -> dict[str, Any]:
    gates = [
        {"name": gate.name, "passed": gate.passed, "detail": gate.detail, "earliest": _text(gate.earliest)}
        for gate in waiting
    ]
    lists = {
        name: [asdict(each) for each in getattr(found, name)] for name in ("parts", "attempts", "reports")
    }
    events = [asdict(event) | {"detail": dict(event.detail)} for event in found.events]
    origin = None if found.origin is None else asdict(found.origin)
    return {
        **columns_of(found.message),
        "life": {**lists, "events": events, "origin": origin},
        "gates": gates,
        "earliest": _text(earliest),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def _message(found: Life, view: View) -> None:
    row = found.message
    origin = found.origin
    write_facts(
        [
            ("message", f"{row.id} (times: {view.zone})"),
            ("state", f"{row.state} ({row.reason})" if row.reason else row.state),
            ("to", view.number(row.number or row.recipient)),
            ("text", row.body),
            ("category", f"{row.category}, priority {row.priority}"),
            ("campaign", row.campaign),
            ("dedupe key", row.dedupe_key),
            ("context", row.context),
            ("only by", row.modem),
            ("created", view.time(row.created_at)),
            ("not before", view.time(row.not_before)),
            ("expires", view.time(row.expires_at)),
            ("sent", view.time(row.sent_at)),
            ("delivered", view.time(row.delivered_at)),
            ("modem", row.modem_used),
            ("attempts", row.attempts or None),
            ("answers", origin and origin.inbox_id and f"inbox {origin.inbox_id}"),
            ("written by", origin and origin.actor),
        ]
    )


def _section(title: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"\n{title}")
        for line in lines:
            click.echo(f"  {one_line(line)}")


def _parts(found: Life, view: View) -> Iterator[str]:
    """Each part, the attempts to send it, and what the network reported of each."""
    for part in found.parts:
        yield f"part {part.sequence} of {len(found.parts)}: {part.state}"
        for attempt in found.attempts:
            if attempt.sequence == part.sequence:
                yield f"  {_attempt(attempt, view)}"
                mine = [report for report in found.reports if report.attempt_id == attempt.id]
                yield from (f"    {_report(report, view)}" for report in mine)


def _attempt(attempt: Attempt, view: View) -> str:
    facts = [
        attempt.outcome.value.replace("_", " "),
        attempt.code,
        attempt.detail,
        None if attempt.reference is None else f"reference {attempt.reference}",
        None if attempt.seconds is None else f"after {attempt.seconds:.1f} s",
    ]
    place = f"{attempt.modem} (SIM {attempt.sim})"
    return f"{view.exact(attempt.at)}  {place}  " + ", ".join(fact for fact in facts if fact)


def _report(report: StatusReport, view: View) -> str:
    from drivers import status_class, status_name

    verdict = status_class(report.status).value.replace("_", " ")
    return f"{view.exact(report.received_at)}  report: {verdict}, {status_name(report.status)} (0x{report.status:02X})"


def _events(found: Life, view: View) -> Iterator[str]:
    for event in found.events:
        yield f"{view.exact(event.at)}  {_event(event)}"


def _event(event: Event) -> str:
    detail = " ".join(f"{key}={value}" for key, value in event.detail.items() if value not in (None, ""))
    return "  ".join(part for part in (f"{event.kind:<11}", event.modem, detail) if part)


def _gates(waiting: list[Gate], view: View, earliest: datetime | None, now: datetime) -> Iterator[str]:
    """What is passed and what is not, then when it can go."""
    for gate in waiting:
        when = (
            f" (not before {view.time(to_text(gate.earliest))})" if gate.earliest and not gate.passed else ""
        )
        yield f"{'passed' if gate.passed else 'waits '}  {gate.name}: {gate.detail}{when}"
    if earliest is not None:
        yield "it can go " + (
            "now" if earliest <= now else f"at {view.time(to_text(earliest))} at the earliest"
        )
    elif waiting:
        yield "it cannot go by itself: see what waits above"
