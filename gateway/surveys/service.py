"""Everything of the surveys that the daemon starts, reloads and stops."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.alerts import Teller
from gateway.clock import Clock
from gateway.config import Settings
from gateway.log import say
from gateway.store import Store, StoreError
from gateway.store.phonekey import PhoneKey
from gateway.surveys.catalogue import Catalogue
from gateway.surveys.clerk import Clerk
from gateway.surveys.dialogue import Dialogue
from gateway.surveys.inviting import Inviter
from gateway.surveys.runner import Runner

log = logging.getLogger(__name__)


class SurveyService:
    """Files, invitations, sessions, timers, alerts. Stop is legal before start and twice."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        key: PhoneKey,
        settings: Callable[[], Settings],
        *,
        ring: Callable[[], None],
        all_read: Callable[[], bool],
    ) -> None:
        """`ring` tells the dispatcher of new rows; `all_read` says that no modem holds an unread message."""
        self._clock = clock
        self._settings = settings
        now = settings()
        self.catalogue = Catalogue(store, now.gateway.surveys, now.policy.promotional)
        runner = Runner(self.catalogue, settings)
        inviter = Inviter(runner, key, settings)
        self.dialogue = Dialogue(runner, inviter)
        self.clerk = Clerk(store, clock, self.catalogue, runner, inviter, ring=ring, all_read=all_read)
        self.teller = Teller(store, clock, settings, ring=ring)

    def read(self) -> None:
        """Read the folder: before any modem hands over an answer. Raises StoreError."""
        self.catalogue.refresh(self._clock.now())

    def start(self) -> None:
        """Begin with what goes by the clock."""
        self.clerk.start()
        self.teller.start()

    def stop(self) -> None:
        """Wait for what is being done, do nothing more."""
        self.clerk.stop()
        self.teller.stop()

    def reload(self) -> None:
        """The configuration has changed, and perhaps the folder: both are in force when this returns."""
        settings = self._settings()
        self.catalogue.configure(settings.gateway.surveys, settings.policy.promotional)
        try:
            self.read()
        except StoreError as error:  # the clerk tries again, and invitations wait for it
            say(log, "surveys_wait", logging.WARNING, why=error)

    @property
    def failure(self) -> BaseException | None:
        """What ended one of the threads, if something did."""
        return self.clerk.failure or self.teller.failure
