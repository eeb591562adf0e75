"""`python -m gateway`: the command line, where the `smsgw` script is not on the PATH."""

from __future__ import annotations

from gateway.cli import main

main()
