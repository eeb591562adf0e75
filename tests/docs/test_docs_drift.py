"""What the pages say of the code is what the code says: lists, tables, quoted messages, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.blocks import NOT_YET, REFUSED_ROWS, fresh_database
from docs.generate import pages, renewed
from docs.sources import event_kinds, log_actions, modem_states, reasons_in_use, source_text, squeezed
from drivers.errors import Need
from gateway.cli.outbox import COLUMNS as OUTBOX
from gateway.model import InboxKind, Reason, State
from gateway.store import triggers
from gateway.store.inbox import COLUMNS as INBOX
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "benchmarks/README.md"]
PAGES += sorted(DOCS.rglob("*.md"))


def page(name):
    return (DOCS / name).read_text("utf-8")


def first_cells(text):
    """The words in code of the first column of every table."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {word for cell in rows for word in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path):
    text = path.read_text("utf-8")
    assert text == renewed(text), "make docs writes it anew"


def test_every_kind_of_event_is_explained():
    explained = first_cells(page("events.md"))
    assert event_kinds() - explained == set(), "docs/events.md lacks these"
    assert explained - event_kinds() == set(), "docs/events.md explains what nothing writes"


def test_every_reason_is_explained_and_those_that_nothing_writes_are_marked():
    rows = [row for row in page("reasons.md").splitlines() if row.startswith("| `")]
    explained = first_cells(page("reasons.md"))
    assert {str(reason) for reason in Reason} - explained == set(), "docs/reasons.md lacks these"
    unused = {str(reason) for reason in set(Reason) - reasons_in_use()}
    marked = first_cells("\n".join(row for row in rows if "Not written by this version" in row))
    assert marked - unused == set(), "docs/reasons.md says that these are not written, and they are"
    assert unused - marked == set(), "docs/reasons.md must say of these: Not written by this version"


def test_every_action_of_the_log_is_explained():
    explained = first_cells(page("operations.md").partition("## Logs")[2].partition("\n## ")[0])
    assert log_actions() - explained == set(), "the table of docs/operations.md#logs lacks these"
    assert explained - log_actions() == set(), "docs/operations.md#logs explains what nothing logs"


def test_every_state_of_a_modem_is_explained():
    section = page("operations.md").partition("## Modem states")[2].partition("\n## ")[0]
    said = set(re.findall(r"`(\w+)`", section))
    known = modem_states() | {str(need) for need in Need}
    assert known - said == set(), "docs/operations.md#modem-states lacks these"


def test_every_column_and_state_is_explained():
    text = page("applications.md")
    cells = first_cells(text)
    known = set(OUTBOX) | set(INBOX) | {str(word) for word in (*State, *InboxKind)}
    assert known - cells == set(), "docs/applications.md lacks these"


def test_every_sentence_of_a_refusal_is_quoted():
    """Of the triggers on the outbox, the inbox and events; those of other tables have pages of their own."""
    text = page("applications.md")
    rules = re.findall(
        r"CREATE TRIGGER (?:outbox|inbox|event_log)_\w+.*?\nEND;", triggers.script(), re.DOTALL
    )
    raised = re.findall(r"RAISE\(ABORT, '((?:[^']|'')*)'\)", "\n".join(rules))
    sentences = {said.replace("''", "'") for said in raised}
    step = re.compile(r"a message that is \w+ (becomes|stays|can no longer)")
    assert {said for said in sentences if said not in text and not step.match(said)} == set()


def test_the_refused_rows_are_refused():
    database = fresh_database()
    assert len({what for what, _ in REFUSED_ROWS}) == len(REFUSED_ROWS)
    assert database.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    database.close()


@pytest.fixture(scope="module")
def source():
    return source_text()


QUOTES = [
    line[2:]
    for line in (DOCS / "troubleshooting.md").read_text("utf-8").splitlines()
    if line.startswith("> ")
]


def test_troubleshooting_quotes_something():
    assert len(QUOTES) > 50


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quoted_message_is_still_said(quote, source):
    pieces = [squeezed(piece) for piece in quote.split("…")]
    assert [piece for piece in pieces if len(piece) > 3 and piece not in source] == []


def test_quoted_warnings_of_modems_are_still_said(source):
    section = page("modems.md").partition("## Warnings")[2].partition("\n## ")[0]
    warnings = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert len(warnings) > 5
    assert [warning for warning in warnings if squeezed(warning) not in source] == []


def test_keys_said_to_have_no_effect_are_read_by_nobody():
    """Looks for `.restricted_senders` and the like as code reads them."""
    code = [path for path in (ROOT / "gateway").rglob("*.py") if "config" not in path.parts]
    lines = [line for path in code for line in path.read_text("utf-8").splitlines()]
    text = "\n".join(line for line in lines if not line.lstrip().startswith(("from ", "import ")))
    used = {key for key in NOT_YET if re.search(rf"[a-z]\.{re.escape(key.rpartition('.')[2])}\b", text)}
    assert used == set(), "in force now? then take them out of NOT_YET in docs/blocks.py"


def anchors(text):
    """The anchors that GitHub makes of the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads]
    return {slug.strip("-") if slug.startswith("-") else slug for slug in slugs}


LINKS = [
    (path, link)
    for path in PAGES
    if path.exists()
    for link in re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    )
]


@pytest.mark.parametrize(("path", "link"), LINKS, ids=lambda value: getattr(value, "name", value))
def test_a_link_leads_somewhere(path, link):
    if link.startswith(("http://", "https://", "mailto:")):
        return
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    assert target.exists(), f"{path.name}: {link}"
    if anchor:
        assert anchor in anchors(target.read_text("utf-8")), f"{path.name}: {link}"


def test_every_test_that_is_said_to_hold_a_defence_is_there():
    """Files by path or name, tests by name or its beginning (`test_no_command_takes_a_secret…`), fuzz targets."""
    text = page("security.md")
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "tests").rglob("test_*.py")}
    known = {path.name for path in files.values()}
    for path in files.values():
        known |= set(re.findall(r"^ *def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE))
    paths = set(re.findall(r"`(tests/[^`]*)`", text))
    names = set(re.findall(r"`(test_[^`]*)`", text))
    targets = {
        word
        for some in re.findall(r"targets? (`\w+`(?: and `\w+`)*)", text)
        for word in some.split("`")[1::2]
    }
    assert all((paths, names, targets))
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    begun = {
        name for name in names if name.endswith("…") and any(each.startswith(name[:-1]) for each in known)
    }
    assert names - known - begun == set()
    assert targets - set(TARGETS) == set()


@pytest.mark.parametrize("path", [path for path in PAGES if path.exists()], ids=lambda path: path.name)
def test_a_page_has_no_loose_ends(path):
    text = path.read_text("utf-8")
    assert text.count("```") % 2 == 0
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)
    assert text.endswith("\n")
