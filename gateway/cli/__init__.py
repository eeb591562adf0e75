"""The command line, `smsgw`: one file a noun, loaded only when it is asked for."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """The entry point `smsgw`."""
    from gateway.cli.root import cli  # not before: importing a command module must not build the whole tree

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no UTF-8 is no reason to fail
    sys.exit(cli.main(prog_name="smsgw"))
