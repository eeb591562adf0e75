"""Acceptance scenarios of the session layer: answers, remarks, re-asks. The numbers are those of the specification."""

from __future__ import annotations

from tests.integration.surveys.conftest import Shop


def test_01_a_good_mark_ends_the_survey_with_thanks_and_no_alert(shop: Shop) -> None:
    shop.asked("csat_livraison")
    assert shop.session().state == "awaiting"
    shop.wait(60)
    message = shop.says("5")
    assert (message.kind, message.session_id, message.question) == ("answer", 1, "satisfaction")
    session = shop.session()
    assert (session.state, session.disposition) == ("completed", "complete")
    assert shop.answers() == {"satisfaction": "5"}
    shop.wait(10)
    assert shop.texts()[1:] == ["Merci pour votre réponse. Bonne journée ! Bricolo"]
    assert shop.alerts() == {}
