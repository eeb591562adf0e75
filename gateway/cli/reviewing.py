"""What an operator decides about a message that may have been a STOP, or asked for something else."""

from __future__ import annotations

from functools import partial

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.persons import objection, withdraw
from gateway.clock import from_text, to_text
from gateway.consent import Action, Entry, Scope, Source
from gateway.store import Tx, inbox, ledger, reviews


def decide(context: Context, tx: Tx, inbox_id: int, optout: bool | None) -> None:
    """Close what is asked about a message; `optout` says what a suspicion was, None where nobody suspects.

    Raises Failure where an answer is missing, or nobody had asked.
    """
    asked = {review.kind: review for review in reviews.open_ones(tx, inbox_id=inbox_id)}
    review = asked.pop(reviews.OPTOUT, None)
    now = context.clock.now()
    if (review is None) != (optout is None):
        raise Failure(
            f"message {inbox_id} may have been a STOP, which is to be decided"
            if optout is None
            else f"nothing is to be decided about message {inbox_id}",
            "give --optout or --not-optout" if optout is None else "leave --optout and --not-optout out",
        )
    if review is not None:
        message = inbox.get(tx, inbox_id)
        if optout and message is not None:
            why, when = f"message {inbox_id} was a STOP", from_text(message.received_at)
            person = review.phone_hash
            entry = partial(objection, phone_hash=person, why=why, when=when, now=now)
            withdraw(context, tx, message.sender, tuple(Scope), entry, now)
        outcome = "optout" if optout else "not_optout"
        reviews.close(tx, inbox_id, reviews.OPTOUT, outcome, operator(), to_text(now))
        if not optout and not _still_suspected(tx, review.phone_hash):
            ledger.append(tx, _resume(review.phone_hash, inbox_id, context))
    for kind in asked:
        reviews.close(tx, inbox_id, kind, "resolved", operator(), to_text(now))


def _still_suspected(tx: Tx, phone_hash: str) -> bool:
    """Whether another message of the person waits for the same decision."""
    return any(each.kind == reviews.OPTOUT for each in reviews.open_ones(tx, phone_hash=phone_hash))


def _resume(phone_hash: str, inbox_id: int, context: Context) -> Entry:
    now = context.clock.now()
    return Entry(
        phone_hash=phone_hash,
        scope=Scope.COMMERCIAL,
        action=Action.RESUME,
        source=Source.OPERATOR,
        evidence={"reason": f"message {inbox_id} was no STOP", "by": operator()},
        actor=operator(),
        at=now,
        recorded_at=now,
    )
