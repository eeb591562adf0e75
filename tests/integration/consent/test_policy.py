"""Policy through the dispatcher: what is refused, what waits, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway import gates
from gateway.clock import from_text, to_text
from gateway.consent import Action, Basis, Scope
from gateway.policy import Rules, rules_of
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.ledger import Ledger
from gateway.store import contacts, outbox, sending, sims
from gateway.store.outbox import NewMessage
from gateway.throttle import Limits, Throttle

PARIS = ZoneInfo("Europe/Paris")
ANA, REUNION = "+33612345678", "+262692123456"
AD = "Bricolo : -20 % samedi. STOP 36180"


class Office:
    """The counter with a dispatcher that is turned by hand, and one modem."""

    def __init__(self, counter, **policy):
        self.counter = counter
        counter.admits = False
        counter.hears(**policy)
        rules = rules_of(counter.settings)
        self.plan = Plan(rules=rules, routes=(Route(name="sim1"),))
        self.dispatcher = Dispatcher(counter.store, counter.clock, self.plan)
        self.dispatcher.enlist(Desk(Route(name="sim1")))
        self.dispatcher.arrived("sim1", "208010000000001", Throttle(Limits(), PARIS))
        self.ledger = Ledger("sim1", "208010000000001", lambda: self.plan, self.dispatcher.keeper)

    def at(self, local: str) -> None:
        """It is that time in Paris."""
        self.counter.clock.set(datetime.fromisoformat(local).replace(tzinfo=PARIS).astimezone(UTC))

    def judged(self, message: int) -> tuple[str, str]:
        """A turn later: the state and the code of the reason."""
        self.dispatcher.ring()
        self.dispatcher.turn()
        row = self.counter.row(message)
        return str(row.state), (row.reason or "").partition(":")[0]

    def due(self, message: int) -> str:
        """When it is due, on a clock in Paris."""
        row = self.counter.row(message)
        return from_text(row.due_at).astimezone(PARIS).strftime("%a %d %H:%M") if row.due_at else ""

    def claim(self):
        """What the worker does before the body leaves; the attempt, or None where it must not leave."""
        job = self.dispatcher.take("sim1")
        assert job is not None
        with self.counter.store.write() as tx:
            now = self.counter.clock.now()
            attempt = self.ledger.begin(tx, job, 1, now, "2026-11", first=True)
            if attempt is not None:
                sending.accepted(tx, attempt, 7, 0.1, to_text(now))
                sending.settle(tx, job.message_id, to_text(now))
        self.dispatcher.finished("sim1", job)
        return attempt


@pytest.fixture
def office(counter) -> Office:
    made = Office(counter)
    made.at("2026-11-24 10:00")
    return made


def test_a_service_message_simply_goes_at_any_hour(office):
    office.at("2026-12-25 03:00")
    message = office.counter.queue()
    assert office.judged(message) == ("queued", "")
    assert office.claim() is not None


def test_an_advertisement_needs_a_consent(office):
    assert office.judged(office.counter.queue(category="commercial", body=AD)) == (
        "refused",
        "consent_missing",
    )
    office.counter.record(Action.GRANT)
    assert office.judged(office.counter.queue(category="commercial", body=AD)) == ("queued", "")
    assert office.claim() is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("-20 % samedi. STOP 36180", "sender_not_named"),
        ("bricolo : -20 % samedi", "stop_mention_missing"),
        ("Bricolo : non-stop ce samedi. STOP 36180", ""),
    ],
)
def test_an_advertisement_says_who_and_how_to_stop(office, body, code):
    office.counter.record(Action.GRANT)
    state = "refused" if code else "queued"
    assert office.judged(office.counter.queue(category="commercial", body=body)) == (state, code)


def test_a_consent_may_age(counter):
    office = Office(counter, consent={"consent_max_age": "1095d"})
    counter.record(Action.GRANT, ago=timedelta(days=1100))
    assert office.judged(counter.queue(category="commercial", body=AD)) == ("refused", "consent_expired")


@pytest.mark.parametrize("category", ["commercial", "survey", "service"])
def test_who_said_stop_gets_nothing_more(office, category):
    office.counter.record(Action.GRANT)
    office.counter.says("STOP")
    message = office.counter.queue(category=category, body=AD)
    assert office.judged(message) == ("refused", "opted_out")
    assert office.counter.row(message).reason == "opted_out: since 2026-11-24"


def test_the_next_question_of_a_survey_is_part_of_it(office):
    """An answer made it wait; then an objection was written down behind the back of the survey."""
    now = to_text(office.counter.clock.now())
    with office.counter.store.write() as tx:
        new = NewMessage(recipient=ANA, body="Pourquoi ?", category="ack", created_at=now)
        message = outbox.insert_own(tx, new, purpose="survey_question")
    assert office.judged(message) == ("queued", "")
    office.counter.record(Action.REVOKE, Scope.SURVEY)
    assert office.claim() is None
    assert office.counter.row(message).state == "refused"


def test_a_first_advertisement_needs_a_consent_that_speaks_of_text_messages(office):
    counter = office.counter
    counter.record(Action.GRANT, text="J'accepte de recevoir vos offres")
    message = counter.queue(category="commercial", body=AD)
    assert office.judged(message) == ("refused", "first_contact")
    counter.says("Bonjour, à quelle heure ouvrez-vous ?")  # now we know each other
    assert office.judged(counter.queue(category="commercial", body=AD)) == ("queued", "")


def test_an_existing_customer_was_asked_for_nothing_that_could_speak_of_it(office):
    office.counter.record(Action.GRANT, basis=Basis.SOFT_OPTIN, text="")
    assert office.judged(office.counter.queue(category="commercial", body=AD)) == ("queued", "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Votre colis arrive. STOP au 36180", "sender_not_named"),
        ("Bricolo : votre colis arrive", "stop_mention_missing"),
        ("Bricolo : non-stop samedi", "stop_mention_missing"),
        ("Bricolo : votre colis arrive. Refus : STOP", ""),
    ],
)
def test_the_first_service_message_introduces_itself_where_the_operator_wants_it(counter, body, code):
    office = Office(counter, first_message=["brand", "stop"])
    office.at("2026-11-24 10:00")
    assert office.judged(counter.queue(body=body)) == ("refused" if code else "queued", code)
    counter.says("Merci", sender=REUNION)
    assert office.judged(counter.queue(REUNION, body=body)) == ("queued", "")


def test_a_modem_sends_what_its_sim_may(office):
    office.plan = replace(
        office.plan, rules=replace(office.plan.rules, allow=(("sim1", ("service", "ack")),))
    )
    office.dispatcher.replan(office.plan)
    survey = office.counter.queue(category="survey")
    assert office.judged(survey) == ("refused", "sim_category_not_allowed")
    assert "sim1 must not send category 'survey'" in (office.counter.row(survey).reason or "")
    assert office.judged(office.counter.queue()) == ("queued", "")


def test_what_was_offered_is_asked_about_again_when_the_sim_may_no_more(office):
    message = office.counter.queue()
    assert office.judged(message) == ("queued", "")
    office.plan = replace(office.plan, rules=replace(office.plan.rules, allow=(("sim1", ("ack",)),)))
    assert office.claim() is None
    assert office.judged(message) == ("refused", "sim_category_not_allowed")


def test_a_help_text_that_a_stop_overtook_does_not_follow_it(office):
    """It may have gone, the customer says STOP, and then the operator's policy would send it once more."""
    office.counter.says("aide")
    assert office.judged(1) == ("queued", "")
    job = office.dispatcher.take("sim1")
    with office.counter.store.write() as tx:
        now = office.counter.clock.now()
        attempt = office.ledger.begin(tx, job, 1, now, "2026-11", first=True)
        sending.unknown(tx, attempt, None, "silence", to_text(now))
        sending.settle(tx, job.message_id, to_text(now))
    office.dispatcher.finished("sim1", job)
    office.counter.says("STOP")
    with office.counter.store.write() as tx:
        assert sending.resend_unknown(tx, 1, to_text(office.counter.clock.now()))
    office.judged(2)
    assert office.claim() is not None
    assert office.judged(2) == ("sent", "")
    assert office.judged(1) == ("refused", "opted_out")


def test_who_asks_for_help_after_a_stop_has_an_answer(office):
    office.counter.says("STOP")
    office.judged(1)
    assert office.claim() is not None
    office.counter.says("aide")
    assert office.judged(2) == ("queued", "")
    assert office.claim() is not None


def test_a_suspicion_holds_advertisements_only(office):
    office.counter.record(Action.GRANT)
    office.counter.says("Stop au bruit le matin svp")
    assert office.judged(office.counter.queue(category="commercial", body=AD)) == ("refused", "suspended")
    assert office.judged(office.counter.queue()) == ("queued", "")


def test_a_disputed_number_gets_its_apology_and_nothing_else(office):
    office.counter.says("mauvais numéro")
    assert office.counter.row(1).body.endswith("nous n'écrirons plus à ce numéro.")
    assert office.judged(1) == ("queued", "")
    assert office.judged(office.counter.queue()) == ("refused", "contact_disputed")
    with office.counter.store.write() as tx:
        assert contacts.set_state(
            tx, office.counter.key.hash(ANA), contacts.ACTIVE, "2026-11-24T10:00:00.000Z"
        )
    assert office.judged(office.counter.queue()) == ("queued", "")


def test_a_survey_waits_for_the_morning_and_is_spread(office):
    office.at("2026-11-21 20:35")  # Saturday, after the window
    messages = [office.counter.queue(f"+3361234560{n}", category="survey") for n in range(8)]
    assert {office.judged(message) for message in messages} == {("queued", "quiet_hours")}
    dues = {office.due(message) for message in messages}
    assert all("Mon 23 09:00" <= due < "Mon 23 09:30" for due in dues)
    assert len(dues) > 4
    office.at("2026-11-23 09:31")
    office.counter.clock.advance(timedelta(seconds=2))
    office.dispatcher.turn()
    assert office.claim() is not None


@pytest.mark.parametrize(
    ("local", "number", "code", "day"),
    [
        ("2026-11-22 11:00", ANA, "sunday", "Mon 23"),
        ("2026-07-14 11:00", ANA, "holiday", "Wed 15"),
        ("2026-11-24 19:00", REUNION, "quiet_hours", "Wed 25"),
    ],
)
def test_the_recipients_own_clock_and_calendar_count(office, local, number, code, day):
    office.at(local)
    message = office.counter.queue(number, category="survey")
    assert office.judged(message) == ("queued", code)
    assert office.due(message).startswith(day)


def test_a_survey_that_may_ask_on_sundays(office):
    office.at("2026-11-22 11:00")
    now = to_text(office.counter.clock.now())
    with office.counter.store.write() as tx:
        new = NewMessage(recipient=ANA, body="?", category="survey", created_at=now)
        message = outbox.insert_own(tx, new, purpose="question", sunday=True)
    assert office.judged(message) == ("queued", "")


def test_not_before_is_looked_at_with_the_window(office):
    message = office.counter.queue(category="survey", not_before="2026-11-24T20:00:00Z")
    assert office.judged(message) == ("queued", "quiet_hours")
    assert office.due(message).startswith("Wed 25 09:")


def test_what_would_be_over_by_then_is_refused(office):
    office.at("2026-11-24 20:35")
    message = office.counter.queue(category="survey", expires_at="2026-11-25T06:00:00Z")
    assert office.judged(message) == ("refused", "expires_at")


def test_an_answer_goes_at_night_while_somebody_waits_for_it(office):
    office.at("2026-11-24 23:40")
    office.counter.says("STOP")
    assert office.judged(1) == ("queued", "")
    office.counter.clock.advance(timedelta(minutes=4))
    assert office.claim() is not None


def test_the_confirmation_of_a_stop_waits_for_the_morning_after_five_minutes(office):
    office.at("2026-11-24 23:40")
    office.counter.says("STOP")
    assert office.judged(1) == ("queued", "")
    office.counter.clock.advance(timedelta(minutes=6))  # no modem had a hand free
    assert office.claim() is None
    assert office.due(1).startswith("Wed 25 09:")


def test_an_answer_that_is_late_waits_for_the_morning(office):
    office.at("2026-11-24 23:40")
    office.counter.says("aide", after=0)
    office.counter.clock.advance(timedelta(minutes=16))
    office.dispatcher.ring()
    assert office.judged(1) == ("queued", "quiet_hours")
    assert office.due(1).startswith("Wed 25 09:")


def test_a_long_queue_does_not_outrun_a_cap(office):
    """Each of them goes to one person, and all are queued after the one that went."""
    office.counter.record(Action.GRANT)
    messages = [office.counter.queue(category="commercial", body=AD) for _ in range(220)]
    office.judged(messages[0])
    assert office.claim() is not None
    office.counter.clock.advance(timedelta(minutes=1))
    office.dispatcher.turn()
    assert office.dispatcher.take("sim1") is None
    assert {office.judged(message) for message in messages[1:]} == {("queued", "frequency_cap")}


def test_a_second_advertisement_waits_a_week(office):
    office.counter.record(Action.GRANT)
    first, second = (office.counter.queue(category="commercial", body=AD) for _ in range(2))
    assert office.judged(first) == ("queued", "")
    assert office.claim() is not None
    assert office.judged(second) == ("queued", "frequency_cap")
    assert office.due(second).startswith("Tue 01 10:0")


def test_an_advertisement_whose_cap_outlives_it_is_refused(office):
    office.counter.record(Action.GRANT)
    office.judged(office.counter.queue(category="commercial", body=AD))
    assert office.claim() is not None
    late = office.counter.queue(category="commercial", body=AD, expires_at="2026-11-28T10:00:00Z")
    assert office.judged(late) == ("refused", "frequency_cap")


def test_service_messages_have_no_cap_unless_the_operator_sets_one(counter):
    office = Office(counter, caps={"service": ["2/24h"]})
    for _ in range(2):
        assert office.judged(counter.queue()) == ("queued", "")
        assert office.claim() is not None
    assert office.judged(counter.queue()) == ("queued", "frequency_cap")


def test_a_stop_between_the_offer_and_the_body_is_heeded(office):
    message = office.counter.queue()
    assert office.judged(message) == ("queued", "")
    office.counter.record(Action.REVOKE, Scope.SERVICE)
    assert office.claim() is None
    row = office.counter.row(message)
    assert (row.state, row.reason, row.attempts) == ("refused", "opted_out: since 2026-11-24", 0)


def test_a_window_that_closes_after_the_offer_is_heeded(office):
    office.at("2026-11-24 20:20")
    message = office.counter.queue(category="survey")
    assert office.judged(message) == ("queued", "")
    office.at("2026-11-24 20:31")
    assert office.claim() is None
    assert office.due(message).startswith("Wed 25 09:")


def test_a_campaign_that_meets_a_closed_window_is_put_off_without_a_prompt(office):
    office.at("2026-11-24 20:20")
    messages = [office.counter.queue(f"+336123{n:05d}", category="survey") for n in range(1000)]
    urgent = office.counter.queue("+33698765432", priority=9)
    for _ in range(8):
        office.dispatcher.turn()
    job = office.dispatcher.take("sim1")
    office.at("2026-11-24 20:31")
    office.dispatcher.finished("sim1", job, again=True)
    for _ in range(6):
        office.dispatcher.turn()
    assert office.dispatcher.take("sim1").message_id == urgent
    assert {office.counter.row(message).reason.partition(":")[0] for message in messages} == {"quiet_hours"}


def test_advertising_words_are_noted_and_the_message_goes(counter):
    office = Office(counter)
    message = counter.queue(body="Votre remise de clés est à 10 h")
    assert office.judged(message) == ("queued", "")
    (event,) = counter.events("looks_commercial")
    assert (event.message_id, event.detail) == (message, {"words": ["remise"]})
    strict = Office(counter, promotional="refuse")
    assert strict.judged(counter.queue(body="Une promo !")) == ("refused", "looks_commercial")


def test_a_restart_does_not_look_at_everything_again(counter):
    """The plan is remembered as text: it must be the same text in every process."""
    assert "frozenset" not in repr(rules_of(counter.settings))
    assert repr(rules_of(counter.settings)) == repr(rules_of(counter.settings))


def test_outbox_show_says_what_a_message_waits_for(office):
    office.at("2026-11-22 11:00")
    message = office.counter.queue(category="survey")
    office.judged(message)
    row, now = office.counter.row(message), office.counter.clock.now()
    found = gates.gates(office.counter.store, office.counter.settings, row, now)
    hours = next(gate for gate in found if gate.name == "hours")
    assert (hours.passed, hours.detail) == (False, "sunday: Sun 11:00 in Europe/Paris")
    assert to_text(hours.earliest) == row.due_at


def test_rules_of_nobody_ask_for_nothing():
    assert not any(
        Rules().timed(category) for category in ("service", "commercial", "survey", "ack", "staff")
    )


@pytest.mark.parametrize(
    ("own", "setting", "code"),
    [
        ("+33612000001", "refuse", "sender_number_restricted"),
        ("0612000001", "refuse", "sender_number_restricted"),
        ("+33937000001", "refuse", ""),
        ("", "refuse", ""),
        ("+33612000001", "warn", ""),
    ],
)
def test_numbers_of_persons_send_nothing_automatic_where_the_operator_says_so(counter, own, setting, code):
    office = Office(counter, restricted_senders=setting)
    with counter.store.write() as tx:
        sims.register(
            tx, imsi="208010000000001", iccid="", number=own, modem="sim1", now=to_text(counter.clock.now())
        )
    message = counter.queue()
    assert office.judged(message) == ("refused" if code else "queued", code)
    counter.says("aide")
    answer = 2
    assert office.judged(answer) == ("queued", ""), "a person who asked gets an answer"


def test_a_number_that_is_told_late_is_heeded_in_the_claim(counter):
    office = Office(counter, restricted_senders="refuse")
    message = counter.queue()
    assert office.judged(message) == ("queued", "")
    with counter.store.write() as tx:
        sims.register(
            tx,
            imsi="208010000000001",
            iccid="",
            number="+33612000001",
            modem="sim1",
            now=to_text(counter.clock.now()),
        )
    assert office.claim() is None
    assert counter.row(message).reason.startswith("sender_number_restricted: ")
