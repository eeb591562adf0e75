"""What the receiver decides: is it known, does it belong together, what is it taken for."""

from __future__ import annotations
