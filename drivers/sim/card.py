"""The SIM card and the storages: what keeps messages, counters and the PIN."""

from __future__ import annotations

from dataclasses import dataclass, replace

UNREAD, READ, UNSENT, SENT = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Stored:
    """A message in a slot."""

    pdu: bytes
    """Service centre address and TPDU."""
    length: int
    """Octets of the TPDU alone, as +CMGL and +CMGR announce it."""
    stat: int = UNREAD
    is_report: bool = False

    @property
    def tpdu(self) -> bytes:
        """Without the service centre address."""
        return self.pdu[len(self.pdu) - self.length :]

    @property
    def kind(self) -> int:
        """The message type of the TPDU: 0 DELIVER, 1 SUBMIT, 2 STATUS-REPORT; -1 where there is none."""
        return self.tpdu[0] & 3 if self.length else -1


class Memory:
    """One storage: SM, ME, SR, BM. Slots are numbered from `base`."""

    def __init__(self, name: str, size: int, base: int = 1) -> None:
        self.name = name
        self.size = size
        self.base = base
        self.slots: dict[int, Stored] = {}

    @property
    def full(self) -> bool:
        """No slot is free."""
        return len(self.slots) >= self.size

    @property
    def used(self) -> int:
        """Slots taken."""
        return len(self.slots)

    def valid(self, index: int) -> bool:
        """There is such a slot, empty or not."""
        return self.base <= index < self.base + self.size

    def store(self, message: Stored) -> int | None:
        """Into the lowest free slot; None where there is none."""
        for index in range(self.base, self.base + self.size):
            if index not in self.slots:
                self.slots[index] = message
                return index
        return None

    def mark_read(self, index: int) -> None:
        """Reading makes an unread message a read one (TS 27.005 3.4.3)."""
        message = self.slots[index]
        if message.stat == UNREAD:
            self.slots[index] = replace(message, stat=READ)


class Sim:
    """One SIM card. It keeps its counters and its messages when it moves to another modem."""

    def __init__(
        self,
        *,
        imsi: str,
        iccid: str,
        number: str,
        smsc: str,
        pin: str | None = None,
        puk: str = "12345678",
        slots: int = 20,
        credit: int | None = None,
    ) -> None:
        self.imsi = imsi
        self.iccid = iccid
        self.number = number
        self.smsc = smsc
        self.pin = pin
        self.puk = puk
        self.pin_tries = 3
        self.puk_tries = 10
        self.open = pin is None
        self.credit = credit
        """Parts that are paid for; None: no end."""
        self.memory = Memory("SM", slots)
        self._reference = 255

    @property
    def state(self) -> str:
        """As +CPIN? says it: READY, SIM PIN, SIM PUK or BLOCKED."""
        if self.puk_tries == 0:
            return "BLOCKED"
        if self.pin_tries == 0:
            return "SIM PUK"
        return "READY" if self.open else "SIM PIN"

    def next_reference(self) -> int:
        """TP-MR of the next submission: 0 to 255, then 0 again."""
        self._reference = (self._reference + 1) % 256
        return self._reference

    def restart_references(self, following: int) -> None:
        """The next reference will be `following`."""
        self._reference = (following - 1) % 256

    def power_on(self) -> None:
        """A card that has a PIN asks for it after each loss of power."""
        self.open = self.pin is None

    def enter_pin(self, pin: str) -> bool:
        """True where it was right; a wrong one costs a try."""
        if self.pin_tries == 0:
            return False
        if self.pin is None or pin == self.pin:
            self.pin_tries = 3
            self.open = True
            return True
        self.pin_tries -= 1
        return False

    def enter_puk(self, puk: str, new_pin: str) -> bool:
        """True where it was right, and the card has a new PIN; the tenth wrong one ends the card."""
        if self.puk_tries == 0:
            return False
        if puk != self.puk:
            self.puk_tries -= 1
            return False
        self.pin = new_pin
        self.pin_tries, self.puk_tries = 3, 10
        self.open = True
        return True
