"""The targets of `make fuzz` with inputs of Hypothesis: any octets, and seeds of the repository that were damaged."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

IN_TIME = 5.0
"""Seconds for one input: a thousand times what it takes, for machines that do something else meanwhile."""
SEEDS = {name: list(target.seeds()) for name, target in TARGETS.items()}


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes], longest: int) -> bytes:
    """A seed with a piece taken out, repeated or replaced."""
    seed = draw(st.sampled_from(seeds))[:longest]
    begin, end = sorted((draw(st.integers(0, len(seed))), draw(st.integers(0, len(seed)))))
    middle = draw(st.one_of(st.binary(max_size=40), st.just(seed[begin:end] * 3), st.just(b"")))
    return (seed[:begin] + middle + seed[end:])[:longest]


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_taken(name: str) -> None:
    for seed in SEEDS[name][:200]:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_taken_in_time(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.one_of(st.binary(max_size=300), damaged(SEEDS[name], target.longest)))
    def holds(data: bytes) -> None:
        began = time.perf_counter()
        target.run(data)
        assert time.perf_counter() - began < IN_TIME

    holds()
