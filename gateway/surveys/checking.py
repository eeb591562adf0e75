"""What `config check` says about the survey files, and about alerts that nobody would hear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.alerts.targets import NotTold, mail_url, trust
from gateway.config import Problem, Settings
from gateway.surveys.answers.normalise import normalise
from gateway.surveys.catalogue import read_folder
from gateway.surveys.definition import Survey


def check_surveys(settings: Settings) -> list[Problem]:
    """Every problem of the folder of survey files; warnings among them are marked."""
    found: list[Problem] = []
    sound: list[Survey] = []
    for each in read_folder(settings.gateway.surveys, settings.policy.promotional):
        where = str(each.file)
        if each.loaded is None:
            found.append(Problem("gateway.surveys", f"{where} {each.problem}"))
            continue
        found += [Problem("gateway.surveys", problem.text(where)) for problem in each.loaded.errors]
        if each.loaded.survey is not None:
            sound.append(each.loaded.survey)
            found += _alerts(each.loaded.survey, where, settings)
    return [*found, *_keywords(sound)]


def _alerts(survey: Survey, where: str, settings: Settings) -> Iterator[Problem]:
    """Targets that the configuration lacks, or that would be refused."""
    named = settings.alerts.targets
    for rule in survey.alerts:
        for target in rule.to:
            kind, _, rest = target.partition(":")
            try:
                if kind == "mail":
                    mail_url(rest, named)
                elif kind == "cmd":
                    trust(Path(rest))
                elif kind not in ("sms", "log") and target not in named:
                    raise NotTold(f"[alerts.targets] names no '{target}'")
            except NotTold as error:
                yield Problem("gateway.surveys", f"{where}: alert {rule.id}: {error}", warning=True)


def _keywords(surveys: list[Survey]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for survey in surveys:
        for word in survey.start.keywords:
            said = normalise(word).flat
            if said in first and first[said] != survey.id:
                what = f"{survey.id}.toml: the keyword {word} starts {first[said]} already"
                yield Problem("gateway.surveys", what, warning=True)
            first.setdefault(said, survey.id)
