"""The table of unsolicited result codes: what each means, and what of the stream belongs to it.

Every line is looked up here first, before anybody asks which command runs: gateways that ask in the other
order lose incoming messages inside answers (MODEMS F24, F25, part 1.L).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from drivers.at.grammar import head, value


class Kind(StrEnum):
    """What an unsolicited code is about."""

    CHATTER = "chatter"
    MESSAGE_STORED = "message stored"
    REPORT_STORED = "report stored"
    MESSAGE = "message"
    REPORT = "report"
    BROADCAST = "broadcast"
    USSD = "ussd"
    RING = "ring"
    CALLER = "caller"
    FULL = "storage full"
    RESTART = "restart"
    """The modem has just started, or is about to stop: its settings are lost (F60)."""
    READY = "ready"
    """SIM or message service came up: part of starting, or of a SIM refresh."""
    SIM = "sim changed"
    """The SIM went away or came back (F105)."""


@dataclass(frozen=True, slots=True)
class Urc:
    """One row: lines that begin with `name`."""

    name: str
    kind: Kind
    lines: int = 0
    """How many lines of hex follow and belong to it (F30)."""
    answer_to: str = ""
    """While a command that begins so runs, the line is its answer; "": the command of the same name."""
    values: tuple[tuple[str, Kind], ...] = ()
    """What certain values say instead, compared without quotes."""

    def solicited_by(self, command: str) -> bool:
        """Whether the line is an answer while `command` runs."""
        return command.startswith(self.answer_to or "AT" + self.name)


NEVER: Final = "\0"
"""No command has it as its answer."""
_CPIN: Final = tuple(
    [("READY", Kind.READY)]
    + [(lock, Kind.SIM) for lock in ("NOT READY", "NOT INSERTED", "SIM PIN", "SIM PUK")]
)

# MODEMS F26 to F30, F60, F91, F105. Order does not matter: names are looked up, not searched.
STANDARD: Final = (
    Urc("+CMTI", Kind.MESSAGE_STORED, answer_to=NEVER),
    Urc("+CDSI", Kind.REPORT_STORED, answer_to=NEVER),
    Urc("+CMT", Kind.MESSAGE, lines=1, answer_to=NEVER),
    Urc("+CDS", Kind.REPORT, lines=1, answer_to=NEVER),
    Urc("+CBM", Kind.BROADCAST, lines=1, answer_to=NEVER),
    Urc("+CBMI", Kind.CHATTER, answer_to=NEVER),
    Urc("+CUSD", Kind.USSD, answer_to="AT+CUSD?"),
    Urc("RING", Kind.RING, answer_to=NEVER),
    Urc("+CRING", Kind.RING, answer_to=NEVER),
    Urc("+CLIP", Kind.CALLER),
    Urc("SMS FULL", Kind.FULL, answer_to=NEVER),
    Urc("^SMMEMFULL", Kind.FULL, answer_to=NEVER),
    Urc("+CIEV", Kind.CHATTER, values=(("smsfull,1", Kind.FULL), ("8,1", Kind.FULL))),
    Urc("RDY", Kind.RESTART, answer_to=NEVER),
    Urc("QCRDY", Kind.RESTART, answer_to=NEVER),
    Urc("*ATREADY", Kind.RESTART),
    Urc("+AT", Kind.RESTART, answer_to=NEVER),
    Urc("^SYSSTART", Kind.RESTART, answer_to=NEVER),
    Urc("^SYSSTART AIRPLANE MODE", Kind.RESTART, answer_to=NEVER),
    Urc("^SHUTDOWN", Kind.RESTART, answer_to=NEVER),
    Urc("POWERED DOWN", Kind.RESTART, answer_to=NEVER),
    Urc("NORMAL POWER DOWN", Kind.RESTART, answer_to=NEVER),
    Urc("OVER-VOLTAGE POWER DOWN", Kind.RESTART, answer_to=NEVER),
    Urc("UNDER-VOLTAGE POWER DOWN", Kind.RESTART, answer_to=NEVER),
    Urc("UNDER-VOLTAGE WARNNING", Kind.CHATTER, answer_to=NEVER),
    Urc("OVER-VOLTAGE WARNNING", Kind.CHATTER, answer_to=NEVER),
    Urc("Call Ready", Kind.READY, answer_to=NEVER),
    Urc("SMS Ready", Kind.READY, answer_to=NEVER),
    Urc("SMS DONE", Kind.READY, answer_to=NEVER),
    Urc("PB DONE", Kind.READY, answer_to=NEVER),
    Urc("+PBREADY", Kind.READY, answer_to=NEVER),
    Urc("+QIND", Kind.CHATTER, values=(("SMS DONE", Kind.READY), ("PB DONE", Kind.READY))),
    Urc("+CFUN", Kind.READY),
    Urc("+CPIN", Kind.CHATTER, values=_CPIN),
    Urc("+QUSIM", Kind.SIM),
    Urc("#QSS", Kind.CHATTER, values=(("0", Kind.SIM),)),
    Urc("^SIMST", Kind.CHATTER, values=(("0", Kind.SIM), ("255", Kind.SIM))),
    Urc("VOICE CALL", Kind.CHATTER, answer_to=NEVER),
    Urc("MISSED_CALL", Kind.CHATTER, answer_to=NEVER),
    Urc("DST", Kind.CHATTER, answer_to=NEVER),
    Urc("NO CARRIER", Kind.CHATTER, answer_to="ATD"),
    *(
        Urc(name, Kind.CHATTER)
        for name in (
            *("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CSQ", "+CESQ", "+CCWA", "+CSSI", "+CSSU", "+CGEV"),
            *("^RSSI", "^RSSILVL", "^HCSQ", "^BOOT", "^MODE", "^DSFLOWRPT", "^SRVST", "^STIN", "^CSNR"),
            *("^NWTIME", "^EARFCN", "^SCKS", "+ZUSIMR", "+ZDONR", "+ZPASR", "+ZPSTM", "+ZEND", "+SPNWNAME"),
            *(
                "+ZSTART",
                "_OSIGQ",
                "_OBLS",
                "_OWCTI",
                "#STN",
                "*EBCA",
                "*EMRDY",
                "*E2NAP",
                "+UREG",
                "+UUSORD",
            ),
            *("+CNSMOD", "+NITZ", "*PSUTTZ", "+MBAN", "+QURC"),
        )
    ),
)


class UrcTable:
    """The standard rows and those of one vendor."""

    def __init__(self, chatter: Iterable[str] = (), restarts: Iterable[str] = ()) -> None:
        """`chatter` and `restarts` are beginnings of lines, as a vendor's profile lists them."""
        self._rows = {row.name: row for row in STANDARD}
        for name in (_name(line) for line in chatter):
            self._rows.setdefault(name, Urc(name, Kind.CHATTER))
        for name in (_name(line) for line in restarts):
            known = self._rows.get(name)
            if known is None or known.kind is Kind.CHATTER:
                self._rows[name] = Urc(name, Kind.RESTART)
        self._loose = tuple(name for name in self._rows if not name.startswith("+") and len(name) > 3)

    def find(self, line: str) -> Urc | None:
        """The row of this line, its kind already chosen by the value; None where it is no known code."""
        name = head(line)
        row = self._rows.get(name) or self._loosely(line)
        if row is None or not row.values:
            return row
        said = value(line).replace('"', "").replace(" ,", ",")
        for wanted, kind in row.values:
            if said == wanted:
                return replace(row, kind=kind)
        return row

    def _loosely(self, line: str) -> Urc | None:
        """Codes that carry a value without a colon: `^EARFCN 300`, `*EBCA 1,2`."""
        if not line.startswith(self._loose):
            return None
        names = [name for name in self._loose if line.startswith(name) and _ends(line[len(name) :])]
        return self._rows[max(names, key=len)] if names else None


def _ends(rest: str) -> bool:
    return not rest or rest[0] in ' ,="'


def _name(line: str) -> str:
    return line.strip().rstrip(":").rstrip()
