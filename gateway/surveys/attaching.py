"""A person of ours says which question a message answers: the customer wrote from another telephone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gateway.clock import to_text
from gateway.receiving.kinds import written_at
from gateway.store import Conflict, Tx, events, inbox, sessions
from gateway.surveys import ended, reply, words
from gateway.surveys.answers import Outcome, Result
from gateway.surveys.definition import Item
from gateway.surveys.held import Cause, Held
from gateway.surveys.moves import Received
from gateway.surveys.runner import Runner
from gateway.surveys.session import State
from gateway.surveys.turn import Turn


def attach(
    tx: Tx, runner: Runner, inbox_id: int, session_id: int, question: str, *, actor: str, now: datetime
) -> Result:
    """The message counts as the answer to this question, as if the person had sent it; how it was understood.

    Raises Conflict, with nothing written, where the question waits for no answer or the message gives none.
    """
    message, row = inbox.get(tx, inbox_id), sessions.get(tx, session_id)
    if message is None or row is None:
        what = f"incoming message {inbox_id}" if message is None else f"session {session_id}"
        raise Conflict(f"there is no {what}")
    held = runner.catch_up(tx, runner.held(tx, row), now)
    item = _waiting(held, question)
    given = Received(text=message.body, at=written_at(message.sent_at, message.received_at), inbound=inbox_id)
    result = ended.understood(held.survey, held.session, item, given)
    if words.is_word(result) or result.outcome is Outcome.INVALID:
        why = f" ({result.reason})" if result.reason else ""
        raise Conflict(
            f"message {inbox_id} is understood as {result.outcome}{why}, not as an answer to {question}"
        )
    _take(
        tx, runner, held, item, result, given, Cause(inbox_id=inbox_id, text=message.body, actor=actor), now
    )
    kind = "refused" if result.outcome is Outcome.REFUSED else "answer"
    inbox.classify(tx, inbox_id, kind, session_id, question)
    inbox.resolve(tx, inbox_id, to_text(now))
    detail = {"actor": actor, "question": question}
    events.add(
        tx, "inbox_attached", now=to_text(now), inbox_id=inbox_id, session_id=session_id, detail=detail
    )
    return result


def _waiting(held: Held, question: str) -> Item:
    """The question, if it waits for an answer. Raises Conflict."""
    session, survey = held.session, held.survey
    expired = ended.expired_item(survey, session)
    waits = (
        session.current if session.state is State.AWAITING else expired.id if expired is not None else None
    )
    if waits is None or waits != question:
        those = f"the one that waits is {waits}" if waits else f"it is {session.state}, and none waits"
        raise Conflict(f"question {question} of session {held.row.id} waits for no answer: {those}")
    return survey.item(question)


def _take(
    tx: Tx,
    runner: Runner,
    held: Held,
    item: Item,
    result: Result,
    given: Received,
    cause: Cause,
    now: datetime,
) -> None:
    turn = Turn(held.survey, held.session, now)
    if held.session.state is State.AWAITING:
        reply.take(turn, item, result, given)
    else:
        ended.take_late(turn, result, given)
    after = replace(turn.session, rev=held.session.rev + 1)
    runner.keep(tx, held, after, turn.actions, now, cause)
