"""Who was asked, who was not, and who answered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from gateway.store.connection import Reader
from gateway.store.reporting.scope import ASKED, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions that are alike: with the same end."""

    state: str
    disposition: str
    delivered: int
    """1: a report says so, or the person wrote back."""
    responded: int
    """1: something was answered in time."""
    late: int
    """1: something was answered, and all of it late."""
    opted_out: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everybody whose first question was submitted."""

    kinds: tuple[Sessions, ...]
    delivered: dict[str, int]
    """How many of those asked in an hour (UTC, `2026-11-23T18`) were reached, and in `responded` answered."""
    responded: dict[str, int]


HEARD = "status IN ('answered', 'prefilled')"
_UNREACHED = frozenset({"not_sent", "unknown", "undelivered"})
"""Dispositions without any message of the person; the others prove that the question arrived."""
_HEARD_FROM = frozenset({"complete", "partial", "breakoff"})
_KIND = "s.state, s.disposition, s.late, s.reason, s.delivered_at IS NOT NULL"
_HOUR = "substr(s.invited_at, 1, 13)"
# In the order of the index, so that nothing is sorted ("late = 0" would make SQLite forget that order). The few
# others have to be looked up among the items; they have an index of their own.
_PLAIN = f"""
SELECT {_HOUR}, {_KIND}, NULL, count(*) FROM {ASKED} AND NOT s.late AND s.disposition <> 'wrong_person'
 GROUP BY {_HOUR}, {_KIND}
"""  # noqa: S608 - fragments of ours
# Whether they answered: 0 in time, 1 late only, 2 not at all. (Grouped as `heard`, which is no column of the tables:
# a column would win over the name.)
WORDS = f"coalesce((SELECT min(item.late) FROM item WHERE session_id = s.id AND {HEARD}), 2)"  # noqa: S608
_OTHERS = f"""
SELECT {_HOUR} AS hour, {_KIND}, {WORDS} AS heard, count(*)
  FROM {ASKED.replace(" WHERE", " INDEXED BY survey_session_odd WHERE")}
   AND (s.late <> 0 OR s.disposition = 'wrong_person')
 GROUP BY hour, {_KIND}, heard
"""  # noqa: S608
# Who answered in time, and something else late, did answer in time.
_FIRST = f"""
SELECT unixepoch(answered_at), unixepoch(coalesce(delivered_at, invited_at))
  FROM {ASKED} AND answered_at IS NOT NULL AND (late = 0 OR {WORDS} = 0)
"""  # noqa: S608


def tuples(read: Reader, statement: str, arguments: dict[str, object]) -> list[tuple[object, ...]]:
    """The rows without names: for those of which there are many."""
    cursor = read.cursor()
    cursor.row_factory = None
    return cursor.execute(statement, arguments).fetchall()


def asked(read: Reader, scope: Scope) -> Asked:
    """The sessions whose first question was submitted, counted."""
    kinds: Counter[tuple[object, ...]] = Counter()
    hours: dict[str, Counter[tuple[object, ...]]] = {}
    for statement in (_PLAIN, _OTHERS):
        for hour, *kind, count in tuples(read, statement, scope.arguments()):
            kinds[tuple(kind)] += int(str(count))
            hours.setdefault(str(hour), Counter())[tuple(kind)] += int(str(count))
    alike = {kind: sessions_of(kind, count) for kind, count in kinds.items()}
    return Asked(
        kinds=tuple(alike.values()),
        delivered={hour: _sum(found, alike, "delivered") for hour, found in hours.items()},
        responded={hour: _sum(found, alike, "responded") for hour, found in hours.items()},
    )


def _sum(found: Counter[tuple[object, ...]], alike: dict[tuple[object, ...], Sessions], name: str) -> int:
    return sum(count for kind, count in found.items() if getattr(alike[kind], name))


def sessions_of(kind: Sequence[object], count: int) -> Sessions:
    """From state, disposition, late, reason, whether delivered, and `WORDS` where it had to be looked up."""
    state, disposition, _, reason, delivered, words = kind
    return Sessions(
        state=str(state),
        disposition=str(disposition),
        delivered=int(bool(delivered) or disposition not in _UNREACHED),
        responded=int(disposition in _HEARD_FROM if words is None else words == 0),
        late=int(words == 1 and disposition != "wrong_person"),
        opted_out=int(reason == "opted_out" and state == "stopped"),
        count=count,
    )


def never_asked(read: Reader, scope: Scope) -> dict[tuple[str, str], int]:
    """Sessions that were not submitted: how many by state and reason (its code, "" where there is none)."""
    rows = read.execute(
        "SELECT state, trim(substr(coalesce(reason, ''), 1, instr(coalesce(reason, '') || ':', ':') - 1)) AS why,"
        " count(*) AS count FROM survey_session WHERE survey = :survey AND substr(invited_at, 1, 13) IS NULL"
        " AND created_at >= :since AND created_at < :until GROUP BY 1, 2 ORDER BY 1, 2",
        scope.arguments(),
    )
    return {(str(row["state"]), str(row["why"])): int(row["count"]) for row in rows}


def versions(read: Reader, scope: Scope) -> list[int]:
    """The versions of the survey file that its sessions had, of all periods."""
    rows = read.execute(
        "SELECT version FROM survey_def WHERE survey = :survey AND EXISTS (SELECT 1 FROM survey_session AS s"
        " WHERE s.survey = survey_def.survey AND s.version = survey_def.version) ORDER BY version",
        scope.arguments(),
    )
    return [int(row["version"]) for row in rows]


def last_invited(read: Reader, scope: Scope) -> str | None:
    """When somebody was asked last."""
    row = read.execute(
        f"SELECT invited_at FROM {ASKED} ORDER BY substr(invited_at, 1, 13) DESC, invited_at DESC LIMIT 1",  # noqa: S608
        scope.arguments(),
    ).fetchone()
    return None if row is None else str(row["invited_at"])


def first_answers(read: Reader, scope: Scope) -> list[tuple[int, int]]:
    """Of everybody who answered in time: when they first did, and from when on they could (delivery, or
    submission where no report came); seconds since 1970."""
    return cast(list[tuple[int, int]], tuples(read, _FIRST, scope.arguments()))


def refused_invitations(read: Reader, scope: Scope) -> dict[str, int]:
    """Invitations that became no session: how many by reason (its code)."""
    rows = read.execute(
        "SELECT trim(substr(coalesce(reason, state), 1, instr(coalesce(reason, state) || ':', ':') - 1)) AS why,"
        " count(*) AS count FROM invitation WHERE survey = :survey AND state IN ('refused', 'expired')"
        " AND session_id IS NULL AND created_at >= :since AND created_at < :until GROUP BY 1 ORDER BY 1",
        scope.arguments(),
    )
    return {str(row["why"]): int(row["count"]) for row in rows}


def quarantined(read: Reader, scope: Scope) -> int:
    """People who were not asked because they had been asked not long before."""
    row = read.execute(
        "SELECT count(DISTINCT recipient) FROM (SELECT recipient FROM invitation WHERE survey = :survey"
        " AND state = 'refused' AND session_id IS NULL AND reason GLOB 'quarantine*' AND created_at >= :since"
        " AND created_at < :until UNION ALL SELECT recipient FROM survey_session WHERE survey = :survey"
        " AND substr(invited_at, 1, 13) IS NULL AND state = 'refused' AND reason GLOB 'quarantine*'"
        " AND created_at >= :since AND created_at < :until)",
        scope.arguments(),
    ).fetchone()
    return int(row[0])
