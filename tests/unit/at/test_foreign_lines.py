"""AT lines of real modems out of other projects' test suites, read from the folder that SMSGW_VECTORS names.

Each kind that the gateway reads has a reader here, and what it reads is compared with what those projects assert.
Where we differ on purpose, DIFFERENT says why.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.at import replies
from drivers.at.events import Accepted, Answered, Command, Event, Unsolicited
from drivers.at.grammar import command_name, head
from drivers.at.session import Session
from drivers.native.ussd import decoded

FOLDER = os.environ.get("SMSGW_VECTORS", "")
if not FOLDER:
    pytest.skip("SMSGW_VECTORS names no folder of vectors", allow_module_level=True)

Row = dict[str, Any]
ROWS: list[Row] = [
    json.loads(line) for line in (Path(FOLDER) / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
]
NOT_READ = {
    "cops_test": "the gateway never looks for networks",
    "operator_id": "a network is shown as the modem names it",
    "operator_name": "the same",
    "cscs_test": "the alphabet of the terminal is left alone (F134)",
    "cclk": "the modem's clock says nothing that is needed",
    "cesq": "the signal is shown from AT+CSQ",
    "cscb": "cell broadcasts are nobody's messages",
    "cnmi_test": "the forms of AT+CNMI are tried instead (F94)",
    "cnmi_read": "compared as it is, never taken apart",
    "csms": "compared as it is",
    "csms_test": "AT+CSMS=0 is tried instead",
    "clac": "commands are tried instead",
    "cpms_read": "only the first pair of numbers is read",
    "cmgr_text": "text mode is a sign of lost settings (F45)",
    "cmgr_text_report": "the same",
    "echo": "what stands before an answer is classified, not cut off (F24)",
}
CALLS = "only a dialled call ends so; during any other command it is news about some call (F29)"
DIFFERENT = {
    "at-207": CALLS,
    "at-209": CALLS,
    "at-211": CALLS,
    "at-213": CALLS,
    "at-261": "a name with a lost quote is shown as it stands",
    "at-371": "COMMAND NOT SUPPORT is a final result (F07)",
}


def in_answer(row: Row, lines: list[str] | None = None) -> list[Event]:
    """What the session makes of the lines, as the answer to the command."""
    session = Session()
    text = row["command"] or "AT+X"
    text = text if text.startswith("AT") else "AT+X"
    session.send(Command(text=text, timeout=10.0, prefix=command_name(text) or None), 0.0)
    said = "".join(f"\r\n{line}\r\n" for line in lines or row["lines"])
    told = session.feed(said.encode("latin-1", "replace"), 0.1)
    return told + session.expire(1.0)  # an OK that overtook its line (F12)


def by_itself(row: Row) -> list[Event]:
    """The same where nobody asked."""
    return Session().feed("".join(f"\r\n{line}\r\n" for line in row["lines"]).encode("latin-1"), 0.0)


def final(row: Row) -> tuple[Any, Any]:
    session = Session()
    session.send(Command(text="AT+X", timeout=10.0), 0.0)
    told = session.feed("".join(row["lines"]).encode("latin-1"), 0.1)
    ends = [event.result for event in told if isinstance(event, Answered)]
    ours = {"final": bool(ends), "is_error": bool(ends) and not ends[0].ok}
    return ours, {key: row["expected"][key] for key in ours}


def profile(row: Row) -> tuple[Any, Any]:
    (answer,) = [event for event in in_answer(row) if isinstance(event, Answered)] or [None]
    return answer and str(answer.result), row["expected"]["final"]


def listing(row: Row) -> tuple[Any, Any]:
    found = replies.stored(row["lines"])
    keys = [key for key in ("index", "stat", "pdu") if key in row["expected"]["messages"][0]]
    return (
        [{key: getattr(entry, key) for key in keys} for entry in found],
        [{key: entry[key] for key in keys} for entry in row["expected"]["messages"]],
    )


def memories(row: Row) -> tuple[Any, Any]:
    found, expected = set(replies.memories(row["lines"])), row["expected"]
    if "lacks" in expected:
        return found - set(expected["lacks"]) or {"SM", "ME"}, set(expected["read_has"])
    return found, {name for key in ("mem1", "mem2", "mem3") for name in expected[key]}


def ussd(row: Row) -> tuple[Any, Any]:
    (event,) = [event for event in by_itself(row) if isinstance(event, Unsolicited)]
    answer = replies.ussd(event.line)
    expected = row["expected"]
    theirs = (expected["m"], expected["dcs"], expected.get("text"))
    return (answer.mode, answer.dcs, decoded(answer) if "text" in expected else None), theirs


def pushed(row: Row) -> tuple[Any, Any]:
    found = [event.pdu for event in by_itself(row) if isinstance(event, Unsolicited)]
    return found, [row["expected"]["pdu"].upper()] if "pdu" in row["expected"] else []


def sent(row: Row) -> tuple[Any, Any]:
    session = Session()
    session.submit(23, 10.0, 1, 0.0)
    session.feed(b"\r\n> ", 0.0)
    session.body(row["body"], 60.0, 0.0)
    told = session.feed("".join(f"{line}\r\n" for line in row["lines"][1:]).encode(), 0.1)
    return [e.reference for e in told if isinstance(e, Accepted)], [row["expected"]["mr"]]


def framing(row: Row) -> tuple[Any, Any]:
    session = Session()
    session.send(Command(text=f"AT{head(row['lines'][0].strip())}?", timeout=10.0), 0.0)
    told = [event for chunk in row["lines"] for event in session.feed(chunk.encode(), 0.1)]
    (answer,) = [event for event in told if isinstance(event, Answered)]
    return [*answer.lines, str(answer.result)], row["expected"]["solicited"]


READERS: dict[str, Callable[[Row], tuple[Any, Any]]] = {
    "creg": lambda row: (
        replies.registration(row["lines"], "+" + row["expected"].get("family", "CREG")),
        row["expected"]["stat"],
    ),
    "creg_corner": lambda row: (replies.registration(row["lines"]) in range(-1, 12), True),
    "cops_read": lambda row: (replies.operator(row["lines"]), row["expected"]["oper"]),
    "cpms_test": memories,
    "cmgl": listing,
    "cmgr": listing,
    "cds": pushed,
    "cmt": pushed,
    "cnum": lambda row: (replies.own_number(row["lines"]), row["expected"]["numbers"][0]),
    "cfun": lambda row: (replies.capability(row["lines"]), row["expected"]["fun"]),
    "cpin": lambda row: (
        replies.pin_state(map(str.strip, row["lines"])),
        row["expected"]["lock"].replace("_", " "),
    ),
    "clip": lambda row: (replies.caller(row["lines"][0]), row["expected"]["number"]),
    "cmti": lambda row: (
        (replies.memory_index(row["lines"][0]) or (None, None))[1],
        row["expected"].get("index"),
    ),
    "csca": lambda row: (replies.service_centre(row["lines"]), row["expected"]["smsc"]),
    "csq": lambda row: (replies.signal(row["lines"]), -113 + 2 * row["expected"]["rssi"]),
    "identity": lambda row: (replies.plain(row["lines"]), row["expected"]["value"]),
    "cusd": ussd,
    "cusd_sequence": lambda row: (replies.ussd(row["lines"][-1]).text, row["expected"]["text"]),
    "cmgs": sent,
    "final_result": final,
    "framing": framing,
    "profile": profile,
}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["kind"] not in NOT_READ], ids=lambda row: row["id"]
)
def test_a_line_is_read_as_others_read_it(row: Row) -> None:
    ours, theirs = READERS[row["kind"]](row)
    if row["id"] in DIFFERENT:
        assert ours != theirs, "no longer different"
        return
    assert ours == theirs


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_whatever_a_line_is_the_session_stays_in_step(row: Row) -> None:
    said = [line for line in row["lines"] if not line.startswith(">")]
    told = in_answer(row, [*said, "OK"])
    assert any(isinstance(event, Answered) for event in told)
