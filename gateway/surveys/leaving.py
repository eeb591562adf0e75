"""Somebody is out of every survey, by what (s)he said elsewhere than in an answer."""

from __future__ import annotations

from datetime import datetime

from gateway.store import Tx, sessions
from gateway.surveys.held import NOBODY, Cause
from gateway.surveys.moves import Stop
from gateway.surveys.runner import Runner


def leave(tx: Tx, runner: Runner, number: str, why: str, now: datetime, cause: Cause = NOBODY) -> list[int]:
    """End every open or scheduled session of a number (E.164), and say nothing; their ids.

    `why` is what the sessions will say: opted_out or wrong_number.
    """
    left = sessions.unfinished(tx, number)
    for row in left:
        runner.step_quietly(tx, runner.held(tx, row), Stop(reason=why), now, cause)
    return [row.id for row in left]
