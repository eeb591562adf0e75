"""`smsgw alert`: unhappy customers, and who called them back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import local_time, rows_options, write_facts, write_json, write_rows
from gateway.cli.terminal import one_line
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.store import Reader
    from gateway.store.alerts import Alert

OUTCOMES = ("called", "refunded", "no_answer", "other")
COLUMNS = (
    "id",
    "survey",
    "session_id",
    "inbox_id",
    "rule",
    "severity",
    "title",
    "state",
    "overdue",
    "opened_at",
    "due_at",
    "ack_at",
    "ack_by",
    "closed_at",
    "closed_by",
    "outcome",
    "note",
    "body",
)
SHOWN = ("id", "severity", "state", "due_at", "survey", "session_id", "title", "words")

ALL = "smsgw alert list --all shows them"

ID = click.argument("alert_id", metavar="ID", type=click.IntRange(min=1))
BY = click.option("--by", metavar="NAME", help="Who; else the user of this shell.")


@click.group()
def alert() -> None:
    """Unhappy customers, and who called them back."""


@alert.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are closed, too.")
@click.option("--survey", metavar="SURVEY", help="Of this survey only.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0: all.")
@rows_options
@click.pass_obj
def list_(context: Context, every: bool, survey: str | None, limit: int) -> None:
    """What is to be done: overdue first, then the most severe."""
    from gateway.store import alerts

    zone = context.settings_or_defaults().gateway.zone
    now = to_text(context.clock.now())
    with context.store(create=False).read() as read:
        found = alerts.list_rows(read, now, every=every, survey=survey, limit=limit or -1)
    rows = [columns_of(each, now) for each in found]
    whole = context.json or context.csv
    write_rows(
        context,
        COLUMNS if whole else SHOWN,
        rows if whole else ({**row, "words": _words(row["body"])} for row in rows),
        shown={"due_at": lambda text: local_time(text, zone)},
        none="no alert is open",
    )


@alert.command()
@ID
@click.option("--show-phone", is_flag=True, help="The customer's whole number.")
@click.pass_obj
def show(context: Context, alert_id: int, show_phone: bool) -> None:
    """One alert: what the customer said, who was told, what was done."""
    from gateway.alerts.notice import facts_of
    from gateway.store import notices as told

    zone = context.settings_or_defaults().gateway.zone
    now = to_text(context.clock.now())
    with context.store(create=False).read() as read:
        found = _get(read, alert_id)
        facts = facts_of(read, found, show_phone=show_phone)
        notices = [asdict(each) for each in told.of_alert(read, alert_id)]
    row = columns_of(found, now)
    if context.json:
        write_json({**row, "name": facts["name"], "phone": facts["phone"], "notices": notices})
        return
    write_facts(
        [
            ("alert", f"{found.id} [{found.severity}] {found.title}"),
            ("state", f"{found.state}{' (overdue)' if row['overdue'] else ''}"),
            ("survey", f"{found.survey}{', session ' + str(found.session_id) if found.session_id else ''}"),
            ("event", facts["event"]),
            ("customer", ", ".join(str(each) for each in (facts["name"], facts["phone"]) if each)),
            *((f"  {each['question']}", _said(each)) for each in facts["answers"]),
            ("message", facts["message"]),
            ("opened", local_time(found.opened_at, zone)),
            ("due", local_time(found.due_at, zone)),
            ("acknowledged", _by(found.ack_at and local_time(found.ack_at, zone), found.ack_by)),
            ("closed", _by(found.closed_at and local_time(found.closed_at, zone), found.closed_by)),
            ("outcome", found.outcome),
            ("note", found.note),
        ]
    )
    for each in notices:
        why = f": {each['error']}" if each["error"] else ""
        click.echo(
            one_line(f"{each['occasion']} → {each['target']}  {each['state']}, {each['tries']} tries{why}")
        )


@alert.command()
@ID
@BY
@click.pass_obj
def ack(context: Context, alert_id: int, by: str | None) -> None:
    """Say that somebody takes care of it."""
    from gateway.store import Conflict, alerts

    with context.store(create=False).write() as tx:
        try:
            alerts.acknowledge(tx, alert_id, by or operator(), to_text(context.clock.now()))
        except Conflict as error:
            raise Failure(str(error), ALL) from error
    _done(context, alert_id, "acknowledged")


@alert.command()
@ID
@BY
@click.option(
    "--outcome", type=click.Choice(OUTCOMES), default="other", show_default=True, help="How it ended."
)
@click.option("--note", default="", metavar="TEXT", help="What else there is to say.")
@click.pass_obj
def close(context: Context, alert_id: int, by: str | None, outcome: str, note: str) -> None:
    """Say that it is dealt with."""
    from gateway.store import Conflict, alerts

    with context.store(create=False).write() as tx:
        try:
            alerts.close(tx, alert_id, by or operator(), outcome, note, to_text(context.clock.now()))
        except Conflict as error:
            raise Failure(str(error), ALL) from error
    _done(context, alert_id, "closed")


def columns_of(row: Alert, now: str) -> dict[str, Any]:
    """An alert as its columns stand in the database, and whether it is overdue."""
    overdue = row.state in ("open", "acknowledged") and row.due_at < now
    return {**asdict(row), "body": json.loads(row.body), "overdue": int(overdue)}


def _get(read: Reader, alert_id: int) -> Alert:
    from gateway.store import alerts

    found = alerts.get(read, alert_id)
    if found is None:
        raise Failure(f"there is no alert {alert_id}", ALL)
    return found


def _done(context: Context, alert_id: int, state: str) -> None:
    if context.json:
        write_json({"id": alert_id, "state": state})
    else:
        click.echo(f"alert {alert_id} is {state}")


def _words(body: dict[str, Any]) -> str:
    """The customer's own words, in short."""
    words = [_said(each) for each in body.get("answers", [])]
    return "; ".join(words) or str(body.get("message") or "")


def _said(answer: dict[str, Any]) -> str:
    value = answer["value"] if answer["value"] is not None else answer["status"]
    words = f" « {answer['words']} »" if answer["words"] and answer["words"] != answer["value"] else ""
    return f"{value}{' (' + answer['scale'] + ')' if answer['scale'] else ''}{words}"


def _by(at: str | None, who: str | None) -> str | None:
    return f"{at} by {who}" if at else None
