"""Acceptance scenarios of the session layer: STOP, wrong numbers, erasure, and who may not be asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.clock import ManualClock, to_text
from gateway.consent import Action, Basis, Entry, Scope, Source, Status
from gateway.store import ledger
from gateway.surveys.report.build import build
from tests.integration.surveys.conftest import ANA, COMMENT, EXAMPLES, Shop

NOTED = "Bricolo : c'est noté, vous ne recevrez plus de SMS de notre part. Pour reprendre : START"
BACK = "Bricolo : c'est noté, vous pouvez à nouveau recevoir nos SMS. Pour ne plus en recevoir : STOP"


def statuses(shop: Shop, number: str = ANA) -> dict[str, str]:
    with shop.store.read() as read:
        found = ledger.standings(read, shop.dispatcher.keeper.key.hash(number))
    return {str(scope): str(each.status) for scope, each in found.items() if each.status is not Status.NONE}


def entries(shop: Shop, number: str = ANA) -> list[ledger.Recorded]:
    """The ledger of a person."""
    with shop.store.read() as read:
        return list(ledger.entries(read, shop.dispatcher.keeper.key.hash(number)))


def grant(shop: Shop, scope: Scope, *, at: datetime) -> None:
    """Somebody imports a list that says that Ana agreed, then."""
    entry = Entry(
        phone_hash=shop.dispatcher.keeper.key.hash(ANA),
        scope=scope,
        action=Action.GRANT,
        basis=Basis.CONSENT,
        source=Source.IMPORT,
        evidence={"file_sha256": "0", "line": 1, "original_source": "crm", "text": "d'accord pour les SMS"},
        actor="Léa",
        at=at,
        recorded_at=shop.clock.now(),
    )
    with shop.store.write() as tx:
        ledger.append(tx, entry)


def counts(shop: Shop) -> str:
    """What the report says that no words are in."""
    with shop.store.read() as read:
        told = build(read, "csat_livraison", now=shop.clock.now(), zone=UTC, verbatims=0)
    return repr((told.funnel, told.rates, told.dispositions, told.scores, told.alerts.opened))


def test_08_stop_at_night_ends_everything_and_is_confirmed_at_once(shop: Shop, clock: ManualClock) -> None:
    shop.asked("csat_livraison")
    clock.set(datetime(2026, 11, 24, 22, 40, tzinfo=UTC))  # 23:40 in Paris
    message = shop.says("STOP")
    assert (message.kind, message.session_id) == ("opt_out", 1)
    assert statuses(shop) == {"commercial": "denied", "survey": "denied", "service": "denied"}
    session = shop.session()
    assert (session.state, session.reason, session.disposition) == ("stopped", "opted_out", "refusal")
    shop.wait(1)
    assert shop.texts()[1:] == [NOTED]
    assert shop.sent[1][0] - datetime(2026, 11, 24, 22, 40, tzinfo=UTC) < timedelta(seconds=5)
    shop.wait(days=10)
    assert len(shop.texts()) == 2


def test_08b_what_waits_is_taken_back(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2")
    shop.wait(2)
    shop.says("stop")
    shop.wait(60)
    assert shop.texts()[1:] == [NOTED]
    states = shop.rows("SELECT body, state FROM outbox WHERE state = 'cancelled'")
    assert [row["body"].startswith("Nous en sommes désolés") for row in states] == [True]


def test_09_the_answer_in_the_same_message_counts_and_nobody_is_thanked(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    assert shop.says("4. STOP").kind == "opt_out"
    assert statuses(shop) == {"commercial": "denied", "survey": "denied", "service": "denied"}
    session = shop.session()
    assert (session.state, session.disposition) == ("stopped", "complete")
    assert shop.answers() == {"satisfaction": "4"}
    shop.wait(60)
    assert shop.texts()[1:] == [NOTED]


def test_22_stop_to_any_sim_is_stop(shop: Shop) -> None:
    shop.asked("csat_livraison")
    other = "sim2" if shop.session().modem == "sim1" else "sim1"
    shop.wait(60)
    shop.says("STOP", modem=other)
    assert shop.session().state == "stopped"
    invitation = shop.invite("nps_trimestriel")
    shop.turn()
    found = shop.invitation(invitation)
    assert (found["state"], found["reason"].partition(":")[0]) == ("refused", "opted_out")
    shop.wait(days=100)
    assert shop.texts()[1:] == [NOTED]


def test_a_wrong_number_ends_it_with_one_apology(shop: Shop) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    message = shop.says("Vous vous trompez de numéro")
    assert (message.kind, message.session_id) == ("wrong_number", 1)
    session = shop.session()
    assert (session.state, session.reason, session.disposition) == ("stopped", "wrong_number", "wrong_person")
    shop.wait(60)
    assert len(shop.texts()) == 2
    invitation = shop.invite("nps_trimestriel")
    shop.turn()
    assert shop.invitation(invitation)["reason"].startswith("contact_disputed")


def test_stop_while_the_first_question_waits_for_the_morning(shop: Shop, clock: ManualClock) -> None:
    clock.set(datetime(2026, 11, 24, 21, 0, tzinfo=UTC))
    shop.invite("nps_trimestriel")
    shop.turn()
    assert shop.session().state == "inviting"
    shop.says("STOP")
    shop.wait(days=2)
    assert shop.texts() == [NOTED]
    assert (shop.session().state, shop.session().disposition) == ("stopped", "not_sent")


@pytest.mark.parametrize(
    ("number", "hour", "state"), [(ANA, 10, "completed"), ("+12025550123", 20, "stopped")]
)
def test_38_39_what_may_be_a_stop_is_one_only_where_the_law_says_so(
    shop: Shop, clock: ManualClock, number: str, hour: int, state: str
) -> None:
    clock.set(datetime(2026, 11, 24, hour, 0, tzinfo=UTC))  # 20:00 UTC is day in all of the United States
    shop.asked("csat_livraison", number)
    shop.wait(60)
    shop.says("3", number=number)
    shop.wait(30)
    assert shop.texts(number)[1].startswith(COMMENT)
    shop.says("Stop au bruit le matin svp", number=number)
    assert shop.session().state == state
    if state == "completed":
        assert shop.answers()["commentaire"] == "Stop au bruit le matin svp"
        assert statuses(shop) == {"commercial": "suspended"}
        assert "review_optout" in shop.reviews()
    else:
        assert statuses(shop, number) == {"commercial": "denied", "survey": "denied", "service": "denied"}


def test_40_start_gives_back_what_stop_took_and_no_more(shop: Shop) -> None:
    grant(shop, Scope.COMMERCIAL, at=shop.clock.now())
    shop.wait(60)
    shop.says("STOP")
    assert set(statuses(shop).values()) == {"denied"}
    shop.wait(hours=2)
    assert shop.says("START").kind == "opt_in"
    shop.wait(5)
    assert shop.texts() == [NOTED, BACK]
    assert set(statuses(shop).values()) == {"granted"}
    (proof,) = [entry for entry in entries(shop)[-3:] if entry.scope is Scope.COMMERCIAL]
    assert (proof.action, proof.source, proof.evidence["keyword"]) == ("grant", "sms_keyword", "start")
    invitation = shop.invite("nps_trimestriel")
    shop.wait(60)
    assert shop.invitation(invitation)["state"] == "started"


def test_40b_start_makes_no_commercial_consent_that_was_not_there(shop: Shop) -> None:
    shop.says("STOP pub")
    assert statuses(shop) == {"commercial": "denied"}
    shop.wait(60)
    shop.says("START")
    outbox = shop.commercial("Bricolo: soldes ! STOP")
    assert outbox["state"] == "refused"


def test_41_yes_from_somebody_who_said_stop_changes_nothing(shop: Shop) -> None:
    shop.says("STOP")
    shop.wait(hours=2)
    before = entries(shop)
    assert shop.says("OUI").kind == "unmatched"
    assert entries(shop) == before
    shop.wait(hours=2)
    assert shop.texts() == [NOTED]


def test_42_who_is_erased_leaves_numbers_and_no_words(shop: Shop) -> None:
    from gateway.store.dossier import dossier
    from gateway.store.erasure import erase

    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("2 le livreur était vraiment impoli")
    shop.wait(60)
    shop.says("3")
    shop.wait(60)
    assert shop.session().state == "completed"
    key = shop.dispatcher.keeper.key.hash(ANA)
    before = counts(shop)
    with shop.store.write() as tx:
        erase(tx, number=ANA, phone_hash=key, actor="Léa", why="asked for", now=shop.now)
    assert counts(shop) == before
    with shop.store.read() as read:
        held = json.dumps(dossier(read, ANA, key), ensure_ascii=False)
    assert "impoli" not in held
    assert "Bricolo" not in held
    assert shop.session().recipient is None
    assert (shop.session().disposition, shop.answers()["satisfaction"]) == ("complete", "2")
    words = [value for table in ("item", "outbox", "inbox", "alert", "survey_session") for row in shop.rows(
        f"SELECT * FROM {table}") for value in row.values() if isinstance(value, str)]  # fmt: skip
    assert not [text for text in words if "impoli" in text or ANA in text]
    shop.wait(days=3)
    assert shop.session().state == "completed"
    again = shop.invite("nps_trimestriel")  # as somebody new: no quarantine is left, and no name
    shop.turn()
    assert shop.invitation(again)["state"] == "started"


def test_42b_who_said_stop_is_not_asked_after_the_erasure_either(shop: Shop) -> None:
    from gateway.store.erasure import erase

    shop.says("STOP")
    shop.wait(60)
    with shop.store.write() as tx:
        key = shop.dispatcher.keeper.key.hash(ANA)
        erase(tx, number=ANA, phone_hash=key, actor="Léa", why="asked for", now=shop.now)
    invitation = shop.invite("nps_trimestriel")
    shop.turn()
    assert shop.invitation(invitation)["reason"].startswith("opted_out")


def test_37_an_old_list_of_consents_does_not_undo_a_stop(shop: Shop) -> None:
    shop.says("STOP")
    shop.wait(60)
    grant(shop, Scope.COMMERCIAL, at=shop.clock.now() - timedelta(days=3 * 365))
    assert statuses(shop)["commercial"] == "denied"
    outbox = shop.commercial("Bricolo: nos nouveautés sont en magasin. Refus : STOP")
    assert (outbox["state"], outbox["reason"].partition(":")[0]) == ("refused", "opted_out")
    grant(shop, Scope.SURVEY, at=shop.clock.now() - timedelta(days=3 * 365))
    invitation = shop.invite("nps_trimestriel", event_at=to_text(shop.clock.now()))
    shop.turn()
    assert shop.invitation(invitation)["reason"].startswith("opted_out")
    assert shop.texts() == [NOTED]


def test_the_retention_takes_the_words_and_leaves_the_numbers(shop: Shop) -> None:
    from gateway.store import maintenance

    shop.asked("csat_livraison", context={"prenom": "Zoé"})
    shop.wait(60)
    shop.says("2 le livreur était vraiment impoli")
    shop.wait(60)
    shop.says("3")
    shop.wait(60)
    shop.asked("nps_trimestriel", "+33612345679")
    shop.clock.advance(timedelta(days=397))
    maintenance.prune(shop.store, shop.settings.retention, shop.clock.now())
    assert shop.answers() == {"satisfaction": "2", "motif": "3", "commentaire": None}
    tables = ("item", "outbox", "inbox", "alert", "invitation")
    words = [str(row) for table in tables for row in shop.rows(f"SELECT * FROM {table}")]
    words += map(str, shop.rows("SELECT * FROM survey_session WHERE id = 1"))
    assert not [row for row in words if "impoli" in row or "Zoé" in row]
    shop.wait(1)
    assert shop.session().disposition == "complete"
    assert (shop.session(2).state, shop.value("SELECT words FROM survey_session WHERE id = 2")) == (
        "expired",
        1,
    )


def test_36_a_coupon_without_consent_is_refused_and_the_version_before_goes_on(shop: Shop) -> None:
    text = (EXAMPLES / "csat_livraison.toml").read_text("utf-8")
    shop.survey("csat_livraison", text.replace("Bonne journée !", "Votre code : {coupon}."))
    (problem,) = [
        row["problem"] for row in shop.rows("SELECT problem FROM survey_file WHERE problem IS NOT NULL")
    ]
    assert "E12 closing[1].text: a {coupon} belongs into a closing with requires_consent" in problem
    shop.asked("csat_livraison")
    shop.wait(60)
    shop.says("5")
    shop.wait(60)
    assert shop.texts()[1] == "Merci pour votre réponse. Bonne journée ! Bricolo"


def test_a_stop_counts_although_our_clock_was_set_back(shop: Shop, clock: ManualClock) -> None:
    shop.says("STOP")
    shop.wait(hours=1)
    shop.says("START")
    clock.set(clock.now() - timedelta(hours=2))
    shop.says("STOP", reference=2)
    assert set(statuses(shop).values()) == {"denied"}
    invitation = shop.invite("nps_trimestriel")
    shop.turn()
    assert shop.invitation(invitation)["reason"].startswith("opted_out")


def test_what_comes_last_was_said_last(shop: Shop, clock: ManualClock) -> None:
    """A SIM that was out for an hour hands over a STOP that was written before the START: both are confirmed."""
    shop.says("STOP")
    shop.wait(hours=1)
    shop.says("START", modem="sim2")
    shop.wait(60)
    shop.says("STOP pub", written=clock.now() - timedelta(minutes=30))
    shop.wait(60)
    assert statuses(shop)["commercial"] == "denied"
    assert "publicitaires" in shop.texts()[-1]
