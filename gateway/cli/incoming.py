"""`smsgw inbox show`: one incoming message with its parts, for a person who asks what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.inbox import columns_of
from gateway.cli.message import View
from gateway.cli.output import write_facts, write_json
from gateway.cli.terminal import one_line

if TYPE_CHECKING:
    from gateway.store.arrival import Story
    from gateway.store.events import Event
    from gateway.store.inbound import Kept
    from gateway.store.reviews import Review


def show_incoming(context: Context, inbox_id: int, *, show_phone: bool) -> None:
    """Print it. Raises Failure where there is no such message."""
    from gateway import numbers
    from gateway.store import arrival, reviews

    with context.store(create=False).read() as read:
        story = arrival.story(read, inbox_id)
        asked = reviews.open_ones(read, inbox_id=inbox_id)
    if story is None:
        raise Failure(f"there is no incoming message {inbox_id}", "smsgw inbox list shows the newest")
    if context.json:
        write_json(_object(story))
        return
    view = View(context.settings_or_defaults().gateway.zone, str if show_phone else numbers.mask)
    _facts(story, view)
    write_facts(("to decide", _decision(review, view)) for review in asked)
    _section("parts", [line for part in story.parts for line in _part(part, view, show_phone)])
    _section("events", [_event(event, view) for event in story.events])


def _object(story: Story) -> dict[str, Any]:
    parts = [asdict(part) | {"decoded": _decoded(part.pdu)} for part in story.parts]
    events = [asdict(event) | {"detail": dict(event.detail)} for event in story.events]
    return {**columns_of(story.message), "life": {"parts": parts, "events": events, "answers": story.answers}}


def _facts(story: Story, view: View) -> None:
    row = story.message
    missing = row.parts - len({part.sequence for part in story.parts})
    whole = f"{row.parts}, of which {missing} are missing" if not row.complete else row.parts
    write_facts(
        [
            ("message", f"{row.id} (times: {view.zone})"),
            ("from", view.number(row.sender)),
            ("text", row.body),
            ("kind", row.kind),
            ("why", _why(story)),
            ("session", row.session_id),
            ("question", row.question),
            ("sent", view.time(row.sent_at)),
            ("received", view.time(row.received_at)),
            ("by", f"{row.modem} (SIM {row.sim})"),
            ("parts", whole if row.parts > 1 else None),
            ("came again", f"{row.duplicates} times" if row.duplicates else None),
            ("reply to", row.reply_to and f"outbox {row.reply_to}"),
            ("answered by", ", ".join(f"outbox {number}" for number in story.answers)),
            ("resolved", view.time(row.handled_at)),
        ]
    )


def _decision(review: Review, view: View) -> str:
    """What is asked for, and how it is answered."""
    until = f" until {view.time(review.due_at)}" if review.due_at else ""
    how = " --optout or --not-optout" if review.kind == "review_optout" else ""
    return f"{review.kind}{until}: smsgw inbox resolve {review.inbox_id}{how}"


def _why(story: Story) -> str | None:
    """Why it could not be decoded."""
    return next((event.detail["why"] for event in story.events if "why" in event.detail), None)


def _part(part: Kept, view: View, show_phone: bool) -> Iterator[str]:
    """A part and what its PDU says. The PDU itself holds the number: it is shown where numbers are."""
    place = (
        f"part {part.sequence} of {part.total}, reference {part.reference}"
        if part.reference is not None
        else "part"
    )
    yield f"{place}: received {view.exact(part.received_at)} by {part.modem}"
    decoded = _decoded(part.pdu) if part.pdu else {}
    for name, value in decoded.items():
        if value not in (None, "") and name not in ("kind", "concat"):
            yield f"  {name.replace('_', ' '):<14}{view.number(value) if name == 'number' else value}"
    if show_phone or "error" in decoded:
        yield f"  {'pdu':<14}{part.pdu}"


def _decoded(pdu: str) -> dict[str, Any]:
    """What `pdu decode --json` says of it."""
    from drivers import PduError, decode_pdu
    from gateway.cli.pdu import as_object

    try:
        return as_object(decode_pdu(pdu))
    except PduError as error:
        return {"error": str(error)}


def _event(event: Event, view: View) -> str:
    """One event; its detail may hold a number."""
    shown = {key: view.number(value) if key == "sender" else value for key, value in event.detail.items()}
    detail = " ".join(f"{key}={value}" for key, value in shown.items() if value not in (None, ""))
    return "  ".join(
        part for part in (view.exact(event.at), f"{event.kind:<15}", event.modem, detail) if part
    )


def _section(title: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"\n{title}")
        for line in lines:
            click.echo(f"  {one_line(line)}")
