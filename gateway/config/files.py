"""The second look at a configuration: the files and drivers that it names. It touches the disk, and no modem."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from pathlib import Path

from drivers import missing_library
from gateway.config.modem import Modem
from gateway.config.problems import ConfigError, Problem
from gateway.config.settings import Settings


def check_files(settings: Settings) -> list[Problem]:
    """Drivers, PIN files, ports and folders, as this user sees them; warnings among them are marked."""
    problems = [problem for name, modem in settings.modems.items() for problem in _pin_problems(name, modem)]
    return _driver_problems(settings) + problems + _same_port(settings) + _database(settings.gateway.database)


def read_pin(file: Path, where: str = "pin_file") -> str:
    """The PIN in a file: 4 to 8 digits. Raises ConfigError at `where`; the PIN is in no message."""
    try:
        text = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise ConfigError(None, [Problem(where, f"{file} cannot be read: {error.strerror}")]) from None
    if not re.fullmatch(r"[0-9]{4,8}", text):
        raise ConfigError(None, [Problem(where, f"{file} must hold a PIN of 4 to 8 digits, nothing else")])
    return text


def _driver_problems(settings: Settings) -> list[Problem]:
    return [
        Problem(f"modems.{name}.driver", f'"{modem.driver}" {missing}')
        for name, modem in settings.modems.items()
        if (missing := missing_library(modem.driver))
    ]


def _pin_problems(name: str, modem: Modem) -> list[Problem]:
    if modem.pin_file is None:
        return []
    where = f"modems.{name}.pin_file"
    try:
        mode = stat.S_IMODE(modem.pin_file.stat().st_mode)
        modem.pin_file.open("rb").close()
    except PermissionError:
        return [
            Problem(where, f"this user may not read {modem.pin_file}: the gateway's user must", warning=True)
        ]
    except OSError:
        mode = 0  # what is wrong with it, reading says below
    try:
        read_pin(modem.pin_file, where)
    except ConfigError as error:
        return list(error.problems)
    if mode & 0o007:
        what = f"{modem.pin_file} can be read by everybody (mode {mode:04o}): chmod 600 {modem.pin_file}"
        return [Problem(where, what, warning=True)]
    return []


def _same_port(settings: Settings) -> list[Problem]:
    """Two names that lead to one device, as by-id links and /dev/ttyUSB0 do."""
    devices = defaultdict(list)
    for name, modem in settings.modems.items():
        if modem.port and modem.port.startswith("/") and os.path.exists(modem.port):
            devices[os.path.realpath(modem.port)].append(name)
    return [
        Problem(f"modems.{names[-1]}.port", f"{' and '.join(names)} are the same device, {device}")
        for device, names in devices.items()
        if len(names) > 1
    ]


def _database(database: Path) -> list[Problem]:
    folder = database.parent
    if not folder.is_dir():
        return [Problem("gateway.database", f"the folder {folder} does not exist yet", warning=True)]
    if not os.access(database if database.exists() else folder, os.W_OK):
        return [Problem("gateway.database", f"this user may not write {database}", warning=True)]
    return []
