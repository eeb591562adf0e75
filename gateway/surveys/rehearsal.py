"""A survey rehearsed without modem, network and database: a clock that is moved by hand, and a person who types.

What `smsgw survey try` and the tests of the engine run. Texts go out at the moment they may; reports come five
seconds later unless they are given by hand. Policy (hours, consent, caps) is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.surveys import engine
from gateway.surveys.definition.model import Survey
from gateway.surveys.matching import Held, match
from gateway.surveys.moves import (
    Action,
    Alert,
    Classify,
    Control,
    Due,
    History,
    Human,
    Input,
    NotSent,
    Received,
    Reported,
    Send,
    Submitted,
    Tick,
    Withdraw,
)
from gateway.surveys.outcome import disposition
from gateway.surveys.session import Session

DELIVERY = timedelta(seconds=5)
MOST_EVENTS = 1000
"""Between two lines of a rehearsal; more means that a timer never stops."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the record: `<` our text, `>` theirs, `=` what came of it."""

    at: datetime
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happens at its time: a text goes out, or its report comes."""

    at: datetime
    place: int
    given: Submitted | Reported
    text: str = ""


class Rehearsal:
    """Sessions of one person, and everything that was said."""

    def __init__(self, start: datetime, *, reports: bool = True) -> None:
        self.now = start
        self.reports = reports
        """Whether delivery reports come by themselves."""
        self.held: list[Held] = []
        self.record: list[Said] = []
        self._coming: list[_Event] = []
        self._last: tuple[int, int] | None = None

    def invite(
        self,
        survey: Survey,
        *,
        context: Mapping[str, str] | None = None,
        language: str | None = None,
        event_ref: str = "A-12",
        consents: tuple[str, ...] = (),
    ) -> Session:
        """Start a survey, as an event of this moment; its first question goes out after its delay."""
        session = engine.begin(
            survey,
            now=self.now,
            context=context,
            language=language,
            event_ref=event_ref,
            consents=consents,
        )
        self.held.append(Held(survey, session))
        if session.is_final:
            self._note(f"{session.state} {session.reason}")
        return session

    @property
    def session(self) -> Session:
        """The session that was begun last."""
        return self.held[-1].session

    def says(self, text: str, *, travels: timedelta = timedelta(0)) -> None:
        """The person writes now; the message arrives after `travels` (the gateway was off)."""
        written = self.now
        self.record.append(Said(written, ">", text))
        self.now += travels
        matched = match(self.held, Received(text=text, at=written), self.now)
        before = [each.session.state for each in self.held]
        self.held = [
            Held(each.survey, session) for each, session in zip(self.held, matched.sessions, strict=True)
        ]
        for place, action in matched.actions:
            self._do(place, action)
        for place, state in enumerate(before):
            self._note_end(place, state)

    def wait(self, length: timedelta) -> None:
        """Let time pass, and what is due in it happen."""
        self.run_until(self.now + length)

    def run_until(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        for _ in range(MOST_EVENTS):
            due = self._next()
            if due is None or due > moment:
                self.now = max(self.now, moment)
                return
            self.now = max(self.now, due)
            self._happen()
        raise RuntimeError(f"more than {MOST_EVENTS} events until {moment}")

    def settle(self) -> None:
        """Let time pass until nothing of ours waits to go out."""
        while (waiting := self._going_out()) is not None:
            self.run_until(max(self.now, waiting))

    def report(self, delivered: bool) -> None:
        """A report of the text that went out last."""
        if self._last is not None:
            place, out = self._last
            self._note("report: " + ("delivered" if delivered else "failed"))
            self._step(place, Reported(out=out, delivered=delivered))

    def fail(self, reason: str = "refused_by_network") -> None:
        """The text that waits to go out is refused for good."""
        for event in [event for event in self._coming if isinstance(event.given, Submitted)]:
            self._coming.remove(event)
            self._step(event.place, NotSent(out=event.given.out, reason=reason, failed=True))

    def lines(self) -> Iterator[str]:
        """The record as text."""
        for said in self.record:
            yield f"{said.mark} {said.text}"

    # --- how time passes ------------------------------------------------------------------------------------------

    def _going_out(self) -> datetime | None:
        return min((event.at for event in self._coming if isinstance(event.given, Submitted)), default=None)

    def _dues(self) -> Iterator[datetime]:
        yield from (event.at for event in self._coming)
        for each in self.held:
            due = engine.next_due(each.survey, each.session)
            if due is not None:
                yield due

    def _next(self) -> datetime | None:
        return min(self._dues(), default=None)

    def _happen(self) -> None:
        """Do one thing that is due now."""
        due = sorted((event for event in self._coming if event.at <= self.now), key=lambda event: event.at)
        if due:
            self._coming.remove(due[0])
            self._arrives(due[0])
            return
        for place, each in enumerate(self.held):
            at = engine.next_due(each.survey, each.session)
            if at is not None and at <= self.now:
                self._step(place, Due() if each.session.state == "scheduled" else Tick(rev=each.session.rev))
                return

    def _arrives(self, event: _Event) -> None:
        if isinstance(event.given, Submitted):
            self.record.append(Said(self.now, "<", event.text))
            self._last = (event.place, event.given.out)
            if self.reports:
                report = Reported(out=event.given.out, delivered=True)
                self._coming.append(_Event(self.now + DELIVERY, event.place, report))
        self._step(event.place, event.given)

    def _step(self, place: int, given: Input) -> None:
        held = self.held[place]
        session, actions = engine.step(held.survey, held.session, given, self.now)
        self.held[place] = Held(held.survey, session)
        for action in actions:
            self._do(place, action)
        self._note_end(place, held.session.state)

    # --- what is wanted -------------------------------------------------------------------------------------------

    def _do(self, place: int | None, action: Action) -> None:
        match action:
            case Send() if place is not None:
                out = Submitted(out=action.out)
                self._coming.append(_Event(action.not_before, place, out, action.text))
            case Withdraw():
                self._coming = [
                    event
                    for event in self._coming
                    if not (event.place == place and event.given == Submitted(out=action.out))
                ]
            case Classify():
                self._note(
                    " ".join(filter(None, (action.kind, action.question, _value(action), *action.flags)))
                )
            case Control():
                self._note(f"ledger: {action.word} {action.scope or ''}".rstrip())
            case Human():
                self._note(f"for a person: {action.reason}")
            case Alert():
                self._note(f"alert {action.rule}: {action.change}")
            case History():
                self._note(f"{action.question}: {action.old} becomes {action.new}")

    def _note(self, text: str) -> None:
        self.record.append(Said(self.now, "=", text))

    def _note_end(self, place: int, before: str) -> None:
        held = self.held[place]
        if held.session.is_final and held.session.state != before:
            reason = f" ({held.session.reason})" if held.session.reason else ""
            self._note(f"{held.session.state}{reason}, {disposition(held.survey, held.session)}")


def _value(action: Classify) -> str:
    result = action.result
    if result is None:
        return ""
    value = "" if result.value is None else f"= {result.value}"
    return " ".join(filter(None, (value, str(result.reason or ""), *result.flags)))
