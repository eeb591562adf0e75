from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.errors import Verdict
from gateway.retry import Breaker, Step, backoff, decide

HERE, THERE = "208010000000001", "208010000000002"


def test_a_permanent_refusal_ends_the_message() -> None:
    assert decide(HERE, Verdict.PERMANENT, [], others=True).step is Step.FAIL


def test_later_means_the_same_sim_four_times_with_growing_delays() -> None:
    delays = [decide(HERE, Verdict.LATER, [HERE] * tries, others=False).delay for tries in range(3)]
    assert delays == [timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1)]


def test_later_goes_elsewhere_when_four_tries_are_used_up_and_fails_alone() -> None:
    assert decide(HERE, Verdict.LATER, [HERE] * 3, others=True).step is Step.ELSEWHERE
    assert decide(HERE, Verdict.LATER, [HERE] * 3, others=False).step is Step.FAIL


def test_elsewhere_goes_at_once_or_waits_long_where_there_is_nobody_else() -> None:
    assert decide(HERE, Verdict.ELSEWHERE, [], others=True).delay == timedelta(0)
    alone = decide(HERE, Verdict.ELSEWHERE, [], others=False)
    assert (alone.step, alone.delay) == (Step.AGAIN, timedelta(minutes=5))


def test_a_doubtful_code_gets_two_tries_here() -> None:
    assert decide(HERE, Verdict.DOUBTFUL, [], others=True).step is Step.AGAIN
    assert decide(HERE, Verdict.DOUBTFUL, [HERE], others=True).step is Step.ELSEWHERE


def test_from_a_sick_modem_the_message_moves_on() -> None:
    assert decide(HERE, Verdict.SICK, [], others=True).step is Step.ELSEWHERE


def test_tries_on_another_sim_do_not_count_against_this_one_but_in_all() -> None:
    assert decide(HERE, Verdict.LATER, [THERE] * 4, others=True).delay == timedelta(seconds=15)
    assert decide(HERE, Verdict.LATER, [THERE] * 9, others=True).step is Step.FAIL


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.ACCEPTED, Verdict.AMBIGUOUS)])
def test_no_verdict_is_retried_for_ever(verdict: Verdict) -> None:
    tries: list[str] = []
    while decide(HERE, verdict, tries, others=False).step is not Step.FAIL:
        tries.append(HERE)
        assert len(tries) < 20


def test_backoff_never_exceeds_ten_minutes() -> None:
    assert max(backoff(tries) for tries in range(1, 50)) == timedelta(minutes=10)


def test_the_breaker_wants_three_recipients_in_a_row() -> None:
    breaker = Breaker()
    assert [breaker.failure(number) for number in ("1", "1", "1", "2")] == [None] * 4
    assert breaker.failure("3") == 30.0


def test_a_success_between_failures_forgives() -> None:
    breaker = Breaker()
    breaker.failure("1")
    breaker.failure("2")
    breaker.success()
    assert breaker.failure("3") is None


def test_a_sick_sim_is_taken_out_at_once_and_longer_each_time() -> None:
    breaker = Breaker()
    assert [breaker.failure("1", sick=True) for _ in range(7)] == [
        30.0,
        60.0,
        120.0,
        240.0,
        480.0,
        600.0,
        600.0,
    ]


def test_a_modem_that_never_gives_a_prompt_is_out_whoever_the_messages_are_for() -> None:
    breaker = Breaker()
    assert [breaker.failure(None) for _ in range(3)] == [None, None, 30.0]
