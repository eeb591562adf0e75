"""From an invitation to a session: may this person be asked this, and when?

A refusal comes within seconds and stands on the invitation, with its reason; who is to be asked later waits in a
session that is `scheduled`. The same questions are put once more when its time has come.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway import failpoints, numbers
from gateway.clock import from_text, to_text
from gateway.config import Settings
from gateway.failpoints import Step
from gateway.log import say
from gateway.model import Reason
from gateway.store import Reader, Tx, contacts, events, invitations, sessions
from gateway.store.contacts import Contact
from gateway.store.invitations import Invitation
from gateway.store.phonekey import PhoneKey
from gateway.store.sessions import Row
from gateway.surveys import engine
from gateway.surveys.answers.normalise import normalise
from gateway.surveys.asking import event_ref, given_context, known_of, unanswerable, unrenderable
from gateway.surveys.catalogue import UnknownSurvey
from gateway.surveys.definition import Survey
from gateway.surveys.eligibility import Eligibility, No, quarantine, stale
from gateway.surveys.held import Held
from gateway.surveys.keeping import columns
from gateway.surveys.moves import Due
from gateway.surveys.runner import Runner
from gateway.surveys.session import Session, State

CONFLICT_LOOK = timedelta(minutes=10)
"""How often a session that waits for another one looks again, should nobody wake it."""

FOLDER_LOOK = timedelta(seconds=1)
"""How soon an invitation to a survey that nobody knows is looked at again, while a file waits to be read."""

log = logging.getLogger(__name__)


class Inviter:
    """Begins sessions. Any thread may call it, inside a transaction of its own."""

    def __init__(self, runner: Runner, key: PhoneKey, settings: Callable[[], Settings]) -> None:
        self._runner = runner
        self._key = key
        self._settings = settings
        self._eligibility = Eligibility(key, settings)

    # -- invitations -----------------------------------------------------------------------------------

    def look(self, tx: Tx, invitation_id: int, now: datetime) -> int | None:
        """Decide about one invitation; the id of the session that it led to."""
        asked = invitations.get(tx, invitation_id)
        if asked is None or asked.state != "pending":
            return None
        at = to_text(now)
        if asked.expires_at is not None and from_text(asked.expires_at) <= now:
            self._settle(tx, asked, "expired", No(str(Reason.TOO_LATE), asked.expires_at), now)
            return None
        try:
            plan = self._plan(tx, asked, now)
        except UnknownSurvey as error:
            if self._runner.catalogue.behind:
                why = "the folder of surveys has changed, and is read in a moment"
                invitations.wait(tx, asked.id, to_text(now + FOLDER_LOOK), why, at)
                return None
            self._settle(tx, asked, "refused", No("unknown_survey", str(error)), now)
            return None
        except _Refused as error:
            self._settle(tx, asked, "refused", error.no, now)
            return None
        if asked.not_before is not None and from_text(asked.not_before) > now:
            invitations.wait(tx, asked.id, asked.not_before, str(Reason.DUE), at)
            return None
        return self._begin(tx, asked, plan, now)

    def _settle(self, tx: Tx, asked: Invitation, state: str, no: No, now: datetime) -> None:
        invitations.settle(tx, asked.id, state, to_text(now), reason=no.text)
        detail = {"invitation": asked.id, "survey": asked.survey, "state": state, "reason": no.text}
        events.add(tx, "invitation", now=to_text(now), inbox_id=asked.inbox_id, detail=detail)
        say(log, f"invitation_{state}", invitation=asked.id, survey=asked.survey, why=no.text)

    def _plan(self, tx: Tx, asked: Invitation, now: datetime) -> _Plan:
        """Everything that a session needs. Raises UnknownSurvey and _Refused."""
        survey, version = self._runner.catalogue.current(tx, asked.survey)
        settings = self._settings()
        try:
            number = numbers.normalise(asked.recipient, settings.gateway.region)
        except numbers.InvalidNumber as error:
            raise _Refused(No(str(Reason.INVALID_NUMBER), str(error))) from None
        contact = contacts.find(tx, self._key.hash(number))
        session = self._session(tx, asked, survey, version, contact, now)
        plan = _Plan(number, survey, version, session, event_ref(asked))
        no = (
            unanswerable(session)
            or self._eligibility.forbidden(tx, number)
            or self._untimely(tx, plan, asked, now)
            or unrenderable(survey, session)
        )
        if no is not None:
            raise _Refused(no)
        return plan

    def _session(
        self, tx: Tx, asked: Invitation, survey: Survey, version: int, contact: Contact | None, now: datetime
    ) -> Session:
        known = known_of(contact)
        language = asked.language or (contact.lang if contact is not None else None)
        happened = asked.event_at or max(asked.created_at, asked.not_before or asked.created_at)
        return engine.begin(
            survey,
            now=now,
            context={**known, **given_context(asked.context)},
            language=language,
            event_ref=asked.event_ref or "",
            event_at=from_text(happened),
            consents=self._eligibility.consents(tx, contact),
            version=version,
        )

    def _untimely(self, tx: Tx, plan: _Plan, asked: Invitation, now: datetime) -> No | None:
        if sessions.for_event(tx, plan.survey.id, plan.number, plan.event_ref) is not None:
            return No("duplicate_event", f"{plan.survey.id} was asked about {plan.event_ref} already")
        at = from_text(asked.not_before) if asked.not_before is not None else now
        begins = max(plan.session.not_before, at)
        old = stale(plan.survey, plan.session, begins)
        if old is not None or asked.inbox_id is not None:
            return old
        rest = quarantine(tx, plan.survey, plan.number, begins)
        if rest is not None:
            return rest
        if plan.survey.start.on_conflict == "refuse" and sessions.open_of(tx, plan.number) is not None:
            return No("session_open", "another survey is open with this person")
        return None

    def _begin(self, tx: Tx, asked: Invitation, plan: _Plan, now: datetime) -> int | None:
        session = plan.session
        if session.not_before < now or asked.inbox_id is not None:
            session = replace(session, not_before=now)
        wait = (
            plan.survey.start.conflict_defer_max if plan.survey.start.on_conflict == "defer" else timedelta(0)
        )
        session_id = sessions.create(
            tx,
            columns(plan.survey, session, reports_work=True),
            survey=plan.survey.id,
            version=plan.version,
            recipient=plan.number,
            language=session.language,
            invitation_id=asked.id,
            event_ref=plan.event_ref,
            event_at=to_text(session.event_at),
            context=json.dumps(dict(session.context), ensure_ascii=False),
            conflict_until=to_text(session.not_before + wait),
            now=to_text(now),
        )
        invitations.settle(tx, asked.id, "started", to_text(now), session=session_id)
        detail = {"state": str(State.SCHEDULED), "invitation": asked.id, "survey": asked.survey}
        events.add(
            tx, "session", now=to_text(now), session_id=session_id, inbox_id=asked.inbox_id, detail=detail
        )
        row = sessions.get(tx, session_id)
        if row is not None and session.not_before <= now:
            self.start(tx, row, now)
        failpoints.reach(Step.INVITATION_WRITTEN)
        return session_id

    # -- sessions that are scheduled -------------------------------------------------------------------

    def start(self, tx: Tx, row: Row, now: datetime) -> Held:
        """The time of a scheduled session has come: ask, wait on, or refuse."""
        held = self._runner.held(tx, row)
        given = self._due(tx, held, now)
        if (
            given.verdict == "defer" and given.until is not None
        ):  # `wake_scheduled` may end the waiting sooner
            sessions.set_wake(tx, row.id, to_text(given.until))
            return held
        if given.verdict == "allow" and held.session.not_before > now:
            return held
        after = self._runner.step(tx, held, given, now)
        if after.session.state is State.REFUSED and row.invitation_id is not None:
            say(log, "session_refused", survey=row.survey, session=row.id, reason=after.session.reason)
        return after

    def _due(self, tx: Tx, held: Held, now: datetime) -> Due:
        row, number = held.row, held.row.recipient
        if number is None:
            return Due(verdict="refuse", reason="contact_erased")
        no = self._eligibility.forbidden(tx, number) or stale(held.survey, held.session, now)
        invitation = None if row.invitation_id is None else invitations.get(tx, row.invitation_id)
        by_keyword = invitation is not None and invitation.inbox_id is not None
        if no is None and not by_keyword:
            no = quarantine(tx, held.survey, number, now)
        if no is not None:
            return Due(verdict="refuse", reason=no.code)
        if sessions.open_of(tx, number) is None:
            return Due()
        until = now if row.conflict_until is None else from_text(row.conflict_until)
        if now >= until:
            return Due(verdict="refuse", reason="session_open")
        return Due(verdict="defer", until=min(until, now + CONFLICT_LOOK))

    # -- keywords --------------------------------------------------------------------------------------

    def keyword(self, read: Reader, text: str) -> str | None:
        """The survey that a message asks for: it is one of its keywords, and nothing else."""
        said = normalise(text[:200]).flat
        if not said:
            return None
        for survey, _ in self._runner.catalogue.all_current(read):
            if any(normalise(word).flat == said for word in survey.start.keywords):
                return survey.id
        return None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A session that may be made."""

    number: str
    survey: Survey
    version: int
    session: Session
    event_ref: str


class _Refused(Exception):
    """The invitation cannot be followed."""

    def __init__(self, no: No) -> None:
        super().__init__(no.text)
        self.no = no
