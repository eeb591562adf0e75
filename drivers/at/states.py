"""Where a conversation can stand, and the table of its legal steps."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where the conversation stands."""

    IDLE = "idle"
    RUNNING = "running"
    """A command was written; its final result is awaited."""
    PROMPT = "prompt"
    """AT+CMGS was written; the prompt is awaited. Nothing can have been sent."""
    OPEN = "open"
    """The modem waits for the body. Nothing can have been sent."""
    SUBMITTED = "submitted"
    """Ctrl-Z was written. Nothing may be written now: a stray octet can abort the send."""
    ACCEPTED = "accepted"
    """`+CMGS: n` came: the network has the message. The OK behind it is awaited."""
    ABORTING = "aborting"
    """ESC was written into an open prompt."""
    STALE = "stale"
    """A deadline passed. No command may start before a fence has been answered."""
    FENCING = "fencing"
    """Probes are out; everything before their answer belongs to the past."""
    SILENT = "silent"
    """The fence failed."""


class Happening(StrEnum):
    """What moves the conversation on."""

    COMMAND = "command"
    SUBMIT = "submit"
    PROMPT = "prompt"
    BODY = "body"
    ABORT = "abort"
    REFERENCE = "reference"
    FINAL = "final"
    QUIET = "quiet"
    DEADLINE = "deadline"
    RESTART = "restart"
    FENCE = "fence"
    IN_STEP = "in step"
    SILENCE = "silence"


S, H = State, Happening
TRANSITIONS: Final[Mapping[State, Mapping[Happening, State]]] = MappingProxyType(
    {
        S.IDLE: {H.COMMAND: S.RUNNING, H.SUBMIT: S.PROMPT, H.FENCE: S.FENCING},
        S.RUNNING: {
            H.FINAL: S.IDLE,
            H.QUIET: S.STALE,
            H.DEADLINE: S.STALE,
            H.RESTART: S.STALE,
            H.PROMPT: S.OPEN,
        },
        S.PROMPT: {H.PROMPT: S.OPEN, H.FINAL: S.IDLE, H.DEADLINE: S.STALE, H.RESTART: S.STALE},
        S.OPEN: {
            H.BODY: S.SUBMITTED,
            H.ABORT: S.ABORTING,
            H.FINAL: S.IDLE,
            H.DEADLINE: S.STALE,
            H.RESTART: S.STALE,
        },
        S.SUBMITTED: {H.REFERENCE: S.ACCEPTED, H.FINAL: S.IDLE, H.DEADLINE: S.STALE, H.RESTART: S.STALE},
        S.ACCEPTED: {H.FINAL: S.IDLE, H.DEADLINE: S.STALE, H.RESTART: S.STALE},
        S.ABORTING: {H.FINAL: S.IDLE, H.DEADLINE: S.STALE, H.RESTART: S.STALE},
        S.STALE: {H.FENCE: S.FENCING},
        S.FENCING: {H.IN_STEP: S.IDLE, H.SILENCE: S.SILENT},
        S.SILENT: {H.FENCE: S.FENCING},
    }
)
"""Every legal step. `docs/architecture.md` draws its diagram from this table."""


class OutOfTurn(RuntimeError):
    """The caller did what the state does not allow: a mistake in the gateway, not in the modem."""
