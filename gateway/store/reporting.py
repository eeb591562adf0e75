"""The counts that survey reports are made of: a handful of passes over the tables, no row by row work.

A session belongs to the period of `invited_at`, the submission of its first question; one that was never
submitted to that of its creation. Times are text, UTC; a bound is taken in at the beginning, left out at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader

RECENT = 20_000
"""Sessions, the newest, whose words are looked through: nobody reads on to older ones."""
_EVER = ("", "~")  # before and after every time


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about."""

    survey: str
    since: str | None = None
    until: str | None = None

    def arguments(self, **more: object) -> dict[str, object]:
        """For the statements below."""
        since, until = self.since or _EVER[0], self.until or _EVER[1]
        return {"survey": self.survey, "since": since, "until": until, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions that are alike: asked in the same hour, and with the same end."""

    hour: str
    """UTC, `2026-11-23T18`, of the submission."""
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
class Items:
    """Answers that are alike."""

    question: str
    type: str
    status: str
    value: str | None
    """None of an open question."""
    late: int
    inferred: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What became of the alerts."""

    opened: int
    superseded: int
    closed: int
    closed_in_time: int
    open: int
    overdue: int


_ASKED = (
    "SELECT id FROM survey_session WHERE survey = :survey AND invited_at >= :since AND invited_at < :until"
)
_HEARD = "status IN ('answered', 'prefilled')"
_UNREACHED = frozenset({"not_sent", "unknown", "undelivered"})
"""Dispositions without any message of the person; the others prove that the question arrived."""
_HEARD_FROM = frozenset({"complete", "partial", "breakoff"})
_WORDS = f"SELECT min(item.late) FROM item WHERE session_id = s.id AND {_HEARD}"  # noqa: S608
# One short key, worked out once a row: a quarter of the time of grouping by what is read off it. The items are
# asked in the rare cases only that the session's own columns leave open: 0 in time, 1 late only, - nothing.
_KINDS = f"""
SELECT substr(s.invited_at, 1, 13) || '|' || s.state || '|' || s.disposition || '|' || (s.delivered_at IS NOT NULL)
       || (s.reason IS 'opted_out')
       || CASE WHEN s.late = 0 AND s.disposition <> 'wrong_person' THEN '' ELSE coalesce(({_WORDS}), '-') END AS kind,
       count(*) AS count
  FROM survey_session AS s
 WHERE s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until
 GROUP BY kind
"""  # noqa: S608 - fragments of ours
_ITEMS = f"""
SELECT question, type, status, CASE WHEN type <> 'text' THEN value END AS value, late,
       flags <> '[]' AND instr(flags, '"inferred"') > 0 AS inferred, count(*) AS count
  FROM item WHERE session_id IN ({_ASKED}) AND status IN ('answered', 'prefilled', 'refused', 'unparsed', 'expired')
 GROUP BY question || ' ' || type || status || late || flags ||
          CASE WHEN type <> 'text' AND value IS NOT NULL THEN value ELSE '' END
"""  # noqa: S608
_DELAYS = """
SELECT unixepoch(answered_at) - unixepoch(coalesce(delivered_at, invited_at)) AS seconds, count(*) AS count
  FROM survey_session
 WHERE survey = :survey AND invited_at >= :since AND invited_at < :until AND answered_at IS NOT NULL AND late = 0
 GROUP BY 1
"""
_VERBATIMS = f"""
SELECT found.session_id, found.question, found.answered_at AS at, found.words, found.late,
       score.value AS score, score.type AS score_type, score.question AS score_question,
       (SELECT state FROM alert WHERE alert.session_id = found.session_id AND state <> 'superseded'
         ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END LIMIT 1) AS alert
  FROM (SELECT session_id, question, answered_at, late, CASE type WHEN 'text' THEN text ELSE comment END AS words
          FROM item
         WHERE {_HEARD} AND CASE type WHEN 'text' THEN text ELSE comment END <> ''
           AND instr(flags, '"no_comment"') = 0 AND session_id IN
               ({_ASKED} ORDER BY invited_at DESC LIMIT {RECENT})
         ORDER BY answered_at DESC, session_id DESC, place LIMIT :limit) AS found
  LEFT JOIN item AS score ON score.session_id = found.session_id AND score.question =
       (SELECT question FROM item WHERE session_id = found.session_id AND status = 'answered'
           AND type IN ('nps', 'csat', 'ces', 'scale', 'yesno') ORDER BY place LIMIT 1)
 ORDER BY at DESC, found.session_id DESC, found.question
"""  # noqa: S608
# Whole answers, which are nearly all, are counted as items already.
_INBOX = """
SELECT kind, count(*) AS count, sum(complete = 0) AS incomplete FROM inbox
 WHERE (kind <> 'answer' OR complete = 0)
   AND EXISTS (SELECT 1 FROM survey_session AS s WHERE s.id = inbox.session_id AND s.survey = :survey
                  AND s.invited_at >= :since AND s.invited_at < :until)
 GROUP BY kind
"""
_FOLLOW_UPS = """
SELECT m.role, count(*) AS sent,
       sum(CASE m.role
           WHEN 'reminder' THEN EXISTS (SELECT 1 FROM survey_session AS s WHERE s.id = m.session_id
                                           AND s.answered_at > coalesce(o.sent_at, o.updated_at))
           ELSE EXISTS (SELECT 1 FROM item WHERE item.session_id = m.session_id AND item.question = m.question
                           AND item.status IN ('answered', 'refused')
                           AND item.answered_at > coalesce(o.sent_at, o.updated_at)) END) AS answered
  FROM session_message AS m JOIN outbox AS o ON o.id = m.message_id
 WHERE m.role IN ('reminder', 'reask') AND o.state IN ('sent', 'delivered', 'undelivered', 'unknown')
   AND EXISTS (SELECT 1 FROM survey_session AS s WHERE s.id = m.session_id AND s.survey = :survey
                  AND s.invited_at >= :since AND s.invited_at < :until)
 GROUP BY m.role
"""
# An objection that found no session open, within a day of the session's last message.
_AFTERWARDS = """
SELECT count(DISTINCT s.id) FROM inbox CROSS JOIN survey_session AS s ON s.recipient = inbox.sender
 WHERE inbox.kind = 'opt_out' AND s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until
   AND NOT (s.state = 'stopped' AND s.reason = 'opted_out') AND inbox.received_at >= s.invited_at
   AND julianday(inbox.received_at) <= 1 + (
       SELECT max(julianday(o.sent_at)) FROM session_message AS m JOIN outbox AS o ON o.id = m.message_id
        WHERE m.session_id = s.id)
"""
_ALERTS = """
SELECT count(*) AS opened, coalesce(sum(state = 'superseded'), 0) AS superseded,
       coalesce(sum(state = 'closed'), 0) AS closed,
       coalesce(sum(state = 'closed' AND closed_at <= due_at), 0) AS closed_in_time,
       coalesce(sum(state IN ('open', 'acknowledged')), 0) AS open,
       coalesce(sum(state IN ('open', 'acknowledged') AND due_at < :now), 0) AS overdue
  FROM alert WHERE survey = :survey AND opened_at >= :since AND opened_at < :until
"""


def asked(read: Reader, scope: Scope) -> list[Sessions]:
    """The sessions whose first question was submitted, counted."""
    rows = read.execute(_KINDS, scope.arguments())
    return [_sessions(str(row["kind"]).split("|"), int(row["count"])) for row in rows]


def _sessions(kind: list[str], count: int) -> Sessions:
    hour, state, disposition, flags = kind
    delivered, opted_out, words = flags[0] == "1", flags[1] == "1", flags[2:]
    return Sessions(
        hour=hour,
        state=state,
        disposition=disposition,
        delivered=int(delivered or disposition not in _UNREACHED),
        responded=int(words == "0" if words else disposition in _HEARD_FROM),
        late=int(words == "1" and disposition != "wrong_person"),
        opted_out=int(opted_out and state == "stopped"),
        count=count,
    )


def never_asked(read: Reader, scope: Scope) -> dict[tuple[str, str], int]:
    """Sessions that were not submitted: how many by state and reason (its code, "" where there is none)."""
    rows = read.execute(
        "SELECT state, trim(substr(coalesce(reason, ''), 1, instr(coalesce(reason, '') || ':', ':') - 1)) AS why,"
        " count(*) AS count FROM survey_session WHERE survey = :survey AND invited_at IS NULL"
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
        "SELECT max(invited_at) AS at FROM survey_session WHERE survey = :survey AND invited_at >= :since"
        " AND invited_at < :until",
        scope.arguments(),
    ).fetchone()
    return None if row["at"] is None else str(row["at"])


def items(read: Reader, scope: Scope) -> list[Items]:
    """How many answers of each kind; those of the people who were asked."""
    return [Items(**dict(row)) for row in read.execute(_ITEMS, scope.arguments())]


def delays(read: Reader, scope: Scope) -> dict[int, int]:
    """Seconds from delivery (submission, where no report came) to the first answer in time: how often each."""
    rows = read.execute(_DELAYS, scope.arguments())
    return {int(row["seconds"]): int(row["count"]) for row in rows if row["seconds"] is not None}


def refused_invitations(read: Reader, scope: Scope) -> dict[str, int]:
    """Invitations that became no session: how many by reason (its code)."""
    rows = read.execute(
        "SELECT trim(substr(coalesce(reason, state), 1, instr(coalesce(reason, state) || ':', ':') - 1)) AS why,"
        " count(*) AS count FROM invitation WHERE survey = :survey AND state IN ('refused', 'expired')"
        " AND session_id IS NULL AND created_at >= :since AND created_at < :until GROUP BY 1 ORDER BY 1",
        scope.arguments(),
    )
    return {str(row["why"]): int(row["count"]) for row in rows}


def verbatims(read: Reader, scope: Scope, limit: int) -> list[Verbatim]:
    """What customers wrote in words, the newest first."""
    return [Verbatim(**dict(row)) for row in read.execute(_VERBATIMS, scope.arguments(limit=limit))]


def incoming(read: Reader, scope: Scope) -> tuple[dict[str, int], int]:
    """Messages of the sessions that are no whole answers, by kind, and how many messages lack a part."""
    rows = read.execute(_INBOX, scope.arguments()).fetchall()
    return {str(row["kind"]): int(row["count"]) for row in rows}, sum(int(row["incomplete"]) for row in rows)


def follow_ups(read: Reader, scope: Scope) -> dict[str, tuple[int, int]]:
    """`reminder` and `reask`: how many were sent, how many were followed by an accepted answer."""
    rows = read.execute(_FOLLOW_UPS, scope.arguments())
    return {str(row["role"]): (int(row["sent"]), int(row["answered"] or 0)) for row in rows}


def opted_out_afterwards(read: Reader, scope: Scope) -> int:
    """Sessions that had ended when the person objected, within 24 h of their last message."""
    return int(read.execute(_AFTERWARDS, scope.arguments()).fetchone()[0])


def alert_counts(read: Reader, scope: Scope, now: str) -> Alerts:
    """Alerts opened in the period, as they stand."""
    return Alerts(**dict(read.execute(_ALERTS, scope.arguments(now=now)).fetchone()))


def acknowledged_after(read: Reader, scope: Scope) -> dict[int, int]:
    """Seconds from the opening of an alert to the person who took it on: how often each."""
    rows = read.execute(
        "SELECT unixepoch(ack_at) - unixepoch(opened_at) AS seconds, count(*) AS count FROM alert"
        " WHERE survey = :survey AND opened_at >= :since AND opened_at < :until AND ack_at IS NOT NULL GROUP BY 1",
        scope.arguments(),
    )
    return {max(0, int(row["seconds"])): int(row["count"]) for row in rows}
