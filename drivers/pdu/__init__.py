"""The PDU codec: 3GPP TS 23.040 and TS 23.038, without I/O and without a clock.

decode_pdu      hex → Deliver, SubmitPdu or StatusReport; PduError names field and octet
segment         a text → the text of each part, and the alphabet they need
encode_submit   one part → the PDU for AT+CMGS
join_texts      the parts that arrived → a text
status_class    what a report says: delivered, pending, permanent, gave up, unknown
"""

from __future__ import annotations

from drivers.pdu.decode import decode_pdu
from drivers.pdu.join import GAP, join_texts
from drivers.pdu.reader import PduError
from drivers.pdu.segment import TooManyParts, segment
from drivers.pdu.status import StatusClass, status_class, status_name
from drivers.pdu.submit import encode_submit
from drivers.pdu.values import Alphabet, Concat, Deliver, Encoded, Segments, StatusReport, SubmitPdu

__all__ = [
    "GAP",
    "Alphabet",
    "Concat",
    "Deliver",
    "Encoded",
    "PduError",
    "Segments",
    "StatusClass",
    "StatusReport",
    "SubmitPdu",
    "TooManyParts",
    "decode_pdu",
    "encode_submit",
    "join_texts",
    "segment",
    "status_class",
    "status_name",
]
