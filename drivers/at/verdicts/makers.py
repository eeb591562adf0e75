"""`+CMS ERROR` 512 to 554: the same number says different things on Wavecom and Siemens (MODEMS.md 2.1).

A maker whose table is not known here gets no guess: such a code is doubtful.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from drivers.at.verdicts import Row
from drivers.errors import Verdict

_P = Verdict.PERMANENT
_R = Verdict.LATER
_D = Verdict.DOUBTFUL

SIEMENS: Final[tuple[Row, ...]] = (
    (512, "User abort", _R),
    (513, "Unable to store", _R),
    (514, "Invalid status", _P),
    (515, "Invalid character in address string", _P),
    (516, "Invalid length", _P),
    (517, "Invalid character in PDU", _P),
    (518, "Invalid parameter", _P),
    (519, "Invalid length or character", _P),
    (520, "Invalid character in text", _P),
    (521, "Timer expired", _R),
    (522, "Operation temporarily not allowed", _R),
    (532, "SIM not ready", _R),
    (534, "Cell broadcast error, unknown", _D),
    (535, "Protocol stack busy", _R),
    (538, "Invalid parameter", _P),
    (549, "Incorrect PDU length", _P),
    (550, "Invalid MTI", _P),
    (551, "Invalid characters in address", _P),
    (552, "Invalid PDU", _P),
    (553, "Incorrect PDU UDL", _P),
    (554, "Incorrect SCA length", _P),
)

WAVECOM: Final[tuple[Row, ...]] = (
    (512, "MM establishment failure", _R),  # an SMS came in at the same moment, or the signal is weak (F63)
    (513, "Lower layer failure", _R),
    (514, "Congestion", _R),
    (515, "Please wait, initialisation or command processing in progress", _R),
)

MAKERS: Final = MappingProxyType(
    {"siemens": SIEMENS, "cinterion": SIEMENS, "wavecom": WAVECOM},
)
"""Vendor profile, or the name of its error table, to its rows."""
