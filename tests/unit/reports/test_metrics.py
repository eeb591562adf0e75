"""The arithmetic of the reports, against values worked out elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.surveys.metrics import (
    CES_BEST,
    CSAT_BEST,
    Nps,
    Rate,
    Reliability,
    ResponseRates,
    TopBox,
    quantiles,
    wilson,
)


@pytest.mark.parametrize(
    ("groups", "value", "low", "high"),
    [
        ((220, 110, 70), 37.5, 29.8, 44.7),
        ((8, 2, 2), 50, 0.6, 79.4),
        ((50, 30, 20), 30, 14.1, 44.2),
        ((5, 0, 0), 100, 17.5, 100),
    ],
)
def test_nps_and_its_interval(groups, value, low, high):
    nps = Nps(*groups)
    assert nps.value == value
    assert (round(nps.interval.low, 1), round(nps.interval.high, 1)) == (low, high)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(405, 900, 41.8, 48.3), (9, 20, 25.8, 65.8), (0, 15, 0, 20.4), (47, 50, 83.8, 97.9)],
)
def test_wilson(count, n, low, high):
    interval = wilson(count, n)
    assert (round(interval.low, 1), round(interval.high, 1)) == (low, high)


@pytest.mark.parametrize("n", [*range(1, 60), 101, 977])
def test_a_share_of_all_or_nothing_ends_at_the_end_of_the_scale(n):
    assert (wilson(n, n).high, wilson(0, n).low) == (100, 0)


def test_the_groups_of_nps():
    assert Nps.of(dict.fromkeys(range(11), 1)) == Nps(promoters=2, passives=2, detractors=7)
    with pytest.raises(ValueError, match="0 to 10, not 11"):
        Nps.of({11: 1})


def test_two_periods_differ_only_where_chance_does_not_explain_it():
    big = Nps(220, 110, 70)
    assert big.differs_from(Nps(210, 110, 80)) is False
    assert big.differs_from(Nps(120, 110, 170)) is True
    assert big.differs_from(Nps(0, 0, 0)) is None


def test_nothing_of_nothing_is_unknown():
    assert Rate(0, 0).percent is None
    assert Rate(0, 0).interval is None
    assert (Nps(0, 0, 0).value, Nps(0, 0, 0).interval) == (None, None)
    assert TopBox.of({}, CSAT_BEST).mean is None
    assert quantiles({}).median is None
    with pytest.raises(ValueError, match="no share"):
        wilson(0, 0)


def test_a_rate_keeps_its_numbers():
    assert Rate(405, 900).percent == 45
    assert Rate(3, 2).interval is None  # more replies than deliveries: the reports are missing
    with pytest.raises(ValueError, match="not negative"):
        Rate(-1, 3)


def test_top_boxes():
    csat = TopBox.of({1: 2, 3: 1, 4: 3, 5: 4}, CSAT_BEST)
    assert (csat.share, csat.mean) == (Rate(7, 10), 3.7)
    assert TopBox.of({4: 1, 5: 1, 7: 2}, CES_BEST).share == Rate(3, 4)


@pytest.mark.parametrize(
    ("n", "expected"),
    [(0, "hidden"), (4, "hidden"), (5, "small"), (29, "small"), (30, "sound")],
)
def test_how_much_a_score_can_bear(n, expected):
    assert Reliability.of(n) == expected


def test_quartiles():
    found = quantiles({10: 1, 20: 1, 30: 1, 40: 1})
    assert (found.p25, found.median, found.p75, found.n) == (17.5, 25, 32.5, 4)
    assert quantiles({7: 3}).p75 == 7


def test_aapor_leaves_out_who_could_not_be_asked():
    rates = ResponseRates.of(
        {"complete": 4, "partial": 1, "breakoff": 1, "noncontact": 2, "undelivered": 1, "unknown": 1,
         "wrong_person": 5, "late_complete": 3, "not_sent": 9}
    )  # fmt: skip
    assert (rates.rr1, rates.rr2) == (Rate(4, 10), Rate(5, 10))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_its_share(pair):
    count, n = pair
    interval = wilson(count, n)
    assert 0 <= interval.low <= 100 * count / n + 1e-9
    assert 100 * count / n - 1e-9 <= interval.high <= 100


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 50), st.integers(1, 4), min_size=1, max_size=12))
def test_the_median_is_the_one_of_the_values_written_out(counts):
    values = sorted(value for value, count in counts.items() for _ in range(count))
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    assert quantiles(counts).median == middle
