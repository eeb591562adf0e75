"""The gateway: messages, time, people. It never sees an AT string; what knows modems is `drivers`."""

from __future__ import annotations
