"""`+CME ERROR`: TS 27.007 9.2. Some modems answer `AT+CMGS` with these instead of a `+CMS ERROR`."""

from __future__ import annotations

from typing import Final

from drivers.at.verdicts import Row
from drivers.errors import Verdict

_P = Verdict.PERMANENT
_R = Verdict.LATER
_X = Verdict.ELSEWHERE
_U = Verdict.SICK
_D = Verdict.DOUBTFUL
_OK = Verdict.ACCEPTED

CME: Final[tuple[Row, ...]] = (
    # 9.2.1 general errors
    (0, "Phone failure", _R),
    (1, "No connection to phone", _R),
    (2, "Phone-adaptor link reserved", _R),
    (3, "Operation not allowed", _R),
    (4, "Operation not supported", _X),
    (5, "PH-SIM PIN required", _U),
    (6, "PH-FSIM PIN required", _U),
    (7, "PH-FSIM PUK required", _U),
    (10, "SIM not inserted", _U),
    (11, "SIM PIN required", _U),
    (12, "SIM PUK required", _U),
    (13, "SIM failure", _R),  # some report it while they boot (MODEMS F59)
    (14, "SIM busy", _R),
    (15, "SIM wrong", _U),
    (16, "Incorrect password", _U),  # a PIN refused: never tried again by itself (MODEMS F101)
    (17, "SIM PIN2 required", _X),
    (18, "SIM PUK2 required", _X),
    (20, "Memory full", _R),
    (21, "Invalid index", _OK),
    (22, "Not found", _OK),
    (23, "Memory failure", _R),
    (24, "Text string too long", _P),
    (25, "Invalid characters in text string", _P),
    (26, "Dial string too long", _P),
    (27, "Invalid characters in dial string", _P),
    (30, "No network service", _R),
    (31, "Network timeout", _R),
    (32, "Network not allowed, emergency calls only", _U),
    (40, "Network personalization PIN required", _U),
    (41, "Network personalization PUK required", _U),
    (42, "Network subset personalization PIN required", _U),
    (43, "Network subset personalization PUK required", _U),
    (44, "Service provider personalization PIN required", _U),
    (45, "Service provider personalization PUK required", _U),
    (46, "Corporate personalization PIN required", _U),
    (47, "Corporate personalization PUK required", _U),
    (48, "Hidden key required", _D),
    (49, "EAP method not supported", _D),
    (50, "Incorrect parameters", _P),
    (51, "Command implemented but currently disabled", _R),
    (52, "Command aborted by user", _R),
    (53, "Not attached to network due to MT functionality restrictions", _R),
    (54, "Modem not allowed, MT restricted to emergency calls only", _R),
    (55, "Operation not allowed because of MT functionality restrictions", _R),
    (56, "Fixed dial number only allowed, called number is not a fixed dial number", _X),
    (57, "Temporarily out of service due to other MT usage", _R),
    (58, "Language or alphabet not supported", _R),
    (59, "Unexpected data value", _R),
    (60, "System failure", _R),
    (61, "Data missing", _R),
    (62, "Call barred", _R),
    (63, "Message waiting indication subscription failure", _R),
    (100, "Unknown", _D),
    # 9.2.2 data errors: the causes of TS 24.008, plus 100
    (103, "Illegal MS", _U),
    (106, "Illegal ME", _U),
    (107, "GPRS services not allowed", _U),
    (108, "GPRS services and non-GPRS services not allowed", _U),
    (111, "PLMN not allowed", _U),
    (112, "Location area not allowed", _U),
    (113, "Roaming not allowed in this location area", _U),
    (114, "GPRS services not allowed in this PLMN", _D),
    (115, "No suitable cells in location area", _R),
    (122, "Congestion", _R),
    (126, "Insufficient resources", _D),
    (127, "Missing or unknown APN", _D),
    (128, "Unknown PDP address or PDP type", _D),
    (129, "User authentication failed", _D),
    (130, "Activation rejected by gateway", _D),
    (131, "Activation rejected, unspecified", _D),
    (132, "Service option not supported", _D),
    (133, "Requested service option not subscribed", _D),
    (134, "Service option temporarily out of order", _D),
    (148, "Unspecified GPRS error", _D),
    (149, "PDP authentication failure", _D),
    (150, "Invalid mobile class", _D),
    # Wavecom, and those who copied it: initialising, or another command is running (MODEMS F58)
    (515, "Please wait, initialisation or command processing in progress", _R),
)
