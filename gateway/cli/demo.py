"""`smsgw demo`: the whole story without hardware."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.clock import Clock


@click.command(short_help="Everything at once, with simulated modems and customers.")
@click.option("--modems", type=click.IntRange(1, 16), default=2, show_default=True, help="Simulated modems.")
@click.option(
    "--customers", type=click.IntRange(1, 500), default=40, show_default=True, help="Simulated customers."
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("smsgw-demo"),
    show_default=True,
    help="The folder of the database, the configuration and the logs; it stays.",
)
@click.pass_obj
def demo(context: Context, modems: int, customers: int, keep: Path) -> None:
    """A survey through simulated modems to simulated customers of all tempers. No hardware, no questions."""
    from gateway.demo.play import play
    from gateway.demo.show import summary
    from gateway.demo.stage import CannotPlay
    from gateway.demo.telling import introduction

    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal must not leave the gateway running
        signal.signal(number, lambda *_: sys.exit(1))
    click.echo(introduction(modems, customers))
    try:
        with _Screen(context.clock) as show:
            played = play(keep.absolute(), modems, customers, context.clock, show)
    except CannotPlay as error:
        raise Failure(str(error)) from error
    from rich.console import Console

    click.echo()
    Console(highlight=False).print(summary(played.picture, played.accepted, played.parts))
    click.echo()
    _report(played.database, context.clock, keep)
    click.echo(f"\nEverything lies in {keep}. To look around:")
    for command in (
        f"--config {keep}/config.toml outbox list",
        f"--config {keep}/config.toml outbox show 1",
        f"--config {keep}/config.toml inbox list",
        f"--config {keep}/config.toml survey sessions",
        f"--config {keep}/config.toml alert list",
    ):
        click.echo(f"  {_program()} {command}")
    if any(count > 1 for count in played.accepted.values()):
        raise Failure("the network accepted a message twice", "this must never happen: please report it")


def _report(database: Path, clock: Clock, keep: Path) -> None:
    """What the survey says, in the terminal and as a page: as `survey report` would, without starting it anew."""
    from rich.console import Console

    from gateway.demo.stage import SURVEY, ZONE
    from gateway.store import Store
    from gateway.surveys.report import build
    from gateway.surveys.report.page import page
    from gateway.surveys.report.terminal import render

    with closing(Store.open(database, clock)) as store, store.read() as read:
        found = build(read, SURVEY, now=clock.now(), zone=ZoneInfo(ZONE))
    Console(highlight=False).print(render(found))
    (keep / "report.html").write_text(page(found), encoding="utf-8")
    click.echo(f"\nThe same for a manager, one page that needs no network: {keep / 'report.html'}")


def _program() -> str:
    return sys.argv[0] if Path(sys.argv[0]).name == "smsgw" else f"{sys.executable} -m gateway"


class _Screen:
    """Live pictures on a terminal, a line whenever something happened elsewhere."""

    def __init__(self, clock: Clock) -> None:
        from gateway.demo.telling import Story

        self._story, self._clock, self._begun = Story(), clock, clock.tick()

    def __enter__(self) -> Any:
        from rich.live import Live

        self._live = Live(auto_refresh=False, transient=True) if sys.stdout.isatty() else None
        if self._live is not None:
            self._live.start()
        return self._show

    def _show(self, picture: Any, note: str) -> None:
        from gateway.demo.show import live

        news = self._story.hear(picture, note)
        if self._live is not None:
            self._live.update(live(picture, self._story.lines), refresh=True)
        for text in news if self._live is None else ():
            click.echo(f"{self._clock.tick() - self._begun:5.1f} s  {text}")

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            for text in self._story.lines:  # the live picture goes, what happened stays
                click.echo(f"· {text}")
