"""The key that turns phone numbers into `phone_hash`: a file beside the database, `gateway.db.key`.

The ledger of consents knows people by the hash alone. Without the key nobody can be found in it any more, and
a STOP would be forgotten: so a database that was used with another key is refused, never used with a new one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from gateway.store.database import Store
from gateway.store.errors import CannotOpen

OCTETS = 32
MODE = 0o640
"""Readable by the group of the folder, so that operators can run the commands; written by nobody again."""
CACHED = 65_536


class KeyMissing(CannotOpen):
    """The key file is gone, unreadable, or not the one that this database was used with."""


class PhoneKey:
    """Turns numbers into hashes. Any thread may use it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.hash = lru_cache(maxsize=CACHED)(self._hash)
        """HMAC-SHA256 of a number in E.164, hex."""

    @classmethod
    def beside(cls, store: Store) -> PhoneKey:
        """The key of this database; made where the database has never had one. Raises KeyMissing, StoreError."""
        path = key_path(store.path)
        with store.read() as read:
            row = read.execute("SELECT value FROM setting WHERE key = 'phone_key'").fetchone()
        expected = None if row is None else str(row["value"])
        if expected is None:
            _make(path)
        key = _read(path)
        if expected is None:
            with store.write() as tx:
                tx.execute(
                    "INSERT OR IGNORE INTO setting (key, value) VALUES ('phone_key', ?)", (_mark(key),)
                )
                row = tx.execute("SELECT value FROM setting WHERE key = 'phone_key'").fetchone()
            expected = str(row["value"])
        if expected != _mark(key):
            raise KeyMissing(
                f"{path} is not the key that {store.path} was used with: restore the key file from the backup, "
                "since without it nobody who said STOP is recognised"
            )
        return cls(key)

    def _hash(self, number: str) -> str:
        return hmac.digest(self._key, number.encode(), hashlib.sha256).hex()

    def __repr__(self) -> str:
        """Without the key."""
        return "PhoneKey(…)"


def key_path(database: Path) -> Path:
    """Where the key of a database lies."""
    return database.with_name(f"{database.name}.key")


def _mark(key: bytes) -> str:
    """What the database remembers of its key: enough to know it again, nothing to guess it by."""
    return hashlib.sha256(b"smsgw phone key:" + key).hexdigest()[:16]


def _make(path: Path) -> None:
    """A new key, whole or not at all; the one that another process has just made stays."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
        try:
            os.fchmod(descriptor, MODE)
            os.write(descriptor, secrets.token_bytes(OCTETS).hex().encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise KeyMissing(f"the key file {path} cannot be made: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        raise KeyMissing(
            f"the key file {path} is missing: restore it from the backup, since without it nobody who said "
            "STOP is recognised"
        ) from None
    except OSError as error:
        raise KeyMissing(
            f"the key file {path} cannot be read ({error.strerror}): join the group of its folder "
            "(usermod -aG smsgw), and log in again"
        ) from error
    except ValueError:
        key = b""
    if len(key) != OCTETS:
        raise KeyMissing(f"the key file {path} is damaged: restore it from the backup")
    return key
