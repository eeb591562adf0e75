"""What a reset puts back: the modem's settings and its radio."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Settings:
    """Everything that the program sets and that a reboot forgets."""

    cmgf: int = 0
    cscs: str = "GSM"
    csms: int = 0
    cmms: int = 0
    cmms_until: float = 0.0
    """Monotonic seconds: the radio link of the last submission stays open until then."""
    cnmi: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    cpms: list[str] = field(default_factory=lambda: ["SM", "SM", "SM"])
    csmp: tuple[int, int, int, int] = (17, 167, 0, 0)
    csdh: int = 0
    registration: dict[str, int] = field(default_factory=lambda: {"CREG": 0, "CGREG": 0, "CEREG": 0})
    """Unsolicited registration reports: the <n> of each command."""
    cops_format: int = 0
    clip: int = 0
    crc: int = 0
    cusd: int = 0
    registers: dict[int, int] = field(default_factory=lambda: {0: 0, 3: 13, 4: 10, 5: 8})
    muted: set[str] = field(default_factory=set)
    """Commands that silenced a chatter."""
    free: dict[str, str] = field(default_factory=dict)
    """Values of commands that are remembered and have no other effect."""


@dataclass(slots=True)
class Radio:
    """How the modem stands with the network."""

    cfun: int = 1
    creg: int = 1
    """<stat> of circuit-switched registration."""
    cgreg: int = 1
    cereg: int = 4
    csq: int = 20
    act: int = 2
    """Access technology as +COPS? tells it: 0 GSM, 2 UTRAN, 7 E-UTRAN."""
    operator: str = "Simtel"
    plmn: str = "20899"
    area: str = "00A1"
    cell: str = "01F3C2B4"

    @property
    def sms(self) -> bool:
        """Messages can pass (MODEMS F107 to F109)."""
        return self.cfun == 1 and self.creg in (1, 5, 6, 7, 9, 10)
