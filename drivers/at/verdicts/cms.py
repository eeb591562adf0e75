"""`+CMS ERROR`: the network's causes (1 to 255) and the modem's own (300 to 500), by TS 27.005 3.2.5.

1 to 127 are RP and CP causes (TS 24.011 annex E), 128 to 255 are TP-FCS (TS 23.040 9.2.3.22). How a network
picks the cause of a refused submission: TS 23.040 11, which is why 1 and 28 point at the service centre or
the SIM rather than at the recipient.
"""

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

CMS: Final[tuple[Row, ...]] = (
    # TS 24.011 annex E: causes of the short message transfer
    (1, "Unassigned (unallocated) number", _X),  # mostly an unknown service centre: check CSCA
    (8, "Operator determined barring", _X),
    (10, "Call barred", _X),
    (17, "Network failure", _R),
    (21, "Short message transfer rejected", _X),  # bad recipient, no credit, plan without SMS, spam filter
    (22, "Congestion", _R),  # as an RP cause it means memory capacity exceeded, which no sender meets
    (27, "Destination out of service", _R),
    (28, "Unidentified subscriber", _U),  # the service centre does not know this SIM
    (29, "Facility rejected", _X),
    (30, "Unknown subscriber", _U),  # the SIM is deactivated
    (31, "Normal, unspecified", _R),
    (34, "No circuit or channel available", _R),
    (38, "Network out of order", _R),  # a time-out of the service centre too: ambiguous when it comes late
    (41, "Temporary failure", _R),
    (42, "Congestion", _R),
    (47, "Resources unavailable, unspecified", _R),
    (50, "Requested facility not subscribed", _U),
    (69, "Requested facility not implemented", _X),
    (81, "Invalid short message transfer reference value", _R),
    (95, "Invalid message, unspecified", _X),
    (96, "Invalid mandatory information", _P),
    (97, "Message type non-existent or not implemented", _R),
    (98, "Message not compatible with short message protocol state", _R),
    (99, "Information element non-existent or not implemented", _P),
    (111, "Protocol error, unspecified", _R),
    (127, "Interworking, unspecified", _R),
    # TS 23.040 9.2.3.22: TP-FCS
    (128, "Telematic interworking not supported", _P),
    (129, "Short message Type 0 not supported", _P),
    (130, "Cannot replace short message", _P),
    (143, "Unspecified TP-PID error", _P),
    (144, "Data coding scheme (alphabet) not supported", _P),
    (145, "Message class not supported", _P),
    (159, "Unspecified TP-DCS error", _P),
    (160, "Command cannot be actioned", _P),
    (161, "Command unsupported", _P),
    (175, "Unspecified TP-Command error", _P),
    (176, "TPDU not supported", _P),
    (192, "SC busy", _R),
    (193, "No SC subscription", _U),
    (194, "SC system failure", _R),
    (195, "Invalid SME address", _P),
    (196, "Destination SME barred", _P),
    (197, "SM rejected, duplicate SM", _OK),  # an earlier attempt got through
    (198, "TP-VPF not supported", _P),
    (199, "TP-VP not supported", _P),
    # Mobile-terminated causes: a send that ends in one has no answer at all.
    (208, "(U)SIM SMS storage full", _D),
    (209, "No SMS storage capability in (U)SIM", _D),
    (210, "Error in MS", _D),
    (211, "Memory capacity exceeded", _D),
    (212, "(U)SIM application toolkit busy", _D),
    (213, "(U)SIM data download error", _D),
    (255, "Unspecified error cause", _D),
    # Siemens, in a range that TS 27.005 reserves; nobody else uses it otherwise
    (256, "Operation temporarily not allowed", _R),
    (257, "Call barred", _X),
    (258, "Phone is busy", _R),
    (259, "User abort", _R),
    (260, "Invalid dial string", _P),
    (261, "Supplementary service not executed", _D),
    (262, "SIM blocked", _U),
    (263, "Invalid block", _D),
    # TS 27.005 3.2.5: what the modem says by itself
    (300, "ME failure", _R),
    (301, "SMS service of ME reserved", _R),
    (302, "Operation not allowed", _R),
    (303, "Operation not supported", _X),
    (304, "Invalid PDU mode parameter", _P),
    (305, "Invalid text mode parameter", _R),  # CMGF was lost: initialise again
    (310, "(U)SIM not inserted", _U),
    (311, "(U)SIM PIN required", _U),
    (312, "PH-(U)SIM PIN required", _U),
    (313, "(U)SIM failure", _R),  # seen to pass; the circuit breaker takes out a SIM that keeps failing
    (314, "(U)SIM busy", _R),
    (315, "(U)SIM wrong", _U),
    (316, "(U)SIM PUK required", _U),
    (317, "(U)SIM PIN2 required", _X),  # fixed dialling numbers are active
    (318, "(U)SIM PUK2 required", _X),
    (320, "Memory failure", _R),
    (321, "Invalid memory index", _OK),  # of CMGR and CMGD: the slot is empty
    (322, "Memory full", _R),
    (330, "SMSC address unknown", _U),
    (331, "No network service", _R),
    (332, "Network timeout", _R),
    (340, "No +CNMA acknowledgement expected", _OK),
    (500, "Unknown error", _D),
    # Makers beyond 511 on which nobody disagrees; 512 to 554 are in `makers`
    (615, "Network failure", _R),
    (616, "Network is down", _R),
    (639, "Service type not yet available", _R),
    (640, "Operation of service temporarily not allowed", _R),
    (764, "Missing input value", _D),
    (765, "Invalid input value", _D),
    (767, "Operation failed", _D),
    (769, "Unknown control input value", _D),
    (770, "Input value out of range", _D),
    (771, "Module busy or not ready", _D),
    (772, "Operation not possible now", _D),
)
