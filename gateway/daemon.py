"""The daemon's life: start, watch, reload, stop.

Signal handlers only set flags and write to a pipe; the main thread acts on them. SIGTERM and SIGINT finish the
sends in flight, within `stop_timeout`; a second one does not wait. SIGHUP reads the configuration again.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from gateway import config, failpoints
from gateway.canaries import Canaries
from gateway.clock import Clock, Jumps, to_text
from gateway.config import ConfigError, Problem, Settings
from gateway.control import Control
from gateway.conversation import Conversation
from gateway.failpoints import Step
from gateway.fleet import Fleet, OpenModem
from gateway.jobs import Jobs
from gateway.lock import DaemonLock
from gateway.log import say
from gateway.model import Reason, reason
from gateway.notify import Notifier
from gateway.policy import rules_of
from gateway.receiver import Receiver
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.shift import Tools
from gateway.sender.worker import Worker
from gateway.store import Store, StoreError, events, reports, sending
from gateway.surveys.service import SurveyService
from gateway.switchboard import Switchboard

SWITCH = 0.0005
"""Seconds that one thread may keep the interpreter while another waits for it. Python's own 5 ms are as long as
a tenth of a quick modem's send, and the dispatcher looks for work while the workers send."""
FIXED = ("database", "region", "timezone")
"""Keys of [gateway] that a reload cannot change: what was counted and read by the old ones is in memory."""
PULSE = 1.0
"""Seconds between two looks of the main thread at the others."""
STUCK = 60.0
"""Seconds without a turn of the dispatcher after which the watchdog is no longer fed."""

UNREAD = 120.0
"""Seconds after the start that the timers of surveys wait for modems that are not up: one may never be."""

log = logging.getLogger(__name__)


class Daemon:
    """Everything that runs, in the order in which it starts. `run` returns the exit code."""

    def __init__(self, settings: Settings, path: Path, clock: Clock, make_modem: OpenModem) -> None:
        self.settings = settings
        self._path = path
        self.clock = clock
        self._make_modem = make_modem
        self._notifier = Notifier()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stops = 0
        self._hangups = 0
        self._told = ""
        self._jumps = Jumps(clock)
        self._reloading = threading.Condition()
        self._reloads = 0
        self.reload_problem: str | None = None
        """Why the configuration on disk is not the one in force, while it is not."""

    # -- signals -------------------------------------------------------------------------------------

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _on_hangup(self, _number: int, _frame: FrameType | None) -> None:
        self._hangups += 1

    def _listen(self, stack: ExitStack) -> None:
        old = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        stack.callback(signal.set_wakeup_fd, old)
        for number, handler in (
            (signal.SIGTERM, self._on_stop),
            (signal.SIGINT, self._on_stop),
            (signal.SIGHUP, self._on_hangup),
        ):
            stack.callback(signal.signal, number, signal.signal(number, handler))

    def stop(self) -> None:
        """Ask the daemon to end, from any thread."""
        self._stops += 1
        os.write(self._wake_write, b"\0")

    # -- life ----------------------------------------------------------------------------------------

    def run(self, started: Callable[[Daemon], None] = lambda daemon: None) -> int:
        """From start to stop. Raises Taken, StoreError, OSError where it cannot start."""
        with ExitStack() as stack:
            stack.callback(self._close_pipe)
            lock = DaemonLock(self.settings.gateway.database)
            lock.take()
            stack.callback(lock.release)
            self._listen(stack)
            stack.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(SWITCH)
            self.store = Store.open(self.settings.gateway.database, self.clock)
            stack.callback(self.store.close)
            self._recover()
            self._assemble()
            stack.callback(self._stop)  # before the store is closed, whatever ends the watch
            self._start()
            started(self)
            return self._watch()

    def _close_pipe(self) -> None:
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _recover(self) -> None:
        """What the last run left half done, told truthfully."""
        now = to_text(self.clock.now())
        with self.store.write() as tx:
            recovered = sending.recover(tx, now)
            reports.rematch_all(tx, now)  # those that came while a part of the last run was in the air
            events.add(tx, "started", now=now, detail={"pid": os.getpid()})
            failpoints.reach(Step.RECOVERY_WRITTEN)
        failpoints.reach(Step.RECOVERY_COMMITTED)
        if recovered:
            say(log, "recovered", logging.WARNING, **recovered.counts())

    def _assemble(self) -> None:
        gateway = self.settings.gateway
        self.dispatcher = Dispatcher(self.store, self.clock, plan_of(self.settings))
        key = self.dispatcher.keeper.key
        self.surveys = SurveyService(
            self.store,
            self.clock,
            key,
            lambda: self.settings,
            ring=self.dispatcher.ring,
            all_read=self._all_read,
        )
        conversation = Conversation(key, lambda: self.settings, self.surveys.dialogue)
        self.receiver = Receiver(
            self.store, self.clock, zone=gateway.zone, region=gateway.region, classify=conversation
        )
        tools = Tools(store=self.store, clock=self.clock, dispatcher=self.dispatcher, receiver=self.receiver)
        self.fleet = Fleet(tools, self._make_modem)
        self.canaries = Canaries(self.store, self.clock, lambda: self.settings, self.fleet, self.dispatcher)
        self.jobs = Jobs(
            self.store,
            self.clock,
            lambda: self.settings,
            self.receiver,
            self.dispatcher.ring,
            canaries=self.canaries.turn,
        )
        switchboard = Switchboard(self)
        self.control = Control(gateway.database, switchboard.handlers())

    def _start(self) -> None:
        self._began = self.clock.tick()
        self.surveys.read()
        self.fleet.sockets.restore()
        self.fleet.apply(self.settings)
        self.control.start()  # now it can say of every modem how it is
        self.surveys.start()
        self.dispatcher.start()
        self.jobs.start()
        self._notifier.ready(self._line())
        say(log, "started", modems=len(self.settings.modems), pid=os.getpid())

    def _watch(self) -> int:
        """Feed the watchdog and act on signals until it is time to stop."""
        while not self._stops:
            readable, _, _ = select.select([self._wake_read], [], [], PULSE)
            if readable:
                self._drain()
            if self._hangups:
                self._hangups = 0
                self.reload()
            if self.dispatcher.failure is not None:
                say(log, "dispatcher_died", logging.CRITICAL, why=repr(self.dispatcher.failure))
                return 1
            if self.surveys.failure is not None:
                say(log, "surveys_died", logging.CRITICAL, why=repr(self.surveys.failure))
                return 1
            self._tend()
            self._mind_the_clock()
            if self.clock.tick() - self.dispatcher.turned_at < STUCK:
                self._notifier.watchdog()
                self._tell_status()
        return 0

    def _all_read(self) -> bool:
        """Whether what came in while we were away is read: no survey may expire before its answer was seen."""
        if self.clock.tick() - self._began > UNREAD:
            return True
        return all(desk.up for desk in self.dispatcher.desks())

    def _tend(self) -> None:
        try:
            self.fleet.tend()
        except StoreError as error:  # the next look, in a second, tries again
            say(log, "store_trouble", logging.WARNING, why=error)

    def _mind_the_clock(self) -> None:
        """Somebody set the calendar: what happens by it is planned anew, or it would wait for the old time."""
        if by := self._jumps.since():
            say(log, "clock_jumped", logging.WARNING, seconds=round(by))
            self.jobs.stop()
            self.jobs.start()

    def _drain(self) -> None:
        try:
            while os.read(self._wake_read, 512):
                pass
        except BlockingIOError:
            return

    def _tell_status(self) -> None:
        line = self._line()
        if line != self._told:
            self._told = line
            self._notifier.status(line)

    def _line(self) -> str:
        ready = sum(desk.open for desk in self.dispatcher.desks())
        return f"{ready} of {len(self.settings.modems)} modems ready"

    # -- reload --------------------------------------------------------------------------------------

    def reload_now(self) -> str | None:
        """`reload`, asked for by another thread: the main thread does it, and this one waits for the end."""
        with self._reloading:
            turn = self._reloads
            self._hangups += 1
            os.write(self._wake_write, b"\0")
            if not self._reloading.wait_for(lambda: self._reloads > turn, timeout=30.0):
                return "the daemon has not come to it within 30 s; smsgw status shows what keeps it"
            return self.reload_problem

    def reload(self) -> str | None:
        """Read the configuration again; the problem where it is refused, and the old one stays in force."""
        self._notifier.reloading(self.clock.tick())
        try:
            self._take_over(config.load(self._path))
            self.reload_problem = None
            say(log, "reloaded")
        except (ConfigError, OSError, StoreError) as error:
            self.reload_problem = str(error)
            say(log, "reload_refused", logging.ERROR, why=error)
        self._notifier.ready(self._line())
        with self._reloading:
            self._reloads += 1
            self._reloading.notify_all()
        return self.reload_problem

    def _take_over(self, settings: Settings) -> None:
        fixed = [
            key for key in FIXED if getattr(settings.gateway, key) != getattr(self.settings.gateway, key)
        ]
        if fixed:
            what = "cannot change while the daemon runs: restart it"
            raise ConfigError(self._path, [Problem(f"gateway.{key}", what) for key in fixed])
        self.settings = settings
        self.fleet.apply(settings)
        self.dispatcher.replan(plan_of(settings))
        self.surveys.reload()

    # -- stop ----------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Claim nothing more, let each modem finish its part, record what is left as unknown."""
        self._notifier.stopping()
        say(log, "stopping")
        self.dispatcher.stop()
        until = self.clock.tick() + self.settings.gateway.stop_timeout.total_seconds()
        left = self.fleet.stop(lambda worker: self._wait_for(worker, until))
        for worker in left:
            self._abandon(worker)
        self.jobs.stop()
        self.surveys.stop()
        if self.dispatcher.is_alive():
            self.dispatcher.join()
        self.control.stop()
        self._last_word()

    def _wait_for(self, worker: threading.Thread, until: float) -> None:
        while worker.is_alive() and self._stops < 2 and (left := until - self.clock.tick()) > 0:
            worker.join(min(left, 0.1))

    def _abandon(self, worker: Worker) -> None:
        """A send that did not end in time: whether the network took it, nobody knows."""
        submission = worker.submission
        attempt = submission.in_flight if submission is not None else None
        say(log, "send_abandoned", logging.WARNING, modem=worker.modem_name, attempt=attempt)
        if attempt is None:
            return
        now = to_text(self.clock.now())
        why = reason(Reason.OUTCOME_UNKNOWN, "the daemon was stopped before the modem answered")
        try:
            with self.store.write() as tx:
                sending.abandon(tx, attempt, why, now)
        except StoreError as error:  # the next start finds it, and says the same
            say(log, "store_trouble", logging.WARNING, why=error)

    def _last_word(self) -> None:
        try:
            with self.store.write() as tx:
                events.add(tx, "stopped", now=to_text(self.clock.now()), detail={"pid": os.getpid()})
        except StoreError as error:
            say(log, "store_trouble", logging.WARNING, why=error)


def plan_of(settings: Settings) -> Plan:
    """What the dispatcher needs of the configuration."""
    return Plan(
        rules=rules_of(settings),
        routes=tuple(
            Route(name=name, prefixes=tuple(modem.routes)) for name, modem in settings.modems.items()
        ),
    )
