"""How a command reaches a modem: through the running daemon, or else by opening the port itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.cli.context import Context
from gateway.cli.errors import Failure

if TYPE_CHECKING:
    import drivers


def ask_modem(
    context: Context,
    name: str,
    request: str,
    directly: Callable[[drivers.Modem, drivers.Identity], Any],
    **arguments: Any,
) -> Any:
    """What the daemon answers to `request`, or, where none runs, what `directly` makes of the opened modem.

    Raises Failure.
    """
    from gateway import control

    wait = float(arguments.get("timeout", 30.0)) + 210.0  # the daemon may have a send in flight
    try:
        return control.ask(context.database_path(), request, name=name, wait=wait, **arguments)
    except control.CannotDo as error:
        raise Failure(str(error)) from None
    except control.NotRunning:
        with opened_modem(context, name) as (open_modem, identity):
            return directly(open_modem, identity)


@contextmanager
def opened_modem(
    context: Context,
    name: str,
    trace: Callable[[str, bytes], None] | None = None,
    *,
    retry_pin: bool = False,
) -> Iterator[tuple[drivers.Modem, drivers.Identity]]:
    """The modem, opened by this command itself. Raises Failure, ModemError."""
    from gateway.driving import Finder, driver_settings, make_modem

    settings = settings_of(context, name)
    port = Finder(settings).port()
    wanted = driver_settings(name, settings, context.store(), context.clock, port=port, trace=trace)
    if retry_pin:
        wanted = replace(wanted, may_try_pin=lambda _sim: True)
    opened = make_modem(wanted, settings.driver)
    try:
        yield opened, opened.open()
    finally:
        opened.close()


def settings_of(context: Context, name: str) -> Any:
    """What the configuration says of it. Raises Failure."""
    modems = context.settings().modems
    if name not in modems:
        known = ", ".join(modems) or "none"
        raise Failure(f"no modem is named '{name}'", f"configured: {known}")
    return modems[name]
