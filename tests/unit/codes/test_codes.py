"""Every error code has a verdict and a name, and the clock outweighs the table."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drivers.at.codes import verdict
from drivers.at.verdicts.cme import CME
from drivers.at.verdicts.cms import CMS
from drivers.at.verdicts.makers import MAKERS
from drivers.errors import Verdict

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "cms_codes.json").read_text(encoding="utf-8")
)
IN_TIME = 2.0
LATE = 30.0

EXPECTED = [
    (kind, code, Verdict(name))
    for kind, classes in VECTORS["in_time"].items()
    for name, codes in classes.items()
    for code in codes
]
BY_MAKER = [
    (maker, code, Verdict(name))
    for maker, classes in VECTORS["makers"].items()
    for name, codes in classes.items()
    for code in codes
]


@pytest.mark.parametrize("kind", ["cms", "cme"])
@pytest.mark.parametrize("after", [None, 0.0, IN_TIME, LATE])
def test_every_code_has_a_verdict_and_a_name(kind: str, after: float | None) -> None:
    for code in range(1024):
        what, name = verdict(kind, code, after_ctrl_z=after)
        assert isinstance(what, Verdict)
        assert name, f"{kind} {code} has no name"
        assert name.isprintable()


@pytest.mark.parametrize(("kind", "code", "expected"), EXPECTED)
def test_in_time_the_table_speaks(kind: str, code: int, expected: Verdict) -> None:
    assert verdict(kind, code, after_ctrl_z=IN_TIME)[0] is expected


@pytest.mark.parametrize(("maker", "code", "expected"), BY_MAKER)
def test_512_to_554_depend_on_the_maker(maker: str, code: int, expected: Verdict) -> None:
    assert verdict("cms", code, vendor=maker, after_ctrl_z=IN_TIME)[0] is expected


def test_the_profile_cinterion_reads_the_siemens_table() -> None:
    for code in range(512, 555):
        assert verdict("cms", code, vendor="cinterion", after_ctrl_z=1) == verdict(
            "cms", code, vendor="siemens", after_ctrl_z=1
        )


@pytest.mark.parametrize("vendor", ["generic", "huawei", "never heard of"])
def test_nobody_guesses_what_an_unknown_maker_means(vendor: str) -> None:
    for code in range(512, 555):
        what, name = verdict("cms", code, vendor=vendor, after_ctrl_z=IN_TIME)
        assert what is Verdict.DOUBTFUL
        assert name == f"Manufacturer specific error {code}"


@pytest.mark.parametrize(("kind", "code", "name"), VECTORS["names"])
def test_names_are_those_of_the_standards(kind: str, code: int, name: str) -> None:
    assert verdict(kind, code, after_ctrl_z=None)[1] == name


@pytest.mark.parametrize(("kind", "words", "name", "expected"), VECTORS["words"])
def test_words_are_read_like_the_codes_they_stand_for(
    kind: str, words: str, name: str, expected: str
) -> None:
    assert verdict(kind, None, words, after_ctrl_z=IN_TIME) == (Verdict(expected), name)


@pytest.mark.parametrize(
    ("kind", "code", "vendor"),
    [
        ("cms", 332, "generic"),
        ("cms", 500, "generic"),
        ("cms", 513, "generic"),
        ("cms", 513, "wavecom"),
        ("cms", 513, "cinterion"),
        ("cms", 521, "siemens"),
        ("cms", 521, "generic"),
        ("cme", 31, "generic"),
        ("cme", 100, "generic"),
        ("error", None, "generic"),
    ],
)
def test_what_the_modem_says_on_its_own_proves_nothing_after_5_s(
    kind: str, code: int | None, vendor: str
) -> None:
    in_time = verdict(kind, code, vendor=vendor, after_ctrl_z=5.0)[0]
    assert in_time in (Verdict.LATER, Verdict.DOUBTFUL)
    assert verdict(kind, code, vendor=vendor, after_ctrl_z=5.01)[0] is Verdict.AMBIGUOUS
    assert verdict(kind, code, vendor=vendor, after_ctrl_z=175)[0] is Verdict.AMBIGUOUS


@pytest.mark.parametrize("words", ["Unknown error", "+CMS ERROR: Network timeout", "words of its own"])
def test_words_obey_the_same_clock(words: str) -> None:
    assert verdict("cms", None, words, after_ctrl_z=5.01)[0] is Verdict.AMBIGUOUS
    assert verdict("cms", None, words, after_ctrl_z=4.99)[0] is not Verdict.AMBIGUOUS


def test_network_out_of_order_is_an_answer_for_20_s() -> None:
    assert verdict("cms", 38, after_ctrl_z=20.0)[0] is Verdict.LATER
    assert verdict("cms", 38, after_ctrl_z=20.01)[0] is Verdict.AMBIGUOUS


def test_what_the_network_says_is_an_answer_however_late() -> None:
    silent_on_sends = {38, *range(208, 214)}
    for code in set(range(1, 256)) - silent_on_sends:
        assert verdict("cms", code, after_ctrl_z=170) == verdict("cms", code, after_ctrl_z=0.1)


def test_only_the_listed_codes_are_ever_ambiguous() -> None:
    ambiguous = {
        (kind, code)
        for kind in ("cms", "cme")
        for code in range(1024)
        if verdict(kind, code, after_ctrl_z=LATE)[0] is Verdict.AMBIGUOUS
    }
    own = {("cms", 332), ("cms", 500), ("cms", 513), ("cms", 521), ("cme", 31), ("cme", 100)}
    assert ambiguous == own | {("cms", 38)} | {("cms", code) for code in range(208, 214)}


@pytest.mark.parametrize("code", range(208, 214))
def test_mobile_terminated_causes_say_nothing_about_a_send(code: int) -> None:
    assert verdict("cms", code, after_ctrl_z=0.0)[0] is Verdict.AMBIGUOUS
    assert verdict("cms", code, after_ctrl_z=None)[0] is Verdict.DOUBTFUL


def test_nothing_is_ambiguous_before_the_body() -> None:
    for vendor in ("generic", "siemens", "wavecom"):
        for kind in ("cms", "cme"):
            for code in range(1024):
                assert verdict(kind, code, vendor=vendor, after_ctrl_z=None)[0] is not Verdict.AMBIGUOUS
    assert verdict("error", None, after_ctrl_z=None)[0] is Verdict.DOUBTFUL


def test_a_duplicate_means_that_an_earlier_attempt_got_through() -> None:
    assert verdict("cms", 197, after_ctrl_z=1)[0] is Verdict.ACCEPTED
    assert verdict("cms", 197, after_ctrl_z=90)[0] is Verdict.ACCEPTED


def test_a_duplicate_cannot_be_known_before_the_body() -> None:
    assert verdict("cms", 197, after_ctrl_z=None)[0] is Verdict.DOUBTFUL


@pytest.mark.parametrize(("kind", "code"), [("cms", 321), ("cms", 340), ("cme", 21), ("cme", 22)])
def test_an_empty_slot_is_fine_but_never_an_accepted_message(kind: str, code: int) -> None:
    assert verdict(kind, code, after_ctrl_z=None)[0] is Verdict.ACCEPTED
    assert verdict(kind, code, after_ctrl_z=1)[0] is Verdict.DOUBTFUL


def test_after_a_body_only_the_duplicate_counts_as_accepted() -> None:
    accepted = [
        (kind, code)
        for kind in ("cms", "cme")
        for code in range(1024)
        if verdict(kind, code, after_ctrl_z=IN_TIME)[0] is Verdict.ACCEPTED
    ]
    assert accepted == [("cms", 197)]


def test_a_modem_cannot_flood_the_log_with_its_own_words() -> None:
    assert len(verdict("cme", None, "x" * 5000, after_ctrl_z=None)[1]) == 80


@pytest.mark.parametrize("code", [-1, 1024, 3517, 99999])
def test_numbers_beyond_every_table_are_doubtful(code: int) -> None:
    for kind in ("cms", "cme"):
        what, name = verdict(kind, code, after_ctrl_z=IN_TIME)
        assert what is Verdict.DOUBTFUL
        assert str(code) in name


def test_another_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match='"cms", "cme" or "error"'):
        verdict("CMS", 21, after_ctrl_z=None)


@pytest.mark.parametrize("rows", [CMS, CME, *MAKERS.values()])
def test_a_table_has_each_code_once_and_in_order(rows: tuple[tuple[int, str, Verdict], ...]) -> None:
    codes = [code for code, _, _ in rows]
    assert codes == sorted(codes)
    assert max(Counter(codes).values()) == 1
    assert Verdict.AMBIGUOUS not in {row for _, _, row in rows}, "the clock decides that, not a table"
