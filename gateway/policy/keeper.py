"""Policy with the store beside it: what is known of the recipient is read, then judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.consent import Basis, Standing, Status, names_sms
from gateway.model import RESERVED
from gateway.policy.persons import refused, scope_of
from gateway.policy.timing import held
from gateway.policy.values import (
    STRANGER,
    Allowed,
    Deferral,
    Errand,
    Facts,
    Refusal,
    Request,
    Rules,
)
from gateway.policy.wording import number_of, read_text
from gateway.receiving.kinds import written_at
from gateway.store import Reader, Store, ledger, people
from gateway.store.phonekey import PhoneKey


class Keeper:
    """Asked at admission, by `outbox show` and `send`, and again in the transaction of the claim. Any thread."""

    def __init__(self, key: PhoneKey) -> None:
        self.key = key

    @classmethod
    def of(cls, store: Store) -> Keeper:
        """For this database. Raises KeyMissing where the key of its ledger is gone."""
        return cls(PhoneKey.beside(store))

    def judge(self, read: Reader, request: Request, rules: Rules, now: datetime) -> Allowed | Refusal:
        """Whether it may go at all; the first check that fails says why."""
        return judge(
            request,
            rules,
            lambda number: self.facts(read, number, request.category, request.errand, rules, now),
            now,
        )

    def again(
        self,
        read: Reader,
        message_id: int,
        number: str,
        category: str,
        rules: Rules,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> Refusal | Deferral | None:
        """The same for a row that was admitted: what may have changed since. None: it may go now."""
        errand = errand_of(read, message_id) if category in RESERVED else Errand()
        facts = self.facts(read, number, category, errand, rules, now)
        return refused(category, errand, facts, rules, now) or (
            held(number, category, errand, facts, rules, now, seed=message_id, expires_at=expires_at)
            if rules.timed(category)
            else None
        )

    def facts(
        self, read: Reader, number: str, category: str, errand: Errand, rules: Rules, now: datetime
    ) -> Facts:
        """What is known of a number: one look for most messages, others where caps count."""
        known = people.known(read, self.key.hash(number), scope_of(category, errand) or category)
        sent = _submitted(read, number, category, rules, now)
        met = rules.asks_who(category) and people.met(read, number)
        if known is None:
            return Facts(sent=sent, met=met) if sent or met else STRANGER
        return Facts(
            standing=Standing(
                status=Status(known.status),
                granted_at=None if known.granted_at is None else from_text(known.granted_at),
                since=from_text(known.since) if known.since else None,
            ),
            disputed=known.disputed,
            met=met,
            consent_names_sms=not met
            and known.granted_at is not None
            and self._names_sms(read, number, category),
            lives_in=known.tz,
            sent=sent,
        )

    def _names_sms(self, read: Reader, number: str, category: str) -> bool:
        """Whether the consent in force speaks of text messages; an existing customer gave none that could."""
        found = ledger.last_grant(read, self.key.hash(number), category)
        return found is not None and (found[0] is Basis.SOFT_OPTIN or names_sms(found[1]))


def judge(
    request: Request, rules: Rules, facts: Callable[[str], Facts] | None = None, now: datetime | None = None
) -> Allowed | Refusal:
    """The first check that fails decides; every refusal says why.

    `facts` looks a number up; without it, nothing is known of anybody.
    """
    number = number_of(request, rules)
    if isinstance(number, Refusal):
        return number
    found = STRANGER if facts is None else facts(number)
    refusal = refused(request.category, request.errand, found, rules, now)
    if refusal is not None:
        return refusal
    text = read_text(number, request, rules, met=found.met)
    if isinstance(text, Refusal):
        return text
    return Allowed(
        number=number,
        alphabet=text.cut.alphabet,
        parts=text.cut.parts,
        facts=found,
        advertising=text.advertising,
    )


def when(request: Request, allowed: Allowed, rules: Rules, at: datetime) -> Deferral | Refusal | None:
    """When a message that may go at all may go, `at` or later; None: `at`."""
    if not rules.timed(request.category):
        return None
    return held(
        allowed.number,
        request.category,
        request.errand,
        allowed.facts,
        rules,
        at,
        seed=request.id,
        expires_at=request.expires_at,
    )


def _submitted(
    read: Reader, number: str, category: str, rules: Rules, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """As much of what the person got as the caps of the category can count."""
    caps = rules.all_caps(category)
    if not caps:
        return ()
    since, most = to_text(now - max(cap.period for cap in caps)), max(cap.count for cap in caps)
    return tuple(
        (each, from_text(at))
        for each in rules.counted(category)
        for at in people.submitted(read, number, each, since, most)
    )


def errand_of(read: Reader, message_id: int) -> Errand:
    """Why the gateway wrote a row of its own."""
    own = people.own_message(read, message_id)
    if own is None:
        return Errand()
    answers = None if own.received_at is None else written_at(own.sent_at, own.received_at)
    return Errand(
        purpose=own.purpose,
        by_hand=own.actor is not None,
        answers=answers,
        overtaken=bool(own.overtaken),
        sunday=bool(own.sunday),
    )
