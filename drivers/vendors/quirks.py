"""How one family of modems differs from the standard, as data.

The defaults are the generic profile: no delay and no command beyond the standard. A vendor file changes only
what its modems are known for and cites the fact (MODEMS F-numbers and parts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from drivers.vendors.pins import CPINR, PinCounter, PinTries

Reports = Literal["push", "store", "none"]
ErrorTable = Literal["generic", "siemens", "wavecom"]
FlowControl = Literal["none", "rtscts"]

LADDER: tuple[str, ...] = (
    "2,1,0,1,0",
    "1,1,0,1,0",
    "2,1,0,2,0",
    "1,1,0,2,0",
    "2,1,0,0,0",
    "1,1,0,0,0",
)
"""MODEMS F94. mt is always 1: a message stays in the storage until it is committed. ds 1 before ds 2 before
none: pushed reports avoid the modems that store them under the wrong name (F72)."""
MODE_ONE_FIRST: tuple[str, ...] = (
    "1,1,0,1,0",
    "2,1,0,1,0",
    "1,1,0,2,0",
    "2,1,0,2,0",
    "1,1,0,0,0",
    "2,1,0,0,0",
)
"""For those that advertise mode 2 and refuse it (MODEMS F94, 3.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """What the driver does differently with a modem of this family. Times are in the unit of their name."""

    name: str
    cpms: tuple[str, ...] = ("ME", "SM")
    """Message memories, the preferred one first (3.2 step 11); () where none can be chosen (F90)."""
    cnmi: tuple[str, ...] = LADDER
    """Arguments of AT+CNMI, tried in order until one is taken; () where none is: poll only."""
    init: tuple[str, ...] = ()
    """Commands of the maker, sent once after the identity is known; an ERROR is fine."""
    reset_command: str = "AT+CFUN=1,1"
    settle_after_reset_s: float = 0.0
    """How long after its restart the modem is worth talking to; 0: as soon as its port is there."""
    inter_command_ms: int = 0
    """Silence between an answer and the next command (F16)."""
    inter_byte_ms: int = 0
    """Pause after each octet written (F16)."""
    ctrlz_delay_ms: int = 0
    """Pause between the PDU and its Ctrl-Z (F40)."""
    pdu_chunk: int = 0
    """Octets of the PDU per write; 0: all at once (F40)."""
    submit_timeout: float | None = None
    """The longest time from Ctrl-Z to +CMGS that the maker documents, seconds. Never shortens what the
    operator set: waiting less makes unknown outcomes out of slow ones (F46, F47)."""
    ussd_packed: bool = False
    """USSD codes go out as packed GSM 7-bit in hex (F131)."""
    needs_sms_ready: bool = False
    """After an announced restart, wait for one of `ready_lines` (at most 30 s) before the first send (F60).
    A modem that was already up announces nothing: there an accepted AT+CPMS? is enough."""
    ready_lines: tuple[str, ...] = ()
    reference_reliable: bool = True
    """Whether the reference in +CMGS is the TP-MR that the report will carry (F52)."""
    reports: Reports = "push"
    """push: +CDS. store: +CDSI proven right, none is lost while the daemon is down. none: neither."""
    csms: int | None = 0
    """AT+CSMS: 0 lets the modem acknowledge by itself (F77); None: leave it alone."""
    iccid_commands: tuple[str, ...] = ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID", "AT#CCID")
    """In order, until one answers (F113)."""
    pin_counter: PinCounter | None = CPINR
    """How to ask how many tries the PIN has left (F102)."""
    urcs: tuple[str, ...] = ()
    """Prefixes of lines that this maker sends unasked (F27, F28)."""
    restart_lines: tuple[str, ...] = ("RDY", "^SYSSTART", "*ATREADY", "Call Ready")
    """A line that begins with one of these says that the settings are lost (F60)."""
    error_table: ErrorTable = "generic"
    """Whose meaning of +CMS ERROR 512 to 554 holds (2.1)."""
    cmgl_ok: bool = True
    """AT+CMGL lists; otherwise read index by index up to the total of AT+CPMS? (F93)."""
    cmms: bool = False
    """AT+CMMS=2 is documented to save the channel set-up of the messages that follow (3.2)."""
    resend_cmgf: bool = False
    """AT+CMGF=0 before every send, not only after a sign of a restart (F45)."""
    number: str = "AT+CNUM"
    """The command for the SIM's own number; "" where it is not to be asked."""
    sr_memory: str = ""
    """The memory in which reports lie whatever +CDSI says; "" where +CDSI is right (F72, F73)."""
    flow_control: FlowControl = "none"
    """rtscts only where the wiring is known: it stalls adapters whose CTS is never raised (F20)."""
    no_final: tuple[str, ...] = ()
    """Commands whose answer ends without OK: an information line and 500 ms of silence do (F10)."""

    @property
    def pin_retry_command(self) -> str:
        """The query for the tries left, "" where there is none."""
        return self.pin_counter.command if self.pin_counter else ""

    def pin_tries(self, lines: Sequence[str]) -> PinTries | None:
        """Tries left by the answer to `pin_retry_command`; None where it does not say."""
        return self.pin_counter.read(lines) if self.pin_counter else None
