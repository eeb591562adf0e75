"""Who is at the keyboard: decisions of people are recorded with a name."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping


def operator(environ: Mapping[str, str] = os.environ) -> str:
    """The user behind sudo, else the user of this process; a number where it has no name."""
    if environ.get("SUDO_USER"):
        return environ["SUDO_USER"]
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this id, as in small containers
        return f"uid {os.getuid()}"
