"""The simulator's own reading of 3GPP TS 23.038 and TS 23.040.

Written from the standards alone and sharing nothing with the gateway's codec: two readings of one page that
agree are evidence, one reading used on both sides is not.
"""

from __future__ import annotations

from drivers.sim.codec.address import Address
from drivers.sim.codec.compose import compose
from drivers.sim.codec.errors import CodecError
from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Concat, Deliver, Report, Submit

__all__ = ["Address", "CodecError", "Concat", "Deliver", "Report", "Stamp", "Submit", "compose"]
