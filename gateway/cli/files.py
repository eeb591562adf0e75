"""Files that commands write: whole or not at all, for the owner and the group, never through somebody's link.

The folder may be one that others write too, such as the database's: a link that lies there under the name of an
export would otherwise be followed, with root's rights where root exports.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gateway.cli.errors import Failure

MODE = 0o640
"""Exports and reports hold numbers and texts of people, whatever the umask is."""


@contextmanager
def written(file: Path) -> Iterator[IO[str]]:
    """A text file to write, UTF-8; it takes its name at the end, in place of an earlier one.

    A terminal or a pipe is written as it is. Raises Failure.
    """
    try:
        if _is_stream(file):
            with file.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
                yield out
            return
        if file.is_symlink():
            raise Failure(f"{file} is a link", "name the file itself")
        draft = file.with_name(f".{file.name[:200]}.{secrets.token_hex(6)}")
        try:
            with _new(draft) as out:
                yield out
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error


def _is_stream(file: Path) -> bool:
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _new(draft: Path) -> IO[str]:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    os.fchmod(descriptor, MODE)
    return os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="")
