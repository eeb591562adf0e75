"""The surveys that there are: a folder of files, each content kept under its version.

A file that cannot be used never takes anything down: the version before goes on, and the problem is told in
`survey_file` (for `status`, `survey list`, `config check`) and in the log.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gateway.clock import to_text
from gateway.log import say
from gateway.store import Reader, Store, Tx, surveys
from gateway.store.surveys import File, VersionInUse
from gateway.surveys.definition import Survey, load_text
from gateway.surveys.definition.loading import Loaded, look_at

log = logging.getLogger(__name__)

_Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the folder, read."""

    file: Path
    loaded: Loaded | None
    problem: str | None
    """Why it cannot be used; None: it can."""

    @property
    def survey(self) -> str:
        """The name of the survey that the file is about."""
        return self.file.stem


class UnknownSurvey(LookupError):
    """No survey of that name, or of that version; the text says which there are."""


class Catalogue:
    """The surveys of one folder. Any thread may ask it."""

    def __init__(self, store: Store, folder: Path, promotional: str = "warn") -> None:
        self._store = store
        self.folder = folder
        self._promotional = promotional
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        """Held while the folder is read, the write transaction included: never taken inside a transaction."""
        self._known: dict[tuple[str, int], Survey] = {}  # under _lock
        self._seen: _Signature | None = None
        self._changing: _Signature | None = None
        """What the folder looked like at the last look, where that was not what was last read."""

    def configure(self, folder: Path, promotional: str) -> None:
        """The configuration was read again: the folder is, too, at the next `refresh`. Not inside a transaction."""
        with self._reading:
            self.folder, self._promotional, self._seen = folder, promotional, None

    @property
    def behind(self) -> bool:
        """Whether the folder is not as it was last read: what nobody knows yet may be in it. Also inside a write."""
        seen = _signature(self.folder)
        return seen is not None and seen != self._seen

    def refresh(self, now: datetime, *, at_once: bool = False) -> bool:
        """Read the folder again where something in it has changed; whether it was. Raises StoreError.

        A change must be there at two looks, unless it is the first or `at_once`: somebody may be in the middle
        of saving. A folder that cannot be read changes nothing: the surveys of before go on. Any thread may ask
        for it, but not inside a transaction.
        """
        with self._reading:
            return self._refresh(now, at_once)

    def _refresh(self, now: datetime, at_once: bool) -> bool:
        seen = _signature(self.folder)
        if seen is None:
            return self._without_folder(now)
        if seen == self._seen:
            self._changing = None
            return False
        if self._seen is not None and seen != self._changing and not at_once:
            self._changing = seen
            return False
        found = list(read_folder(self.folder, self._promotional))
        with self._store.write() as tx:
            self._take_in(tx, found, now)
        self._seen, self._changing = seen, None
        return True

    def _without_folder(self, now: datetime) -> bool:
        """The folder is gone, or not ours to read: said once, where there were surveys."""
        if self._seen == ():
            return False
        self._seen = ()
        with self._store.read() as read:
            known = surveys.current(read)
        if known:
            why = f"the folder {self.folder} cannot be read: look at gateway.surveys"
            say(log, "survey_refused", logging.ERROR, file=self.folder, why=why)
            at = to_text(now)
            with self._store.write() as tx:
                surveys.note_files(tx, [File(file=str(self.folder), survey="", problem=why, looked_at=at)])
        return bool(known)

    def _take_in(self, tx: Tx, found: list[Found], now: datetime) -> None:
        at = to_text(now)
        files = []
        for each in found:
            problem = each.problem or _take_file(tx, each, at)
            files.append(File(file=each.file.name, survey=each.survey, problem=problem, looked_at=at))
            if problem is not None:
                say(log, "survey_refused", logging.ERROR, file=each.file.name, why=problem)
        for survey in surveys.withdraw(tx, (each.survey for each in found), at):
            say(log, "survey_withdrawn", logging.WARNING, survey=survey)
        surveys.note_files(tx, files)

    def current(self, read: Reader, survey: str) -> tuple[Survey, int]:
        """The version that new sessions use, and its number. Raises UnknownSurvey."""
        row = surveys.get(read, survey)
        if row is None:
            there = ", ".join(each.survey for each in surveys.current(read)) or "none"
            raise UnknownSurvey(f"no survey is called '{survey}'; there are: {there}")
        return self._parsed(row), row.version

    def version(self, read: Reader, survey: str, version: int) -> Survey:
        """The version that a session began with. Raises UnknownSurvey."""
        with self._lock:
            known = self._known.get((survey, version))
        if known is not None:
            return known
        row = surveys.get(read, survey, version)
        if row is None:
            raise UnknownSurvey(f"version {version} of survey '{survey}' is not in the database")
        return self._parsed(row)

    def all_current(self, read: Reader) -> list[tuple[Survey, int]]:
        """Every survey that takes new sessions."""
        return [(self._parsed(row), row.version) for row in surveys.current(read)]

    def _parsed(self, row: surveys.Definition) -> Survey:
        with self._lock:
            known = self._known.get((row.survey, row.version))
        if known is None or known.sha256 != row.sha256:
            loaded = load_text(row.toml, row.survey, "off")
            if loaded.survey is None:
                raise UnknownSurvey(f"version {row.version} of survey '{row.survey}' cannot be read any more")
            known = replace(loaded.survey, version=row.version)
            with self._lock:
                self._known[row.survey, row.version] = known
        return known


def read_folder(folder: Path, promotional: str) -> Iterator[Found]:
    """Every survey file of a folder, in order; a folder that is not there holds none."""
    for file in sorted(folder.glob("*.toml")):
        try:
            loaded = look_at(file, promotional)
        except OSError as error:
            yield Found(file, None, f"cannot be read: {error.strerror}")
            continue
        problem = "; ".join(each.text() for each in loaded.errors[:5]) or None
        yield Found(file, loaded, problem)


def _take_file(tx: Tx, found: Found, now: str) -> str | None:
    """Keep a sound file's content; the problem where its version is in use with another."""
    if found.loaded is None or found.loaded.survey is None:
        return "cannot be read"
    survey = found.loaded.survey
    try:
        surveys.take_in(
            tx,
            survey=survey.id,
            written=survey.version,
            sha256=survey.sha256,
            toml=found.loaded.text,
            title=survey.title,
            now=now,
        )
    except VersionInUse as error:
        return f"E02 version: {error}"
    return None


def _signature(folder: Path) -> _Signature | None:
    """What changes whenever a file of the folder does; None where the folder cannot be read."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError:
        return None
    found = [("", 0, 0)]  # an empty folder is not the same as none
    for name in names:
        try:
            status = (folder / name).stat()
        except OSError:
            continue
        found.append((name, status.st_mtime_ns, status.st_size))
    return tuple(found)
