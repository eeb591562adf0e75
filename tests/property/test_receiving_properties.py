"""Whatever the order, the repetitions, the restarts: each text once, each report to its own message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers import Received, decode_pdu
from drivers.sim.codec.compose import compose
from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Report
from gateway.clock import ManualClock, to_text
from gateway.receiver import Receiver
from gateway.store import Store, inbox, outbox, sending

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SENDERS = ("+33612345678", "+33698765432", "Bricolo")
LETTERS = "ab €é{ж😀👍🏽\n"
SIMS = count(1)

once = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Store, ManualClock]]:
    clock = ManualClock(START)
    with Store.open(tmp_path / "gateway.db", clock) as store:
        yield store, clock


@dataclass(frozen=True)
class Sms:
    sender: str
    reference: int
    wide: bool
    text: str


texts = st.text(st.sampled_from(LETTERS), max_size=40).map(lambda text: text * 12)
messages = st.lists(
    st.builds(Sms, st.sampled_from(SENDERS), st.integers(0, 2), st.booleans(), texts),
    min_size=1,
    max_size=4,
    unique_by=lambda sms: (sms.sender, sms.reference, sms.wide),
)


def received(tpdu: bytes) -> Received:
    pdu = "00" + tpdu.hex().upper()
    return Received(pdu=pdu, content=decode_pdu(pdu), slot=None)  # type: ignore[arg-type]


def parts(sms: Sms, at: datetime) -> list[Received]:
    delivers = compose(sms.text, sender=sms.sender, stamp=Stamp(at), reference=sms.reference, wide=sms.wide)
    return [received(deliver.encode()) for deliver in delivers]


def rows(store: Store, imsi: str) -> list[inbox.Incoming]:
    with store.read() as read:
        return [row for row in inbox.list_rows(read, limit=-1) if row.imsi == imsi]


@once
@given(sent=messages, data=st.data())
def test_each_text_is_there_exactly_once(desk: tuple[Store, ManualClock], sent: list[Sms], data: Any) -> None:
    """In any order, with any repetition, with waits long enough to show gaps and restarts in between."""
    store, clock = desk
    imsi = f"{next(SIMS):015d}"
    start = clock.now()
    pdus = [part for n, sms in enumerate(sent) for part in parts(sms, start + timedelta(seconds=n))]
    again = data.draw(st.lists(st.sampled_from(pdus), max_size=8))
    receiver = Receiver(store, clock)
    for pdu in data.draw(st.permutations(pdus + again)):
        receiver.take(pdu, modem="sim1", imsi=imsi)
        match data.draw(st.sampled_from(("go on", "go on", "wait", "restart"))):
            case "wait":
                clock.advance(timedelta(seconds=301))
                receiver.sweep_incomplete(clock.now())
            case "restart":
                receiver = Receiver(store, clock)
    found = rows(store, imsi)
    assert sorted((row.sender, row.body) for row in found) == sorted((sms.sender, sms.text) for sms in sent)
    assert all(row.complete for row in found)
    assert {pdu for row in found for pdu in row.raw.split("\n")} == {pdu.pdu for pdu in pdus}
    clock.advance(timedelta(seconds=301))
    receiver.sweep_incomplete(clock.now())
    assert rows(store, imsi) == found, "nothing was left over"


@once
@given(bodies=st.lists(texts.filter(bool), min_size=2, max_size=4), data=st.data())
def test_a_reference_may_come_back_after_an_hour(
    desk: tuple[Store, ManualClock], bodies: list[str], data: Any
) -> None:
    store, clock = desk
    imsi = f"{next(SIMS):015d}"
    receiver = Receiver(store, clock)
    for text in bodies:
        pdus = parts(Sms(SENDERS[0], 7, False, text), clock.now().replace(microsecond=0))
        for pdu in data.draw(st.permutations(pdus + pdus)):
            receiver.take(pdu, modem="sim1", imsi=imsi)
        clock.advance(timedelta(hours=1))
        receiver.sweep_incomplete(clock.now())
    assert [row.body for row in rows(store, imsi)] == bodies[::-1]


@once
@given(
    plan=st.lists(
        st.tuples(st.sampled_from(SENDERS[:2]), st.integers(0, 3), st.sampled_from((0x00, 0x46))),
        min_size=1,
        max_size=8,
    ),
    data=st.data(),
)
def test_each_report_finds_its_own_message(
    desk: tuple[Store, ManualClock], plan: list[tuple[str, int, int]], data: Any
) -> None:
    """References come back all the time, reports in any order, with "still trying" and repetitions between."""
    store, clock = desk
    imsi = f"{next(SIMS):015d}"
    messages, pdus = {}, []
    for number, reference, status in plan:
        at = clock.now().replace(microsecond=0)
        messages[submit(store, clock, imsi, number, reference)] = status
        pdus += [report(reference, number, at, busy) for busy in (0x21, status)]
        clock.advance(timedelta(seconds=300))
    receiver = Receiver(store, clock)
    for pdu in data.draw(st.permutations(pdus + pdus[:3])):
        receiver.take(pdu, modem="sim1", imsi=imsi)
    names = {0x00: "delivered", 0x46: "undelivered"}
    with store.read() as read:
        states = {message: outbox.get(read, message) for message in messages}
    assert {message: row.state for message, row in states.items() if row} == {
        message: names[status] for message, status in messages.items()
    }


def submit(store: Store, clock: ManualClock, imsi: str, number: str, reference: int) -> int:
    now = to_text(clock.now())
    with store.write() as tx:
        message = outbox.insert(tx, outbox.NewMessage(recipient=number, body="?", created_at=now))
        lane = outbox.lane_id(tx, ["sim1"], None, False)
        outbox.admit(
            tx, outbox.Admission(id=message, number=number, lane=lane, rank=6, parts=1, now=now, seen=None)
        )
        sending.claim(tx, message, "sim1", imsi, now)
        attempt = sending.intend(tx, message, 1, modem="sim1", sim=imsi, number=number, month="", now=now)
        sending.accepted(tx, attempt, reference, 1.0, now)
        sending.settle(tx, message, now)
    return message


def report(reference: int, number: str, at: datetime, status: int) -> Received:
    return received(
        Report(
            reference=reference,
            recipient=number,
            submitted=Stamp(at),
            discharged=Stamp(at + timedelta(seconds=60)),
            status=status,
        ).encode()
    )
