"""What the commands about people share: who is meant, when it was, what an operator writes down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gateway.cli import times
from gateway.cli.context import Context
from gateway.cli.operator import operator
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.consent import Entry, Scope
    from gateway.store import Store, Tx

WORDS = {
    "none": "nothing recorded",
    "granted": "granted",
    "denied": "denied",
    "suspended": "suspended: it may have been a STOP",
}
"""A status, for people."""

NOT_FOR_SMS = (
    "note: the words agreed to do not speak of text messages, so that a first advertisement will be refused"
    " (first_contact)"
)


def person(context: Context, number: str) -> tuple[str, str]:
    """The number in E.164, and its hash. Raises InvalidNumber and StoreError, which are failures."""
    from gateway import numbers

    found = numbers.normalise(number, context.settings_or_defaults().gateway.region)
    return found, hasher(context.store(create=False))(found)


def hasher(store: Store) -> Callable[[str], str]:
    """What turns a number into the hash under which the ledger knows it."""
    from gateway.store.phonekey import PhoneKey

    return PhoneKey.beside(store).hash


def moment(context: Context, text: str | None) -> datetime:
    """When the person acted. Raises UsageError."""
    now = context.clock.now()
    if text is None:
        return now
    try:
        found = times.past(text, now, context.settings_or_defaults().gateway.zone)
    except ValueError as error:
        raise click.UsageError(f"--at: {error}") from None
    if found > now:
        raise click.UsageError(f"--at: {text} has not come yet")
    return found


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """KEY=VALUE, several. Raises UsageError."""
    found = dict(each.partition("=")[::2] for each in given)
    bad = next((each for each in given if "=" not in each), None)
    if bad is not None:
        raise click.UsageError(f"--evidence {bad}: KEY=VALUE is expected")
    return found


def withdraw(
    context: Context,
    tx: Tx,
    number: str,
    scopes: tuple[Scope, ...],
    entry: Callable[[Scope], Entry],
    now: datetime,
) -> list[int]:
    """An operator writes an objection down, `entry` for each scope; the messages that were cancelled.

    What waits is cancelled and open surveys end, as if the person had written STOP; no confirmation is sent.
    An objection that a later consent has overtaken is written down, and changes nothing.
    """
    from gateway.consent import Scope, Status
    from gateway.model import Reason, reason
    from gateway.store import acks, events, ledger, reviews

    entries = [entry(scope) for scope in scopes]
    for each in entries:
        ledger.append(tx, each)
    phone_hash = entries[0].phone_hash
    over = [scope for scope in scopes if ledger.standing(tx, phone_hash, scope).status is Status.DENIED]
    categories = list(map(str, over))
    if Scope.SURVEY in over:
        _leave_surveys(context, tx, number, now)
        categories.append("ack")  # with the surveys go their next questions
    text = reason(Reason.OPTED_OUT, f"{operator()} wrote it down")
    cancelled = acks.cancel_waiting(tx, number, json.dumps(categories), text, to_text(now))
    if Scope.COMMERCIAL in over:
        reviews.close_of(tx, phone_hash, reviews.OPTOUT, "optout", operator(), to_text(now))
    detail = {"scopes": list(map(str, over)), "cancelled": cancelled, "actor": operator()}
    events.add(tx, "opted_out", now=to_text(now), detail=detail)
    return cancelled


def _leave_surveys(context: Context, tx: Tx, number: str, now: datetime) -> None:
    from gateway.surveys.catalogue import Catalogue
    from gateway.surveys.held import Cause
    from gateway.surveys.leaving import leave
    from gateway.surveys.runner import Runner

    settings = context.settings_or_defaults()
    runner = Runner(Catalogue(context.store(create=False), settings.gateway.surveys), lambda: settings)
    leave(tx, runner, number, "opted_out", now, Cause(actor=operator()))


def objection(scope: Scope, phone_hash: str, why: str, when: datetime, now: datetime) -> Entry:
    """What an operator was told: `when` the person said so."""
    from gateway.consent import Action, Entry, Source

    return Entry(
        phone_hash=phone_hash,
        scope=scope,
        action=Action.REVOKE,
        source=Source.OPERATOR,
        evidence={"reason": why, "by": operator()},
        actor=operator(),
        at=when,
        recorded_at=now,
    )
