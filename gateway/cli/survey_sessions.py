"""`smsgw survey list / sessions / show`: which surveys there are, who is asked, and how one conversation went."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

import click

from gateway.cli import times
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.output import local_time, rows_options, write_facts, write_json, write_rows
from gateway.cli.terminal import one_line
from gateway.clock import to_text

STATES = (
    "scheduled",
    "inviting",
    "awaiting",
    "completed",
    "expired",
    "abandoned",
    "stopped",
    "undeliverable",
    "refused",
    "cancelled",
)
COLUMNS = (
    "id",
    "survey",
    "recipient",
    "modem",
    "state",
    "question",
    "invited_at",
    "ended_at",
    "disposition",
    "context",
    "version",
    "language",
    "event_ref",
    "event_at",
    "created_at",
    "delivered_at",
    "answered_at",
    "reason",
    "late",
    "invitation_id",
)
SHOWN = ("id", "survey", "recipient", "state", "question", "invited_at", "disposition", "reason")


@click.command("list")
@rows_options
@click.pass_obj
def list_(context: Context) -> None:
    """The surveys of the folder: the version in force, how many were asked, what is wrong with a file."""
    from gateway.store import sessions, surveys

    with context.store(create=False).read() as read:
        current = {each.survey: each for each in surveys.current(read)}
        files = {each.survey: each for each in surveys.files(read)}
        counts = sessions.counts(read)
    rows = []
    for name in sorted({*current, *files, *counts}):
        states = counts.get(name, {})
        problem = files[name].problem if name in files else "the file is gone: no new sessions"
        rows.append(
            {
                "survey": name,
                "version": current[name].version if name in current else None,
                "title": current[name].title if name in current else None,
                "sessions": sum(states.values()),
                "open": sum(states.get(state, 0) for state in ("scheduled", "inviting", "awaiting")),
                "completed": states.get("completed", 0),
                "problem": problem,
            }
        )
    columns = ("survey", "version", "title", "sessions", "open", "completed", "problem")
    write_rows(context, columns, rows, none="no survey: put a file into the folder that `surveys` names")


@click.command()
@click.option("--survey", metavar="SURVEY", help="Of this survey only.")
@click.option("--state", type=click.Choice(STATES), help="In this state only.")
@click.option("--recipient", metavar="NUMBER", help="With this person only.")
@click.option("--since", metavar="TIME", help="Begun since: 2h (ago), 18:30, 2026-11-23.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0: all.")
@click.option("--show-phone", is_flag=True, help="Whole numbers in the table.")
@rows_options
@click.pass_obj
def sessions(
    context: Context,
    survey: str | None,
    state: str | None,
    recipient: str | None,
    since: str | None,
    limit: int,
    show_phone: bool,
) -> None:
    """Who was asked, the newest first; --json and --csv have every column."""
    from gateway import numbers
    from gateway.store import sessions as rows

    gateway = context.settings_or_defaults().gateway
    try:
        moment = times.past(since, context.clock.now(), gateway.zone) if since is not None else None
    except ValueError as error:
        raise click.UsageError(f"--since: {error}") from None
    with context.store(create=False).read() as read:
        found = rows.told(
            read,
            survey=survey,
            state=state,
            recipient=None if recipient is None else numbers.normalise(recipient, gateway.region),
            since=None if moment is None else to_text(moment),
            limit=limit or -1,
        )
    write_rows(
        context,
        COLUMNS if context.json or context.csv else SHOWN,
        found,
        shown={
            "recipient": lambda number: _phone(number, whole=show_phone),
            "invited_at": lambda text: local_time(text, gateway.zone),
        },
        none="no session fits",
    )


@click.command()
@click.argument("session_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--show-phone", is_flag=True, help="The whole number.")
@click.pass_obj
def show(context: Context, session_id: int, show_phone: bool) -> None:
    """One conversation: what was asked and answered, every message both ways, alerts, corrections."""
    story = _story(context, session_id)
    if context.json:
        write_json(story)
        return
    zone = context.settings_or_defaults().gateway.zone
    session = story["session"]
    write_facts(
        [
            ("session", session["id"]),
            ("survey", f"{session['survey']} version {session['version']}"),
            ("person", _phone(session["recipient"], whole=show_phone)),
            ("event", session["event_ref"]),
            ("state", f"{session['state']}{' (' + session['reason'] + ')' if session['reason'] else ''}"),
            ("counts as", session["disposition"]),
            ("pending question", session["question"]),
            ("modem", session["modem"]),
            ("invited", local_time(session["invited_at"], zone)),
            ("delivered", local_time(session["delivered_at"], zone)),
            ("ended", local_time(session["ended_at"], zone)),
        ]
    )
    for item in story["items"]:
        click.echo(one_line(_item_line(item)))
    click.echo("")
    for line in _talk(story, zone):
        click.echo(one_line(line))
    for alert in story["alerts"]:
        click.echo(one_line(f"alert {alert['id']}  {alert['title']}: {alert['state']}"))


def _phone(number: str | None, *, whole: bool) -> str:
    from gateway import numbers

    if number is None:
        return "erased"
    return number if whole else numbers.mask(number)


def _story(context: Context, session_id: int) -> dict[str, Any]:
    from gateway.store import alerts, inbox, session_items, session_messages
    from gateway.store import sessions as rows

    with context.store(create=False).read() as read:
        found = rows.told(read, session_id=session_id)
        if not found:
            raise Failure(f"there is no session {session_id}", "smsgw survey sessions shows the newest")
        return {
            "session": found[0],
            "items": [_plain_item(asdict(item)) for item in session_items.of_session(read, session_id)],
            "sent": [asdict(sent) for sent in session_messages.of_session(read, session_id)],
            "received": [_incoming(each) for each in inbox.of_session(read, session_id)],
            "corrections": session_items.history(read, session_id),
            "alerts": [
                asdict(each) | {"body": json.loads(each.body)} for each in alerts.of_session(read, session_id)
            ],
        }


def _plain_item(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "flags": json.loads(item["flags"]), "late": int(item["late"])}


def _incoming(message: Any) -> dict[str, Any]:
    columns = ("id", "received_at", "sent_at", "modem", "kind", "question", "body")
    return {column: getattr(message, column) for column in columns}


def _item_line(item: dict[str, Any]) -> str:
    said = item["value"] if item["value"] is not None else item["text"] or ""
    flags = f" [{', '.join(item['flags'])}]" if item["flags"] else ""
    beside = f" « {item['comment']} »" if item["comment"] else ""
    return f"  {item['question']}: {item['status']} {said}{beside}{flags}{' (late)' if item['late'] else ''}"


def _talk(story: dict[str, Any], zone: tzinfo) -> list[str]:
    """Both sides in the order in which they spoke."""
    lines = []
    for sent in story["sent"]:
        at = sent["attempted_at"] or sent["sent_at"] or sent["updated_at"]
        lines.append((at, f"→ message {sent['message_id']} {sent['role']} ({sent['state']})  {sent['body']}"))
    lines += [
        (came["received_at"], f"← inbox {came['id']} ({came['kind']})  {came['body']}")
        for came in story["received"]
    ]
    return [f"{local_time(at, zone)}  {text}" for at, text in sorted(lines, key=lambda line: line[0])]
