"""How each kind of target is told. Everything here may take seconds, and is done outside any transaction."""

from __future__ import annotations

import json
import logging
import os
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from gateway.alerts.notice import Told
from gateway.log import say

COMMAND_TIMEOUT = 30.0
"""Seconds that a program may take."""
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that a program sees of ours: the environment of the daemon is nobody else's business."""
MAIL = ("mailto://", "mailtos://")

log = logging.getLogger(__name__)


class NotTold(Exception):
    """It did not work; the sentence says why and what to do."""


def tell(target: str, told: Told, named: Mapping[str, SecretStr]) -> None:
    """Tell one target that is not an SMS. `named`: `[alerts.targets]`. Raises NotTold."""
    kind, _, rest = target.partition(":")
    if target == "log":
        say(log, "alert", logging.WARNING, alert=told.facts["alert"], severity=told.facts["severity"],
            title=told.title, session=told.facts["session"])  # fmt: skip
    elif kind == "cmd" and rest:
        run(Path(rest), told)
    elif kind == "mail" and rest:
        notify(mail_url(rest, named), told)
    elif target in named:
        notify(named[target].get_secret_value(), told)
    else:
        there = ", ".join(named) or "none"
        raise NotTold(f"no target is named '{target}'; [alerts.targets] has: {there}")


def mail_url(address: str, named: Mapping[str, SecretStr]) -> str:
    """The apprise URL that mails to an address through the operator's own mail server. Raises NotTold."""
    urls = [url.get_secret_value() for _, url in sorted(named.items(), key=lambda each: each[0] != "mail")]
    server = next((url for url in urls if url.startswith(MAIL)), None)
    if server is None:
        raise NotTold(
            "a mail server is missing: write it under [alerts.targets] as "
            'mail = "mailtos://user:password@mail.example"'
        )
    base, _, query = server.partition("?")
    options = [each for each in query.split("&") if each and not each.startswith("to=")]
    return f"{base}?{'&'.join([*options, f'to={quote(address)}'])}"


def notify(url: str, told: Told) -> None:
    """Through apprise, which knows mail, chats and phones. Raises NotTold."""
    try:
        import apprise
    except ImportError:
        raise NotTold("apprise is not installed: install smsgw with its dependencies again") from None
    speaker = apprise.Apprise()
    if not speaker.add(url):
        raise NotTold("apprise does not understand the URL of this target: look at [alerts.targets]")
    if not speaker.notify(title=told.title, body=told.text):
        raise NotTold("the service did not take it; the log of apprise says why")


def run(program: Path, told: Told) -> None:
    """A program of the operator's, with the facts as JSON on its standard input; no shell. Raises NotTold."""
    real = trust(program)
    try:
        process = subprocess.Popen(  # noqa: S603 - checked above, no shell, no arguments
            [str(real)],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NotTold(f"{program} cannot be started: {error.strerror}") from error
    with process:
        try:
            _, complaint = process.communicate(
                json.dumps(told.facts, ensure_ascii=False).encode(), timeout=COMMAND_TIMEOUT
            )
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise NotTold(f"{program} did not end within {COMMAND_TIMEOUT:.0f} s") from None
    if process.returncode != 0:
        words = complaint.decode("utf-8", "replace").strip().splitlines()
        raise NotTold(f"{program} ended with {process.returncode}{': ' + words[-1][:200] if words else ''}")


def trust(program: Path) -> Path:
    """Where the program really lies, if nobody but root and ourselves can change what is run. Raises NotTold.

    Its folders count as much as the file: who may rename in one of them may put another program there, before
    this look or after it.
    """
    if not program.is_absolute():
        raise NotTold(f"cmd:{program}: an absolute path is needed")
    try:
        real = program.resolve(strict=True)
        status = real.stat()
        folders = {folder: folder.stat() for folder in (*program.parents, *real.parents)}
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise NotTold(f"{program}: {getattr(error, 'strerror', None) or error}") from error
    if not stat.S_ISREG(status.st_mode) or not os.access(real, os.X_OK):
        raise NotTold(f"{program} is no program: chmod +x")
    for path, found in ((program, status), *folders.items()):
        if found.st_uid not in (0, os.geteuid()):
            raise NotTold(f"{path} belongs to somebody else: chown root")
        # in a sticky folder, such as /tmp, only the owner of a file may rename it
        sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not sticky:
            raise NotTold(f"{path} can be changed by others: chmod go-w")
    return real
