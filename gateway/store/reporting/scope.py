"""What a report is about."""

from __future__ import annotations

from dataclasses import dataclass

_EVER = ("", "~")  # before and after every time


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One survey in one period; times are UTC text, None is open."""

    survey: str
    since: str | None = None
    until: str | None = None

    def arguments(self, **more: object) -> dict[str, object]:
        """For the statements of this package."""
        since, until = self.since or _EVER[0], self.until or _EVER[1]
        return {"survey": self.survey, "since": since, "until": until, **more}


ASKED = "survey_session AS s WHERE s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until"
"""The sessions of the scope whose first question was submitted."""
OF_ASKED = (
    "EXISTS (SELECT 1 FROM survey_session AS s INDEXED BY survey_session_period WHERE s.id = {} "
    "AND s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until)"
)
"""Whether a session's number is one of theirs; by an index that is forty times narrower than the rows."""
