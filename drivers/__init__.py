"""Drivers: what knows modems. The gateway uses the names of this page and nothing below it."""

from __future__ import annotations
