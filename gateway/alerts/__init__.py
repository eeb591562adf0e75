"""Telling people of ours that a customer is unhappy: by mail, chat, SMS, a program, the log.

notice     what is told, as data and as text
targets    how each kind of target is told
teller     the thread: within seconds, again where it fails, once more when nobody has closed it in time
"""

from __future__ import annotations

from gateway.alerts.teller import Teller

__all__ = ["Teller"]
