"""`smsgw simulate`: simulated modems on ptys, for rehearsals and for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.errors import Failure

FILE = click.Path(dir_okay=False, path_type=Path)
DIRECTORY = click.Path(file_okay=False, path_type=Path)


class _Simulate(click.Command):
    """Its help ends with the faults and the profiles, which are only imported to be shown."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from drivers.sim.service import HELP

        formatter.write("\n" + HELP)


@click.command(cls=_Simulate, short_help="Simulated modems on ptys, for other programs too.")
@click.option("--count", type=click.IntRange(1, 200), default=1, show_default=True, help="How many modems.")
@click.option(
    "--dir",
    "directory",
    type=DIRECTORY,
    required=True,
    metavar="DIR",
    help="Where their links appear: DIR/modem0, …",
)
@click.option(
    "--profile", "profiles", multiple=True, metavar="NAME", help="Make of modem; several take turns."
)
@click.option(
    "--fault", "faults", multiple=True, metavar="FAULT", help="A misbehaviour, for all or for one modem."
)
@click.option("--handset", "handsets", multiple=True, metavar="RULE", help="A phone that answers.")
@click.option("--handsets", "handsets_file", type=FILE, metavar="FILE", help="Phones that answer, as TOML.")
@click.option("--answers", is_flag=True, help="All phones give sensible answers.")
@click.option(
    "--submit-time",
    default="200ms",
    show_default=True,
    metavar="T",
    help="From Ctrl-Z to +CMGS; several with | are drawn.",
)
@click.option(
    "--prompt-time", default="0", show_default=True, metavar="T", help="From AT+CMGS to its prompt."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of all that is drawn.")
@click.option("--pin", metavar="PIN", help="The SIMs ask for this PIN.")
@click.option(
    "--log", type=FILE, metavar="FILE", help="What happens, as JSON lines: the network's own truth."
)
@click.option("--control", type=FILE, metavar="SOCKET", help="A unix socket through which to move things.")
def simulate(
    count: int,
    directory: Path,
    profiles: tuple[str, ...],
    faults: tuple[str, ...],
    handsets: tuple[str, ...],
    handsets_file: Path | None,
    answers: bool,
    submit_time: str,
    prompt_time: str,
    seed: int,
    pin: str | None,
    log: Path | None,
    control: Path | None,
) -> None:
    """Simulated modems on ptys DIR/modem0, DIR/modem1, … until SIGINT or SIGTERM.

    Prints the paths, one a line. Any program may open them: this gateway, gammu, smstools.
    """
    from drivers.sim.service import described, serve

    try:
        setup = described(
            count=count,
            directory=directory.absolute(),  # as a configuration wants it
            profiles=profiles,
            faults=faults,
            handsets=handsets,
            handsets_file=handsets_file,
            answers=answers,
            submit_time=submit_time,
            prompt_time=prompt_time,
            seed=seed,
            pin=pin,
            log=log,
            control=control,
        )
        serve(setup, click.echo)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise Failure(f"the simulated modems cannot start: {error}") from None
