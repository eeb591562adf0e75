"""The recovery ladder: which step, when, in which trouble; nothing but values."""

from __future__ import annotations

import itertools

import pytest

from gateway import recovery
from gateway.recovery import ALWAYS, BOOT, LADDER, PAUSES, Ailment, Order, Place, Step

EVERYTHING = frozenset(Step)


def course(
    ailment: Ailment,
    *,
    until: float,
    can: frozenset[Step] = EVERYTHING,
    place: Place | None = None,
    look: float = 5.0,
) -> list[tuple[float, Step]]:
    """Every step of a modem that nothing helps, with its time; `look` seconds pass where there is no order."""
    now, place, taken = 0.0, place or Place(), []
    while now < until:
        place, order = recovery.climb(place, ailment, can, now)
        now += order.wait
        if order.step is None:
            now += look
        else:
            taken.append((now, order.step))
    return taken


def steps(found: list[tuple[float, Step]]) -> list[Step]:
    return [step for _, step in found]


def first(found: list[tuple[float, Step]], step: Step) -> float:
    return next(at for at, each in found if each is step)


def test_silence_climbs_from_the_gentlest_to_the_last_and_begins_anew_later_each_time() -> None:
    found = course(Ailment.SILENT, until=300)
    assert steps(found)[:3] == [Step.REOPEN] * 3
    order = list(dict.fromkeys(steps(found)))
    assert order == [Step.REOPEN, Step.OTHER_PORT, Step.RESET, Step.POWER, Step.BACK_OFF]
    found = course(Ailment.SILENT, until=4000)
    rests = [at for at, step in found if step is Step.BACK_OFF]
    rounds = [later - earlier for earlier, later in itertools.pairwise(rests)]
    assert rounds == sorted(rounds)
    assert rounds[-1] > PAUSES[-1]


def test_nothing_restarts_a_modem_that_may_still_be_starting() -> None:
    """MODEMS F125: 20 to 60 s of silence after power are usual, and a restart would begin them anew."""
    found = course(Ailment.SILENT, until=200, can=ALWAYS, place=recovery.starting(0.0))
    assert first(found, Step.RESET) >= BOOT
    before = [at for at, step in found if step is Step.REOPEN and at < BOOT]
    assert 8 <= len(before) <= 14, "looked for, not hammered at"
    gaps = [later - earlier for earlier, later in itertools.pairwise(before)]
    assert max(gaps) <= recovery.BOOTING


def test_a_stick_that_came_back_is_given_time_to_start() -> None:
    place, _ = recovery.climb(Place(), Ailment.GONE, ALWAYS, 0.0)
    found = course(Ailment.SILENT, until=200, place=place)
    assert first(found, Step.RESET) >= BOOT
    steady = course(Ailment.SILENT, until=200)
    assert first(steady, Step.RESET) < 15, "one that was well a moment ago is not starting"


def test_after_a_restart_it_has_time_to_come_back_and_is_not_restarted_meanwhile() -> None:
    found = course(Ailment.SILENT, until=200)
    assert first(found, Step.POWER) - first(found, Step.RESET) >= BOOT
    assert first(found, Step.BACK_OFF) > first(found, Step.POWER)


def test_what_is_unplugged_is_looked_for_for_ever_and_ever_more_seldom() -> None:
    found = course(Ailment.GONE, until=3600, can=ALWAYS)
    assert set(steps(found)) == {Step.REOPEN}
    times = [at for at, _ in found]
    assert [times[0], times[1] - times[0], times[2] - times[1]] == [1.0, 2.0, 5.0]
    assert times[-1] - times[-2] == 60.0


def test_the_power_of_a_stick_that_another_program_holds_is_left_alone() -> None:
    assert set(steps(course(Ailment.HELD, until=3600))) == {Step.REOPEN}


def test_what_is_no_modem_is_told_nothing() -> None:
    """A restart command written to a GPS receiver, or to somebody's printer, is no remedy."""
    found = course(Ailment.BABBLE, until=3600)
    assert set(steps(found)) == {Step.REOPEN, Step.OTHER_PORT, Step.BACK_OFF}


def test_a_lost_registration_is_waited_for_before_anything_is_done() -> None:
    found = course(Ailment.NO_NETWORK, until=2500)
    assert steps(found) == [Step.RADIO, Step.RESET, Step.POWER, Step.BACK_OFF]
    assert [at for at, _ in found][:3] == pytest.approx([301, 901, 1801], abs=6)


def test_a_place_without_coverage_costs_one_restart_and_no_more() -> None:
    found = course(Ailment.NO_NETWORK, until=24 * 3600)
    assert steps(found).count(Step.RESET) == 1
    assert steps(found).count(Step.POWER) == 1
    assert steps(found).count(Step.RADIO) > 5


def test_a_stick_without_a_sim_is_restarted_once() -> None:
    found = course(Ailment.NO_SIM, until=24 * 3600)
    assert steps(found).count(Step.RESET) == 1


def test_steps_that_are_not_possible_are_left_out() -> None:
    assert set(steps(course(Ailment.SILENT, until=600, can=ALWAYS))) == {
        Step.REOPEN,
        Step.RESET,
        Step.BACK_OFF,
    }


def test_a_modem_that_is_well_begins_at_the_bottom() -> None:
    place = Place()
    for now in range(0, 100, 10):
        place, _ = recovery.climb(place, Ailment.SILENT, EVERYTHING, float(now))
    assert place.taken
    assert recovery.well() == Place()


def test_a_trouble_that_becomes_another_does_not_repeat_what_was_tried() -> None:
    """Restarted because of its silence, it comes back without a network: it is not restarted again for that."""
    now, place = 0.0, Place()
    while Step.RESET not in place.taken:
        place, order = recovery.climb(place, Ailment.SILENT, ALWAYS, now)
        now += order.wait
    found = course(Ailment.NO_NETWORK, until=2000, can=ALWAYS, place=place)
    assert Step.RESET not in steps(found)


def test_an_operator_hears_of_each_step_once_and_not_of_every_look() -> None:
    now, place, news = 0.0, Place(), []
    while now < 7200:
        place, order = recovery.climb(place, Ailment.GONE, ALWAYS, now)
        now += order.wait
        news.append(order.news)
    assert news.count(True) == 1


@pytest.mark.parametrize("ailment", list(Ailment))
def test_every_trouble_gets_an_order_and_no_endless_loop(ailment: Ailment) -> None:
    _, order = recovery.climb(Place(), ailment, EVERYTHING, 0.0)
    assert isinstance(order, Order)
    found = course(ailment, until=3600)
    assert len(found) < 200


def test_the_table_names_every_step_once_and_says_what_it_does() -> None:
    assert [rung.step for rung in LADDER] == list(Step)
    for rung in LADDER:
        assert rung.does
        assert rung.proof or rung.step is Step.BACK_OFF
