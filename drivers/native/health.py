"""A look at the modem between two sends: registration, signal, storage (MODEMS 1.G)."""

from __future__ import annotations

from typing import Final

from drivers.api import Health
from drivers.at import replies
from drivers.native.link import SLOW, Link
from drivers.native.storage import Storage

_HOME: Final = frozenset({1, 6, 9})
"""Registered; 6 for messages only, 9 with CS fallback not preferred (TS 27.007 7.2, F108)."""
_ROAMING: Final = frozenset({5, 7, 10})
"""The same, abroad."""
_NO_SIM: Final = frozenset({("cme", 10), ("cms", 310)})
_ALMOST_FULL: Final = 0.8


def look(link: Link, storage: Storage, *, roaming_allowed: bool) -> Health:
    """Ask now. Signal and operator are for show: 99 is usual in the middle of work (F111)."""
    stat = replies.registration(link.ask("AT+CREG?").lines)
    roaming = stat in _ROAMING
    can_send = stat in _HOME or (roaming and roaming_allowed)
    warnings = [] if can_send or roaming else _packet_only(link)
    counts = storage.count()
    if counts and counts[1] and counts[0] >= _ALMOST_FULL * counts[1]:
        warnings.append(
            f"the storage {storage.home or 'of the modem'} holds {counts[0]} of {counts[1]} messages"
        )
    return Health(
        registration=stat,
        can_send=can_send,
        roaming=roaming,
        signal=replies.signal(link.ask("AT+CSQ").lines),
        operator=replies.operator(link.ask("AT+COPS?", factor=SLOW).lines),
        storage_used=counts[0] if counts else None,
        storage_total=counts[1] if counts else None,
        warnings=tuple(warnings),
    )


def notifications(link: Link) -> str:
    """What AT+CNMI? says now; "" where it says nothing.

    To be compared with what it said before: where nothing is echoed, nothing else tells that the settings are
    gone, and with them every push (MODEMS F08, F13).
    """
    return next(iter(replies.answers(link.ask("AT+CNMI?").lines, "+CNMI")), "")


def news_of_sim(link: Link, imsi: str) -> str:
    """Why the SIM has to be read again; "" where AT+CIMI tells the same IMSI as before, or has never told one.

    Not every modem says by itself that its SIM was taken out, or changed (F105).
    """
    if not imsi:
        return ""
    answer = link.ask("AT+CIMI")
    if (answer.result.kind, answer.result.code) in _NO_SIM:
        return "its SIM is gone"
    now = replies.imsi(answer.lines)
    return "there is another SIM in it" if now and now != imsi else ""


def _packet_only(link: Link) -> list[str]:
    """Registered for data alone: messages need CREG, or a network that carries them over IMS (F109)."""
    stat = replies.registration(link.ask("AT+CEREG?").lines, "+CEREG")
    if stat in _HOME | _ROAMING:
        return ["registered for data only (CEREG): messages may not get through"]
    return []
