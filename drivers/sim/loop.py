"""One thread for everything: ports by epoll, delays by a heap, one lock around both.

A farm of sixteen modems costs one thread that sleeps. Other threads change the simulated world while they
hold `lock`; the loop holds it while it runs a callback, so nobody ever sees half a change.
"""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[int], None]
READ, WRITE = select.EPOLLIN, select.EPOLLOUT
_SELECT_LIMIT = 1024


class Timer:
    """Something due at a moment; `cancel` makes it not happen."""

    __slots__ = ("_action", "_order", "when")

    def __init__(self, when: float, order: int, action: Callable[[], None]) -> None:
        self.when = when
        self._order = order
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Safe at any time, also twice."""
        self._action = None

    def run(self) -> None:
        """Do it, unless it was cancelled."""
        action, self._action = self._action, None
        if action is not None:
            action()

    @property
    def waiting(self) -> bool:
        """Still to come."""
        return self._action is not None

    def __lt__(self, other: Timer) -> bool:
        return (self.when, self._order) < (other.when, other._order)


class Loop:
    """The event loop of one farm. An exception in a callback ends it and comes out of `stop`."""

    def __init__(self, name: str = "sim", monotonic: Callable[[], float] = time.monotonic) -> None:
        self.lock = threading.RLock()
        self.now = monotonic
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._epoll.register(self._wake, READ)
        self._handlers: dict[int, Handler] = {}
        self._timers: list[Timer] = []
        self._order = 0
        self._stopping = self._closed = False
        self._failure: BaseException | None = None
        self.broken: Callable[[], None] = lambda: None
        """Called with the lock held where a callback raised: nothing will happen any more."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, release the descriptors, and raise what a callback raised, if one did."""
        self._stopping = True
        self.wake()
        if self._thread.ident is not None:
            self._thread.join()
        with self.lock:
            self._closed = True
            self._epoll.close()
            os.close(self._wake)
            self._timers.clear()
        self.check()

    def check(self) -> None:
        """Raise what a callback raised, if one did."""
        if self._failure is not None:
            raise RuntimeError("the simulator broke") from self._failure

    @property
    def alive(self) -> bool:
        """The thread runs and nothing broke it."""
        return self._thread.is_alive() and self._failure is None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Change the world from any thread: the loop waits meanwhile, and looks again afterwards."""
        with self.lock:
            yield
        self.wake()

    def wake(self) -> None:
        """Look at the timers again."""
        if threading.get_ident() != self._thread.ident and not self._closed:
            os.eventfd_write(self._wake, 1)

    def watch(self, fd: int, handler: Handler, events: int = READ) -> None:
        """Call `handler(events)` whenever `fd` is ready."""
        if fd in self._handlers:
            self._epoll.modify(fd, events)
        else:
            self._epoll.register(fd, events)
        self._handlers[fd] = handler

    def forget(self, fd: int) -> None:
        """Stop watching, before the descriptor is closed."""
        if self._handlers.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run `action` on the loop after `seconds`."""
        self._order += 1
        timer = Timer(self.now() + max(0.0, seconds), self._order, action)
        heapq.heappush(self._timers, timer)
        return timer

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._sleep()
                with self.lock:
                    self._dispatch()
                    self._fire()
        except BaseException as error:  # noqa: BLE001 -- handed to whoever stops the loop
            with self.lock:
                self._failure = error
                self.broken()

    def _sleep(self) -> None:
        with self.lock:
            while self._timers and not self._timers[0].waiting:
                heapq.heappop(self._timers)
            pause = self._timers[0].when - self.now() if self._timers else None
        if pause is None or pause > 0:
            self._wait(pause)

    def _wait(self, pause: float | None) -> None:
        """Until something is ready; epoll counts in milliseconds, select on its descriptor in microseconds."""
        if self._epoll.fileno() < _SELECT_LIMIT:
            select.select([self._epoll.fileno()], [], [], pause)
        else:
            ready = select.poll()
            ready.register(self._epoll.fileno(), select.POLLIN)
            ready.poll(None if pause is None else pause * 1000)

    def _dispatch(self) -> None:
        for fd, events in self._epoll.poll(0):
            if fd == self._wake:
                os.eventfd_read(self._wake)
                continue
            handler = self._handlers.get(fd)
            if handler is not None:
                handler(events)

    def _fire(self) -> None:
        now = self.now()
        while self._timers and self._timers[0].when <= now:
            heapq.heappop(self._timers).run()
