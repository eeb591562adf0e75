"""A database file, a clock, and a network whose PDUs come from the simulator's own codec."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers import PduError, Received, Slot, Undecodable, decode_pdu
from drivers.sim.codec.address import encode_smsc
from drivers.sim.codec.coding import Concat
from drivers.sim.codec.compose import compose
from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Deliver, Report
from gateway.clock import ManualClock, to_text
from gateway.receiver import Receiver, Taken
from gateway.store import Store, events, inbox, outbox, reports, sending, sims
from gateway.store.inbox import Incoming
from gateway.store.outbox import Admission, NewMessage

CUSTOMER = "+33612345678"
IMSI = "208010000000001"
MODEM = "sim1"


class Network:
    """Makes what a modem hands over, as hex that the codec under test has not written."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._index = 0

    def received(self, tpdu: bytes, smsc: str = "+33609001390", slot: bool = True) -> Received:
        pdu = (encode_smsc(smsc) + tpdu).hex().upper()
        return self.from_hex(pdu, slot)

    def from_hex(self, pdu: str, slot: bool = True) -> Received:
        self._index += 1
        try:
            content = decode_pdu(pdu)
        except PduError as error:
            content = Undecodable(why=str(error))
        return Received(pdu=pdu, content=content, slot=Slot(memory="ME", index=self._index) if slot else None)

    def stamp(self, at: datetime | None = None) -> Stamp:
        return Stamp((at or self._clock.now()).replace(microsecond=0))

    def sms(
        self,
        text: str,
        *,
        sender: str = CUSTOMER,
        at: datetime | None = None,
        reference: int = 1,
        wide: bool = False,
        pid: int = 0,
        alphabet: str | None = None,
    ) -> list[Received]:
        """The parts of a text, as a phone sends them."""
        parts = compose(
            text,
            sender=sender,
            stamp=self.stamp(at),
            reference=reference,
            wide=wide,
            pid=pid,
            alphabet=alphabet,
        )
        return [self.received(part.encode()) for part in parts]

    def one(self, text: str, **more: object) -> Received:
        (received,) = self.sms(text, **more)  # type: ignore[arg-type]
        return received

    def part(
        self,
        text: str,
        sequence: int,
        total: int,
        *,
        sender: str = CUSTOMER,
        at: datetime | None = None,
        reference: int = 1,
        wide: bool = False,
        dcs: int = 8,
    ) -> Received:
        """One part cut by hand, in UCS-2, so that it may begin or end inside a character."""
        header = Concat(reference, total, sequence, wide).encode()
        message = Deliver(sender=sender, stamp=self.stamp(at), text=text, dcs=dcs, header=header)
        return self.received(message.encode())

    def raw(self, message: Deliver) -> Received:
        return self.received(message.encode())

    def report(
        self,
        reference: int,
        status: int = 0,
        *,
        recipient: str = CUSTOMER,
        at: datetime | None = None,
        after: float = 5,
        smsc: str = "+33609001390",
    ) -> Received:
        """What became of a part that the service centre took `at`, discharged `after` seconds later."""
        taken = at or self._clock.now()
        report = Report(
            reference=reference,
            recipient=recipient,
            submitted=self.stamp(taken),
            discharged=self.stamp(taken + timedelta(seconds=after)),
            status=status,
        )
        return self.received(report.encode(), smsc)


class Bench:
    """A gateway without modems: what it took, what it sent, and what stands in its tables."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.network = Network(clock)
        self.receiver = Receiver(store, clock)

    # -- in ------------------------------------------------------------------------------------------

    def take(self, *received: Received, imsi: str = IMSI) -> list[Taken]:
        return [self.receiver.take(one, modem=MODEM, imsi=imsi) for one in received]

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def sweep(self) -> list[int]:
        return self.receiver.sweep_incomplete(self.clock.now())

    def rows(self) -> list[Incoming]:
        with self.store.read() as read:
            return inbox.list_rows(read, limit=-1)[::-1]

    def row(self) -> Incoming:
        (row,) = self.rows()
        return row

    def bodies(self) -> list[str]:
        return [row.body for row in self.rows()]

    def kinds(self) -> list[str]:
        return [row.kind for row in self.rows()]

    def events(self, kind: str | None = None) -> list[events.Event]:
        with self.store.read() as read:
            return events.list_events(read, kind=kind, limit=-1)

    def count(self, table: str) -> int:
        with self.store.read() as read:
            return int(read.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def value(self, sql: str, *arguments: object) -> object:
        with self.store.read() as read:
            row = read.execute(sql, arguments).fetchone()
        return None if row is None else row[0]

    # -- out -----------------------------------------------------------------------------------------

    def now(self) -> str:
        return to_text(self.clock.now())

    def known_sim(self, number: str = "+33700000001", imsi: str = IMSI) -> None:
        with self.store.write() as tx:
            sims.register(tx, imsi=imsi, iccid="", number=number, modem=MODEM, now=self.now())

    def message(self, number: str = CUSTOMER, parts: int = 1, body: str = "Bonjour", **more: object) -> int:
        """A message that a modem has claimed."""
        with self.store.write() as tx:
            new = NewMessage(recipient=number, body=body, created_at=self.now(), **more)  # type: ignore[arg-type]
            message_id = outbox.insert(tx, new)
            lane = outbox.lane_id(tx, [MODEM], None, False)
            admission = Admission(
                id=message_id, number=number, lane=lane, rank=6, parts=parts, now=self.now(), seen=None
            )
            assert outbox.admit(tx, admission)
            assert sending.claim(tx, message_id, MODEM, IMSI, self.now())
        return message_id

    def submit(self, message_id: int, sequence: int = 1) -> int:
        number = str(self.value("SELECT number FROM outbox WHERE id = ?", message_id))
        with self.store.write() as tx:
            return sending.intend(
                tx,
                message_id,
                sequence,
                modem=MODEM,
                sim=IMSI,
                number=number,
                month="2026-11",
                now=self.now(),
            )

    def accept(self, attempt_id: int, reference: int | None, *, settle: bool = True) -> int:
        """`+CMGS`; the answer is how many early reports were matched."""
        with self.store.write() as tx:
            sending.accepted(tx, attempt_id, reference, 2.0, self.now())
            found = reports.rematch(tx, attempt_id, self.now())
            if settle:
                sending.settle(tx, self.message_of(tx, attempt_id), self.now())
        return found

    def lose(self, attempt_id: int) -> int:
        """No `+CMGS` ever came."""
        with self.store.write() as tx:
            sending.unknown(tx, attempt_id, None, "silence", self.now())
            found = reports.rematch(tx, attempt_id, self.now())
            sending.settle(tx, self.message_of(tx, attempt_id), self.now())
        return found

    def sent(self, reference: int | None, number: str = CUSTOMER) -> int:
        """A message of one part, accepted two seconds after its intent."""
        message_id = self.message(number)
        attempt_id = self.submit(message_id)
        self.wait(2)
        self.accept(attempt_id, reference)
        return message_id

    def message_of(self, tx: object, attempt_id: int) -> int:
        return int(tx.execute("SELECT message_id FROM attempt WHERE id = ?", (attempt_id,)).fetchone()[0])  # type: ignore[attr-defined]

    def state(self, message_id: int) -> str:
        return str(self.value("SELECT state FROM outbox WHERE id = ?", message_id))

    def reason(self, message_id: int) -> str | None:
        return self.value("SELECT reason FROM outbox WHERE id = ?", message_id)  # type: ignore[return-value]

    def part(self, message_id: int, sequence: int = 1) -> str:
        return str(
            self.value("SELECT state FROM part WHERE message_id = ? AND sequence = ?", message_id, sequence)
        )


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with Store.open(tmp_path / "gateway.db", clock) as store:
        yield store


@pytest.fixture
def bench(store: Store, clock: ManualClock) -> Bench:
    return Bench(store, clock)


@pytest.fixture
def network(bench: Bench) -> Network:
    return bench.network
