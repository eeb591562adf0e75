"""Which alerts a session raises, keeps and takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.surveys.definition.model import AlertOn, Survey
from gateway.surveys.facts import SessionFacts
from gateway.surveys.moves import Alert
from gateway.surveys.session import Raised, Session


def evaluate(
    survey: Survey, session: Session, occasions: Iterable[AlertOn] = (), *, corrected: bool = False
) -> tuple[Session, list[Alert]]:
    """Every rule against the session as it is now. A correction may take an alert back; nothing else does."""
    found = list(_changes(survey, session, frozenset(occasions), corrected))
    alerts = dict(session.alerts)
    for change in found:
        before = alerts.get(change.rule, Raised())
        alerts[change.rule] = replace(before, open=change.change == "open")
    return replace(session, alerts=alerts), found


def _changes(
    survey: Survey, session: Session, occasions: frozenset[AlertOn], corrected: bool
) -> Iterator[Alert]:
    facts = SessionFacts(session)
    for rule in survey.alerts:
        raised = session.alerts.get(rule.id)
        holds = rule.on in occasions if rule.when is None else rule.when.holds(facts)
        if holds and (raised is None or not raised.open):
            yield Alert(rule=rule.id, change="open")
        elif corrected and not holds and rule.when is not None and raised is not None and raised.open:
            yield Alert(rule=rule.id, change="supersede")


def commented(session: Session) -> tuple[Session, list[Alert]]:
    """A comment came after the alerts were raised: each is told of it once."""
    told = [rule for rule, raised in session.alerts.items() if raised.open and not raised.updated]
    alerts = {**session.alerts, **{rule: replace(session.alerts[rule], updated=True) for rule in told}}
    return replace(session, alerts=alerts), [Alert(rule=rule, change="update") for rule in told]
