"""What is fuzzed: each reader of strangers' octets, its seeds, and what must hold whatever comes.

A target takes any octets and returns; it raises only where something is wrong. The same targets run under
Hypothesis in the suite (tests/property/test_fuzz_targets.py) and under atheris in `make fuzz`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivers.at.events import Command
from drivers.at.fence import GENERIC
from drivers.at.lines import LINE_BOUND
from drivers.at.session import Session
from drivers.at.states import State
from drivers.masking import Masker
from drivers.pdu import PduError, decode_pdu
from drivers.trace import escaped, masked, read_transcript, unescaped
from gateway.cli import mailing, table_file
from gateway.cli import template as columns
from gateway.cli.pdu import as_object
from gateway.cli.terminal import one_line
from gateway.control import answer_to
from gateway.log import line as log_line
from gateway.surveys.answers import Question, QuestionType, parse
from gateway.surveys.answers.batch import answer_line
from gateway.surveys.definition.loading import load_text
from gateway.surveys.definition.templates import MissingVariable, TemplateError, render
from tests.fuzz.replies import replies, replies_seeds

TESTS = Path(__file__).parent.parent
EXAMPLES = TESTS.parent / "examples" / "surveys"


@dataclass(frozen=True, slots=True)
class Target:
    """One reader under fire."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    longest: int = 4096
    """Octets of an input: enough for every form, few enough for many executions."""


# -- the PDU codec -------------------------------------------------------------------------------------------


def pdu(data: bytes) -> None:
    """A value or a PduError that names an octet of the input; masking keeps its length."""
    for tpdu_only in (False, True):
        try:
            decoded = decode_pdu(data, tpdu_only=tpdu_only)
        except PduError as error:
            assert 0 <= error.octet <= len(data)
        else:
            json.dumps(as_object(decoded))
    digits = data.hex().upper()
    assert len(Masker().pdu(digits)) == len(digits)


def pdu_seeds() -> Iterator[bytes]:
    """The repository's vectors."""
    for vector in json.loads((TESTS / "vectors" / "pdu.json").read_text("utf-8"))["pdus"]:
        yield bytes.fromhex(vector["pdu"])


# -- the AT session ------------------------------------------------------------------------------------------

STARTS = ("idle", "command", "prompt", "submitted", "stale", "fencing")


def session_in(start: str) -> Session:
    """A session in a state, at second 0 to 10."""
    session = Session()
    if start in ("command", "stale", "fencing"):
        session.send(Command.ask("AT+CSQ", 10.0), 0.0)
    if start in ("prompt", "submitted"):
        session.submit(4, 10.0, 1, 0.0)
    if start == "submitted":
        session.feed(b"> ", 0.0)
        session.body("0011000B", 60.0, 0.0)
    if start in ("stale", "fencing"):
        session.expire(10.0)
    if start == "fencing":
        session.fence(GENERIC, 10.0, wait=2.0, settle=0.2)
    return session


def at(data: bytes) -> None:
    """The first octet chooses a state, the second the size of the reads; what is kept is bounded."""
    if len(data) < 2:
        return
    session, size = session_in(STARTS[data[0] % len(STARTS)]), 1 + data[1]
    now, told = 20.0, 0
    for begin in range(2, len(data), size):
        told += len(session.feed(data[begin : begin + size], now))
        assert session._lines.held <= LINE_BOUND
    for _ in range(200):
        due = session.deadline()
        if due is None:
            break
        now = max(now, due)
        told += len(session.expire(now))
        if session.state is State.OPEN:
            session.abort(now)
    else:
        raise AssertionError(f"the session never comes to rest: {session.state}")
    assert told <= len(data) + 250


def at_seeds() -> Iterator[bytes]:
    """What the modems of the recorded conversations said, in every state."""
    for file in sorted((TESTS / "transcripts").glob("*.at")):
        heard = b"".join(
            step.data for step in read_transcript(file.read_text("ascii")).steps if step.kind == "<"
        )
        for start in range(len(STARTS)):
            yield bytes((start, 7 * start)) + heard[:800]


# -- answers -------------------------------------------------------------------------------------------------

QUESTIONS = (
    {"question_type": "nps"},
    {"question_type": "csat", "question": {"labels": {"1": "nul", "5": "très bien"}}},
    {"question_type": "ces"},
    {"question_type": "scale", "question": {"min": 1, "max": 20}},
    {"question_type": "yesno", "question": {"codes": {"yes": ["1"], "no": ["2"]}}},
    {"question_type": "choice", "question": {"options": [
        {"key": "1", "label": "délai"}, {"key": "2", "label": "le produit"}, {"key": "3", "label": "livreur"}]}},
    {"question_type": "text"},
)  # fmt: skip


def answers(data: bytes) -> None:
    """The first octet chooses the question; any text has one meaning, and the batch reader says the same."""
    if not data:
        return
    asked, text = QUESTIONS[data[0] % len(QUESTIONS)], data[1:].decode("utf-8", "replace")
    strict = data[0] >= 128
    said = answer_line(json.dumps({**asked, "text": text, "strict": strict}))
    assert said == answer_line(json.dumps({**asked, "text": text, "strict": strict}))
    parse(Question(type=QuestionType.NPS, text=text[:200]), text[-200:])  # the text as the question itself
    with suppress(ValueError):  # and as a hostile line of a batch
        answer_line(data[1:].decode("latin-1"))


def answers_seeds() -> Iterator[bytes]:
    """The corpus of replies."""
    kinds = [str(each["question_type"]) for each in QUESTIONS]
    for line in (TESTS / "data" / "replies.jsonl").read_text("utf-8").splitlines():
        reply = json.loads(line)
        yield bytes((kinds.index(reply["question_type"]),)) + reply["text"].encode("utf-8", "replace")


# -- files ---------------------------------------------------------------------------------------------------


def survey(data: bytes) -> None:
    """A survey, or problems with their lines."""
    text = data.decode("utf-8", "replace")
    loaded = load_text(text, "fuzz")
    assert (loaded.survey is None) == bool(loaded.errors)
    for problem in loaded.problems:
        assert problem.line is None or 1 <= problem.line <= text.count("\n") + 1
        assert len(str(problem)) < 2000


def survey_seeds() -> Iterator[bytes]:
    """The examples."""
    for file in sorted(EXAMPLES.glob("*.toml")):
        yield file.read_bytes()


def table(data: bytes) -> None:
    """A table or a FileError; any text of it as a template, any header as its columns."""
    try:
        found = table_file.parse(data)
    except table_file.FileError as error:
        assert len(str(error)) < 2000
        return
    with suppress(table_file.FileError):
        mailing.recipient_column(found)
    for row in found.rows[:5]:
        assert set(row.cells) <= set(found.columns)
        for text in row.cells.values():
            with suppress(columns.TemplateError, columns.Missing):
                columns.parse(text, found.columns).fill(row.cells)
            with suppress(TemplateError, MissingVariable):
                render(text, row.cells)


def table_seeds() -> Iterator[bytes]:
    """Tables as offices write them."""
    yield "téléphone;prenom\n0612345678;Ana\n".encode("cp1252")
    yield b'recipient,text,not_before\n"+33612345678","Bonjour {recipient}, ""ok""",2026-11-24T10:00:00Z\n'
    yield "number\tname\n+33612345678\tÉva {name|x}\n".encode("utf-16")


def transcript(data: bytes) -> None:
    """A conversation or a ValueError; what is masked keeps its octets, and is read back."""
    with suppress(ValueError):
        read_transcript(data.decode("ascii"))
    hidden = masked(Masker(), data)
    assert len(hidden) == len(data)
    assert unescaped(escaped(hidden)) == hidden


def transcript_seeds() -> Iterator[bytes]:
    """The recorded conversations."""
    for file in sorted((TESTS / "transcripts").glob("*.at")):
        yield file.read_bytes()[:4096]


# -- what programs and people are told -----------------------------------------------------------------------

_OBEYED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def control(data: bytes) -> None:
    """Any line on the control socket is answered with one line of JSON."""
    answer = answer_to(data, {"echo": lambda request: sorted(request)})
    assert isinstance(answer["ok"], bool)
    assert b"\n" not in json.dumps(answer).encode()


def control_seeds() -> Iterator[bytes]:
    """Requests of the command line."""
    yield b'{"do": "echo", "name": "sim1", "command": "AT+CSQ", "timeout": 30.0}\n'
    yield b'{"do": "modem.at"}\n'
    yield b"[[[[[[[[\n"


def shown(data: bytes) -> None:
    """A stranger's text on a terminal and in a log: one line, nothing that is obeyed."""
    text = data.decode("utf-8", "surrogateescape")
    assert not _OBEYED.search(one_line(text))
    assert not _OBEYED.search(log_line("said", {"text": text}))


def shown_seeds() -> Iterator[bytes]:
    """Colours, titles, line ends, right to left."""
    yield "\x1b[2J\x1b]0;owned\x07\r\naction=forged\u202egnp.exe\u2066".encode()


TARGETS = {
    "pdu": Target(pdu, pdu_seeds, 400),
    "at": Target(at, at_seeds, 1024),
    "replies": Target(replies, replies_seeds, 1000),
    "answers": Target(answers, answers_seeds, 2000),
    "survey": Target(survey, survey_seeds, 8192),
    "table": Target(table, table_seeds),
    "transcript": Target(transcript, transcript_seeds),
    "control": Target(control, control_seeds),
    "shown": Target(shown, shown_seeds, 400),
}
