"""`smsgw run`: the daemon, in the foreground."""

from __future__ import annotations

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure


@click.command(short_help="The daemon, in the foreground.")
@click.pass_obj
def run(context: Context) -> None:
    """Send what is queued and take in what arrives, until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    The first signal finishes the send in flight (at most gateway.stop_timeout), a second one does not wait.
    """
    import os

    from gateway import failpoints, log
    from gateway.daemon import Daemon
    from gateway.driving import make_modem
    from gateway.lock import Taken

    settings = context.settings()
    if context.database is not None:
        gateway = settings.gateway.model_copy(update={"database": context.database.absolute()})
        settings = settings.model_copy(update={"gateway": gateway})
    log.setup(context.verbose, daemon=True)
    try:
        clock = failpoints.arm(os.environ, context.clock)
        code = Daemon(settings, context.config_path(), clock, make_modem).run()
    except Taken as error:
        raise Failure(str(error)) from error
    click.get_current_context().exit(code)
