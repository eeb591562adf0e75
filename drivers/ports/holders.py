"""Who has a port open: /proc tells, for the processes that we may look into (all of them only as root)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open."""

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (pid {self.pid})"


def holder_of(path: str, proc: Path = Path("/proc")) -> Holder | None:
    """The process that has `path` open, by whatever name; None where none is seen, or only ourselves.

    Whoever made a pty keeps its far end open without using it, so that one is no holder.
    """
    target = os.path.realpath(path)
    for process in _processes(proc):
        if process.name == str(os.getpid()):
            continue
        opened = list(_opened(process))
        if any(link == target for _, link in opened) and not _made(process, opened, target):
            return Holder(int(process.name), _program(process))
    return None


def running(program: str, proc: Path = Path("/proc")) -> Holder | None:
    """The process of this name, where there is one."""
    for process in _processes(proc):
        if _read(process / "comm").strip() == program[:15]:  # the kernel keeps 15 characters
            return Holder(int(process.name), program)
    return None


def _processes(proc: Path) -> list[Path]:
    return sorted((entry for entry in proc.glob("[0-9]*") if entry.name.isdigit()), key=lambda e: int(e.name))


def _opened(process: Path) -> Iterator[tuple[str, str]]:
    """Descriptors of a process and what they lead to; nothing where we may not look or it has ended."""
    try:
        descriptors = os.listdir(process / "fd")
    except OSError:
        return
    for descriptor in descriptors:
        try:
            yield descriptor, str((process / "fd" / descriptor).readlink())
        except OSError:
            continue


def _made(process: Path, opened: list[tuple[str, str]], target: str) -> bool:
    """Whether the process holds the near end of the pty `target` (fdinfo names its number)."""
    wanted = f"tty-index:\t{Path(target).name}"
    return any(
        link.endswith("/ptmx") and wanted in _read(process / "fdinfo" / descriptor).splitlines()
        for descriptor, link in opened
    )


def _program(process: Path) -> str:
    """What people call the program: a Python script by its own name, not by its interpreter's."""
    name = _read(process / "comm").strip() or "?"
    _, *words = [*_read(process / "cmdline").split("\0"), ""]
    if name.startswith("python") and words[0] == "-m":
        return words[1]
    if name.startswith("python") and not words[0].startswith("-"):
        return Path(words[0]).name or name
    return name


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
