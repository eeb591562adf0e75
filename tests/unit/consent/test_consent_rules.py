"""What the entries add up to, what a STOP stops, what a proof must say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.consent import (
    GENESIS,
    Action,
    BadEvidence,
    Basis,
    Purpose,
    Scope,
    Source,
    Status,
    check_evidence,
    digest,
    fold,
    granted_back,
    language_of,
    names_sms,
    reply_text,
    stopped_by,
)

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
GRANT, REVOKE, SUSPEND, RESUME = Action.GRANT, Action.REVOKE, Action.SUSPEND, Action.RESUME


def status(*actions: Action) -> Status:
    """After these, a day apart."""
    return fold((START + DAY * place, place, action) for place, action in enumerate(actions)).status


@pytest.mark.parametrize(
    ("actions", "after"),
    [
        ([], Status.NONE),
        ([GRANT], Status.GRANTED),
        ([REVOKE], Status.DENIED),
        ([GRANT, REVOKE], Status.DENIED),
        ([REVOKE, GRANT], Status.GRANTED),
        ([SUSPEND], Status.SUSPENDED),
        ([GRANT, SUSPEND], Status.SUSPENDED),
        ([GRANT, SUSPEND, RESUME], Status.GRANTED),
        ([SUSPEND, RESUME], Status.NONE),
        ([SUSPEND, REVOKE], Status.DENIED),
        ([SUSPEND, REVOKE, RESUME], Status.DENIED),
        ([REVOKE, SUSPEND, RESUME], Status.DENIED),
        ([GRANT, SUSPEND, SUSPEND, RESUME], Status.GRANTED),
        ([GRANT, RESUME], Status.GRANTED),
    ],
)
def test_what_entries_add_up_to(actions, after):
    assert status(*actions) is after


def test_they_count_in_the_order_in_which_people_acted():
    stop = (START + 3 * DAY, 1, REVOKE)
    old_consent = (START, 2, GRANT)
    assert fold([stop, old_consent]).status is Status.DENIED
    assert fold([stop, (START + 4 * DAY, 2, GRANT)]).granted_at == START + 4 * DAY


def test_of_the_same_moment_the_later_entry_counts():
    assert fold([(START, 1, GRANT), (START, 2, REVOKE)]).status is Status.DENIED


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(Action)), max_size=12), st.randoms())
def test_the_order_of_reading_does_not_matter(acted, random):
    entries = [(START + DAY * day, number, action) for number, (day, action) in enumerate(acted)]
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert fold(entries) == fold(shuffled)
    if entries and sorted(entries)[-1][2] is REVOKE:
        assert fold(entries).status is Status.DENIED


@pytest.mark.parametrize(
    ("said", "setting", "stops"),
    [
        ("all", "all", tuple(Scope)),
        ("all", "non_service", (Scope.COMMERCIAL, Scope.SURVEY)),
        ("commercial", "all", (Scope.COMMERCIAL,)),
        ("survey", "non_service", (Scope.SURVEY,)),
    ],
)
def test_what_a_stop_stops(said, setting, stops):
    assert stopped_by(said, setting) == stops


def test_start_gives_back_what_was_allowed():
    before = {Scope.COMMERCIAL: Status.NONE, Scope.SURVEY: Status.NONE, Scope.SERVICE: Status.DENIED}
    assert granted_back(before) == (Scope.SURVEY,)
    assert granted_back({Scope.COMMERCIAL: Status.GRANTED}) == (Scope.COMMERCIAL,)


@pytest.mark.parametrize("source", Source)
def test_an_empty_proof_proves_nothing(source):
    with pytest.raises(BadEvidence, match="lacks"):
        check_evidence(source, {})
    check_evidence(source, {}, action=REVOKE)


def test_an_import_needs_the_wording_for_advertising_only():
    proof = {"file_sha256": "ab", "line": 2, "original_source": "shop"}
    check_evidence(Source.IMPORT, proof, scope=Scope.SURVEY)
    with pytest.raises(BadEvidence, match="lacks text"):
        check_evidence(Source.IMPORT, proof, scope=Scope.COMMERCIAL)


def test_a_soft_optin_is_whole_or_nothing():
    proof = {
        "reason": "customer", "by": "Léa", "purchase_ref": "A-12", "purchase_at": "2026-01-01",
        "informed_at_collection": True, "objection_offered": True, "similar_products": True,
    }  # fmt: skip
    check_evidence(Source.OPERATOR, proof, basis=Basis.SOFT_OPTIN)
    with pytest.raises(BadEvidence, match="needs objection_offered"):
        check_evidence(Source.OPERATOR, {**proof, "objection_offered": False}, basis=Basis.SOFT_OPTIN)


def test_a_consent_has_a_basis():
    with pytest.raises(BadEvidence, match="needs its basis"):
        check_evidence(Source.OPERATOR, {"reason": "x", "by": "y"}, basis=None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("J'accepte de recevoir des SMS", True),
        ("offers by text message", True),
        ("par courriel", False),
        ("", False),
    ],
)
def test_a_wording_that_names_text_messages(text, names):
    assert names_sms({"text": text}) is names


def test_a_changed_column_changes_the_hash():
    row = {"id": 1, "action": "grant", "evidence": "{}"}
    assert digest(GENESIS, row) == digest(GENESIS, dict(reversed(row.items())))
    assert digest(GENESIS, row) != digest(GENESIS, {**row, "action": "revoke"})
    assert digest(GENESIS, row) != digest("1" + GENESIS[1:], row)
    assert digest(GENESIS, {"id": 1}) == "752a364a25d05f9c8b9924a7753ef7e91446857ac8cfb477059e10935892eed4"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("purpose", Purpose)
def test_every_text_names_the_brand_or_begins_with_a_capital(purpose, language):
    assert reply_text(purpose, language, brand="Bricolo").startswith(("Bricolo : ", "Bricolo: "))
    assert reply_text(purpose, language, brand="")[0].isupper()
    assert "{" not in reply_text(purpose, language, brand="", contact="")


def test_the_language_is_the_contacts_or_the_countrys():
    assert [language_of(number) for number in ("+33612345678", "+262692123456", "+447700900123")] == [
        "fr", "fr", "en",
    ]  # fmt: skip
    assert language_of("+33612345678", "en") == "en"
    assert language_of("+33612345678", "de") == "fr"
