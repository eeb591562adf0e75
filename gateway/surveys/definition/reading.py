"""From the tables of a survey file to a `Survey`: what each key is called, and what it is when it is not there."""

from __future__ import annotations

import re
from typing import Any

from gateway.surveys.definition.model import (
    AlertOn,
    AlertRule,
    Closing,
    Limits,
    Reminder,
    Start,
    Survey,
)
from gateway.surveys.definition.questions import read_question
from gateway.surveys.definition.reader import Notes, Table

ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
FORMAT = 1
_TARGET = re.compile(
    r"mail:[^\s@]+@[^\s@]+\.[^\s@]+|sms:\+[1-9][0-9]{6,14}|cmd:/[^\0]+|log|[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SEVERITIES = ("low", "normal", "high")


def read_survey(tree: dict[str, Any], notes: Notes, stem: str, sha256: str) -> Survey | None:
    """The survey that a file's tables describe; None where too little is right for further checks."""
    language = tree.get("default_lang", "fr")
    sound = isinstance(language, str) and re.fullmatch(r"[a-z]{2}", language) is not None
    top = Table(notes, (), tree, language if sound else "fr")
    if not sound:
        top.wrong("E18", "default_lang", 'two small letters are expected, such as "fr"')
    return top.read(lambda table: _survey(table, stem, sha256))


def _survey(top: Table, stem: str, sha256: str) -> Survey | None:
    top.take("default_lang")
    if top.integer("format", FORMAT, 1, 999) != FORMAT:
        top.wrong("E18", "format", f"this version of smsgw reads format {FORMAT}")
    version = top.optional_integer("version")
    if version is not None and version < 1:
        top.wrong("E02", "version", "versions are counted from 1")
    top.one_of("category", ("survey",), "survey")
    identity = _identity(top, stem)
    title, brand = top.needed("title"), top.text("brand", needed=True)
    start, limits = top.table("start").read(_start), top.table("limits").read(_limits)
    reminder = top.table("reminder").read(_reminder) if top.has("reminder") else None
    questions = tuple(table.read(read_question) for table in top.tables("question"))
    survey = Survey(
        id=identity,
        title=title,
        brand=brand or {},
        questions=tuple(item for item in questions if item is not None),
        version=version,
        default_lang=top.language,
        stop_notice=top.flag("stop_notice", True),
        start=start,
        limits=limits,
        reminder=reminder,
        closings=tuple(table.read(_closing) for table in top.tables("closing")),
        closing_invalid=top.table("closing_invalid").read(lambda table: table.text("text")),
        closing_late=top.table("closing_late").read(lambda table: table.text("text", empty=True)),
        alerts=tuple(table.read(_alert) for table in top.tables("alert")),
        sha256=sha256,
    )
    if not questions:
        top.wrong("E18", None, "there is no [[question]]: a survey asks at least one")
    return survey if questions and None not in questions else None


def _identity(top: Table, stem: str) -> str:
    written = top.string("id")
    identity = written or stem
    if not ID.fullmatch(identity):
        where = "id" if written else None
        top.wrong(
            "E03", where, f"{identity!r} is no id: small letters, digits and _, 2 to 40, a letter first"
        )
    elif written and stem and written != stem:
        top.wrong("E03", "id", f"the file is called {stem}.toml: name both alike, or leave the id out")
    return identity


def _start(table: Table) -> Start:
    default = Start()
    return Start(
        delay=table.duration("delay", default.delay),
        event_max_age=table.duration("event_max_age", default.event_max_age, positive=True),
        quarantine_any=table.duration("quarantine_any", default.quarantine_any),
        quarantine_same=table.duration("quarantine_same", default.quarantine_same),
        on_conflict=table.one_of("on_conflict", ("defer", "refuse"), default.on_conflict),
        conflict_defer_max=table.duration("conflict_defer_max", default.conflict_defer_max),
        require_vars=_names(table, "require_vars"),
        allow_sunday=table.flag("allow_sunday", False),
        keywords=table.strings("keywords"),
    )


def _names(table: Table, key: str) -> tuple[str, ...]:
    names = table.strings(key)
    for name in names:
        if not _WORD.fullmatch(name):
            table.wrong(
                "E14", key, f"{name!r} cannot be a placeholder: letters, digits and _, no digit first"
            )
    return names


def _limits(table: Table) -> Limits:
    default = Limits()
    return Limits(
        question_ttl=table.duration("question_ttl", default.question_ttl, positive=True),
        session_ttl=table.duration("session_ttl", default.session_ttl, positive=True),
        late_window=table.duration("late_window", default.late_window),
        reask_max=table.integer("reask_max", default.reask_max, 0, 5),
        reask_total=table.integer("reask_total", default.reask_total, 0, 9),
        correction_window=table.duration("correction_window", default.correction_window),
        continuation_window=table.duration("continuation_window", default.continuation_window),
        settle=table.duration("settle", default.settle),
    )


def _reminder(table: Table) -> Reminder | None:
    if not table.has("after"):
        table.wrong("E18", None, 'after is missing: add after = "24h", or leave [reminder] out')
    default = Limits().question_ttl / 2
    return Reminder(
        after=table.duration("after", default, positive=True),
        max=table.integer("max", 1, 1, 2),
        text=table.text("text"),
        remind_partial=table.flag("remind_partial", False),
    )


def _closing(table: Table) -> Closing:
    when, text = table.expression("when"), table.text("text", needed=True)
    consent = (
        table.one_of("requires_consent", ("commercial",), "commercial")
        if table.has("requires_consent")
        else None
    )
    return Closing(text or {}, when, consent)


def _alert(table: Table) -> AlertRule:
    occasions = tuple(AlertOn)
    on = table.one_of("on", occasions, occasions[0]) if table.has("on") else None
    conditional = table.has("when")
    when = table.expression("when")
    if on is None and not conditional:
        table.wrong(
            "E15", None, f'when or on is missing: add when = "…", or on = one of {", ".join(occasions)}'
        )
    if on is not None and conditional:
        table.wrong("E15", "on", "when and on exclude each other: make two alerts of it")
    targets = table.strings("to")
    for place, target in enumerate(targets):
        if not _TARGET.fullmatch(target):
            says = "mail:ADDRESS, sms:+33…, cmd:/absolute/path, log, or a name from [alerts.targets]"
            table.notes.add("E16", (*table.where, "to", place), f"{target!r} is no target: {says}")
    return AlertRule(
        id=table.needed("id"),
        title=table.needed("title"),
        when=when,
        on=AlertOn(on) if on else None,
        severity=table.one_of("severity", SEVERITIES, "normal"),
        to=targets,
        sla=table.duration("sla", AlertRule(id="", title="").sla, positive=True),
    )
