"""Where messages lie in the modem: choosing a memory, listing, reading and deleting (MODEMS 1.F)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drivers.api import Slot
from drivers.at.events import Answered
from drivers.at.replies import Stored, in_text_mode, memories, stored, usage
from drivers.native.link import LISTING, SLOW, Link
from drivers.native.needs import is_busy

_FALLBACK: Final = ("SM", "ME")
"""Where AT+CPMS=? names nothing (F23)."""
_SKIPPED: Final = frozenset({"BM"})
"""Cell broadcasts: nobody's messages."""
_REPORTS: Final = "SR"
_NO_HOME: Final = _SKIPPED | {_REPORTS}
"""Memories that new messages cannot go to; SR is for reports."""
_UNION: Final = "MT"
"""On many modems ME and SM seen as one; listed only where they are not."""
_MOST: Final = 512
"""Places looked at one by one, whatever total a modem claims (F23: 4095)."""
_CARD: Final = 50
"""Places looked at where a modem does not say how many there are: a large SIM's."""
_OUTGOING: Final = (2, 3)
"""Stored, unsent or sent: somebody's own messages (F100)."""
_EMPTY_SLOT: Final = frozenset({("cms", 321), ("cme", 21), ("cme", 22)})


class Storage:
    """The memories of one modem. Remembers which one is chosen, so that it is changed only where needed."""

    def __init__(self, link: Link, *, lists: bool) -> None:
        """`lists`: whether AT+CMGL can be trusted (F93)."""
        self._link = link
        self._lists = lists
        self._unlistable: set[str] = set()
        self._forms: tuple[str, ...] = ('"{0}","{0}","{0}"', '"{0}","{0}"', '"{0}"')
        self.names: tuple[str, ...] = ()
        """Every memory that the modem names."""
        self.home = ""
        """Where new messages are to go; "" where it cannot be chosen (F90)."""
        self.current = ""
        self.turns = 0
        """How often a memory was chosen. In between the modem may have forgotten it without a word (F45, F121)."""
        self.counts: tuple[int, int] | None = None
        """(used, total) of the current memory, as of the last look."""

    def choose(self, preferred: Iterable[str], *, others: bool) -> bool:
        """Read what there is and choose the first of `preferred` that the modem takes.

        `others`: one that is not preferred is better than none.
        """
        self.names = memories(self._link.ask("AT+CPMS=?", factor=SLOW).lines)
        offered = self.names or _FALLBACK
        wanted = [name for name in preferred if name in offered]
        if others:
            wanted += [name for name in offered if name not in wanted and name not in _NO_HOME]
        for name in wanted:
            if self._set_home(name):
                self.home = name
                return True
        return False

    def switch(self, name: str) -> bool:
        """Make `name` the memory that is read and deleted from."""
        if not name or name == self.current:
            return True
        return self._set(name, '"{0}"') or (self._forms[0] != '"{0}"' and self._set(name, self._forms[0]))

    def sweep(self) -> list[tuple[Slot, Stored]]:
        """Everything incoming in every memory."""
        found: list[tuple[Slot, Stored]] = []
        for name in self._places():
            if not name and self.current:
                continue  # it is one of those that have a name
            fresh = name != self.current
            if not self.switch(name) or (fresh and self.counts and self.counts[0] == 0):
                continue  # it is not there, or has just said that it is empty
            found += [(Slot(memory=name, index=at), entry) for at, entry in self._listing()]
        self.switch(self.home)
        return found

    def read(self, slot: Slot) -> Stored | None:
        """What lies in a slot; None where it is empty, or holds an outgoing message (F84)."""
        if not self.switch(slot.memory):
            return None
        entry = self._read_once(slot.index)
        if entry is not None and entry.short:
            entry = self._read_once(slot.index) or entry  # a digit may have been lost on the way (F83)
        return entry

    def holds(self, name: str) -> bool:
        """Whether `name` is chosen, by the modem's own word, and was so since it was chosen; if not, it is now.

        True where there is nothing to choose from. A modem that fell back to another memory without a word would
        delete there (F08, F45, F121).
        """
        if not name or len(self.names or _FALLBACK) == 1:
            return True
        if name == self.current:
            said = memories(self._link.ask("AT+CPMS?", factor=SLOW).lines)
            if said[:1] == (name,):
                return True
            self.current = ""
        self.switch(name)
        return False

    def delete(self, slot: Slot) -> bool:
        """Delete one message, by index and never by flag. Whether it is gone: an empty slot says ERROR (F85)."""
        if not self.switch(slot.memory):
            return False
        result = self._patiently(f"AT+CMGD={slot.index}").result
        return result.ok or result.kind == "error" or (result.kind, result.code) in _EMPTY_SLOT

    def count(self) -> tuple[int, int] | None:
        """(used, total) of the home memory, asked now."""
        self.switch(self.home)
        return self._counted()

    def _counted(self) -> tuple[int, int] | None:
        self.counts = usage(self._link.ask("AT+CPMS?", factor=SLOW).lines)
        return self.counts

    def _set_home(self, name: str) -> bool:
        """All three memories with one command, or as many as this modem lets (F89)."""
        for form in self._forms:
            if self._set(name, form):
                self._forms = self._forms[self._forms.index(form) :]
                return True
        return False

    def _set(self, name: str, form: str) -> bool:
        answer = self._patiently(f"AT+CPMS={form.format(name)}")
        if answer.result.ok:
            self.current = name
            self.turns += 1
            self.counts = usage(answer.lines)
        return answer.result.ok

    def _patiently(self, command: str) -> Answered:
        until = self._link.now() + self._link.timing.sim
        while True:
            answer = self._link.ask(command, factor=SLOW)
            if not is_busy(answer.result) or self._link.now() >= until:
                return answer
            self._link.pause(self._link.timing.pause)

    def _places(self) -> list[str]:
        """Home first, MT only where it is all there is; at the end one nameless place where there is no home."""
        named = [name for name in self.names if name != self.home and name not in _SKIPPED]
        wanted = [self.home, *named] if self.home else [*named, ""]
        parts = {"ME", "SM"} & set(wanted)
        return [name for name in wanted if name != _UNION or not parts]

    def _listing(self) -> list[tuple[int, Stored]]:
        if self._lists and self.current not in self._unlistable:
            answer = self._link.ask("AT+CMGL=4", factor=LISTING)
            if answer.result.ok:
                entries = self._entries(answer)
                if entries or self.current != _REPORTS or not (self.counts and self.counts[0]):
                    return list(self._incoming(entries))
                self._unlistable.add(self.current)  # OK, and nothing of what it has just counted (F73)
            elif not is_busy(answer.result):  # where it hangs, it hangs again (F17); SR alone may (F73)
                self._unlistable.add(self.current)
        return self._one_by_one()

    def _incoming(self, entries: Iterable[Stored]) -> Iterable[tuple[int, Stored]]:
        for entry in entries:
            if entry.index is None or entry.stat in _OUTGOING:
                continue
            again = self._read_once(entry.index) if entry.short else None
            yield entry.index, again or entry

    def _entries(self, answer: Answered) -> list[Stored]:
        """What is listed; nothing in text mode, which says that the settings are lost (F45)."""
        if in_text_mode(answer.lines):
            self._link.lost = self._link.lost or "it lists in text mode"
            return []
        return stored(answer.lines)

    def _one_by_one(self) -> list[tuple[int, Stored]]:
        used, total = self._counted() or (_CARD, _CARD)
        found: list[tuple[int, Stored]] = []
        for index in range(min(total, _MOST) + 1):  # base 0 or base 1 (F87)
            if len(found) >= used:
                break
            entry = self._read_once(index)
            if entry is not None:
                found.append((index, entry))
        return found

    def _read_once(self, index: int) -> Stored | None:
        answer = self._link.ask(f"AT+CMGR={index}", factor=SLOW)
        entry = next(iter(self._entries(answer)), None)
        return None if entry is None or entry.stat in _OUTGOING else entry
