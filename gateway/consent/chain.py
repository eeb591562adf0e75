"""The chain of hashes that shows whether somebody changed the ledger afterwards.

It proves order and content to whoever kept an earlier hash (a backup, a printed `consent verify`); somebody
who can rewrite the whole file can rewrite the whole chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

GENESIS = "0" * 64
"""What stands before the first entry."""


def digest(previous: str, columns: Mapping[str, object]) -> str:
    """SHA-256, in hex, of the previous hash and every column of a row but its own hash.

    The columns are written as JSON with sorted keys and no blanks, in UTF-8.
    """
    text = json.dumps(dict(columns), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode("utf-8", "surrogatepass")).hexdigest()
