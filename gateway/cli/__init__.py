"""The command line, `smsgw`: one file a noun, loaded only when it is asked for."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point `smsgw`."""
    from gateway.cli.root import cli  # not before: importing a command module must not build the whole tree

    sys.exit(cli.main(prog_name="smsgw"))
