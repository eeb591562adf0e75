"""Whatever the order of answers, duplicates, delays, STOPs, crashes and restarts: some things always hold.

No answer lands on a question that was not asked, no question goes out twice, nothing but a confirmation goes to
somebody who said STOP, and nobody is asked two things at a time.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from drivers import Received
from gateway.clock import ManualClock, from_text
from tests.integration.surveys.conftest import Crash, Shop

PEOPLE = ("+33612345678", "+33612345679")
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
[[question]]
id = "note"
type = "nps"
text = "{brand}: votre note, de 0 à 10 ? Refus : STOP"
next = [ { when = "note >= 9", goto = "pourquoi" } ]
[[question]]
id = "motif"
type = "choice"
text = "Raison ? 1 délai, 2 produit"
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
text = "Pourquoi ?"
required = false
prefill_from = ["note"]
[[closing]]
text = "Merci ! {brand}"
[[alert]]
id = "decu"
when = "note <= 6"
title = "Déçu"
to = ["log"]
"""
SAID = (
    "9", "2", "5", "10", "1", "délai", "pardon 6", "bof", "super accueil et personnel très aimable", "merci",
    "9 mais stop", "rien", "oui", "où est mon colis ?", "👍",
)  # fmt: skip
OURS = ("Bricolo : c'est noté", "Bricolo : ce numéro")
"""What may go to somebody who said STOP: the confirmation, and help that is asked for."""


class Surveys(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = ManualClock(TUESDAY)
        self.shop = Shop(self.folder, self.clock)
        self.shop.delivers = True
        self.events = 0
        self.last: Received | None = None
        self.stopped: dict[str, datetime] = {}

    @initialize()
    def surveys(self) -> None:
        self.shop.survey("note", SURVEY)
        self.shop.survey("autre", SURVEY.replace("[start]", '[start]\non_conflict = "refuse"'))

    def teardown(self) -> None:
        self.shop.close()
        shutil.rmtree(self.folder)

    # -- what happens ------------------------------------------------------------------------------------------

    @rule(person=st.sampled_from(PEOPLE), survey=st.sampled_from(("note", "autre")), again=st.booleans())
    def invited(self, person: str, survey: str, again: bool) -> None:
        self.events += not again
        self.shop.invite(survey, person, event_ref=f"E-{self.events}", event_at=self.shop.now)
        self.shop.turn()

    @rule(
        person=st.sampled_from(PEOPLE),
        text=st.sampled_from(SAID),
        modem=st.sampled_from(("sim1", "sim2")),
        age=st.sampled_from((0, 0, 0, 3, 12, 90, 3600, 6 * 3600)),
    )
    def says(self, person: str, text: str, modem: str, age: int) -> None:
        self.shop.says(text, number=person, modem=modem, written=self.clock.now() - timedelta(seconds=age))
        if "stop" in text:
            self._note_stop(person)
        self.clock.advance(timedelta(seconds=1))

    @rule(person=st.sampled_from(PEOPLE))
    def stops(self, person: str) -> None:
        self.shop.says("STOP", number=person)
        self._note_stop(person)
        self.clock.advance(timedelta(seconds=1))

    def _note_stop(self, person: str) -> None:
        kind = self.shop.value("SELECT kind FROM inbox ORDER BY id DESC LIMIT 1")
        if kind == "opt_out":
            self.stopped.setdefault(person, self.clock.now())

    @rule(person=st.sampled_from(PEOPLE))
    def starts_again(self, person: str) -> None:
        if self.shop.says("START", number=person).kind == "opt_in":
            self.stopped.pop(person, None)
        self.clock.advance(timedelta(seconds=1))

    @rule(person=st.sampled_from(PEOPLE), text=st.sampled_from(("9", "2")))
    def says_and_is_read_twice(self, person: str, text: str) -> None:
        """The same PDU again, after a crash between the commit and the deletion."""
        before = len(self.shop.rows("SELECT id FROM inbox"))
        self.shop.says(text, number=person)
        self.shop.restarted()
        self.shop.says(text, number=person)
        assert len(self.shop.rows("SELECT id FROM inbox")) == before + 1
        self.clock.advance(timedelta(seconds=1))

    @rule(seconds=st.sampled_from((1, 4, 7, 30, 120)))
    def time_passes(self, seconds: int) -> None:
        self.shop.wait(seconds)

    @rule(hours=st.sampled_from((1, 2, 4, 9, 30)))
    def hours_pass(self, hours: int) -> None:
        self.shop.wait(hours=hours)

    @rule()
    def restarts(self) -> None:
        self.shop.restarted()

    @rule(hours=st.sampled_from((0, 2, 10)))
    def dies_with_a_message_in_the_air(self, hours: int) -> None:
        self.shop.outcome = lambda job: "crash"
        try:
            self.shop.wait(8)
        except Crash:
            self.shop.outcome = lambda job: "accept"
            self.shop.close()
            self.clock.advance(timedelta(hours=hours))
            self.shop.open()
        self.shop.outcome = lambda job: "accept"

    @rule(how=st.sampled_from(("unknown", "fail", "accept")))
    def the_network_is(self, how: str) -> None:
        self.shop.outcome = lambda job: how

    @rule(delivers=st.booleans())
    def reports(self, delivers: bool) -> None:
        self.shop.delivers = delivers

    @rule(modem=st.sampled_from(("sim1", "sim2")), there=st.booleans())
    def plugged(self, modem: str, there: bool) -> None:
        if there:
            self.shop.plug(modem)
        else:
            self.shop.unplug(modem)

    # -- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def no_answer_without_its_question(self) -> None:
        """But for the comment: what is added to a score before "why?" went out is what "why?" would have asked."""
        for item in self.shop.rows(
            "SELECT i.*, n.sent_at AS written FROM item AS i JOIN inbox AS n ON n.id = i.inbox_id"
            " WHERE i.status IN ('answered', 'refused') AND i.type <> 'text'"
        ):
            assert item["asked_at"] is not None, item
            assert from_text(item["written"]) >= from_text(item["asked_at"]) - timedelta(seconds=6), item

    @invariant()
    def no_question_twice(self) -> None:
        twice = self.shop.rows(
            "SELECT m.session_id, m.question, count(*) AS n FROM session_message AS m JOIN attempt AS a"
            " ON a.message_id = m.message_id WHERE m.role = 'question'"
            " AND a.outcome IN ('submitting', 'accepted', 'unknown') GROUP BY 1, 2 HAVING n > 1"
        )
        assert twice == []

    @invariant()
    def no_message_answers_two_questions(self) -> None:
        twice = self.shop.rows(
            "SELECT inbox_id, count(*) AS n FROM item WHERE inbox_id IS NOT NULL GROUP BY 1 HAVING n > 1"
        )
        assert twice == []

    @invariant()
    def nothing_goes_to_who_said_stop(self) -> None:
        for at, number, text, _ in self.shop.sent:
            since = self.stopped.get(number)
            if since is not None and at > since:
                assert text.startswith(OURS), (at, text)

    @invariant()
    def who_said_stop_has_no_open_session(self) -> None:
        for number in self.stopped:
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
    def nothing_failed_inside(self) -> None:
        assert self.shop.events("classify_failed") == []
        assert self.shop.rows("SELECT * FROM invitation WHERE reason LIKE 'internal_error%'") == []

    @invariant()
    def rows_say_what_the_engine_knows(self) -> None:
        from gateway.surveys.keeping import restored

        for row in self.shop.rows("SELECT * FROM survey_session"):
            session = restored(row["engine"])
            assert (row["state"], row["question"], row["rev"]) == (
                str(session.state),
                session.current,
                session.rev,
            )
            if session.state == "awaiting":
                assert session.current is not None


TestSurveys = Surveys.TestCase
TestSurveys.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
