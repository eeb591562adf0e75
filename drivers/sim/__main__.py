"""`python -m drivers.sim`: simulated modems for any program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from drivers.sim.service import HELP, described, serve


def main(arguments: list[str] | None = None) -> int:
    """Parse, serve, return the exit code: 0 stopped, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m drivers.sim",
        description="Simulated modems on ptys DIR/modem0, DIR/modem1, … until SIGINT or SIGTERM.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many modems (default 1)")
    parser.add_argument("--dir", type=Path, required=True, metavar="DIR", help="where their links appear")
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="make of modem; several take turns"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT", help="a misbehaviour")
    parser.add_argument("--handset", action="append", default=[], metavar="RULE", help="a phone that answers")
    parser.add_argument("--handsets", type=Path, metavar="FILE", help="phones that answer, as TOML")
    parser.add_argument("--answers", action="store_true", help="all phones give sensible answers")
    parser.add_argument("--submit-time", default="200ms", metavar="T", help="Ctrl-Z to +CMGS; several with |")
    parser.add_argument("--prompt-time", default="0", metavar="T", help="command to prompt")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    parser.add_argument("--pin", help="the SIMs ask for this PIN")
    parser.add_argument("--log", type=Path, metavar="FILE", help="the log, as JSON lines")
    parser.add_argument("--control", type=Path, metavar="SOCKET", help="a unix socket for other processes")
    given = parser.parse_args(arguments)
    try:
        setup = described(
            count=given.count,
            directory=given.dir,
            profiles=given.profile,
            faults=given.fault,
            handsets=given.handset,
            handsets_file=given.handsets,
            answers=given.answers,
            submit_time=given.submit_time,
            prompt_time=given.prompt_time,
            seed=given.seed,
            pin=given.pin,
            log=given.log,
            control=given.control,
        )
        serve(setup, announce)
    except ValueError as error:
        parser.error(str(error))
    return 0


def announce(line: str) -> None:
    """One line to whoever started this, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
