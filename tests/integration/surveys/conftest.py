"""A shop that asks its customers: everything but modems, a real database file, a clock that is told to move.

What leaves goes through the real dispatcher and its policy; what comes in is PDUs of the simulator's own codec.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers import Received, Slot, decode_pdu
from drivers.sim.codec.address import encode_smsc
from drivers.sim.codec.coding import Concat
from drivers.sim.codec.compose import compose
from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Deliver, Report
from gateway.clock import ManualClock, from_text, to_text
from gateway.config import Settings
from gateway.conversation import Conversation
from gateway.daemon import plan_of
from gateway.jobs import Jobs
from gateway.receiver import Receiver
from gateway.router import Route
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.job import Job
from gateway.sender.ledger import Ledger
from gateway.store import Store, Tx, events, inbox, invitations, outbox, reports, sending, sessions, sims
from gateway.store.inbox import Incoming
from gateway.store.outbox import Message, NewMessage
from gateway.store.sessions import Row
from gateway.surveys.catalogue import Catalogue
from gateway.surveys.clerk import Clerk
from gateway.surveys.dialogue import Dialogue
from gateway.surveys.inviting import Inviter
from gateway.surveys.runner import Runner
from gateway.throttle import Limits, Throttle

ANA = "+33612345678"
SIMS = {"sim1": "208010000000001", "sim2": "208010000000002"}
EXAMPLES = Path(__file__).parents[3] / "examples" / "surveys"

FIRST_CSAT = "Bricolo: commande A-12 livrée."
MOTIF = "Nous en sommes désolés."
COMMENT = "Merci. Dites-nous en une phrase"


class Crash(BaseException):
    """The daemon dies: while a modem has a message, or where a fuse burns through."""

    def __init__(self, committed: bool = False) -> None:
        super().__init__("the daemon dies")
        self.committed = committed
        """Whether the transaction that it died in is on disk."""


class Fuse:
    """Ends the daemon's life in its n-th write transaction from now: before the commit, or right behind it."""

    def __init__(self) -> None:
        self.left, self.behind = 0, False

    def lay(self, transactions: int, *, behind: bool = False) -> None:
        self.left, self.behind = transactions, behind

    def burn(self, *, behind: bool) -> None:
        if self.left and behind is self.behind:
            self.left -= 1
            if not self.left:
                raise Crash(committed=behind)


class Mortal(Store):
    """A store that obeys a fuse."""

    fuse = Fuse()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with super().write() as tx:
            yield tx
            self.fuse.burn(behind=False)
        self.fuse.burn(behind=True)


class Shop:
    """One life of the gateway on a database; `restarted` begins another."""

    def __init__(self, folder: Path, clock: ManualClock, **policy: Any) -> None:
        self.folder, self.clock, self.policy = folder, clock, policy
        self.references = 0
        self.sent: list[tuple[datetime, str, str, str]] = []
        """(when, number, text, modem) of everything that went on air, over all lives."""
        self.ticks: list[float] = []
        """When each of them went, by a clock that nobody sets."""
        self.outcome: Callable[[Job], str] = lambda job: "accept"
        self.fuse = Fuse()
        self.gateway: dict[str, Any] = {}
        """More keys of `[gateway]`."""
        self.delivers = False
        """Whether status reports come, two seconds after each submission."""
        self.open()

    def open(self) -> None:
        self.settings = Settings.model_validate(
            {
                "gateway": {
                    "brand": "Bricolo",
                    "contact": "01 23 45 67 89",
                    "surveys": str(self.folder / "surveys"),
                    **self.gateway,
                },
                "modems": {name: {"port": f"/dev/{name}"} for name in SIMS},
                "policy": self.policy,
            }
        )
        (self.folder / "surveys").mkdir(exist_ok=True)
        self.store = Mortal.open(self.folder / "gateway.db", self.clock)
        self.store.fuse = self.fuse
        with self.store.write() as tx:
            sending.recover(tx, self.now)
            for name, imsi in SIMS.items():
                sims.register(tx, imsi=imsi, iccid="", number="", modem=name, now=self.now)
        self.dispatcher = Dispatcher(self.store, self.clock, plan_of(self.settings))
        for name in SIMS:
            self.dispatcher.enlist(Desk(route=Route(name=name)))
            self.plug(name)
        self.catalogue = Catalogue(self.store, self.folder / "surveys")
        self.runner = Runner(self.catalogue, lambda: self.settings)
        key = self.dispatcher.keeper.key
        self.inviter = Inviter(self.runner, key, lambda: self.settings)
        self.dialogue = Dialogue(self.runner, self.inviter)
        self.conversation = Conversation(key, lambda: self.settings, self.dialogue)
        self.receiver = Receiver(self.store, self.clock, classify=self.conversation)
        self.jobs = Jobs(self.store, self.clock, lambda: self.settings, self.receiver, lambda: None)
        self.clerk = Clerk(self.store, self.clock, self.catalogue, self.runner, self.inviter)

    def close(self) -> None:
        self.store.close()

    def restarted(self) -> None:
        """The daemon dies and starts again."""
        self.close()
        self.open()

    def plug(self, name: str, sim: str = "") -> None:
        self.dispatcher.arrived(name, sim or SIMS[name], Throttle(Limits(), UTC))  # type: ignore[arg-type]

    def unplug(self, name: str) -> None:
        self.dispatcher.left(name, "pulled out")

    # -- files and invitations -------------------------------------------------------------------------------

    def survey(self, name: str, text: str | None = None, *, quarantine: bool = True) -> None:
        """Put a survey file into the folder: the example of that name, perhaps without its quarantine."""
        target = self.folder / "surveys" / f"{name}.toml"
        text = text or (EXAMPLES / f"{name}.toml").read_text("utf-8")
        if not quarantine:
            text = re.sub(r'(quarantine_\w+\s*=\s*)"\d+d"', r'\1"0s"', text)
        target.write_text(text, "utf-8")
        self.catalogue.refresh(self.clock.now(), at_once=True)

    def invite(self, survey: str, number: str = ANA, **columns: Any) -> int:
        """Ask for a survey, as an application does; the invitation."""
        wanted = {"survey": survey, "recipient": number, **columns}
        if isinstance(wanted.get("context"), dict):
            wanted["context"] = json.dumps(wanted["context"])
        with self.store.write() as tx:
            return invitations.insert(tx, wanted, created_at=self.now)

    def asked(self, survey: str, number: str = ANA, **columns: Any) -> Row:
        """Invite, and let the first question go out; the session."""
        if survey == "csat_livraison":
            columns = {
                "event_ref": "A-12",
                "event_at": to_text(self.clock.now() - timedelta(hours=1)),
                **columns,
            }
        invitation = self.invite(survey, number, **columns)
        self.turn()
        found = self.invitation(invitation)
        assert found["state"] == "started", found["reason"]
        return self.session(found["session_id"])

    def commercial(self, text: str, number: str = ANA) -> dict[str, Any]:
        """What becomes of an advertisement of an application."""
        with self.store.write() as tx:
            message = outbox.insert(
                tx, NewMessage(recipient=number, body=text, category="commercial", created_at=self.now)
            )
        self.turn()
        return self.rows("SELECT * FROM outbox WHERE id = ?", message)[0]

    # -- time ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> str:
        return to_text(self.clock.now())

    def turn(self) -> None:
        """Everything that is due now happens."""
        for _ in range(6):
            self.clerk.turn()
            if not self.send():
                break

    def wait(self, seconds: float = 0, **more: float) -> None:
        """Let time pass; what falls due on the way happens at its time."""
        target = self.clock.now() + timedelta(seconds=seconds, **more)
        while True:
            self.turn()
            coming = min([target, *(moment for moment in self._next() if moment > self.clock.now())])
            if self.clock.now() >= target:
                return
            self.clock.advance(max(coming - self.clock.now(), timedelta(seconds=1)))

    def _next(self) -> Iterator[datetime]:
        for sql in (
            "SELECT min(wake_at) FROM survey_session WHERE wake_at > ?",
            "SELECT min(due_at) FROM outbox WHERE state = 'queued' AND due_at > ?",
            "SELECT min(not_before) FROM outbox WHERE state = 'queued' AND not_before > ?",
            "SELECT min(due_at) FROM invitation WHERE state = 'pending' AND due_at > ?",
            "SELECT min(expires_at) FROM outbox WHERE state = 'queued' AND expires_at > ?",
        ):
            found = self.value(sql, self.now)
            if found is not None:
                yield from_text(str(found))

    # -- out -------------------------------------------------------------------------------------------------

    def send(self) -> int:
        """Let every modem send what it is offered; how many messages."""
        count = 0
        for _ in range(20):
            self.dispatcher.ring()
            self.dispatcher._patrol_at = 0.0
            self.dispatcher.turn()
            taken = [(name, job) for name in SIMS if (job := self.dispatcher.take(name)) is not None]
            if not taken:
                return count
            for name, job in taken:
                self._submit(name, job)
                count += 1
        return count

    def _submit(self, name: str, job: Job) -> None:
        outcome, sim = self.outcome(job), SIMS[name]
        try:
            with self.store.write() as tx:
                pen = Ledger(name, sim, self.dispatcher.routes, self.dispatcher.keeper)
                attempt = pen.begin(tx, job, 1, self.clock.now(), "2026-11", first=True)
                if attempt is None:  # taken back, or the last word of policy
                    outcome = "gone"
        except Crash as crash:
            if (
                crash.committed and outcome != "gone"
            ):  # nobody knows whether the bytes left: suppose that they did
                self._on_air(job, name)
            raise
        if outcome in ("accept", "unknown", "submitting", "crash"):
            self._on_air(job, name)
        if outcome == "submitting":
            return
        if outcome == "crash":
            raise Crash
        if attempt is not None:
            self._outcome(name, job, attempt, outcome)
        self.dispatcher.finished(name, job)

    def _on_air(self, job: Job, name: str) -> None:
        self.sent.append((self.clock.now(), job.number, "".join(job.texts), name))
        self.ticks.append(self.clock.tick())

    def _outcome(self, name: str, job: Job, attempt: int, outcome: str) -> None:
        self.references = (self.references + 1) % 256
        with self.store.write() as tx:
            if outcome == "accept":
                sending.accepted(tx, attempt, self.references, 1.0, self.now)
                for sequence in range(2, len(job.texts) + 1):
                    more = sending.intend(
                        tx, job.message_id, sequence, modem=name, sim=SIMS[name], number=job.number,
                        month="2026-11", now=self.now,
                    )  # fmt: skip
                    sending.accepted(tx, more, (self.references + sequence) % 256, 1.0, self.now)
            elif outcome == "unknown":
                sending.unknown(tx, attempt, None, "silence", self.now)
            elif outcome == "fail":
                sending.refused(tx, attempt, "cms_21", "rejected", self.now)
                sending.fail(tx, job.message_id, "cms_21: rejected", self.now)
            sending.settle(tx, job.message_id, self.now)
        if outcome == "accept" and self.delivers:
            self.delivered(job.message_id)

    def delivered(self, message: int, status: int = 0) -> None:
        """A status report says what became of a message."""
        attempt = self.rows("SELECT * FROM attempt WHERE message_id = ? ORDER BY id DESC LIMIT 1", message)[0]
        report = Report(
            reference=attempt["reference"],
            recipient=attempt["number"],
            submitted=Stamp(from_text(attempt["at"]).replace(microsecond=0)),
            discharged=Stamp(self.clock.now().replace(microsecond=0)),
            status=status,
        )
        self.receiver.take(self._received(report.encode()), modem=attempt["modem"], imsi=attempt["sim"])

    def texts(self, number: str = ANA) -> list[str]:
        """What went out to a number, in order."""
        return [text for _, to, text, _ in self.sent if to == number]

    def queued(self, number: str = ANA) -> list[Message]:
        with self.store.read() as read:
            rows = outbox.list_rows(read, state=outbox_state("queued"), limit=-1)
        return [row for row in rows if number in (row.number, row.recipient)][::-1]

    # -- in --------------------------------------------------------------------------------------------------

    def says(
        self,
        text: str,
        *,
        number: str = ANA,
        modem: str = "sim1",
        written: datetime | None = None,
        reference: int = 1,
    ) -> Incoming:
        """A text of a customer comes in now (written then); its row of the inbox."""
        stamp = Stamp((written or self.clock.now()).replace(microsecond=0))
        taken = None
        for part in compose(text, sender=number, stamp=stamp, reference=reference):
            taken = self.receiver.take(self._received(part.encode()), modem=modem, imsi=SIMS[modem])
        assert taken is not None
        return self.message(taken.inbox_id or 0)

    def part(
        self, text: str, sequence: int, total: int, *, reference: int = 7, number: str = ANA
    ) -> Received:
        """One part of a long message, as a modem hands it over."""
        header = Concat(reference, total, sequence, False).encode()
        stamp = Stamp(self.clock.now().replace(microsecond=0))
        return self._received(Deliver(sender=number, stamp=stamp, text=text, dcs=8, header=header).encode())

    def take(self, received: Received, modem: str = "sim1") -> Any:
        return self.receiver.take(received, modem=modem, imsi=SIMS[modem])

    @staticmethod
    def _received(tpdu: bytes) -> Received:
        pdu = (encode_smsc("+33609001390") + tpdu).hex().upper()
        return Received(pdu=pdu, content=decode_pdu(pdu), slot=Slot(memory="ME", index=1))

    def message(self, inbox_id: int) -> Incoming:
        with self.store.read() as read:
            found = inbox.get(read, inbox_id)
        assert found is not None
        return found

    # -- tables ----------------------------------------------------------------------------------------------

    def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        with self.store.read() as read:
            return [dict(row) for row in read.execute(sql, arguments)]

    def value(self, sql: str, *arguments: object) -> Any:
        found = self.rows(sql, *arguments)
        return next(iter(found[0].values())) if found else None

    def invitation(self, invitation_id: int) -> dict[str, Any]:
        return self.rows("SELECT * FROM invitation WHERE id = ?", invitation_id)[0]

    def session(self, session_id: int = 1) -> Row:
        with self.store.read() as read:
            found = sessions.get(read, session_id)
        assert found is not None
        return found

    def answers(self, session_id: int = 1) -> dict[str, str | None]:
        """question → value, as the view tells it."""
        rows = self.rows("SELECT question, value FROM answer WHERE session_id = ?", session_id)
        return {row["question"]: row["value"] for row in rows}

    def item(self, question: str, session_id: int = 1) -> dict[str, Any]:
        found = self.rows("SELECT * FROM item WHERE session_id = ? AND question = ?", session_id, question)
        return found[0]

    def alerts(self) -> dict[str, str]:
        """rule → state."""
        return {row["rule"]: row["state"] for row in self.rows("SELECT rule, state FROM alert ORDER BY id")}

    def reviews(self) -> list[str]:
        return [row["kind"] for row in self.rows("SELECT kind FROM review ORDER BY id")]

    def events(self, kind: str) -> list[events.Event]:
        with self.store.read() as read:
            return events.list_events(read, kind=kind, limit=-1)


def outbox_state(name: str) -> Any:
    from gateway.model import State

    return State(name)


__all__ = ["ANA", "SIMS", "Shop", "reports"]


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    """The two surveys of the examples; Tuesday, 10:00 UTC."""
    made = Shop(tmp_path, clock)
    made.survey("csat_livraison")
    made.survey("nps_trimestriel")
    yield made
    made.close()
