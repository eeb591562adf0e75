"""Whether a survey can be asked, and asked well: everything beyond the types of its keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateway.surveys.answers import Outcome, Question, QuestionType, parse
from gateway.surveys.answers.lexicon import POLITENESS
from gateway.surveys.answers.normalise import flatten
from gateway.surveys.definition import paths
from gateway.surveys.definition.expressions import RESERVED, Comparison, Expression, leaves
from gateway.surveys.definition.model import CONTACT_FIELDS, END, Item, Survey
from gateway.surveys.definition.problems import Path
from gateway.surveys.definition.reader import Notes
from gateway.surveys.definition.reading import ID
from gateway.surveys.definition.wording import check_texts

MOST_QUESTIONS = 9
_CONTROL = frozenset(
    {Outcome.OPT_OUT, Outcome.OPT_IN, Outcome.HELP, Outcome.WRONG_NUMBER, Outcome.AUTO_REPLY}
)


def check(survey: Survey, notes: Notes, promotional: str = "warn") -> None:
    """Note every problem. `promotional` is what advertising words are: "warn", "refuse" or "off"."""
    _identities(survey, notes)
    for where, expression, known in _conditions(survey):
        _condition(survey, notes, where, expression, known)
    sound = _jumps(survey, notes)
    if sound:
        _reach(survey, notes)
    _answers(survey, notes)
    check_texts(survey, notes, promotional)


def _identities(survey: Survey, notes: Notes) -> None:
    seen: Counter[str] = Counter()
    for place, item in enumerate(survey.questions):
        where: Path = ("question", place, "id")
        seen[item.id] += 1
        if not ID.fullmatch(item.id):
            notes.add(
                "E03", where, f"{item.id!r} is no id: small letters, digits and _, 2 to 40, a letter first"
            )
        elif item.id in RESERVED or item.id in (*CONTACT_FIELDS, "brand", "ref", "coupon"):
            notes.add(
                "E03", where, f"{item.id!r} means something else in texts and conditions: choose another id"
            )
        elif seen[item.id] == 2:
            notes.add("E03", where, f"{item.id!r} is the id of an earlier question: each has its own")
    if len(survey.questions) > MOST_QUESTIONS:
        notes.add("E17", ("question", MOST_QUESTIONS), f"a survey has at most {MOST_QUESTIONS} questions")
    for place, rule in enumerate(survey.alerts):
        if rule.id in [earlier.id for earlier in survey.alerts[:place]]:
            notes.add(
                "E03", ("alert", place, "id"), f"{rule.id!r} is the id of an earlier alert: each has its own"
            )


# --- conditions and jumps -------------------------------------------------------------------------------------


def _conditions(survey: Survey) -> Iterator[tuple[Path, Expression, list[str]]]:
    """Every condition with its place and the questions that have been asked there."""
    every = [item.id for item in survey.questions]
    for place, item in enumerate(survey.questions):
        where: Path = ("question", place)
        if item.skip_if is not None:
            yield (*where, "skip_if"), item.skip_if, every[:place]
        for number, variant in enumerate(item.variants):
            yield (*where, "variants", number, "when"), variant.when, every[:place]
        for number, jump in enumerate(item.next):
            if jump.when is not None:
                yield (*where, "next", number, "when"), jump.when, every[: place + 1]
    for place, closing in enumerate(survey.closings):
        if closing.when is not None:
            yield ("closing", place, "when"), closing.when, every
    for place, rule in enumerate(survey.alerts):
        if rule.when is not None:
            yield ("alert", place, "when"), rule.when, every


def _condition(survey: Survey, notes: Notes, where: Path, expression: Expression, known: list[str]) -> None:
    every = [item.id for item in survey.questions]
    for test in leaves(expression):
        if test.name.startswith("var."):
            continue
        if test.name not in every:
            notes.add("E04", where, f"there is no question {test.name!r}; there are {', '.join(every)}")
        elif test.name not in known:
            notes.add("E04", where, f"{test.name!r} is asked later: nothing is known of it here")
        elif isinstance(test, Comparison):
            _never(notes, where, survey.item(test.name), test)


def _never(notes: Notes, where: Path, item: Item, test: Comparison) -> None:
    """A comparison with what the question cannot be answered with."""
    if test.op not in ("==", "in") or item.type is QuestionType.TEXT:
        return
    for literal in test.literals:
        if item.is_score:
            low, high = item.question("", "").bounds
            fits = isinstance(literal, int) and low <= literal <= high
        elif item.type is QuestionType.YESNO:
            fits = literal in ("yes", "no")
        else:
            fits = str(literal) in [option.key for option in item.options]
        if not fits:
            notes.add("W09", where, f"{item.id} is never {literal!r}")


def _jumps(survey: Survey, notes: Notes) -> bool:
    """Whether every jump and prefill names a question on the right side."""
    every = [item.id for item in survey.questions]
    before = len(notes.problems)
    for place, item in enumerate(survey.questions):
        for number, jump in enumerate(item.next):
            where: Path = ("question", place, "next", number, "goto")
            if jump.goto != END and jump.goto not in every:
                notes.add(
                    "E04",
                    where,
                    f'there is no question {jump.goto!r}; there are {", ".join(every)} and "end"',
                )
            elif jump.goto != END and jump.goto not in every[place + 1 :]:
                notes.add(
                    "E05", where, f"{jump.goto!r} does not come after {item.id!r}: a survey only goes forward"
                )
        for number, name in enumerate(item.prefill_from):
            where = ("question", place, "prefill_from", number)
            if name not in every:
                notes.add("E04", where, f"there is no question {name!r}; there are {', '.join(every)}")
            elif name not in every[:place]:
                notes.add("E04", where, f"{name!r} is not asked before {item.id!r}")
    return len(notes.problems) == before


def _reach(survey: Survey, notes: Notes) -> None:
    reached = paths.reachable(survey)
    for place, item in enumerate(survey.questions):
        if item.id not in reached:
            notes.add("E06", ("question", place), f"nothing leads to {item.id!r}: add a goto, or remove it")
    longest = paths.longest(survey)
    if longest > 3:
        notes.add(
            "W01", ("question",), f"somebody may be asked {longest} questions; after the third, few go on"
        )


# --- answers --------------------------------------------------------------------------------------------------


def _answers(survey: Survey, notes: Notes) -> None:
    for place, item in enumerate(survey.questions):
        said: dict[str, str] = {}
        for where, owner, word in _words(item, place):
            if parse(Question(type=QuestionType.TEXT), word).outcome in _CONTROL:
                notes.add("E10", where, f"{word!r} is a control word (STOP, START, HELP…), never an answer")
            flat = flatten(word)
            if not flat.strip() or set(flat.split()) <= POLITENESS:
                notes.add(
                    "W06",
                    where,
                    f"{word!r} looks like nothing but politeness: customers' thanks may match it",
                )
            elif said.setdefault(flat, owner) != owner:
                notes.add(
                    "W06", where, f"{word!r} also stands for {said[flat]}: replies with it are ambiguous"
                )
    for number, keyword in enumerate(survey.start.keywords):
        if parse(Question(type=QuestionType.TEXT), keyword).outcome in _CONTROL or not flatten(keyword):
            notes.add(
                "E10",
                ("start", "keywords", number),
                f"{keyword!r} cannot start a survey: it is a control word",
            )


def _words(item: Item, place: int) -> Iterator[tuple[Path, str, str]]:
    """Every word that means an answer: its place, the answer, the word."""
    where: Path = ("question", place)
    for value, label in item.labels.items():
        for language, word in label.items():
            yield (*where, "labels", str(value), language), str(value), word
    for meaning, words in item.codes.items():
        for number, word in enumerate(words):
            yield (*where, "codes", meaning, number), meaning, word
    for number, option in enumerate(item.options):
        for language, word in option.label.items():
            yield (*where, "option", number, "label", language), option.key, word
        for alias, word in enumerate(option.aliases):
            yield (*where, "option", number, "aliases", alias), option.key, word
