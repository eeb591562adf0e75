"""The parts of the native driver; `drivers.modem` puts them together."""

from __future__ import annotations
