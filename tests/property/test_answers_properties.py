"""Any text, any question: the parser never raises, always says the same, keeps its bounds and its time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.surveys.answers import Flag, Option, Outcome, Question, QuestionType, Reason, parse
from gateway.surveys.answers.lexicon import NUMBERS, PADDING, STRONG_OPT_OUT, UNITS, YES
from gateway.surveys.answers.normalise import normalise
from gateway.surveys.answers.values import DIGIT_KEYS, LETTER_KEYS, SCORES

MANY = settings(max_examples=100, deadline=None)

LEXICON = PADDING | STRONG_OPT_OUT | UNITS | NUMBERS.keys() | set(" ".join(YES).split())
PHRASES = (
    "ne plus",
    "recevoir",
    "sms",
    "pas",
    "sur",
    "out of",
    "pour",
    "non",
    "pardon",
    "étoiles",
    "livreur",
    "délai",
)
WORDS = st.sampled_from([*sorted(LEXICON), *PHRASES])
PIECES = st.one_of(
    WORDS,
    st.integers(-3, 120).map(str),
    st.sampled_from(
        ["/", ",", ".", ";", " - ", "\n", "!", "?", "'", "★", "%", "€", "½", "🔟", "👍", "°", "(", ")", '"']
    ),
    st.characters(),
)
TEXTS = st.one_of(
    st.text(max_size=80), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES).map("".join)
)
SHORT = st.text(min_size=1, max_size=12)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(list(QuestionType)))
    low = draw(st.integers(0, 20)) if kind is QuestionType.SCALE else None
    high = None if low is None else draw(st.integers(low + 1, 100))
    keys = draw(st.sampled_from([DIGIT_KEYS, LETTER_KEYS]))[: draw(st.integers(2, 9))]
    options = tuple(Option(key, draw(SHORT), tuple(draw(st.lists(SHORT, max_size=2)))) for key in keys)
    bare = Question(type=kind, min=low, max=high, options=options if kind is QuestionType.CHOICE else ())
    labels = st.dictionaries(st.integers(*bare.bounds), SHORT, max_size=3) if kind in SCORES else st.just({})
    codes = st.dictionaries(st.sampled_from(["yes", "no"]), st.lists(SHORT, max_size=2).map(tuple))
    return Question(
        type=kind,
        min=low,
        max=high,
        labels=draw(labels),
        codes=draw(codes) if kind is QuestionType.YESNO else {},
        options=bare.options,
        text=draw(TEXTS),
    )


@MANY
@given(questions(), TEXTS, st.booleans())
def test_any_text_has_one_meaning_within_its_bounds(question: Question, text: str, strict: bool) -> None:
    result = parse(question, text, strict)
    assert result == parse(question, text, strict)
    assert (result.reason is not None) == (result.outcome is Outcome.INVALID)
    assert (result.scope is not None) == (result.outcome is Outcome.OPT_OUT)
    assert len(set(result.flags)) == len(result.flags)
    if result.value is not None:
        assert result.outcome in (Outcome.ANSWER, Outcome.OPT_OUT)
        low, high = question.bounds
        if question.type in SCORES:
            assert isinstance(result.value, int)
            assert low <= result.value <= high
        elif question.type is QuestionType.YESNO:
            assert result.value in ("yes", "no")
        elif question.type is QuestionType.CHOICE:
            assert result.value in {option.key for option in question.options}
    elif result.outcome is Outcome.ANSWER:
        assert question.type is QuestionType.TEXT
        assert Flag.NO_COMMENT in result.flags


@MANY
@given(questions(), TEXTS)
def test_strict_only_ever_adds_opt_outs(question: Question, text: str) -> None:
    loose, strict = parse(question, text), parse(question, text, strict=True)
    if strict.outcome is Outcome.OPT_OUT and loose.outcome is not Outcome.OPT_OUT:
        assert Flag.OPTOUT_SUSPECTED in loose.flags
    else:
        assert strict == loose


@MANY
@given(questions(), st.integers(0, 10), st.sampled_from(["", " ", "!", ".", "\n", " merci", " svp", " 👍"]))
def test_politeness_changes_no_score(question: Question, score: int, tail: str) -> None:
    low, high = question.bounds
    if question.type in SCORES and not question.labels and not question.text:
        result = parse(question, f"{score}{tail}")
        if low <= score <= high:
            assert (result.value, result.remainder, result.flags) == (score, "", ())
        else:
            assert result.reason is Reason.OUT_OF_RANGE


@MANY
@given(
    questions(),
    st.sampled_from(["STOP", "Stop.", "stop merci", "s.t.o.p", "ARRÊT", "unsubscribe", "désabonnement"]),
)
def test_stop_stops_whatever_was_asked(question: Question, text: str) -> None:
    if not question.text:
        assert parse(question, text).outcome is Outcome.OPT_OUT


@MANY
@given(st.text(max_size=300))
def test_every_index_of_the_normal_form_points_into_the_text(text: str) -> None:
    reading = normalise(text)
    assert len(reading.origin) == len(reading.norm) + 1
    assert list(reading.origin) == sorted(reading.origin)
    assert all(0 <= place <= len(reading.raw) for place in reading.origin)
    assert [reading.norm[word.start : word.end] for word in reading.words] == reading.flat.split()


BITS = [
    "1 ", "9/", "9,", "9.", "9", "- ",
    "8 ou ", "8 ou 9 ", "de 0 à 10 ", "sur 10 ", "/10 ", "½", "🔟", "1€", "€", "1 000 ",
    "+33 6 ", "01 23 ", "24/", "7 j", "n° ", "commande ", "x2", "j+2 ", "1)", "q1: ", "w.", "a@", "a.", "http://",
    "stop ", "s t o p ", "opt out ", "plus recevoir de ", "ne plus ", "laissez moi la ", "retirez ", "pas de ", "non ",
    "oui ", "oui mais ", "je mets ", "bon ", "deux ", "un ", "2 gros ", "produit ", "mode ", "reacted ", "'", '"', "★",
    "*", "a", "ab", "\ufdfa", "e\u0301", "\u200b", "\n", " ", "?", "👍", "\ud800", "\0",
]  # fmt: skip


@pytest.mark.parametrize("bit", BITS)
def test_long_and_hostile_texts_take_bounded_time(bit: str) -> None:
    """2,000 characters take some 20 ms; a pattern that goes back over the text again and again takes minutes."""
    options = (Option("1", "délai"), Option("2", "produit"))
    asked = [
        Question(type=QuestionType.NPS, text=bit * 30),
        Question(type=QuestionType.CSAT, labels={1: "nul"}),
        Question(type=QuestionType.YESNO),
        Question(type=QuestionType.CHOICE, options=options),
    ]
    started = time.process_time()
    for tail in ("", "9", "stop", " ne pas deranger"):
        text = (bit * 3000)[: 2000 - len(tail)] + tail
        for question in asked:
            parse(question, text, strict=True)
    assert time.process_time() - started < 10


def test_a_text_of_megabytes_is_read_at_its_beginning_only() -> None:
    started = time.process_time()
    assert parse(Question(type=QuestionType.NPS), "9 " + "très bien " * 500_000).value == 9
    assert time.process_time() - started < 2
