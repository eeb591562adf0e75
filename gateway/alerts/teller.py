"""The thread that tells people of alerts: within seconds, again where it fails, once more when they are overdue."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta, tzinfo

from gateway.alerts.notice import Told, compose
from gateway.alerts.targets import NotTold, tell
from gateway.clock import Clock, from_text, to_text
from gateway.config import Settings
from gateway.log import say
from gateway.model import Category
from gateway.numbers import InvalidNumber, normalise
from gateway.politeness import may_answer
from gateway.store import Rejected, Store, StoreError, Tx, alerts, notices, outbox
from gateway.store.notices import Notice
from gateway.store.outbox import NewMessage

LOOK = 1.0
"""Seconds between two looks for something to tell."""
TROUBLE = 5.0
PATIENCE = 10.0
"""Seconds that a stop waits for a mail server or a program."""
AGAIN = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long after each failure a target is tried again; then it is given up, and `status` shows it."""
MORNING, NIGHT = time(7), time(22)
"""Between these an SMS of less than high severity may wake nobody."""
CROWDED = timedelta(minutes=10)
"""How long an SMS waits for which its recipient has had too many."""

log = logging.getLogger(__name__)


class Teller(threading.Thread):
    """Start, stop; stop is legal before start and twice. `turn` is public so that tests can drive it."""

    def __init__(
        self, store: Store, clock: Clock, settings: Callable[[], Settings], *, ring: Callable[[], None]
    ) -> None:
        super().__init__(name="alerts", daemon=True)
        self._store = store
        self._clock = clock
        self._settings = settings
        self._ring = ring
        self._stopping = threading.Event()
        self.failure: BaseException | None = None
        """What ended the thread, if something did: the daemon must not live on without it."""

    def run(self) -> None:
        """Turn until stopped. A database in trouble is waited for; anything else ends the thread, loudly."""
        try:
            while not self._stopping.is_set():
                self._stopping.wait(self._turn_safely())
        except BaseException as error:
            if self._stopping.is_set():
                return  # it was left behind by `stop`; the notice is told again after the next start
            self.failure = error
            raise

    def stop(self) -> None:
        """End after the notice that is being told; one that takes too long is left behind."""
        self._stopping.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join(PATIENCE)

    def _turn_safely(self) -> float:
        try:
            self.turn()
        except StoreError as error:
            say(log, "alerts_wait", logging.WARNING, why=error)
            return TROUBLE
        return LOOK

    def turn(self) -> int:
        """Tell everything that is due; how many notices."""
        now = self._clock.now()
        with self._store.read() as read:
            overdue = alerts.overdue(read, to_text(now))
        for alert in overdue:
            with self._store.write() as tx:
                alerts.remind(tx, alert.id, to_text(now))
        with self._store.read() as read:
            due = notices.due(read, to_text(now))
        for notice in due:
            if self._stopping.is_set():
                break
            self._tell(notice, self._clock.now())
        return len(due)

    def _tell(self, notice: Notice, now: datetime) -> None:
        settings = self._settings()
        zone = settings.gateway.zone
        with self._store.read() as read:
            told = compose(read, notice, zone, show_phone=settings.alerts.show_phone)
        try:
            if told is None:
                raise NotTold("the alert is gone")
            if notice.target.startswith("sms:"):
                self._text(notice, told, now, settings)
                return
            tell(notice.target, told, settings.alerts.targets)
        except NotTold as error:
            self._failed(notice, str(error), now)
        except Exception as error:  # a library's own mistake must not end the telling of the others
            log.exception("action=alert_failed alert=%d", notice.alert_id)
            self._failed(
                notice, f"{type(error).__name__}, see the log", now
            )  # its words may quote the address
        else:
            with self._store.write() as tx:
                notices.told(tx, notice.id, to_text(now))

    def _failed(self, notice: Notice, why: str, now: datetime) -> None:
        again = to_text(now + AGAIN[notice.tries]) if notice.tries < len(AGAIN) else None
        say(log, "alert_not_told", logging.WARNING, alert=notice.alert_id, target=public(notice.target), why=why,
            again=again)  # fmt: skip
        with self._store.write() as tx:
            notices.not_told(tx, notice.id, why, again, to_text(now))

    # -- SMS ---------------------------------------------------------------------------------------------------------

    def _text(self, notice: Notice, told: Told, now: datetime, settings: Settings) -> None:
        """An SMS to one of our own people: no consent is needed, nights and floods are kept from them."""
        try:
            number = normalise(notice.target.removeprefix("sms:"), settings.gateway.region)
        except InvalidNumber as error:
            raise NotTold(str(error)) from None
        high = told.facts["severity"] == "high"
        not_before = now if high else awake(now, settings.gateway.zone)
        message = NewMessage(
            recipient=number,
            body=told.short,
            category=Category.STAFF,
            context=json.dumps({"alert": notice.alert_id}),
            not_before=to_text(not_before) if not_before > now else None,
            created_at=to_text(now),
        )
        with self._store.write() as tx:
            if not self._room(tx, number, now):
                notices.put_off(tx, notice.id, to_text(now + CROWDED), "this number has had enough for now")
                return
            try:
                outbox.insert_own(tx, message, purpose="alert")
            except Rejected as error:
                raise NotTold(str(error)) from None
            notices.told(tx, notice.id, to_text(now))
        self._ring()

    @staticmethod
    def _room(tx: Tx, number: str, now: datetime) -> bool:
        since = to_text(now - timedelta(hours=24))
        return may_answer(map(from_text, notices.texted_since(tx, number, since)), now)


def awake(now: datetime, zone: tzinfo) -> datetime:
    """`now`, or the next morning where it is night."""
    local = now.astimezone(zone)
    if MORNING <= local.time() < NIGHT:
        return now
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


def public(target: str) -> str:
    """A target as a log may show it."""
    kind, _, _ = target.partition(":")
    return f"{kind}:…" if kind in ("sms", "mail") else target
