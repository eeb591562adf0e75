"""The normal form of a text, and the way back to what was typed."""

from __future__ import annotations

import pytest

from gateway.surveys.answers.normalise import MAX_CHARS, MAX_NORM, forms, is_blank, normalise, without_echo


@pytest.mark.parametrize(
    ("raw", "norm"),
    [
        ("ÉTÉ à la plage", "ete a la plage"),
        ("e\u0301te\u0301", "ete"),
        ("Œuf, æther", "oeuf, aether"),
        ("9\ufe0f\u20e3", "9"),
        ("\U0001f51f", "10"),
        ("8½", "8,5"),
        ("8 ½", "8 ,5"),
        ("½", "0,5"),
        ("l\u2019été \u2018x\u2019 qu\u02bcil", "l'ete 'x' qu'il"),
        ("a–b—c\u2011d\u2212e", "a-b-c-d-e"),
        ("⭐🌟★", "★★★"),
        ("fini…", "fini..."),
        ("a\u00a0b\u202fc\td\ne", "a b c d e"),
        ("dixxx", "dix"),
        ("ouiiii", "oui"),
        ("bonne allée", "bonne allee"),
        ("111", "111"),
        ("1O", "10"),
        ("lO l0 i0", "lo 10 10"),
        ("solo1o", "solo1o"),
        ("９／１０", "9/10"),
        ("٩", "9"),
        ("n\u00ba 2", "n° 2"),
        ("st\u00adop", "stop"),
        ("\u200bstop\ufeff", "stop"),
        ("ﬁn", "fin"),
        ("STRASSE ß", "strasse ss"),
        ("", ""),
    ],
)
def test_normal_form(raw: str, norm: str) -> None:
    assert normalise(raw).norm == norm


def test_flat_is_the_words_alone() -> None:
    assert normalise("S'il vous plaît… 9/10 !").flat == "s il vous plait 9 10"
    assert normalise("9sur10").flat == "9sur10"


def test_every_place_leads_back_to_the_raw_text() -> None:
    reading = normalise("Été : dixxx 9\ufe0f\u20e3!")
    start = reading.norm.index("dix")
    assert reading.raw[slice(*reading.raw_slice(start, start + 3))] == "dixxx"
    start = reading.norm.index("9")
    assert reading.raw[slice(*reading.raw_slice(start, start + 1))] == "9\ufe0f\u20e3"
    assert len(reading.origin) == len(reading.norm) + 1
    assert reading.origin[-1] == len(reading.raw)


def test_a_long_text_is_cut_and_so_is_what_unfolds() -> None:
    assert normalise("é" * 5000).raw == "é" * MAX_CHARS
    assert len(normalise("\ufdfa" * 2000).norm) <= MAX_NORM + 18


def test_politeness_is_taken_off_both_ends_in_every_combination() -> None:
    assert forms(["merci", "rien", "svp"]) == {"merci rien svp", "rien svp", "merci rien", "rien"}
    assert forms(["n", "a"]) == {"n a", "n"}
    assert forms(["who", "are", "you", "please"]) == {"who are you please", "who are you", "who are"}
    assert forms(["merci"] * 9) == {" ".join(["merci"] * count) for count in range(10)}
    assert forms([]) == {""}
    assert forms(["merci"]) == {"merci", ""}


QUESTION = "Bricolo: de 0 à 10, nous recommanderiez-vous ? Refus : STOP"


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        (f"{QUESTION} 9", "9"),
        (f"> {QUESTION.upper()}\n9", "> 9"),
        (f"9 {QUESTION}", "9"),
        ("bricolo de 0 a 10 nous recommanderiez vous refus stop 9", "9"),
        ("de 0 à 10, nous recommanderiez-vous ? 9", "de 0 à 10, nous recommanderiez-vous ? 9"),
        (QUESTION, ""),
        ("9", "9"),
    ],
)
def test_a_quotation_of_the_whole_question_is_cut_out(reply: str, left: str) -> None:
    assert without_echo(normalise(reply), QUESTION).raw == left


def test_a_short_question_is_never_cut_out() -> None:
    assert without_echo(normalise("Votre note ? 9"), "Votre note ?").raw == "Votre note ? 9"


def test_blank_is_no_letter_and_no_emoji() -> None:
    assert all(is_blank(normalise(text)) for text in ("", " ", "...", "-", "?!", "()", "=", "'", "\n"))
    assert not any(is_blank(normalise(text)) for text in ("a", "9", "👍", "да", "★", "❤️"))
