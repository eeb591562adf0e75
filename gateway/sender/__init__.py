"""Sending: the dispatcher that chooses, the workers that send."""

from __future__ import annotations
