"""What operators ask of a modem while its worker owns it: each request runs in the worker's thread."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from drivers import Modem, ModemError


class ModemOut(ModemError):
    """The modem is not open now; the sentence says why."""


@dataclass(slots=True)
class Request:
    """Something to do with the open modem, and where its answer goes."""

    work: Callable[[Modem], Any]
    reopen: bool = False
    """The request is that the modem be opened anew (after `modem unlock`)."""
    answer: Future[Any] = field(default_factory=Future)


class Requests:
    """A queue from any thread to the worker."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._queue: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._reopening: list[Request] = []  # the worker's own
        self._wake = wake

    def ask(self, work: Callable[[Modem], Any], timeout: float) -> Any:
        """Have `work` done by the worker; its result. Raises what it raises, TimeoutError, `ModemOut`."""
        request = Request(work)
        self._queue.put(request)
        self._wake()
        return request.answer.result(timeout)

    def reopen(self, timeout: float) -> None:
        """Have the port opened again at once, where it is not open. Raises `ModemOut` where that fails."""
        request = Request(lambda modem: None, reopen=True)
        self._queue.put(request)
        self._wake()
        request.answer.result(timeout)

    def answer(self, modem: Modem) -> None:
        """Do everything that was asked. Runs in the worker's thread."""
        while (request := self._next()) is not None:
            if not request.answer.set_running_or_notify_cancel():
                continue
            try:
                request.answer.set_result(request.work(modem))
            except (ModemError, ValueError) as error:
                request.answer.set_exception(error)
            except BaseException as error:
                request.answer.set_exception(error)  # whoever asked is told, and the worker starts anew
                raise

    def wants_reopening(self) -> bool:
        """Whether a request asks for a new opening; `reopened` answers it."""
        kept: list[Request] = []
        while (request := self._next()) is not None:
            (self._reopening if request.reopen else kept).append(request)
        for request in kept:
            self._queue.put(request)
        return bool(self._reopening)

    def reopened(self, why_not: str | None = None) -> None:
        """An opening has ended, well or not: tell those who asked for it."""
        asked, self._reopening = self._reopening, []
        for request in asked:
            if not request.answer.set_running_or_notify_cancel():
                continue
            if why_not is None:
                request.answer.set_result(None)
            else:
                request.answer.set_exception(ModemOut(why_not))

    def refuse(self, why: str) -> None:
        """Answer everything that waits: the modem is out."""
        self.reopened(why)
        while (request := self._next()) is not None:
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_exception(ModemOut(why))

    def _next(self) -> Request | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None
