"""What a worker is given to send, and how it becomes the parts of the driver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers import Alphabet, Concat, Submit
from gateway.model import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One message, chosen for one modem; nothing of it is written to the database before the first prompt."""

    message_id: int
    number: str
    alphabet: Alphabet
    texts: tuple[str, ...]
    """All parts of the message, in order."""
    missing: tuple[int, ...]
    """Sequence numbers (from 1) that still have to go."""
    reference: int | None = None
    """Concatenation reference; None for a message of one part."""
    report: bool = True
    flash: bool = False
    expires_at: datetime | None = None
    wanted: str | None = None
    """The modem that the application named: it goes by no other."""
    rank: int = 6
    category: Category = Category.SERVICE

    def submit(self, sequence: int, now: datetime, tag: int = 0) -> Submit:
        """One part as the driver takes it; its validity is what is left of the message's time."""
        return Submit(
            recipient=self.number,
            text=self.texts[sequence - 1],
            alphabet=self.alphabet,
            concat=self._concat(sequence),
            report=self.report,
            message_class=0 if self.flash else None,
            validity=self.expires_at - now if self.expires_at else None,
            tag=tag,
            more_follow=sequence != self.missing[-1],
        )

    def _concat(self, sequence: int) -> Concat | None:
        if self.reference is None:
            return None
        return Concat(reference=self.reference, total=len(self.texts), sequence=sequence)
