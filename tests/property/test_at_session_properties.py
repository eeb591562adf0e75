"""The session against everything that can come: cut anywhere, or no modem at all."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.at.events import Command, Event, Write
from drivers.at.fence import GENERIC
from drivers.at.lines import LINE_BOUND
from drivers.at.session import Session
from drivers.at.states import State

PDU = "07913396050066F0040B913316325476F80000620111214365800441E19008"
LINES = [
    "OK",
    "ERROR",
    "+CMS ERROR: 38",
    "+CME ERROR: SIM busy",
    "+CMGS: 12",
    "+CSQ: 17,99",
    '+CMTI: "SM",1',
    "+CMT: ,24",
    "+CDS: 25",
    PDU,
    PDU.lower(),
    '+CUSD: 1,"Menu',
    '1. Solde",15',
    "RDY",
    "SMS Ready",
    "RING",
    '+CLIP: "+33612345678",145',
    "^RSSI:18",
    "AT+CSQ",
    "> ",
    ">",
    "> 0011000B\x1a",
    'OK+CMTI: "SM",2',
    "\x00\x11",
    "é",
    "x" * (LINE_BOUND + 1),
    "353490069873319",
]
ENDS = ["\r\n", "\r\r\n", "\n", "\r", ""]
transcripts = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)), max_size=20).map(
    lambda parts: "".join(line + end for line, end in parts).encode("latin-1")
)
starts = st.sampled_from(["idle", "command", "prompt", "submitted", "stale", "fencing"])


def session_in(start: str) -> Session:
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


def heard(session: Session, data: bytes, cuts: list[int]) -> list[Event]:
    told: list[Event] = []
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    for start, end in pairwise(places):
        told += session.feed(data[start:end], 20.0)
    return told


@settings(max_examples=100, deadline=None)
@given(start=starts, data=transcripts, cuts=st.lists(st.integers(0, 2000), max_size=20))
def test_however_a_conversation_is_cut_it_means_the_same(start: str, data: bytes, cuts: list[int]) -> None:
    whole, parts = session_in(start), session_in(start)
    assert heard(whole, data, []) == heard(parts, data, cuts)
    assert whole.state == parts.state
    assert whole.deadline() == parts.deadline()
    assert whole.expire(1000.0) == parts.expire(1000.0)


@settings(max_examples=100, deadline=None)
@given(start=starts, data=st.binary(max_size=3000), cuts=st.lists(st.integers(0, 3000), max_size=10))
def test_no_octets_can_break_it(start: str, data: bytes, cuts: list[int]) -> None:
    session = session_in(start)
    told = heard(session, data, cuts)
    told += session.expire(1000.0)
    assert len(told) <= len(data) + 20
    assert session._lines.held <= LINE_BOUND


@settings(max_examples=100, deadline=None)
@given(start=starts, data=transcripts)
def test_it_can_always_be_brought_back_into_step(start: str, data: bytes) -> None:
    session = session_in(start)
    session.feed(data, 20.0)
    now = 20.0
    for _ in range(50):
        if session.state in (State.IDLE, State.STALE, State.SILENT):
            break
        if session.state is State.OPEN:
            session.abort(now)
        due = session.deadline()
        assert due is not None, session.state
        now = max(now, due)
        session.expire(now)
    session.fence(GENERIC[:1], now, wait=2.0, settle=0.2)
    told = session.feed(b"\r\n+CMEE: (0-2)\r\n\r\nOK\r\n", now)
    assert session.state is State.IDLE
    assert not any(isinstance(event, Write) for event in told)
