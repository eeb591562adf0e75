"""The thread that moves surveys on by the clock: files, invitations, what became of messages, timers.

What customers write does not wait for it: that happens where the message is stored. Every item is a transaction
of its own or a savepoint in one, so that a session that cannot be moved never stands in the way of the others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway import failpoints
from gateway.clock import Clock, from_text, to_text
from gateway.failpoints import Step
from gateway.log import say
from gateway.store import Store, StoreError, Tx, inbound, inbox, invitations, session_messages, sessions
from gateway.surveys import engine
from gateway.surveys.catalogue import Catalogue
from gateway.surveys.held import Held
from gateway.surveys.inviting import Inviter
from gateway.surveys.moves import Tick
from gateway.surveys.runner import Runner, reports_work
from gateway.surveys.session import Session, State

LOOK = 0.25
"""Seconds between two looks: a question is due to the second, and a look costs microseconds."""
FOLDER = 2.0
"""Seconds between two looks at the folder of survey files."""
TROUBLE = 1.0
"""Seconds between two tries while the database cannot be used."""
AT_ONCE = 50
"""Items that one transaction takes: other writers wait for some 20 ms."""
STUCK = timedelta(hours=1)
"""After this a session that could not be moved is tried again."""

AGAIN = timedelta(minutes=1)
"""How soon a session is looked at again whose time has come and for which there was nothing to do yet."""

SPEAKS = ("reaction", "auto_reply", "operator", "undecodable", "duplicate")
"""Kinds of incoming messages that are no sign that the person has read us."""

log = logging.getLogger(__name__)


class Clerk(threading.Thread):
    """Start, stop; stop is legal before start and twice. `turn` is public so that tests can drive it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        catalogue: Catalogue,
        runner: Runner,
        inviter: Inviter,
        *,
        ring: Callable[[], None] = lambda: None,
        all_read: Callable[[], bool] = lambda: True,
    ) -> None:
        """`ring` tells the dispatcher of new rows; `all_read` says that no modem holds an unread message."""
        super().__init__(name="surveys", daemon=True)
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._runner = runner
        self._inviter = inviter
        self._ring = ring
        self._all_read = all_read
        self._stopping = threading.Event()
        self._folder_at = 0.0
        self.failure: BaseException | None = None
        """What ended the thread, if something did: the daemon must not live on without it."""

    def run(self) -> None:
        """Turn until stopped. A database in trouble is waited for; anything else ends the thread, loudly."""
        try:
            while not self._stopping.is_set():
                self._stopping.wait(self._turn_safely())
        except BaseException as error:
            self.failure = error
            raise

    def stop(self) -> None:
        """End after the turn that runs."""
        self._stopping.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join()

    def _turn_safely(self) -> float:
        try:
            self.turn()
        except StoreError as error:
            say(log, "surveys_wait", logging.WARNING, why=error)
            return TROUBLE
        return LOOK

    def turn(self) -> None:
        """One look at everything."""
        tick = self._clock.tick()
        if tick >= self._folder_at:
            self._folder_at = tick + FOLDER
            self._catalogue.refresh(self._clock.now())
        moved = self.news() + self.invitations()
        if self._all_read():
            moved += self.timers()
        if moved:
            self._ring()

    # -- each kind of work -----------------------------------------------------------------------------------

    def invitations(self) -> int:
        """Decide about the invitations that are new, or whose time has come; how many."""
        now = self._clock.now()
        with self._store.read() as read:
            due = [each.id for each in invitations.due(read, to_text(now), AT_ONCE)]
        looked = self._each(due, lambda tx, one: self._inviter.look(tx, one, now), self._set_aside)
        if looked:
            failpoints.reach(Step.INVITATION_COMMITTED)
        return looked

    def news(self) -> int:
        """Tell sessions what became of their messages; how many messages."""
        now = self._clock.now()
        with self._store.read() as read:
            changed = [sent.message_id for sent in session_messages.news(read, AT_ONCE)]

        def tell(tx: Tx, message_id: int) -> None:
            for sent in session_messages.news_about(tx, message_id):
                row = sessions.get(tx, sent.session_id)
                if row is not None:
                    self._runner.hear_of(tx, self._runner.held(tx, row), sent, now)
            failpoints.reach(Step.NEWS_WRITTEN)

        return self._each(changed, tell, lambda tx, one: session_messages.told(tx, one))

    def timers(self) -> int:
        """Begin, remind, expire: every session whose time has come; how many."""
        now = self._clock.now()
        with self._store.read() as read:
            due = sessions.due(read, to_text(now), AT_ONCE)

        def put_off(tx: Tx, session_id: int) -> None:
            sessions.set_wake(tx, session_id, to_text(now + STUCK))

        return self._each(due, lambda tx, one: self._wake(tx, one, now), put_off)

    def _wake(self, tx: Tx, session_id: int, now: datetime) -> None:
        row = sessions.get(tx, session_id)
        if row is None or row.wake_at is None or from_text(row.wake_at) > now:
            return
        if row.state == State.SCHEDULED:
            self._inviter.start(tx, row, now)
            return
        held = self._runner.catch_up(tx, self._runner.held(tx, row), now)
        if row.recipient is not None and inbound.is_expected(tx, row.recipient):
            # parts of a message of theirs are here, and the others may come
            sessions.set_wake(tx, session_id, to_text(now + AGAIN))
            return
        held = _with_signs_of_life(tx, held)
        works = reports_work(tx, row.sim)
        after = self._runner.step(tx, held, Tick(reports_work=works), now)
        if after.row.wake_at is not None and from_text(after.row.wake_at) <= now:
            later = engine.next_due(after.survey, after.session, reports_work=works)
            sessions.set_wake(tx, session_id, to_text(max(later or now, now + AGAIN)))

    # -- one by one ------------------------------------------------------------------------------------------

    def _each(
        self, items: Iterable[int], work: Callable[[Tx, int], object], give_up: Callable[[Tx, int], object]
    ) -> int:
        """Do the work for each, in one transaction; what fails is taken back alone, and given up."""
        wanted = list(items)
        if not wanted:
            return 0
        with self._store.write() as tx:
            for item in wanted:
                try:
                    with inbox.savepoint(tx):
                        work(tx, item)
                except Exception as error:  # a mistake of ours in one session must not stop all the others
                    if type(error).__module__ == "sqlite3" or isinstance(error, StoreError):
                        raise  # the database's trouble is nobody's mistake: all of it is done again
                    log.exception("action=survey_failed item=%d", item)
                    give_up(tx, item)
        return len(wanted)

    def _set_aside(self, tx: Tx, invitation_id: int) -> None:
        now = self._clock.now()
        invitations.wait(tx, invitation_id, to_text(now + STUCK), "internal_error: see the log", to_text(now))


def _with_signs_of_life(tx: Tx, held: Held) -> Held:
    """With the last message of the person in mind, even one that the survey could do nothing with."""
    if held.row.recipient is None:
        return held
    last = inbox.last_from(tx, held.row.recipient, SPEAKS)
    session: Session = held.session
    if last is None or (session.last_inbound_at is not None and session.last_inbound_at >= from_text(last)):
        return held
    return replace(held, session=replace(session, last_inbound_at=from_text(last)))
