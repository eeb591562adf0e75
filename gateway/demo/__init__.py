"""The demonstration: the real daemon in a process of its own, simulated modems, simulated customers."""

from __future__ import annotations
