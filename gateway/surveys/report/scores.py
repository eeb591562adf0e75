"""Each question's score and distribution, from counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.store.reporting import Items
from gateway.surveys.definition import Item
from gateway.surveys.definition.model import pick
from gateway.surveys.metrics import CES_BEST, CSAT_BEST, Interval, Nps, Rate, Reliability, TopBox
from gateway.surveys.report.model import Bar, Before, Score

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
FORMULAS = {
    "nps": "NPS, 0 to 10: % of 9 and 10 minus % of 0 to 6",
    "csat": "CSAT, 1 to 5, 5 is best: % of 4 and 5",
    "ces": "CES 2.0, 1 to 7, 7 is easiest: % of 5, 6 and 7",
    "scale": "mean",
    "yesno": "% of yes",
    "choice": "% of each option",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    value: float | None = None
    interval: Interval | None = None
    mean: float | None = None


def scores(
    questions: Sequence[Item], items: Sequence[Items], language: str, *, late: bool = False
) -> list[Score]:
    """Every question but the open ones, in the order of the file; `late` takes late answers in, and says so."""
    return [
        _score(
            item,
            [each for each in items if (each.question, each.type) == (item.id, item.type)],
            language,
            late,
        )
        for item in questions
        if item.type != "text"
    ]


def compared(scores: Sequence[Score], earlier: Sequence[Score]) -> list[Score]:
    """The same scores, each beside what it was before."""
    by_name = {score.question: score for score in earlier}
    return [replace(score, before=_before(score, by_name[score.question])) for score in scores]


def mood(kind: str, value: str | None, low: int | None = None, high: int | None = None) -> str:
    """Whether a value is good news."""
    if kind == "yesno":
        return {"yes": "good", "no": "bad"}.get(value or "", "plain")
    if kind not in ("nps", "csat", "ces") or value is None or not value.isdigit():
        return "plain"
    good, fair = {"nps": (9, 7), "csat": (4, 3), "ces": (5, 4)}[kind]
    return "good" if int(value) >= good else "fair" if int(value) >= fair else "bad"


def _before(now: Score, then: Score) -> Before:
    differs = _nps(now).differs_from(_nps(then)) if now.type == "nps" and now.n and then.n else None
    return Before(then.value, then.n, differs)


def _nps(score: Score) -> Nps:
    return Nps.of({int(bar.value): bar.count for bar in score.bars})


def _score(item: Item, rows: Sequence[Items], language: str, late: bool) -> Score:
    counts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for row in rows:
        if row.status == "answered" and row.value is not None and (late or not row.late):
            counts[row.value] += row.count
        if row.late or row.status != "answered":
            others["late" if row.late else row.status] += row.count
    bars = tuple(
        Bar(value, label, counts[value], mood(item.type, value))
        for value, label in _values(item, counts, language)
    )
    n = sum(bar.count for bar in bars)
    reliability = Reliability.of(n)
    figure = _Figure() if reliability is Reliability.HIDDEN else _figure(item.type, bars)
    return Score(
        question=item.id,
        type=str(item.type),
        text=pick(item.text, language, language),
        formula=FORMULAS[item.type] + (", late answers included" if late else ""),
        n=n,
        reliability=reliability,
        value=figure.value,
        interval=figure.interval,
        signed=item.type == "nps",
        mean=figure.mean,
        bars=bars,
        refused=others["refused"],
        unparsed=others["unparsed"],
        late=others["late"],
    )


def _values(item: Item, counts: Counter[str], language: str) -> list[tuple[str, str]]:
    """Every value that may be given, the unused ones too, with its label."""
    if item.type == "yesno":
        return [("yes", "yes"), ("no", "no")]
    if item.type == "choice":
        known = {option.key: pick(option.label, language, language) for option in item.options}
        return [*known.items(), *((key, key) for key in sorted(counts) if key not in known)]
    low, high = SCALES.get(item.type, (item.min or 0, item.max or 0))
    numbers = (
        {*range(low, high + 1), *(int(value) for value in counts)}
        if item.type == "scale"
        else range(low, high + 1)
    )
    return [(str(number), _label(item, number, language)) for number in sorted(numbers)]


def _label(item: Item, number: int, language: str) -> str:
    label = item.labels.get(number)
    return str(number) if label is None else f"{number} {pick(label, language, language)}"


def _figure(kind: str, bars: Sequence[Bar]) -> _Figure:
    if kind == "choice":
        return _Figure()
    if kind == "yesno":
        share = Rate(bars[0].count, bars[0].count + bars[1].count)
        return _Figure(share.percent, share.interval)
    counts = {int(bar.value): bar.count for bar in bars}
    if kind == "nps":
        nps = Nps.of(counts)
        return _Figure(nps.value, nps.interval)
    top = TopBox.of(counts, {"csat": CSAT_BEST, "ces": CES_BEST}.get(kind, ()))
    if kind == "scale":
        return _Figure(mean=top.mean)
    return _Figure(top.share.percent, top.share.interval, top.mean)
