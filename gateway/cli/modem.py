"""`smsgw modem`: find modems, look at them, talk to them; through the running daemon, or else directly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.detect import detect
from gateway.cli.errors import Failure
from gateway.cli.modem_reach import ask_modem, opened_modem, settings_of
from gateway.cli.modem_rows import COLUMNS, modem_entries, modem_row
from gateway.cli.output import rows_options, write_facts, write_json, write_rows
from gateway.cli.terminal import one_line, plain

if TYPE_CHECKING:
    import drivers


@click.group(short_help="Find modems, look at them, talk to them.")
def modem() -> None:
    """Find modems, look at them, talk to them.

    While the daemon runs, it does what these commands ask; otherwise they open the port themselves.
    """


modem.add_command(detect)


@modem.command("list")
@rows_options
@click.pass_obj
def list_(context: Context) -> None:
    """The configured modems and their state, now or as last seen."""
    rows = [modem_row(entry) for entry in modem_entries(context)]
    write_rows(context, list(COLUMNS), rows, none="no modem is configured; smsgw modem detect looks for some")


@modem.command()
@click.argument("name")
@click.pass_obj
def check(context: Context, name: str) -> None:
    """Ask a modem how it is: identity, SIM, registration, signal, storage."""
    from dataclasses import asdict

    def directly(open_modem: drivers.Modem, identity: drivers.Identity) -> Any:
        health = asdict(open_modem.health())
        return {"modem": name, "state": "ready", "identity": asdict(identity), "health": health}

    facts = ask_modem(context, name, "modem.check", directly)
    facts["notice"] = _notice(context, (facts["identity"] or {}).get("number") or "")
    if context.json:
        write_json(facts)
        return
    write_facts([("modem", name), *_facts(facts["identity"]), *_facts(facts["health"])])
    for warning in facts["health"]["warnings"]:
        click.echo(one_line(f"warning: {warning}"))
    if facts["notice"]:
        click.echo(one_line(f"notice: {facts['notice']}"))
    if not facts["health"]["can_send"]:
        raise Failure(f"{name} cannot send now", "smsgw modem list says why")


def _notice(context: Context, number: str) -> str | None:
    """What is to be known about sending from this SIM's own number."""
    from gateway.config.advice import PERSONAL_NUMBERS
    from gateway.policy import is_reserved

    return PERSONAL_NUMBERS if is_reserved(number, context.settings_or_defaults().gateway.region) else None


def _facts(table: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return [(key.replace("_", " "), value) for key, value in (table or {}).items() if key != "warnings"]


@modem.command("at")
@click.argument("name")
@click.argument("command")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=30.0, show_default=True, help="Seconds to wait."
)
@click.pass_obj
def at_(context: Context, name: str, command: str, timeout: float) -> None:
    """Send one AT command and print the answer, such as: smsgw modem at sim1 AT+CSQ."""
    if not command.upper().startswith("AT") or not command.isprintable():
        raise click.UsageError("an AT command begins with AT and is one line, such as AT+CSQ")

    def directly(open_modem: drivers.Modem, _: drivers.Identity) -> Any:
        return open_modem.command(command, timeout)

    lines = ask_modem(context, name, "modem.at", directly, command=command, timeout=timeout)
    if context.json:
        write_json(lines)
    else:
        for line in lines:
            click.echo(one_line(line))


@modem.command()
@click.argument("name")
@click.argument("code")
@click.option(
    "--timeout", type=click.FloatRange(1, 600), default=30.0, show_default=True, help="Seconds to wait."
)
@click.pass_obj
def ussd(context: Context, name: str, code: str, timeout: float) -> None:
    """Ask the network with a code such as '#123#' (credit, own number); print its answer."""

    def directly(open_modem: drivers.Modem, _: drivers.Identity) -> Any:
        return open_modem.ussd(code, timeout)

    text = ask_modem(context, name, "modem.ussd", directly, code=code, timeout=timeout)
    if context.json:
        write_json(text)
    else:
        click.echo(plain(text))


@modem.command()
@click.argument("name")
@click.pass_obj
def unlock(context: Context, name: str) -> None:
    """Try the PIN of the PIN file again, after it was refused once and the file was mended.

    A SIM that asks for the PUK is unlocked in a phone.
    """
    from gateway import control
    from gateway.store import sims

    try:
        control.ask(context.database_path(), "modem.unlock", name=name, wait=240.0)
    except control.CannotDo as error:
        raise Failure(str(error)) from None
    except control.NotRunning:
        with opened_modem(context, name, retry_pin=True) as (_, identity), context.store().write() as tx:
            sims.forget_refused_pins(tx, {identity.iccid, identity.imei})
    click.echo(f"{name} is open")


@modem.command()
@click.argument("name")
@click.pass_obj
def pause(context: Context, name: str) -> None:
    """Send nothing through a modem; it goes on receiving. A restart remembers it."""
    _pause(context, name, paused=True)


@modem.command()
@click.argument("name")
@click.pass_obj
def resume(context: Context, name: str) -> None:
    """Send through a modem again."""
    _pause(context, name, paused=False)


def _pause(context: Context, name: str, *, paused: bool) -> None:
    from gateway import control
    from gateway.clock import to_text
    from gateway.store import modems

    try:
        control.ask(context.database_path(), "modem.pause" if paused else "modem.resume", name=name)
    except control.NotRunning:
        settings_of(context, name)
        with context.store().write() as tx:
            modems.pause(tx, name, paused=paused, now=to_text(context.clock.now()))
    except control.CannotDo as error:
        raise Failure(str(error)) from None


@modem.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--stop", is_flag=True, help="End the recording that runs in the daemon.")
@click.pass_obj
def trace(context: Context, name: str, file: Path | None, stop: bool) -> None:
    """Record what a modem and the gateway say to each other into FILE, numbers and texts masked.

    Through the running daemon: until --stop. Without it: while the modem is opened and asked how it is.
    """
    from gateway import control

    if stop == (file is not None):
        raise click.UsageError("give either FILE, to begin, or --stop")
    try:
        arguments = {"stop": True} if stop else {"file": str(file and file.absolute())}
        control.ask(context.database_path(), "modem.trace", name=name, **arguments)
        click.echo(
            "the recording has ended" if stop else f"recording; end it with: smsgw modem trace {name} --stop"
        )
    except control.CannotDo as error:
        raise Failure(str(error)) from None
    except control.NotRunning:
        if file is None:
            raise Failure("no daemon runs, so nothing is recorded") from None
        _trace_directly(context, name, file)


def _trace_directly(context: Context, name: str, file: Path) -> None:
    from drivers import Recorder

    with Recorder(file) as recorder, opened_modem(context, name, recorder) as (open_modem, identity):
        recorder.identify(identity)
        open_modem.health()
    click.echo(f"recorded into {file}")
