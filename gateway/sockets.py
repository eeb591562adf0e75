"""USB sockets that are switched off for a moment: noted on disk before, so that a start switches them on again.

Whoever is killed in between would leave a stick without power for good: nothing else would ever look for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from drivers import ports
from gateway.log import say
from gateway.store import Store, StoreError, modems

log = logging.getLogger(__name__)


class Sockets:
    """Shared by the workers; any thread may call it."""

    def __init__(self, store: Store, host: ports.Host | None = None) -> None:
        """`host`: the machine that the sockets belong to; tests build their own."""
        self._store = store
        self._host = host

    def cycle(self, usb_path: str, how: ports.How) -> None:
        """Switch a socket off and on. Raises PowerError, also where it cannot be noted before."""
        with self._noted(usb_path, how):
            ports.cycle(usb_path, how, self._host)

    def restore(self) -> None:
        """Switch on what the last run has left off. For the start; what fails is told, and tried at the next."""
        with self._store.read() as read:
            left_off = modems.sockets_off(read)
        for usb_path, how in left_off.items():
            try:
                ports.switch_on(usb_path, how, self._host)
            except ports.PowerError as error:
                say(log, "socket_left_off", logging.WARNING, socket=usb_path, why=error)
                continue
            say(log, "socket_on", logging.WARNING, socket=usb_path)
            self._forget(usb_path)

    @contextmanager
    def _noted(self, usb_path: str, how: ports.How) -> Iterator[None]:
        try:
            with self._store.write() as tx:
                modems.note_socket_off(tx, usb_path, how)
        except StoreError as error:
            raise ports.PowerError(f"{usb_path} is left on, since nobody could note it: {error}") from error
        yield  # where it fails, the note stays: it may be off
        self._forget(usb_path)

    def _forget(self, usb_path: str) -> None:
        try:
            with self._store.write() as tx:
                modems.forget_socket_off(tx, usb_path)
        except StoreError as error:  # a start switches on what is on
            say(log, "store_trouble", logging.WARNING, why=error)
