"""Whatever the order of answers, duplicates, delays, STOPs, crashes and restarts: some things always hold.

No answer lands on a question that was not asked, no question is asked twice, nothing but a confirmation goes to
somebody who said STOP, and nobody is asked two things at a time. What went out is judged by the air (`Shop.sent`),
not by our own tables. Customers' messages bear the network's time, whatever our own clock is set to.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers import Received
from gateway.clock import ManualClock
from gateway.surveys.keeping import restored
from tests.integration.surveys.conftest import SIMS, Crash, Shop

PEOPLE = ("+33612345678", "+33612345679", "+33612345670")
TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
SURVEY = """
title = "Note"
brand = "Bricolo"
[start]
quarantine_any = "0s"
quarantine_same = "0s"
conflict_defer_max = "2h"
[limits]
question_ttl = "3h"
session_ttl = "8h"
late_window = "4h"
[reminder]
after = "1h"
text = "{brand}: on attend votre note pour {ref}. Refus : STOP"
[[question]]
id = "note"
type = "nps"
text = "{brand}: votre note pour {ref}, de 0 à 10 ? Refus : STOP"
next = [ { when = "note >= 9", goto = "pourquoi" } ]
[[question]]
id = "motif"
type = "choice"
text = "Raison pour {ref} ? 1 délai, 2 produit"
required = false
  [[question.option]]
  key = "1"
  label = "délai"
  [[question.option]]
  key = "2"
  label = "produit"
[[question]]
id = "pourquoi"
type = "text"
text = "Pourquoi, pour {ref} ?"
required = false
prefill_from = ["note"]
[[closing]]
text = "Merci pour {ref} ! {brand}"
[[alert]]
id = "decu"
when = "note <= 6"
title = "Déçu"
to = ["log"]
"""
"""Each text says of which event, so that a text on the air belongs to one session and is known when it comes twice."""
BEGINS = {"note": "votre note", "motif": "Raison", "pourquoi": "Pourquoi"}

SAID = (
    "9", "2", "5", "10", "1", "délai", "pardon 6", "bof", "super accueil et personnel très aimable", "merci",
    "9 mais stop", "stop", "rien", "oui", "où est mon colis ?", "👍", "aide", "je conduis",
)  # fmt: skip
CONFIRMED = ("Bricolo : c'est noté, vous ne recevrez plus", "Bricolo : toutes nos excuses")
"""What may go to somebody who said STOP, or that the number is another's."""
HELPED = "Bricolo : ce numéro nous sert"

people, texts = st.sampled_from(PEOPLE), st.sampled_from(SAID)
modems = st.sampled_from(tuple(SIMS))
ages = st.sampled_from((0, 0, 0, 3, 12, 90, 3600, 6 * 3600))
transactions = st.integers(1, 4)
CLOCKS_DIFFER = 6
"""Seconds by which the network's stamps may be early: they have no fractions, and the gateway allows for five."""


class Complaints(logging.Handler):
    """What the gateway said of mistakes of its own, which it survives: here they are failures."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.said.append(self.format(record))


class Surveys(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = ManualClock(TUESDAY)
        self.shop = Shop(self.folder, self.clock)
        self.shop.delivers = True
        self.shop.gateway = {"on_unknown": "resend"}  # which is not for surveys, whatever the operator wants
        self.shop.restarted()
        self.complaints = Complaints()
        logging.getLogger("gateway").addHandler(self.complaints)
        self.events = self.references = 0
        self.heard: list[tuple[str, str, str, datetime, int]] = []
        """Everything that customers have sent: number, text, modem, time, reference."""
        self.on_air_before: dict[int, int] = {}
        """Message of the inbox → how many texts had gone out when it was written."""
        self.clock_is_set = self.skewed = False
        """Whether somebody may set our clock, and has."""
        self.stopped: dict[str, int] = {}
        """Who said STOP → how many texts had gone out by then."""
        self.disputed: dict[str, int] = {}
        self.asked_since: set[str] = set()
        """Who asked for help after the latest STOP, and may be told who writes."""
        self.judged = 0
        """Texts on the air that have been looked at."""

    @initialize(asked=st.sets(people), clock_is_set=st.booleans())
    def surveys(self, asked: set[str], clock_is_set: bool) -> None:
        self.clock_is_set = clock_is_set
        self.shop.survey("note", SURVEY)
        other = SURVEY.replace("[start]", '[start]\non_conflict = "refuse"').replace(
            "pour {ref}", "sur {ref}"
        )
        self.shop.survey("autre", other)
        for person in sorted(asked):
            self.invited(person, "note", again=False)

    def teardown(self) -> None:
        logging.getLogger("gateway").removeHandler(self.complaints)
        self.shop.close()
        shutil.rmtree(self.folder)

    @property
    def network_time(self) -> datetime:
        return TUESDAY + timedelta(seconds=self.clock.tick())

    # -- what happens ------------------------------------------------------------------------------------------

    @rule(person=people, survey=st.sampled_from(("note", "autre")), again=st.booleans())
    def invited(self, person: str, survey: str, again: bool) -> None:
        self.events += not again
        self.shop.invite(survey, person, event_ref=f"E-{self.events}", event_at=self.shop.now)
        self.shop.turn()

    @rule(person=people, text=texts, modem=modems, age=ages)
    def says(self, person: str, text: str, modem: str, age: int) -> None:
        self._hear(person, text, modem, self.network_time - timedelta(seconds=age))
        self.clock.advance(timedelta(seconds=1))

    @rule(person=people, text=st.sampled_from(("9", "2", "1")), age=st.sampled_from((0, 12, 90)))
    def answers(self, person: str, text: str, age: int) -> None:
        """Perhaps before the question: a message of the minutes before, that was on its way."""
        self._hear(person, text, "sim1", self.network_time - timedelta(seconds=age))
        self.clock.advance(timedelta(seconds=1))

    @rule(person=people)
    def stops(self, person: str) -> None:
        self._hear(person, "STOP", "sim1", self.network_time)
        self.clock.advance(timedelta(seconds=1))

    @rule()
    def is_somebody_else(self) -> None:
        """One of them only: whose number it is not is never asked again."""
        self._hear(PEOPLE[-1], "Mauvais numéro", "sim1", self.network_time)
        self.clock.advance(timedelta(seconds=1))

    @rule(person=people)
    def starts_again(self, person: str) -> None:
        self._hear(person, "START", "sim2", self.network_time)
        self.clock.advance(timedelta(seconds=1))

    @rule(person=people, text=texts, first=st.sampled_from((1, 2)), lost=st.booleans())
    def says_in_two_parts(self, person: str, text: str, first: int, lost: bool) -> None:
        """In any order; of some the other part never comes."""
        self.references += 1
        parts = {1: text[: len(text) // 2] or " ", 2: text[len(text) // 2 :]}
        sent = self._on_air_by(self.network_time)
        for sequence in (first,) if lost else (first, 3 - first):
            self._take(
                self.shop.part(parts[sequence], sequence, 2, reference=self.references % 256, number=person)
            )
        self._note(sent)

    @rule(place=st.integers(0, 50), modem=modems)
    def comes_again(self, place: int, modem: str) -> None:
        """The network, or the modem's storage, delivers a message once more: at any time, perhaps to the other SIM."""
        if self.heard:
            number, text, _, written, reference = self.heard[place % len(self.heard)]
            self._hear(number, text, modem, written, reference)

    @rule(seconds=st.sampled_from((1, 4, 7, 30, 120, 320)))
    def time_passes(self, seconds: int) -> None:
        self.shop.wait(seconds)
        self._work()

    @rule(hours=st.sampled_from((1, 2, 4, 9, 30)))
    def hours_pass(self, hours: int) -> None:
        self.shop.wait(hours=hours)
        self._work()

    def _work(self) -> None:
        """What the daemon does by the hour: long messages that stay incomplete, outcomes that stay unknown."""
        self.shop.jobs.complete()
        self.shop.jobs.settle_unknown()
        self.shop.turn()

    @precondition(lambda self: self.clock_is_set)
    @rule(minutes=st.sampled_from((-90, -7, 20)))
    def somebody_sets_our_clock(self, minutes: int) -> None:
        self.skewed = True
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))

    # -- crashes: before a commit, or right behind it ------------------------------------------------------------

    @rule()
    def restarts(self) -> None:
        self.shop.restarted()

    @rule(
        person=people, text=texts, number=transactions, behind=st.booleans(), hours=st.sampled_from((0, 0, 5))
    )
    def dies_while_it_hears(self, person: str, text: str, number: int, behind: bool, hours: int) -> None:
        """The message is still in the modem after the restart, since nothing deleted it."""
        written, rows = self.network_time, self._messages()
        self.references += 1
        self._dies(number, behind, lambda: self._hear(person, text, "sim1", written, self.references), hours)
        self._hear(person, text, "sim1", written, self.references)
        assert self._messages() == rows + 1
        self.clock.advance(timedelta(seconds=1))

    @rule(number=st.integers(1, 8), behind=st.booleans(), seconds=st.sampled_from((1, 8, 3700)),
          hours=st.sampled_from((0, 2, 10)))  # fmt: skip
    def dies_while_it_works(self, number: int, behind: bool, seconds: int, hours: int) -> None:
        self._dies(number, behind, lambda: self.shop.wait(seconds), hours)

    @rule(person=people, number=transactions, behind=st.booleans())
    def dies_while_it_invites(self, person: str, number: int, behind: bool) -> None:
        self._dies(number, behind, lambda: self.invited(person, "note", again=False), 0)

    @rule(hours=st.sampled_from((0, 2, 10)))
    def dies_with_a_message_in_the_air(self, hours: int) -> None:
        self.shop.outcome = lambda job: "crash"
        self._dies(0, False, lambda: self.shop.wait(8), hours)
        self.shop.outcome = lambda job: "accept"

    def _dies(self, number: int, behind: bool, during: Callable[[], None], hours: int) -> None:
        self.shop.fuse.lay(number, behind=behind)
        try:
            during()
        except Crash:
            self.shop.fuse.lay(0)
            self.shop.close()
            self.clock.advance(timedelta(hours=hours))
            self.shop.open()
        self.shop.fuse.lay(0)

    @rule(how=st.sampled_from(("unknown", "fail", "accept", "accept")))
    def the_network_is(self, how: str) -> None:
        self.shop.outcome = lambda job: how

    @rule(person=people, hours=st.sampled_from((1, 2)))
    def its_outcome_stays_unknown(self, person: str, hours: int) -> None:
        self.shop.outcome = lambda job: "unknown"
        self.invited(person, "note", again=False)
        self.shop.outcome = lambda job: "accept"
        self.hours_pass(hours)

    @rule(delivers=st.booleans())
    def reports(self, delivers: bool) -> None:
        self.shop.delivers = delivers

    @rule(modem=modems, there=st.booleans())
    def plugged(self, modem: str, there: bool) -> None:
        if there:
            self.shop.plug(modem)
        else:
            self.shop.unplug(modem)

    # -- what was heard ------------------------------------------------------------------------------------------

    def _hear(self, person: str, text: str, modem: str, written: datetime, reference: int = 0) -> None:
        if not reference:
            self.references += 1
            reference = self.references
        self.heard.append((person, text, modem, written, reference))
        sent = self._on_air_by(written)
        self.shop.says(text, number=person, modem=modem, written=written, reference=reference % 256)
        self._note(sent)

    def _on_air_by(self, written: datetime) -> int:
        """How many texts had gone out when a customer wrote: where no clock was set, that can be told."""
        if self.skewed:
            return len(self.shop.sent)
        latest = (written - TUESDAY).total_seconds() + CLOCKS_DIFFER
        return sum(tick <= latest for tick in self.shop.ticks)

    def _take(self, received: Received) -> None:
        self.shop.take(received)

    def _note(self, sent: int) -> None:
        """What the newest messages were taken for."""
        now = len(self.shop.sent)
        for row in self.shop.rows("SELECT id, sender, kind FROM inbox ORDER BY id"):
            if row["id"] in self.on_air_before:
                continue
            self.on_air_before[row["id"]] = sent
            match row["kind"]:
                case "opt_out":
                    self.stopped.setdefault(row["sender"], now)
                    self.asked_since.discard(row["sender"])
                case "help":
                    self.asked_since.add(row["sender"])
                case "wrong_number":
                    self.disputed.setdefault(row["sender"], now)
                case "opt_in":
                    self.stopped.pop(row["sender"], None)

    def _messages(self) -> int:
        return int(self.shop.value("SELECT count(*) FROM inbox"))

    # -- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def no_answer_without_its_question_on_the_air(self) -> None:
        """But for the comment: what is added to a score before "why?" went out is what "why?" would have asked."""
        for row in self.shop.rows(
            "SELECT i.question, i.inbox_id, s.recipient, s.event_ref, s.survey FROM item AS i"
            " JOIN survey_session AS s ON s.id = i.session_id"
            " WHERE i.status IN ('answered', 'refused') AND i.type <> 'text' AND i.inbox_id IS NOT NULL"
        ):
            of = f"{'pour' if row['survey'] == 'note' else 'sur'} {row['event_ref']}"
            before = self.shop.sent[: self.on_air_before.get(row["inbox_id"], len(self.shop.sent))]
            assert any(
                number == row["recipient"]
                and _unnamed(text).startswith(BEGINS[row["question"]])
                and _is_of(text, of)
                for _, number, text, _ in before
            ), row

    @invariant()
    def nothing_is_asked_twice(self) -> None:
        """Nor is anybody reminded or thanked twice for the same event."""
        said = Counter(
            (number, _unnamed(text)) for _, number, text, _ in self.shop.sent if re.search(r"E-\d", text)
        )
        assert [each for each, count in said.items() if count > 1] == []

    @invariant()
    def no_message_answers_two_questions(self) -> None:
        twice = self.shop.rows(
            "SELECT inbox_id, count(*) AS n FROM item WHERE inbox_id IS NOT NULL GROUP BY 1 HAVING n > 1"
        )
        assert twice == []

    @invariant()
    def no_message_is_answered_twice(self) -> None:
        twice = self.shop.rows(
            "SELECT w.inbox_id, count(DISTINCT w.message_id) AS n FROM own_message AS w"
            " JOIN attempt AS a ON a.message_id = w.message_id"
            " WHERE w.inbox_id IS NOT NULL AND a.outcome IN ('submitting', 'accepted', 'unknown')"
            " GROUP BY 1 HAVING n > 1"
        )
        assert twice == []

    @invariant()
    def nothing_goes_to_who_said_stop(self) -> None:
        for said in (self.stopped, self.disputed):
            for person, since in said.items():
                new = self.shop.sent[max(since, self.judged) :]
                later = [text for _, number, text, _ in new if number == person]
                may = (*CONFIRMED, HELPED) if person in self.asked_since else CONFIRMED
                assert [text for text in later if not text.startswith(may)] == []
        self.judged = len(self.shop.sent)

    @invariant()
    def who_said_stop_has_no_open_session(self) -> None:
        for number in {*self.stopped, *self.disputed}:
            states = self.shop.rows(
                "SELECT state FROM survey_session WHERE recipient = ?"
                " AND state IN ('scheduled', 'inviting', 'awaiting')",
                number,
            )
            assert states == []

    @invariant()
    def one_question_at_a_time(self) -> None:
        crowded = self.shop.rows(
            "SELECT recipient, count(*) AS n FROM survey_session WHERE state IN ('inviting', 'awaiting')"
            " GROUP BY 1 HAVING n > 1"
        )
        assert crowded == []

    @invariant()
    def a_final_state_is_left_by_the_punctual_only(self) -> None:
        for row in self.shop.rows("SELECT detail FROM event WHERE kind = 'session'"):
            assert not re.search(
                r'"from": ?"(completed|abandoned|stopped|undeliverable|refused|cancelled)"', row["detail"]
            ), row

    @invariant()
    def nothing_failed_inside(self) -> None:
        assert self.complaints.said == []
        assert self.shop.events("classify_failed") == []
        assert self.shop.rows("SELECT * FROM invitation WHERE reason LIKE 'internal_error%'") == []

    @invariant()
    def rows_say_what_the_engine_knows(self) -> None:
        for row in self.shop.rows("SELECT * FROM survey_session"):
            session = restored(row["engine"])
            told = (row["state"], row["question"], row["rev"])
            assert told == (str(session.state), session.current, session.rev)
            if session.state == "awaiting":
                assert session.current is not None
                assert row["wake_at"] is not None or session.queued is not None


def _unnamed(text: str) -> str:
    """A text without who writes, which is put before it where another SIM takes over."""
    return text.removeprefix("Bricolo: ")


def _is_of(text: str, event: str) -> bool:
    return re.search(re.escape(event) + r"\b", text) is not None


_COMMON = settings(
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSurveys = Surveys.TestCase
TestSurveys.settings = settings(_COMMON, max_examples=20, stateful_step_count=30, derandomize=True)


@seed(int(os.environ.get("SEED", "1")))
class AtLength(Surveys):
    """Drawn by `SEED`."""


@pytest.mark.campaign
@pytest.mark.timeout(1800)
class TestManySurveys(AtLength.TestCase):
    """The same at length, and another for each seed."""

    settings = settings(_COMMON, max_examples=150, stateful_step_count=50)
