"""Which of a person's sessions a message belongs to. Never a guess between two by content, but for one case.

Control words first, then the open session, a punctual reply to one that has expired, a correction, a late answer,
a remark; what is left is for a person to read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.surveys import ended, engine, words
from gateway.surveys.answers import Flag, Outcome, Question, QuestionType, Result, parse
from gateway.surveys.answers.normalise import is_pleasantry
from gateway.surveys.definition.model import Survey
from gateway.surveys.moves import Action, Classify, Control, Human, Received, Stop, Word
from gateway.surveys.session import Session, State
from gateway.surveys.turn import Turn


@dataclass(frozen=True, slots=True)
class Held:
    """A session of the person, with the definition that it began with."""

    survey: Survey
    session: Session


@dataclass(frozen=True, slots=True)
class Matched:
    """What a message did: the sessions as they are now, in the order given, and the actions."""

    sessions: tuple[Session, ...]
    actions: tuple[tuple[int | None, Action], ...]
    """Each with the place of the session that wants it; None where it belongs to none."""


def asked_last(held: Sequence[Held], at: datetime) -> Question | None:
    """The question that a message of this moment may still answer although its session has expired.

    So that "9 mais stop" is understood as what it is: an answer, and an objection.
    """
    found = _asked_last(held, at)
    return None if found is None else ended.question(held[found].survey, held[found].session)


def _asked_last(held: Sequence[Held], at: datetime) -> int | None:
    asked = [
        (session.ended_at, place)
        for place, session in ((place, each.session) for place, each in enumerate(held))
        if ended.expired_item(held[place].survey, session) is not None
        and session.ended_at is not None
        and at <= session.ended_at + held[place].survey.limits.late_window
    ]
    return max(asked)[1] if asked else None


def match(held: Sequence[Held], given: Received, now: datetime) -> Matched:
    """Take a message. `held`: every session of the person that is open, or ended not long ago, newest last."""
    return _Match(held, given, now).result()


class _Match:
    def __init__(self, held: Sequence[Held], given: Received, now: datetime) -> None:
        self.held, self.given, self.now = held, given, now
        self.sessions = [each.session for each in held]
        self.actions: list[tuple[int | None, Action]] = []
        self.plain = self._plain()

    def _plain(self) -> Result:
        """The message as the reply to no question; STOP beside an answer to the one that expired last, too."""
        plain = parse(Question(type=QuestionType.TEXT), self.given.text, self.given.strict)
        question = asked_last(self.held, self.given.at)
        if words.is_word(plain) or question is None:
            return plain
        reply = parse(question, self.given.text, self.given.strict)
        return reply if reply.outcome is Outcome.OPT_OUT else plain

    def result(self) -> Matched:
        place = self._place(State.AWAITING)
        if place is None:
            self._without_open()
        elif not self._belongs_to_an_older_one(place):
            self._step(place, self.given)
        self._stop_the_others()
        return Matched(tuple(self.sessions), tuple(self.actions))

    def _place(self, state: State) -> int | None:
        found = (place for place, session in enumerate(self.sessions) if session.state is state)
        return next(found, None)

    def _newest_first(self) -> list[int]:
        return sorted(range(len(self.held)), key=lambda place: self.sessions[place].created_at, reverse=True)

    def _step(self, place: int, given: Received | Stop) -> None:
        session, actions = engine.step(self.held[place].survey, self.sessions[place], given, self.now)
        self.sessions[place] = session
        self.actions += [(place, action) for action in actions]

    def _turn(self, place: int) -> Turn:
        return Turn(self.held[place].survey, self.sessions[place], self.now)

    def _keep(self, place: int, turn: Turn) -> None:
        if turn.session != self.sessions[place]:
            self.sessions[place] = replace(turn.session, rev=self.sessions[place].rev + 1)
        self.actions += [(place, action) for action in turn.actions]

    def _belongs_to_an_older_one(self, place: int) -> bool:
        """A reply that answers nothing here, but exactly the question of another kind that expired last."""
        item = self._turn(place).pending
        if item is None:
            return False
        survey, session = self.held[place].survey, self.sessions[place]
        if ended.understood(survey, session, item, self.given).outcome is not Outcome.INVALID:
            return False
        late = [(other, result) for other, result in self._late() if Flag.INFERRED not in result.flags]
        if len(late) != 1:
            return False
        other, result = late[0]
        expired = ended.expired_item(self.held[other].survey, self.sessions[other])
        if expired is None or expired.type is item.type or result.outcome is not Outcome.ANSWER:
            return False
        turn = self._turn(other)
        ended.take_late(turn, result, self.given)
        self._keep(other, turn)
        return True

    def _late(self) -> list[tuple[int, Result]]:
        found = []
        for place in self._newest_first():
            result = ended.is_late(self.held[place].survey, self.sessions[place], self.given)
            if result is not None:
                found.append((place, result))
        return found

    def _without_open(self) -> None:
        if words.is_word(self.plain):
            self._word()
        elif not (self._punctual() or self._corrects() or self._answers_late() or self._remarks()):
            self._unmatched()

    def _word(self) -> None:
        """STOP, START, HELP and the like, from somebody who is asked nothing."""
        waiting = self._place(State.INVITING)
        place = waiting if waiting is not None else self._place(State.SCHEDULED)
        if place is not None:
            self._step(place, self.given)
            return
        for thanked in self._newest_first():
            if self.sessions[thanked].queued is not None:
                self._step(thanked, self.given)
                return
        self._value_beside_stop()
        self.actions.append((None, Classify(kind=str(self.plain.outcome), result=self.plain)))
        word = words.WORDS.get(self.plain.outcome)
        if word is not None:
            self.actions.append((None, Control(word=word, scope=self.plain.scope)))
        if Flag.PRIVACY_REQUEST in self.plain.flags:
            self.actions.append((None, Human(reason="privacy")))

    def _value_beside_stop(self) -> None:
        place = _asked_last(self.held, self.given.at)
        if self.plain.value is not None and place is not None:
            turn = self._turn(place)
            ended.keep_value(turn, self.plain, self.given)
            self._keep(place, turn)

    def _punctual(self) -> bool:
        if any(session.is_open for session in self.sessions):
            return False
        for place in self._newest_first():
            if ended.is_punctual(self.held[place].survey, self.sessions[place], self.given, self.now):
                turn = self._turn(place)
                ended.reopen(turn, self.given)
                self._keep(place, turn)
                return True
        return False

    def _corrects(self) -> bool:
        return any(self._taken(place, ended.correct) for place in self._newest_first())

    def _remarks(self) -> bool:
        if is_pleasantry(self.given.text):
            return False
        return any(self._taken(place, ended.remark) for place in self._newest_first())

    def _taken(self, place: int, taker: Callable[[Turn, Received], bool]) -> bool:
        turn = self._turn(place)
        if not taker(turn, self.given):
            return False
        self._keep(place, turn)
        return True

    def _answers_late(self) -> bool:
        late = self._late()
        if not late:
            return False
        place, result = max(late, key=lambda each: self._asked_at(each[0]))
        turn = self._turn(place)
        ended.take_late(turn, result, self.given, *(["late_ambiguous"] if len(late) > 1 else []))
        self._keep(place, turn)
        return True

    def _asked_at(self, place: int) -> datetime:
        item = ended.expired_item(self.held[place].survey, self.sessions[place])
        asked = self.sessions[place].item(item.id).asked_at if item is not None else None
        return asked or self.sessions[place].created_at

    def _unmatched(self) -> None:
        if is_pleasantry(self.given.text):
            self.actions.append((None, Classify(kind="pleasantry", result=self.plain)))
            return
        self.actions.append((None, Classify(kind="unmatched", result=self.plain)))
        self.actions.append((None, Human(reason="unmatched")))
        if Flag.OPTOUT_SUSPECTED in self.plain.flags:
            self.actions += [(None, Control(word=Word.SUSPECTED)), (None, Human(reason="review_optout"))]
        if Flag.PRIVACY_REQUEST in self.plain.flags:
            self.actions.append((None, Human(reason="privacy")))

    def _stop_the_others(self) -> None:
        """A STOP, or a wrong number, ends every session of the person."""
        said = {action.word for _, action in self.actions if isinstance(action, Control)}
        reasons = {Word.OPT_OUT: "opted_out", Word.WRONG_NUMBER: "wrong_number"}
        for word, reason in reasons.items():
            if word in said:
                for place, session in enumerate(self.sessions):
                    if not session.is_final:
                        self._step(place, Stop(reason=reason))
