"""From the database to a report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from gateway.clock import to_text
from gateway.store import Reader, reporting, surveys
from gateway.store.reporting import Scope
from gateway.surveys.definition import Item, load_text
from gateway.surveys.definition.model import Survey, pick
from gateway.surveys.metrics import Rate, ResponseRates
from gateway.surveys.report import care, counting
from gateway.surveys.report.breakdown import breakdown
from gateway.surveys.report.figures import local
from gateway.surveys.report.model import Report
from gateway.surveys.report.scores import compared, scores

VERBATIMS = 20
_PLACEHOLDER = re.compile(r"(?<!\{)\{[\w.]+(?:\|(?P<otherwise>[^{}]*))?\}")


class UnknownSurvey(LookupError):
    """No survey of that name was ever loaded."""


def build(
    read: Reader,
    survey: str,
    *,
    now: datetime,
    zone: tzinfo,
    since: datetime | None = None,
    until: datetime | None = None,
    verbatims: int = VERBATIMS,
    by: str | None = None,
    late: bool = False,
) -> Report:
    """The report on the sessions of `survey` that were invited from `since` to before `until`.

    `now` says which alerts are overdue, where the 30 days of the SIMs end, and with `since` alone where the period
    before it begins. `by` (sim, lang, week or var.NAME) adds the same figures for each group; `late` takes late
    answers into the scores. Raises UnknownSurvey.
    """
    known = surveys.versions(read, survey)
    if not known:
        raise UnknownSurvey(survey)
    loaded = [each for each in (load_text(one.toml, survey, "off").survey for one in reversed(known)) if each]
    scope = Scope(survey=survey, since=_text(since), until=_text(until))
    questions, language = _questions(loaded), loaded[0].default_lang if loaded else "fr"
    asked, items = reporting.asked(read, scope), reporting.items(read, scope)
    found = scores(questions, items, language, late=late)
    if since is not None:
        length = (until or now) - since
        earlier = reporting.items(
            read, Scope(survey=survey, since=to_text(since - length), until=to_text(since))
        )
        found = compared(found, scores(questions, earlier, language, late=late))
    found = [replace(each, text=_as_read(each.text, _brand(loaded))) for each in found]
    never, refused = _never(read, scope)
    funnel = counting.funnel(asked.kinds, never, sum(refused.values()))
    opted_out = counting.count(asked.kinds, "opted_out") + reporting.opted_out_afterwards(read, scope)
    late_only, failed = counting.count(asked.kinds, "late"), counting.failed(asked.kinds)
    kinds, incomplete = reporting.incoming(read, scope)
    dispositions, last = counting.dispositions(asked.kinds), reporting.last_invited(read, scope)
    answers = reporting.first_answers(read, scope)
    return Report(
        survey=survey,
        title=known[-1].title,
        versions=tuple(reporting.versions(read, scope)),
        since=scope.since,
        until=scope.until,
        zone=str(zone),
        last_invited=None if last is None else local(last, zone),
        funnel=funnel,
        failed=failed,
        unreported=funnel.submitted - funnel.delivered - failed,
        late=late_only,
        opted_out=opted_out,
        open=sum(each.count for each in asked.kinds if each.state in ("inviting", "awaiting")),
        scheduled=sum(count for (state, _), count in never.items() if state in ("scheduled", "inviting")),
        refused=counting.ranked(refused),
        dispositions=counting.ranked(dispositions),
        aapor=ResponseRates.of(dispositions),
        coverage=Rate(funnel.delivered + failed, funnel.submitted),
        rates=counting.rates(funnel, failed, late_only, opted_out),
        timing=counting.timing(answers),
        hours=counting.hours(answers, zone),
        weeks=counting.weeks(asked, zone),
        scores=tuple(found),
        stopped_at=counting.stopped_at(items),
        verbatims=care.verbatims(read, scope, zone, verbatims),
        alerts=care.standing(read, scope, now, zone),
        attention=care.attention(read, scope, now, opted_out),
        sims=care.sims(read, scope, now),
        breakdown=None if by is None else breakdown(read, scope, by, zone, questions, language, late=late),
        with_late=late,
        quality=counting.quality(items, kinds, reporting.follow_ups(read, scope)),
        duplicates=kinds.get("duplicate", 0),
        incomplete=incomplete,
    )


def _never(read: Reader, scope: Scope) -> tuple[dict[tuple[str, str], int], Counter[str]]:
    """Sessions that were not submitted, by state and reason; and why people were not asked."""
    never = reporting.never_asked(read, scope)
    refused = Counter(reporting.refused_invitations(read, scope))
    for (state, why), count in never.items():
        if state in counting.ALLOWED_NOT:
            refused[why or state] += count
    return never, refused


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def _brand(loaded: Sequence[Survey]) -> str:
    return pick(loaded[0].brand, loaded[0].default_lang, loaded[0].default_lang) if loaded else ""


def _as_read(text: str, brand: str) -> str:
    """A question without its placeholders: the brand, what stands for an unknown value, or three dots."""
    filled = text.replace("{brand}", brand)
    return _PLACEHOLDER.sub(lambda found: found["otherwise"] or "…", filled).replace("{{", "{")


def _questions(loaded: Sequence[Survey]) -> list[Item]:
    """Every question of any version, as the newest that has it asks it."""
    found: dict[str, Item] = {}
    for survey in loaded:
        for item in survey.questions:
            found.setdefault(item.id, item)
    return list(found.values())
