"""One step of one session: the session as it changes, and what is to be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.surveys import flow, rules, texts
from gateway.surveys.definition.model import AlertOn, Item, Survey, Text, pick
from gateway.surveys.definition.templates import MissingVariable, render
from gateway.surveys.facts import values
from gateway.surveys.moves import Action, Human, Send, Withdraw
from gateway.surveys.session import Kind, Outgoing, Session, State, Status


class Turn:
    """What a step has made of a session so far. Lives for one call of `engine.step`."""

    def __init__(self, survey: Survey, session: Session, now: datetime) -> None:
        self.survey, self.session, self.now = survey, session, now
        self.actions: list[Action] = []

    def change(self, **fields: Any) -> None:
        """Change fields of the session."""
        self.session = replace(self.session, **fields)

    def change_item(self, question: str, **fields: Any) -> None:
        """Change what is known of a question."""
        self.session = self.session.with_item(question, replace(self.session.item(question), **fields))

    def do(self, *actions: Action) -> None:
        """Ask for actions."""
        self.actions.extend(actions)

    @property
    def pending(self) -> Item | None:
        """The question that is asked now."""
        return None if self.session.current is None else self.survey.item(self.session.current)

    # --- sending --------------------------------------------------------------------------------------------------

    def send(
        self,
        kind: Kind,
        text: str,
        question: str | None = None,
        *,
        category: str = "ack",
        wait: timedelta = timedelta(0),
        expires_at: datetime | None = None,
    ) -> None:
        """Queue a text in place of whatever is queued."""
        self.withdraw()
        out = self.session.outs + 1
        self.change(outs=out, queued=Outgoing(out=out, kind=kind, question=question, text=text))
        self.do(
            Send(
                out=out,
                kind=kind,
                text=text,
                category=category,
                question=question,
                not_before=self.now + wait,
                expires_at=expires_at or self.session.s_expires_at,
            )
        )

    def withdraw(self) -> None:
        """Take back what is queued."""
        if self.session.queued is not None:
            self.do(Withdraw(out=self.session.queued.out))
            self.change(queued=None)

    def render(self, text: Text) -> str:
        """A text in the session's language, filled in. Raises MissingVariable."""
        found = pick(text, self.session.language, self.survey.default_lang)
        return render(found, values(self.survey, self.session))

    @property
    def brand(self) -> str:
        """Who writes."""
        return pick(self.survey.brand, self.session.language, self.survey.default_lang)

    # --- going on -------------------------------------------------------------------------------------------------

    def ask(self, item: Item) -> None:
        """Make a question the pending one and queue its text."""
        first = self.session.state in (State.SCHEDULED, State.INVITING)
        self.change(current=item.id, reask_q=0, q_expires_at=None)
        try:
            text = self.render(flow.question_text(item, self.session))
        except MissingVariable as error:
            self.do(Human(reason="missing_variable"))
            self.end(State.REFUSED if first else State.CANCELLED, f"missing_variable:{error.name}", self.now)
            return
        self.change_item(item.id, out=self.session.outs + 1, sent=text, status=Status.PENDING)
        if first:
            last = self.session.event_at + self.survey.start.event_max_age
            self.send(Kind.QUESTION, text, item.id, category="survey", expires_at=last)
        else:
            self.send(Kind.QUESTION, text, item.id, wait=self.survey.limits.settle)

    def go_on(self, question: str, at: datetime) -> None:
        """After an answer: ask the next question, or close."""
        place = flow.following(self.survey, self.session, self.survey.place(question))
        session, item = flow.settle(self.survey, self.session, place, at)
        over = self.session.s_expires_at is not None and self.now > self.session.s_expires_at
        if over:  # a reply that was long on its way: nothing more is asked
            session, item = self.session, None
        self.session = session
        self.raise_alerts()
        if item is not None:
            self.ask(item)
        else:
            self.end(State.COMPLETED, None, at)
            self.close()

    def close(self) -> None:
        """Queue the closing that fits, where there is one."""
        found = flow.closing(self.survey, self.session)
        if found is None:
            self.withdraw()
        else:
            self.say(Kind.CLOSING, found.text, wait=self.survey.limits.settle)

    def say(self, kind: Kind, text: Text, *, category: str = "ack", wait: timedelta = timedelta(0)) -> None:
        """Queue a text that may be left out where something to fill it is missing, or where it is empty."""
        try:
            rendered = self.render(text)
        except MissingVariable:
            self.withdraw()
            self.do(Human(reason="missing_variable"))
            return
        if rendered:
            self.send(kind, rendered, category=category, wait=wait)
        else:
            self.withdraw()

    def apologise(self) -> None:
        """To a wrong number."""
        self.send(Kind.APOLOGY, texts.apology(self.session.language, self.brand))

    def end(self, state: State, reason: str | None, at: datetime) -> None:
        """The session ends; what is queued does not go any more."""
        self.withdraw()
        self.change(state=state, reason=reason, ended_at=at, current=None)

    # --- alerts ---------------------------------------------------------------------------------------------------

    def raise_alerts(self, *occasions: AlertOn, corrected: bool = False) -> None:
        """Raise, or after a correction take back, what the survey wants raised."""
        self.session, found = rules.evaluate(self.survey, self.session, occasions, corrected=corrected)
        self.do(*found)

    def tell_comment(self) -> None:
        """Alerts that are open hear of a later comment."""
        self.session, found = rules.commented(self.session)
        self.do(*found)
