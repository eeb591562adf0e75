from __future__ import annotations

import pytest

from gateway.router import LaneKey, Route, first_choice, lane_for, second_choice

FRANCE = Route(name="fr", prefixes=("+33",))
ALL = Route(name="all")
REUNION = Route(name="re", prefixes=("+262", "+33"))
ROUTES = (FRANCE, ALL, REUNION)


@pytest.mark.parametrize(
    ("number", "modems"),
    [("+33612345678", ("all", "fr", "re")), ("+262692123456", ("all", "re")), ("+4915112345678", ("all",))],
)
def test_a_lane_has_the_modems_whose_prefixes_fit(number: str, modems: tuple[str, ...]) -> None:
    assert lane_for(number, ROUTES).modems == modems


def test_the_modem_that_the_application_names_is_the_only_one() -> None:
    lane = lane_for("+33612345678", ROUTES, wanted="all", prefer="fr")
    assert lane == LaneKey(modems=("all",))


def test_a_named_modem_serves_whatever_its_routes_say() -> None:
    assert lane_for("+4915112345678", ROUTES, wanted="fr").modems == ("fr",)


def test_a_modem_that_no_longer_exists_leaves_an_empty_lane() -> None:
    assert lane_for("+33612345678", ROUTES, wanted="gone").modems == ()


def test_the_sim_that_last_talked_is_preferred_only_where_it_may_serve() -> None:
    assert lane_for("+33612345678", ROUTES, prefer="fr").prefer == "fr"
    assert lane_for("+4915112345678", ROUTES, prefer="fr").prefer is None


def test_modems_tried_in_vain_are_left_out() -> None:
    assert lane_for("+33612345678", ROUTES, without=frozenset({"fr", "all"})).modems == ("re",)


def no(_: str) -> bool:
    return False


def yes(_: str) -> bool:
    return True


def test_a_conversation_stays_with_its_sim_wherever_that_is() -> None:
    lane = lane_for("+33612345678", ROUTES, sim="20801")
    assert lane == LaneKey(modems=("all", "fr", "re"), prefer="20801", binding=True)


def test_a_lane_without_preference_is_everybodys_first_choice() -> None:
    lane = LaneKey(modems=("a", "b"))
    assert first_choice(lane, "a", "1")
    assert first_choice(lane, "b", "2")
    assert not first_choice(lane, "c", "3")
    assert not second_choice(lane, "a", "1", yes, yes)


def test_a_preference_yields_when_the_preferred_modem_has_its_hands_full() -> None:
    lane = LaneKey(modems=("a", "b"), prefer="a")
    assert first_choice(lane, "a", "1")
    assert not first_choice(lane, "b", "2")
    assert second_choice(lane, "b", "2", yes, no)
    assert not second_choice(lane, "b", "2", no, no)


def test_a_binding_waits_until_the_sim_is_gone_for_long() -> None:
    lane = LaneKey(modems=("a", "b"), prefer="1", binding=True)
    assert first_choice(lane, "a", "1")
    assert first_choice(lane, "b", "1")
    assert not first_choice(lane, "a", "3"), "another SIM is in it now"
    assert not second_choice(lane, "b", "2", yes, no)
    assert second_choice(lane, "b", "2", yes, yes)
