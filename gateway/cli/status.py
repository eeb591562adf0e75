"""`smsgw status`: modems, queue and what waits, now; from the running daemon, or from the database."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from typing import Any

import click

from gateway.cli.context import Context
from gateway.cli.modem_rows import modem_entries, modem_row
from gateway.cli.output import write_json
from gateway.cli.terminal import one_line

REFRESH = 1.0
"""Seconds between two pictures of --watch."""


@click.command(short_help="Modems, queue, rates, the oldest waiting message.")
@click.option("--watch", is_flag=True, help="Show it anew every second, until Ctrl-C.")
@click.pass_obj
def status(context: Context, watch: bool) -> None:
    """Modems, queue, rates, the oldest waiting message."""
    if not watch:
        _show(context, picture(context))
    elif context.json or not sys.stdout.isatty():
        _each_second(lambda: _show(context, picture(context)))
    else:
        _live(context)


def picture(context: Context) -> dict[str, Any]:
    """Everything that `status` shows, as one object."""
    from gateway import control

    try:
        facts: dict[str, Any] = control.ask(context.database_path(), "status")
        facts["running"] = True
    except control.NotRunning:
        facts = _without_daemon(context)
    facts["rates"] = _rates(context)
    facts.update(_surveys(context))
    return facts


def _surveys(context: Context) -> dict[str, Any]:
    """Alerts that wait for somebody, and survey files that cannot be used."""
    from gateway.clock import to_text
    from gateway.store import alerts, invitations, reviews, surveys

    with context.store(create=False).read() as read:
        files = surveys.files(read)
        return {
            "alerts": alerts.standing(read, to_text(context.clock.now())),
            "to_decide": reviews.standing(read),
            "surveys": len(surveys.current(read)),
            "invitations_waiting": invitations.waiting(read),
            "survey_problems": [
                {"file": each.file, "problem": each.problem} for each in files if each.problem is not None
            ],
        }


def _without_daemon(context: Context) -> dict[str, Any]:
    from gateway.store import outbox

    with context.store(create=False).read() as read:
        counts, oldest, paused = outbox.counts(read), outbox.oldest_waiting(read), outbox.is_paused(read)
    return {
        "modems": modem_entries(context),
        "queue": counts,
        "oldest_waiting": oldest,
        "paused": paused,
        "database": None,
        "configuration": None,
        "running": False,
    }


def _rates(context: Context) -> Any:
    from datetime import timedelta

    from gateway.clock import to_text
    from gateway.store import outbox

    now = context.clock.now()
    with context.store(create=False).read() as read:
        return outbox.traffic(read, to_text(now - timedelta(hours=1)))


def _show(context: Context, facts: dict[str, Any]) -> None:
    if context.json:
        write_json(facts)
        return
    from rich.console import Console

    Console(highlight=False).print(render(facts))


def render(facts: dict[str, Any]) -> Any:
    """The picture for a terminal, as something that rich prints."""
    from rich.console import Group
    from rich.text import Text

    queue = facts["queue"]
    lines = [Text.assemble(("smsgw ", "bold"), "runs" if facts["running"] else "does not run")]
    if facts["paused"]:
        lines.append(Text("sending is paused (smsgw outbox resume)", "yellow"))
    troubles = [key for key in ("database", "configuration") if facts[key]]
    lines += [Text(one_line(f"{key}: {facts[key]}"), "red") for key in troubles]
    waiting = ", ".join(f"{count} {state}" for state, count in queue.items() if count) or "empty"
    lines.append(Text(f"outbox  {waiting}"))
    rates = facts["rates"]
    lines.append(Text(f"last hour  {rates['parts']} parts sent, {rates['received']} messages received"))
    if oldest := facts["oldest_waiting"]:
        why = f" ({oldest['reason']})" if oldest["reason"] else ""
        lines.append(
            Text(one_line(f"oldest waiting  message {oldest['id']} since {oldest['created_at']}{why}"))
        )
    lines += _survey_lines(facts)
    return Group(*lines, _modem_table(facts["modems"]))


def _survey_lines(facts: dict[str, Any]) -> list[Any]:
    from rich.text import Text

    lines = [
        Text(one_line(f"survey file {each['file']}: {each['problem']}"), "red")
        for each in facts["survey_problems"]
    ]
    alerts = facts["alerts"]
    if alerts["open"] + alerts["acknowledged"]:
        overdue = f", {alerts['overdue']} overdue" if alerts["overdue"] else ""
        words = f"alerts  {alerts['open']} open, {alerts['acknowledged']} acknowledged{overdue} (smsgw alert list)"
        lines.append(Text(words, "red" if alerts["overdue"] else "yellow"))
    if asked := sum(facts["to_decide"]["by_kind"].values()):
        due = facts["to_decide"]["due_at"]
        until = f", the first by {due[:10]}" if due else ""
        lines.append(Text(f"to decide  {asked} incoming{until} (smsgw inbox list --to-decide)", "yellow"))
    if alerts["failed_notices"]:
        lines.append(Text(f"alerts  {alerts['failed_notices']} could not be told (smsgw alert list)", "red"))
    return lines


def _modem_table(modems: list[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("modem", "state", "operator", "signal", "sent today", "reason"):
        table.add_column(column)
    colours = {"ready": "green", "paused": "yellow"}
    for entry in modems:
        row = modem_row(entry)
        state = str(row["state"])
        signal = f"{row['signal']} dBm" if row["signal"] is not None else ""
        table.add_row(
            Text(one_line(row["modem"])),
            Text(one_line(state), colours.get(state, "red")),
            Text(one_line(row["operator"] or "")),  # as the modem says it: no markup, nothing that is obeyed
            signal,
            str(row["sent_today"] if row["sent_today"] is not None else ""),
            Text(one_line(row["reason"] or "")),
        )
    return table


def _each_second(show: Callable[[], None]) -> None:
    try:
        while True:
            show()
            select.select([], [], [], REFRESH)
    except KeyboardInterrupt:
        return


def _live(context: Context) -> None:
    from rich.live import Live

    with Live(render(picture(context)), auto_refresh=False, screen=True) as live:
        _each_second(lambda: live.update(render(picture(context)), refresh=True))
