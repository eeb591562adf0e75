"""Any inputs in any order: a session never breaks, never says two things at once, and never forgets an answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.surveys import engine
from gateway.surveys.definition import Survey, load
from gateway.surveys.matching import Held, match
from gateway.surveys.moves import (
    Cancel,
    Control,
    Due,
    Input,
    NotSent,
    Received,
    Reported,
    Send,
    Stop,
    Submitted,
    Tick,
    Withdraw,
    Word,
)
from gateway.surveys.outcome import disposition
from gateway.surveys.session import FINAL, Kind, Session, Status

MANY = settings(max_examples=100, deadline=None)
START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples" / "surveys"
SURVEYS = [
    load(EXAMPLES / name) for name in ("csat_livraison.toml", "nps_trimestriel.toml", "livraison.toml")
]

TEXTS = st.sampled_from(
    ["5", "2", "9", "0", "8 ou 9", "bof", "STOP", "4. STOP", "mauvais numéro", "aide", "START", "pardon 3", "non 4",
     "2 trop long et colis ouvert", "livreur désagréable", "merci", "👍", "RAS", "je ne sais pas", "Où est mon colis ?",
     "Stop au bruit", "c'est nul, remboursez-moi", "A aimé « STOP »", "1", "retard", "Je conduis", "", "RGPD ?"]
)  # fmt: skip
MOVES = st.one_of(
    st.tuples(st.just("say"), TEXTS),
    st.tuples(
        st.sampled_from(
            ["sent", "sent", "sent", "delivered", "undelivered", "failed", "refused", "tick", "due"]
        )
    ),
    st.tuples(st.sampled_from(["stop", "cancel", "defer"])),
)
WAITS = st.sampled_from([0, 1, 5, 10, 60, 600, 86_400, 90_000, 300_000])


def _input(move: tuple[str, ...], session: Session, now: datetime) -> Input:
    out = session.queued.out if session.queued else session.outs
    inputs: dict[str, Input] = {
        "sent": Submitted(out=out),
        "delivered": Reported(out=out, delivered=True),
        "undelivered": Reported(out=out, delivered=False),
        "failed": NotSent(out=out, reason="refused_by_network", failed=True),
        "refused": NotSent(out=out, reason="quiet_hours"),
        "tick": Tick(),
        "due": Due(),
        "defer": Due(verdict="defer", until=now + timedelta(hours=1)),
        "stop": Stop(reason="opted_out"),
        "cancel": Cancel(),
    }
    return Received(text=move[1], at=now) if move[0] == "say" else inputs[move[0]]


@MANY
@given(st.sampled_from(SURVEYS), st.lists(st.tuples(MOVES, WAITS), max_size=25))
def test_any_order_of_events(survey: Survey, moves: list[tuple[tuple[str, ...], int]]) -> None:
    now = START
    session = engine.begin(survey, now=now, context={"prenom": "Ana"}, event_ref="A-12")
    for move, seconds in [(("due",), 3600), (("sent",), 5), *moves]:
        now += timedelta(seconds=seconds)
        before = session
        session, actions = engine.step(survey, before, _input(move, before, now), now)
        assert (session == before) == (session.rev == before.rev)
        assert sum(isinstance(action, Send) for action in actions) <= 1
        _check(survey, session)
        if before.state in FINAL:
            assert session.state == before.state
        if isinstance(move, tuple) and move[0] == "say" and move[1] == "STOP":
            assert any(isinstance(action, Control) and action.word is Word.OPT_OUT for action in actions)
            assert session.state in FINAL
            assert not any(isinstance(action, Send) for action in actions)


def _check(survey: Survey, session: Session) -> None:
    """What holds after every step."""
    assert Session.from_json(json.loads(json.dumps(session.to_json()))) == session
    assert (session.ended_at is not None) == session.is_final
    assert (session.current is not None) == session.is_open
    if session.current is not None:
        assert session.item(session.current).status is Status.PENDING
    if session.is_final and session.queued is not None:
        assert session.queued.kind in (Kind.CLOSING, Kind.APOLOGY)
    assert session.reask_total <= survey.limits.reask_total
    assert session.reminders <= (survey.reminder.max if survey.reminder else 0)
    disposition(survey, session)
    due = engine.next_due(survey, session)
    assert due is None or session.state in ("scheduled", "awaiting")


@MANY
@given(st.sampled_from(SURVEYS), st.lists(st.tuples(TEXTS, WAITS), min_size=1, max_size=8))
def test_timers_come_to_an_end(survey: Survey, said: list[tuple[str, int]]) -> None:
    """Whatever is said, a session that is only waited for ends, and its timers never come at the same moment twice."""
    now = START
    session = engine.begin(survey, now=now, context={"prenom": "Ana"}, event_ref="A-12")
    for text, seconds in said:
        now += timedelta(seconds=seconds)
        session, _ = engine.step(survey, session, Received(text=text, at=now), now)
    for _ in range(50):
        if session.queued is not None:
            session, _ = engine.step(survey, session, Submitted(out=session.queued.out), now)
        due = engine.next_due(survey, session)
        if due is None:
            break
        now = max(now, due)
        given_move = Due() if session.state == "scheduled" else Tick(rev=session.rev)
        after, actions = engine.step(survey, session, given_move, now)
        assert after != session, "a timer that is due does something"
        assert not any(isinstance(action, Withdraw) for action in actions) or after.is_final
        session = after
    assert session.is_final


@MANY
@given(
    st.lists(st.tuples(st.sampled_from(SURVEYS[:2]), st.integers(0, 400)), max_size=3),
    TEXTS,
    st.integers(0, 400),
)
def test_a_message_belongs_to_one_session_at_most(
    begun: list[tuple[Survey, int]], text: str, hours: int
) -> None:
    held = []
    for survey, start in begun:
        now = START + timedelta(hours=start)
        session = engine.begin(survey, now=now, context={"prenom": "Ana"}, event_ref="A-12")
        for move in (Due(), Submitted(out=1)):
            session, _ = engine.step(survey, session, move, now + survey.start.delay)
        end = START + timedelta(hours=401)
        session, _ = engine.step(survey, session, Tick(), end if len(held) < len(begun) - 1 else now)
        held.append(Held(survey, session))
    now = START + timedelta(hours=401 + hours)
    matched = match(held, Received(text=text, at=now), now)
    changed = [place for place, each in enumerate(held) if matched.sessions[place] != each.session]
    words = {action.word for _, action in matched.actions if isinstance(action, Control)}
    assert len(changed) <= 1 or words & {Word.OPT_OUT, Word.WRONG_NUMBER}
    for place, each in enumerate(held):
        _check(each.survey, matched.sessions[place])
