"""Sessions in the database: each step of the pure engine with all that follows from it, in one transaction.

Whatever is queued, withdrawn, opened or noted because of a step is written with the step. Nothing here talks to
modems or decides what a reply means.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from gateway import numbers
from gateway.clock import to_text
from gateway.config import Settings
from gateway.log import say
from gateway.model import Reason, reason
from gateway.store import (
    Tx,
    alerts,
    events,
    outbox,
    reports,
    session_items,
    session_messages,
    sessions,
)
from gateway.store.session_messages import Sent
from gateway.store.sessions import Row
from gateway.surveys import engine, telling
from gateway.surveys.catalogue import Catalogue
from gateway.surveys.definition.model import AlertRule
from gateway.surveys.held import NOBODY, Cause, Held
from gateway.surveys.keeping import columns, item_rows, restored
from gateway.surveys.moves import (
    Action,
    Alert,
    Classify,
    Control,
    History,
    Human,
    Input,
    NotSent,
    Send,
    Withdraw,
)
from gateway.surveys.posting import post
from gateway.surveys.session import Session, State
from gateway.surveys.tidings import OUT, inputs, too_old_at

log = logging.getLogger(__name__)


class Runner:
    """Steps sessions. Any thread may call it, inside a transaction of its own."""

    def __init__(self, catalogue: Catalogue, settings: Callable[[], Settings]) -> None:
        self.catalogue = catalogue
        self.settings = settings

    def held(self, tx: Tx, row: Row) -> Held:
        """A session with the definition that it began with. Raises UnknownSurvey."""
        return Held(row, self.catalogue.version(tx, row.survey, row.version), restored(row.engine))

    def step(self, tx: Tx, held: Held, given: Input, now: datetime, cause: Cause = NOBODY) -> Held:
        """One step, with everything that it asks for."""
        session, actions = engine.step(held.survey, held.session, given, now)
        return self.keep(tx, held, session, actions, now, cause)

    def step_quietly(self, tx: Tx, held: Held, given: Input, now: datetime, cause: Cause = NOBODY) -> Held:
        """One step of which nothing is sent: somebody else answers the person."""
        session, actions = engine.step(held.survey, held.session, given, now)
        unsaid = [action for action in actions if not isinstance(action, Send)]
        return self.keep(tx, held, replace(session, queued=None), unsaid, now, cause)

    def keep(
        self,
        tx: Tx,
        held: Held,
        session: Session,
        actions: Iterable[Action],
        now: datetime,
        cause: Cause = NOBODY,
    ) -> Held:
        """Write what a step has made of a session, and carry out what it wants done."""
        after = self._save(tx, held, session, now, cause)
        unsent = []
        for action in _in_order(actions):
            why = self._do(tx, after, action, now, cause)
            if why is not None and isinstance(action, Send):
                unsent.append(NotSent(out=action.out, reason=why))
        for given in unsent:
            after = self.step(tx, after, given, now, cause)
        return after

    def _save(self, tx: Tx, held: Held, session: Session, now: datetime, cause: Cause) -> Held:
        if session == held.session:
            return held
        row = held.row
        sessions.save(
            tx, row.id, row.rev, columns(held.survey, session, reports_work=reports_work(tx, row.sim))
        )
        session_items.save(tx, row.id, item_rows(held.survey, session))
        if session.state is not held.session.state:
            self._moved(tx, row, held.session.state, session, now, cause)
        return replace(held, row=_again(tx, row.id), session=session)

    def _moved(self, tx: Tx, row: Row, before: State, session: Session, now: datetime, cause: Cause) -> None:
        detail = {"state": str(session.state), "from": str(before), "reason": session.reason}
        if cause.actor:
            detail["actor"] = cause.actor
        events.add(tx, "session", now=to_text(now), session_id=row.id, inbox_id=cause.inbox_id, detail=detail)
        say(log, "session", session=row.id, survey=row.survey, state=session.state, reason=session.reason)
        if session.is_final and row.recipient is not None:
            sessions.wake_scheduled(tx, row.recipient, to_text(now))

    # -- what a step wants done ----------------------------------------------------------------------------------

    def _do(self, tx: Tx, held: Held, action: Action, now: datetime, cause: Cause) -> str | None:
        """Carry out one action; why a text may not go, where it may not."""
        match action:
            case Send():
                return post(tx, held, action, now, cause)
            case Withdraw():
                _withdraw(tx, held, action.out, now)
            case Alert():
                self._alert(tx, held, action, now, cause)
            case History():
                session_items.note_correction(
                    tx,
                    held.row.id,
                    action.question,
                    old=None if action.old is None else str(action.old),
                    new=None if action.new is None else str(action.new),
                    inbox_id=cause.inbox_id,
                    actor=cause.actor,
                    now=to_text(now),
                )
            case Human() | Classify() | Control():
                pass  # matters of the message, which whoever handles it sees to
        return None

    def _alert(self, tx: Tx, held: Held, action: Alert, now: datetime, cause: Cause) -> None:
        rule = next(each for each in held.survey.alerts if each.id == action.rule)
        at = to_text(now)
        told = telling.body(held.survey, held.session, cause.text)
        if action.change == "supersede":
            alerts.supersede(tx, held.row.id, rule.id, at)
        elif action.change == "update":
            alerts.update(tx, held.row.id, rule.id, told, self._targets(rule), at)
        else:
            alerts.open_(
                tx,
                session_id=held.row.id,
                inbox_id=cause.inbox_id,
                survey=held.row.survey,
                rule=rule.id,
                severity=rule.severity,
                title=rule.title,
                due_at=to_text(now + rule.sla),
                body=told,
                targets=self._targets(rule),
                now=at,
            )

    def _targets(self, rule: AlertRule) -> Sequence[str]:
        """Whom a rule wants told; without a word of its own everybody whom the configuration names."""
        return rule.to or (*self.settings().alerts.targets, "log")

    # -- what became of its messages -------------------------------------------------------------------------------

    def catch_up(self, tx: Tx, held: Held, now: datetime) -> Held:
        """Tell a session what became of its messages since it was last told."""
        for sent in session_messages.news_of(tx, held.row.id):
            held = self.hear_of(tx, held, sent, now)
        return held

    def hear_of(self, tx: Tx, held: Held, sent: Sent, now: datetime) -> Held:
        """Tell a session what became of one message."""
        for given in inputs(sent, too_old_at=too_old_at(held)):
            held = self.step(tx, held, given, now)
        session_messages.told(tx, sent.message_id)
        if sent.state not in OUT or sent.sim is None:
            return held
        if (sent.sim, sent.modem_used) != (held.row.sim, held.row.modem):
            sessions.bind(tx, held.row.id, sent.sim, sent.modem_used)
            held = replace(held, row=_again(tx, held.row.id))
        return held


def reports_work(tx: Tx, sim: str | None) -> bool:
    """Whether status reports come through a SIM; nobody knows before the first: then they are waited for."""
    return sim is None or reports.ever(tx, sim)


def masked(row: Row) -> str:
    """The person of a session as a log may show it."""
    return "erased" if row.recipient is None else numbers.mask(row.recipient)


def _in_order(actions: Iterable[Action]) -> list[Action]:
    """Withdrawals first: what is queued takes the place of what is taken back."""
    return sorted(actions, key=lambda action: not isinstance(action, Withdraw))


def _withdraw(tx: Tx, held: Held, out: int, now: datetime) -> None:
    sent = session_messages.message_of(tx, held.row.id, out)
    if sent is not None:
        outbox.cancel(
            tx, sent.message_id, reason(Reason.SUPERSEDED, "the customer wrote again"), to_text(now)
        )
        session_messages.told(tx, sent.message_id)


def _again(tx: Tx, session_id: int) -> Row:
    row = sessions.get(tx, session_id)
    if row is None:
        raise LookupError(f"session {session_id} vanished inside its own transaction")
    return row
