"""What the simulator's codec raises."""

from __future__ import annotations


class CodecError(ValueError):
    """A PDU that the network would refuse; the text says which field and why."""
