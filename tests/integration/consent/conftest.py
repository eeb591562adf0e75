"""People who write to the gateway: a real database, PDUs of the simulator's own codec, a clock that is told to move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from drivers import Received, Slot, decode_pdu
from drivers.sim.codec.address import encode_smsc
from drivers.sim.codec.compose import compose
from drivers.sim.codec.stamp import Stamp
from gateway.clock import ManualClock, to_text
from gateway.config import Settings
from gateway.consent import Action, Basis, Entry, Scope, Source, Status
from gateway.conversation import Conversation
from gateway.heard import Surveys
from gateway.receiver import Receiver
from gateway.store import Store, events, inbox, ledger, outbox
from gateway.store.events import Event
from gateway.store.inbox import Incoming
from gateway.store.outbox import Message, NewMessage
from gateway.store.phonekey import PhoneKey

ANA = "+33612345678"


def settings(**policy: object) -> Settings:
    return Settings.model_validate(
        {"gateway": {"brand": "Bricolo", "contact": "01 23 45 67 89"}, "policy": policy}
    )


@dataclass
class Counter:
    """The gateway's ears without modems, and what stands in its tables."""

    store: Store
    clock: ManualClock
    settings: Settings = field(default_factory=settings)
    surveys: Surveys | None = None
    admits: bool = True
    """There is no dispatcher, so that somebody has to do what it does."""

    def __post_init__(self) -> None:
        self.key = PhoneKey.beside(self.store)
        self.hears()

    def hears(self, surveys: Surveys | None = None, **policy: object) -> None:
        """Begin anew with these surveys and this policy."""
        self.settings = settings(**policy) if policy else self.settings
        conversation = Conversation(self.key, lambda: self.settings, surveys)
        self.receiver = Receiver(self.store, self.clock, classify=conversation)

    def says(
        self, text: str, sender: str = ANA, after: float = 90, imsi: str = "208010000000001"
    ) -> Incoming:
        """A text comes in, a minute and a half after the one before; its row of the inbox."""
        self.clock.advance(timedelta(seconds=after))
        stamp = Stamp(self.clock.now().replace(microsecond=0))
        for part in compose(text, sender=sender, stamp=stamp, reference=1):
            pdu = (encode_smsc("+33609001390") + part.encode()).hex().upper()
            received = Received(pdu=pdu, content=decode_pdu(pdu), slot=Slot(memory="ME", index=1))
            taken = self.receiver.take(received, modem="sim1", imsi=imsi)
        if self.admits:
            self.admitted()
        with self.store.read() as read:
            row = inbox.get(read, taken.inbox_id or 0)
        assert row is not None
        return row

    def queue(
        self, number: str = ANA, category: str = "service", body: str = "Votre colis", **more: object
    ) -> int:
        with self.store.write() as tx:
            new = NewMessage(
                recipient=number, body=body, category=category, created_at=to_text(self.clock.now()), **more
            )  # type: ignore[arg-type]
            own = category in ("survey", "ack", "staff")
            return outbox.insert_own(tx, new) if own else outbox.insert(tx, new)

    def row(self, message: int) -> Message:
        with self.store.read() as read:
            found = outbox.get(read, message)
        assert found is not None
        return found

    def waiting(self, number: str = ANA) -> list[str]:
        """The texts that are queued for a number, oldest first."""
        with self.store.read() as read:
            return [
                row.body
                for row in outbox.list_rows(read, number=number, limit=-1)[::-1]
                if row.state == "queued"
            ]

    def admitted(self) -> None:
        """What the dispatcher does with the gateway's own rows within milliseconds."""
        with self.store.write() as tx:
            tx.execute("UPDATE outbox SET number = recipient WHERE number IS NULL AND recipient LIKE '+%'")

    def sent(self) -> None:
        """Everything that is queued leaves, as far as the tables are concerned."""
        with self.store.write() as tx:
            tx.execute("UPDATE outbox SET state = 'sending' WHERE state = 'queued'")
            tx.execute(
                "UPDATE outbox SET state = 'sent', sent_at = ? WHERE state = 'sending'",
                (to_text(self.clock.now()),),
            )

    def statuses(self, number: str = ANA) -> dict[str, str]:
        with self.store.read() as read:
            found = ledger.standings(read, self.key.hash(number))
        return {
            str(scope): str(standing.status)
            for scope, standing in found.items()
            if standing.status is not Status.NONE
        }

    def record(
        self,
        action: Action,
        scope: Scope = Scope.COMMERCIAL,
        number: str = ANA,
        ago: timedelta = timedelta(0),
        text: str = "SMS ok",
        basis: Basis = Basis.CONSENT,
    ) -> None:
        """An operator writes down what somebody did some time ago."""
        with self.store.write() as tx:
            ledger.append(
                tx,
                Entry(
                    phone_hash=self.key.hash(number),
                    scope=scope,
                    action=action,
                    basis=basis if action is Action.GRANT else None,
                    source=Source.OPERATOR,
                    evidence={"reason": "asked at the counter", "by": "Léa", "text": text},
                    actor="Léa",
                    at=self.clock.now() - ago,
                    recorded_at=self.clock.now(),
                ),
            )

    def events(self, kind: str) -> list[Event]:
        with self.store.read() as read:
            return events.list_events(read, kind=kind, limit=-1)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with Store.open(tmp_path / "gateway.db", clock) as store:
        yield store


@pytest.fixture
def counter(store: Store, clock: ManualClock) -> Counter:
    return Counter(store, clock)
