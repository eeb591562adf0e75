"""What makes one modem differ from another, as data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Chatter:
    """A line that the modem says by itself again and again."""

    line: str
    period: float
    """Seconds."""
    off: str = ""
    """The command that silences it, such as ^CURC=0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One make of modem: its texts, storages, modes and habits. The defaults are a well-behaved modem."""

    name: str
    summary: str
    manufacturer: str
    model: str
    revision: str
    imei: str = "35000000"
    """The first eight digits; the rest is the modem's place in the farm."""
    ati: tuple[str, ...] = ()
    """Lines of ATI; empty: manufacturer, model, revision."""
    gcap: str = "+CGSM"
    echo: bool = True
    memories: tuple[tuple[str, int], ...] = (("ME", 100), ("SR", 20), ("BM", 5))
    """Storages of the modem itself, beside the SIM's SM."""
    cpms_test: str = '("SM","ME","SR"),("SM","ME"),("SM","ME")'
    preferred: str = "SM"
    cnmi_test: str = "(0-3),(0-3),(0,2),(0-2),(0,1)"
    cnmi_refused: tuple[str, ...] = ()
    """Regular expressions over `mode,mt,bm,ds,bfr`: advertised or not, these answer an error."""
    csms: tuple[int, ...] = (0, 1)
    cmms: bool = True
    cmgd_test: str = "taken"
    """The indexes in +CMGD=?: those taken, the whole range, or those taken with a comma too many."""
    act: int = 2
    """Access technology: 0 GSM, 2 UTRAN, 7 E-UTRAN."""
    boot: tuple[tuple[float, str], ...] = ()
    """What it says after each start: seconds since the start, line."""
    boot_time: float = 0.0
    """Seconds from power to the first answer."""
    sim_time: float = 0.0
    """Seconds from power (and from the PIN) until the SIM is usable."""
    busy_code: int = 14
    """The error meanwhile: 14 (and 314), or 515."""
    vanishes: bool = True
    """A reset takes the USB device away for a moment; False for a module on a serial line."""
    gone: float = 0.2
    """Seconds for which it is away (real ones: 10 to 40)."""
    chatter: tuple[Chatter, ...] = ()
    latency: float = 0.0
    """Seconds before an ordinary answer."""
    unknown: str = "ERROR"
    """The answer to a command it does not have: ERROR, or COMMAND NOT SUPPORT."""
    cms_always_coded: bool = False
    """True: +CMS ERROR comes with its code even under +CMEE=0."""
    card: tuple[tuple[str, tuple[str, ...]], ...] = (("+CCID", ("+CCID: {iccid}",)),)
    """Vendor commands about the SIM, as typed after AT, and their lines; {iccid}, {state}, {pin} and {puk} (the
    tries that are left) are filled in."""
    answers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Vendor commands with a fixed answer: the text after AT, and its lines before OK."""
    lacks: frozenset[str] = field(default_factory=frozenset)
    """Commands of the standard that it does not have."""
    quirks: tuple[str, ...] = ()
    """Faults that always belong to it, as `arm` takes them: NAME or NAME=value."""
    empty_slot: str = "ok"
    """How +CMGR reads an empty slot: ok, zero, 321 or error."""
    full: str = ""
    """What it says when its message storage is full; {memory} is filled in."""
    ussd: str = "plain"
    """plain, packed or ucs2: how +CUSD carries text."""
    ussd_packed_request: bool = False
    """Only packed requests are understood."""
