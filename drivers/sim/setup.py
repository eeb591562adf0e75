"""How a farm is described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from drivers.sim.handsets import Handset
from drivers.sim.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSetup:
    """One modem and its SIM. What is left empty is made up from its place in the farm."""

    name: str = ""
    """Also the name of its link; empty: modem0, modem1, …"""
    profile: str | Profile = "generic"
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    number: str | None = None
    smsc: str | None = None
    pin: str | None = None
    puk: str = "12345678"
    slots: int = 20
    """Messages that the SIM can keep."""
    credit: int | None = None
    """Parts that the SIM can still pay for; None: no end."""
    sim: bool = True
    """False: no SIM is in it."""
    submit_time: float | tuple[float, ...] = 0.02
    """Seconds from Ctrl-Z to +CMGS; several: drawn for each submission."""
    prompt_time: float = 0.0
    """Seconds from the command to the prompt."""
    linked_time: float | None = None
    """Seconds from Ctrl-Z to +CMGS while +CMMS keeps the link open; None: no difference."""
    ports: Sequence[str] = ()
    """Further ttys of the same stick, each with its link NAME-ROLE: at (a second AT port), urc (another one, the
    only one that says unsolicited lines), nmea, diag, hdlc (no AT) or dead (silence)."""
    faults: Sequence[str] = ()
    """As `Modem.arm_text` takes them: NAME, NAME=value, NAME=value,nth=2,p=0.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A farm."""

    modems: Sequence[ModemSetup] = (ModemSetup(),)
    directory: Path | str | None = None
    """Where the links appear; None: a temporary folder that goes away at the end."""
    seed: int = 1
    handsets: Sequence[Handset] = ()
    smsc: str = "+33609001390"
    country: str = "33"
    """The country in which numbers without one are dialled."""
    report_delay: float = 0.05
    """Seconds from acceptance to the status report."""
    timezone: timedelta = timedelta(hours=1)
    """The zone of the service centre's time stamps."""
    ussd: Mapping[str, str] = field(
        default_factory=lambda: {"*100#": "Credit: {credit}", "*123#": "{number}"}
    )
    """USSD codes and their answers; {credit} and {number} are filled in."""
    control: Path | str | None = None
    """A unix socket for other processes (see `drivers.sim.control`)."""
    log: Path | str | None = None
    """A file for the log, as JSON lines."""
