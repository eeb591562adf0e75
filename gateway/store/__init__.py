"""SQLite behind functions: the only place with SQL.

`Store` opens the file and gives transactions; the modules beside it hold functions that take one (`tx`) or a
reader as their first argument and speak in frozen dataclasses. Times are text as `gateway.clock.to_text`
makes it, and every function that needs to know the time takes it as `now`.
"""

from __future__ import annotations

from gateway.store.connection import Reader, Tx
from gateway.store.database import Store
from gateway.store.errors import (
    CannotOpen,
    Conflict,
    Damaged,
    DiskFull,
    DuplicateKey,
    FileMissing,
    FolderMissing,
    LockedTooLong,
    Misuse,
    NewerDatabase,
    NotADatabase,
    OlderDatabase,
    ReadOnly,
    Rejected,
    StoreError,
)

__all__ = [
    "CannotOpen",
    "Conflict",
    "Damaged",
    "DiskFull",
    "DuplicateKey",
    "FileMissing",
    "FolderMissing",
    "LockedTooLong",
    "Misuse",
    "NewerDatabase",
    "NotADatabase",
    "OlderDatabase",
    "ReadOnly",
    "Reader",
    "Rejected",
    "Store",
    "StoreError",
    "Tx",
]
