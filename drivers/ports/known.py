"""USB identities of modems: which interface speaks AT, and which devices have none (MODEMS part 5).

Sources are the tables of MODEMS part 5. An interface that is not named is unknown: it is asked only when no
named one answers. A vid:pid can be stick or network card by its firmware, and 05c6 is shared by everybody
who builds with Qualcomm.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What stands behind one interface."""

    AT = "at"
    AUX = "aux"
    """A second AT port."""
    PPP = "at_ppp"
    """Answers AT, but is meant for dialling: only where there is nothing better."""
    NMEA = "nmea"
    DIAG = "diag"
    AUDIO = "audio"
    IGNORE = "ignore"
    UNKNOWN = "unknown"


PROBED: Final = (Role.AT, Role.AUX, Role.UNKNOWN, Role.PPP)
"""Roles that may be written to, the most promising first. The others never are."""

_Row = tuple[str, str, str]

_QUALCOMM = "diag=0 nmea=1 at=2 at_ppp=3"

MODEMS: Final[tuple[_Row, ...]] = (
    # vid:pid, name, role=interface[,interface…]
    ("12d1:1001", "Huawei E160/E169/E1550/E1552", "at_ppp=0 at=2"),
    ("12d1:1003", "Huawei E220/E230/E270", "at_ppp=0 at=1"),
    ("12d1:1406", "Huawei E1750", ""),
    ("12d1:140c", "Huawei E173/E372", ""),
    ("12d1:1436", "Huawei E303/E173", ""),
    ("12d1:1444", "Huawei E352/E353", ""),
    ("12d1:1465", "Huawei K3765 (Vodafone)", ""),
    ("12d1:14a5", "Huawei E173", ""),
    ("12d1:14a8", "Huawei E173", ""),
    ("12d1:14aa", "Huawei E173", ""),
    ("12d1:14c9", "Huawei K3770 (Vodafone)", ""),
    ("12d1:14ca", "Huawei K3771 (Vodafone)", ""),
    ("12d1:14cf", "Huawei K3772 (Vodafone)", ""),
    ("12d1:14d2", "Huawei E173", ""),
    ("12d1:1506", "Huawei E3372/E3131/E3531/E353", ""),
    ("12d1:150f", "Huawei E353/E372", ""),
    ("12d1:151b", "Huawei E3131", ""),
    ("12d1:151d", "Huawei E3131/E353", ""),
    ("12d1:151e", "Huawei E3131", ""),
    ("12d1:1573", "Huawei MU609", ""),
    ("12d1:15b1", "Huawei E3131/E3531", ""),
    ("12d1:15b3", "Huawei E3131/E3531", ""),
    ("12d1:15c1", "Huawei ME909", ""),
    ("12d1:15d1", "Huawei E3131", ""),
    ("12d1:15d3", "Huawei E3531", ""),
    ("12d1:1c05", "Huawei E173s", ""),
    ("12d1:1c10", "Huawei E173s", ""),
    ("12d1:1c12", "Huawei E173", ""),
    ("12d1:1c23", "Huawei E173", ""),
    ("19d2:0001", "ZTE MF626/MF628", "at=0"),
    ("19d2:0015", "ZTE MF626/MF628", "at=1"),
    ("19d2:0016", "ZTE stick", "at=2 aux=1"),
    ("19d2:0017", "ZTE MF190", "at=2 aux=1"),
    ("19d2:0031", "ZTE MF190/MF112/MF626", "at=3 aux=1"),
    ("19d2:0082", "ZTE MF190", "at=3"),
    ("19d2:0117", "ZTE MF190", "at=2 aux=1"),
    ("19d2:0124", "ZTE MF190", "at=4"),
    ("19d2:1031", "ZTE MF823", ""),
    ("19d2:1032", "ZTE MF823", ""),
    ("19d2:1211", "ZTE MF195", ""),
    ("19d2:1405", "ZTE MF667/MF668/MF70", ""),
    ("19d2:1515", "ZTE MF192", "at=0"),
    ("19d2:1589", "ZTE MF710M", ""),
    ("19d2:1591", "ZTE MF710M", ""),
    ("19d2:1592", "ZTE MF710M", ""),
    ("07d1:7e11", "D-Link DWM-156 A3", "at=2 aux=3"),
    ("2001:7d00", "D-Link DWM-156", "at=0"),
    ("2001:7d01", "D-Link DWM-156 A7", ""),
    ("2001:7d0e", "D-Link DWM-157", ""),
    ("1bbb:0000", "Alcatel X200/X220", "at=3"),
    ("1bbb:0017", "Alcatel X220", "at=5"),
    ("1bbb:00b7", "Alcatel stick", "at=4"),
    ("1bbb:022c", "Alcatel stick", "at=1"),
    ("0b3c:c005", "Olivetti Olicard", "at=5"),
    ("1c9e:6000", "Longcheer stick", "at=0"),
    ("1c9e:7001", "Longcheer stick", "at=2"),
    ("1c9e:7101", "Longcheer stick", "at=4"),
    ("1c9e:9603", "4G Systems stick", ""),
    ("1c9e:9605", "4G Systems stick", ""),
    ("0e8d:0023", "MediaTek stick", "at=2"),
    ("0e8d:00a1", "MediaTek stick", "at=0"),
    ("0e8d:00a2", "MediaTek stick", "at=0"),
    ("0e8d:00a4", "MediaTek stick", "at=0"),
    ("0e8d:00a5", "MediaTek stick", "at=2"),
    ("0e8d:00a7", "MediaTek stick", "at=2"),
    ("1199:68a3", "Sierra AirCard", "at=3"),
    ("1199:68c0", "Sierra RC7611", "diag=0 nmea=2 at=3"),
    ("1199:9071", "Sierra MC7455/MC7430", "diag=0 nmea=2 at=3"),
    ("1199:9079", "Sierra EM7455", "diag=0 nmea=2 at=3"),
    ("1199:9091", "Sierra EM7565", "diag=0 nmea=2 at=3"),
    ("1199:c001", "Sierra HL7812", "at=0 at_ppp=2 nmea=4"),
    ("1e0e:9000", "SIMCom stick", ""),
    ("1e0e:9001", "SIMCom SIM7600/SIM7500/SIM7000", _QUALCOMM + " audio=4"),
    ("1e0e:9011", "SIMCom A7600/A7670", "ignore=2 at=4 at_ppp=5"),
    ("1e0e:9100", "SIMCom stick", "aux=1 at=3"),
    ("1e0e:9200", "SIMCom stick", "aux=1 at=3"),
    ("1e0e:9205", "SIMCom SIM7070/7080/7090", _QUALCOMM),
    ("1e0e:9206", "SIMCom SIM7070/7080/7090", "diag=0 nmea=1 at=2 ignore=3,4 at_ppp=5"),
    ("1e0e:cefe", "SIMCom stick", "at=2"),
    ("05c6:9003", "Quectel UC20", "at=2 at_ppp=3"),
    ("05c6:9090", "Quectel UC15", "at=2 at_ppp=3"),
    ("2c7c:0121", "Quectel EC21", _QUALCOMM),
    ("2c7c:0125", "Quectel EC25/EG25-G", _QUALCOMM),
    ("2c7c:0191", "Quectel EG91", _QUALCOMM),
    ("2c7c:0195", "Quectel EG95", _QUALCOMM),
    ("2c7c:0296", "Quectel BG96", _QUALCOMM),
    ("2c7c:0306", "Quectel EG06", _QUALCOMM),
    ("2c7c:0512", "Quectel EG12", _QUALCOMM),
    ("2c7c:0800", "Quectel RM500", _QUALCOMM),
    ("2c7c:0801", "Quectel RM520N", _QUALCOMM),
    ("2c7c:6002", "Quectel EC200S", ""),  # another chip: nothing to assume
    ("2c7c:6026", "Quectel EC200T", ""),
    ("1bc7:0021", "Telit HE910/UE910", "at=0"),
    ("1bc7:1003", "Telit UC864", "at=0 aux=2"),
    ("1bc7:1004", "Telit UC864-G", "at=0 nmea=2 aux=3"),
    ("1bc7:1031", "Telit LE910C1", "at=1 aux=2"),
    ("1bc7:1040", "Telit LE922/LM940", "at=4 aux=5"),
    ("1bc7:1060", "Telit LN920", "at=4"),
    ("1bc7:1101", "Telit ME910", "at=1 aux=2"),
    ("1bc7:1201", "Telit LE910", "nmea=3 at=4 aux=5"),
    ("1546:1010", "u-blox TOBY-L4", "at=6"),
    ("1546:1102", "u-blox SARA-U2/LISA-U2", "at=0 aux=2,4 ignore=6,8,10,12"),
    ("1546:1104", "u-blox SARA-U2/LISA-U2", "at=0"),
    ("1546:1107", "u-blox LARA-R2", "at=0"),
    ("1546:110a", "u-blox LARA-R2", "at=0"),
    ("1546:1141", "u-blox TOBY-L2", ""),
    ("1546:1143", "u-blox TOBY-L2", ""),
    ("1546:1146", "u-blox TOBY-L2", ""),
    ("05c6:908b", "u-blox LARA-R6", "at=1"),
    ("05c6:90b2", "u-blox SARA-R410M", ""),
    ("1e2d:0053", "Cinterion PHS8", ""),
    ("1e2d:005b", "Cinterion PLS62", "at=0"),
    ("1e2d:005d", "Cinterion PLS62", "at=0"),
    ("1e2d:0061", "Cinterion PLS8", "at_ppp=0 at=2"),
    ("0681:0047", "Siemens HC25", ""),
    ("0421:0623", "Nokia CS-17", ""),
    ("1410:4100", "Novatel stick", ""),
    ("1410:4400", "Novatel stick", ""),
    ("1410:7030", "Novatel stick", ""),
)

MAKERS: Final = {
    "0421": "Nokia",
    "05c6": "Qualcomm",
    "0681": "Siemens",
    "07d1": "D-Link",
    "0af0": "Option",
    "0b3c": "Olivetti",
    "0bdb": "Ericsson",
    "0e8d": "MediaTek",
    "1199": "Sierra",
    "114f": "Wavecom",
    "12d1": "Huawei",
    "1410": "Novatel",
    "1546": "u-blox",
    "19d2": "ZTE",
    "1bbb": "Alcatel",
    "1bc7": "Telit",
    "1c9e": "Longcheer",
    "1e0e": "SIMCom",
    "1e2d": "Cinterion",
    "2001": "D-Link",
    "2c7c": "Quectel",
}
"""idVendor of makers whose devices with a tty are modems."""

UART_ADAPTERS: Final = {
    "0403": "FTDI serial adapter",
    "067b": "Prolific serial adapter",
    "10c4": "CP210x serial adapter",
    "1a86": "CH340 serial adapter",
    "4348": "CH340 serial adapter",
}
"""idVendor of chips that turn USB into a serial line: what hangs on it may be a modem or anything else."""

_CD_ROMS: Final = {
    "12d1": "1446 1449 14b5 14ba 14c4 14d1 14fe 1505 151a 1520 1526 1557 155b 157d 15ca 15cd 15ce 15cf 15d0"
    " 15d2 15e7 1c0b 1c24 1f01",
    "19d2": "0103 0149 0154 1030 1210 1224 1225 1514 1588 2000",
    "0421": "0622",
    "1199": "0fff",
    "1410": "5010",
    "1bbb": "f000",
    "1c9e": "f000",
    "1e0e": "f000",
    "2001": "a706",
}
STORAGE: Final = frozenset(f"{vid}:{pid}" for vid, pids in _CD_ROMS.items() for pid in pids.split())
"""Sticks that still pretend to be a CD-ROM (MODEMS F119)."""

HILINK: Final = frozenset({"12d1:14db", "12d1:14dc"})
"""Network cards with a web page: no AT at all (MODEMS F120)."""
