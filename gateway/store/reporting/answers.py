"""What was answered: counts of values, and the words themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from gateway.store.connection import Reader
from gateway.store.reporting.scope import ASKED, OF_ASKED, Scope
from gateway.store.reporting.sessions import HEARD, tuples

RECENT = 20_000
"""Sessions, the newest, whose words are looked through: nobody reads on to older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Answers that are alike."""

    question: str
    type: str
    status: str
    value: str | None
    """None of an open question."""
    late: int
    inferred: int
    begun: int
    """1: of somebody who answered something in time. Known of questions that expired, else 0."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """Words of a customer, beside a score or as an answer."""

    session_id: int
    question: str
    at: str
    words: str
    late: int
    score: str | None
    """The session's first score, and its type."""
    score_type: str | None
    score_question: str | None
    alert: str | None
    """State of the session's most pressing alert."""


_SETTLED = "status IN ('answered', 'prefilled', 'refused', 'unparsed')"
_MINE = OF_ASKED.format("item.session_id")
# Two indexes, so that no customer's words are in one; each in the order of its grouping.
_ITEMS = f"""
SELECT question, type, status, late, flags, value, 0, count(*) FROM item INDEXED BY item_notes
 WHERE type <> 'text' AND {_SETTLED} AND {_MINE} GROUP BY question, type, status, late, flags, value
 UNION ALL
SELECT question, type, status, late, flags, NULL, 0, count(*) FROM item INDEXED BY item_texts
 WHERE type = 'text' AND {_SETTLED} AND {_MINE} GROUP BY question, status, late, flags
"""  # noqa: S608 - fragments of ours
# Where people left off: only of those who had begun, which few sessions that expired have.
_LEFT = f"""
SELECT question, type, 'expired', 0, '[]', NULL, 1, count(*) FROM item
 WHERE status = 'expired' AND session_id IN
       (SELECT id FROM {ASKED} AND s.disposition IN ('partial', 'breakoff', 'late_partial', 'wrong_person'))
   AND EXISTS (SELECT 1 FROM item AS said WHERE said.session_id = item.session_id AND said.late = 0
                  AND said.{HEARD})
 GROUP BY question, type
"""  # noqa: S608
# A remark that filled a later question stands beside its own answer already: it is not shown twice.
_VERBATIMS = f"""
SELECT found.session_id, found.question, found.answered_at AS at, found.words, found.late,
       score.value AS score, score.type AS score_type, score.question AS score_question,
       (SELECT state FROM alert WHERE alert.session_id = found.session_id AND state <> 'superseded'
         ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END LIMIT 1) AS alert
  FROM (SELECT session_id, question, answered_at, late, CASE type WHEN 'text' THEN text ELSE comment END AS words
          FROM item
         WHERE status = 'answered' AND CASE type WHEN 'text' THEN text ELSE comment END <> ''
           AND instr(flags, '"no_comment"') = 0 AND session_id IN
               (SELECT id FROM {ASKED} ORDER BY substr(invited_at, 1, 13) DESC, invited_at DESC LIMIT {RECENT})
         ORDER BY answered_at DESC, session_id DESC, place LIMIT :limit) AS found
  LEFT JOIN item AS score ON score.session_id = found.session_id AND score.question =
       (SELECT question FROM item WHERE session_id = found.session_id AND status = 'answered'
           AND type IN ('nps', 'csat', 'ces', 'scale', 'yesno') ORDER BY place LIMIT 1)
 ORDER BY at DESC, found.session_id DESC, found.question
"""  # noqa: S608


def items(read: Reader, scope: Scope) -> list[Items]:
    """How many answers of each kind; those of the people who were asked."""
    rows = tuples(read, _ITEMS, scope.arguments()) + tuples(read, _LEFT, scope.arguments())
    return alike(rows)


def alike(rows: list[tuple[object, ...]]) -> list[Items]:
    """From question, type, status, late, flags, value, whether begun, count."""
    counts: Counter[tuple[object, ...]] = Counter()
    for question, kind, status, late, flags, value, begun, count in rows:
        key = (question, kind, status, late, '"inferred"' in str(flags), value, begun)
        counts[key] += int(str(count))
    return [
        Items(
            question=str(question),
            type=str(kind),
            status=str(status),
            value=None if value is None else str(value),
            late=int(bool(late)),
            inferred=int(bool(inferred)),
            begun=int(bool(begun)),
            count=count,
        )
        for (question, kind, status, late, inferred, value, begun), count in counts.items()
    ]


def verbatims(read: Reader, scope: Scope, limit: int) -> list[Verbatim]:
    """What customers wrote in words, the newest first."""
    return [Verbatim(**dict(row)) for row in read.execute(_VERBATIMS, scope.arguments(limit=limit))]
