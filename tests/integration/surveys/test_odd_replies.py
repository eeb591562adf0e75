"""Replies as nobody expects them: all are stored, none is answered to a robot, and nothing falls over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Deliver
from tests.integration.surveys.conftest import ANA, Shop

KEYWORD = """
title = "Avis"
brand = "Bricolo"
[start]
keywords = ["AVIS"]
[limits]
reask_max = 0
settle = "0s"
[[question]]
id = "note"
type = "csat"
text = "{brand}: votre note, de 1 à 5 ? Refus : STOP"
[[closing]]
text = "Merci ! {brand}"
"""


@pytest.mark.parametrize(
    ("text", "number", "kind", "seen"),
    [
        ("é" * 1400, ANA, "invalid", True),  # ten parts
        ("", ANA, "invalid", False),
        ("\x00\x01", ANA, "invalid", False),
        ("مرحبا كيف حالك", ANA, "invalid", False),
        ("5" * 1500, ANA, "invalid", False),
        ("Votre forfait expire bientôt. STOP au 36111", "INFO", "operator", False),
        ("Offre : 5 pour 1 ! STOP", "3637", "operator", False),
    ],
)
def test_while_a_question_is_open(shop: Shop, text: str, number: str, kind: str, seen: bool) -> None:
    shop.asked("csat_livraison")
    shop.wait(60)
    message = shop.says(text, number=number)
    assert (message.kind, message.complete) == (kind, 1)
    assert message.body.replace("\ufffd", "\x00") == text
    assert ("invalid" in shop.reviews()) is seen
    shop.wait(30)
    assert len(shop.texts()) == (2 if number == ANA else 1)  # asked again once
    assert shop.texts(number)[1:] == shop.texts()[1:2] * (number == ANA)
    shop.says("5")
    assert shop.answers() == {"satisfaction": "5"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("مرحبا كيف حالك", "unmatched"),
        ("спасибо, но нет", "unmatched"),
        ("非常不好", "unmatched"),
        ("5" * 1500, "unmatched"),
        ("merci 👍", "pleasantry"),
        ("👍🏽", "pleasantry"),
        ("", "pleasantry"),
    ],
)
def test_while_nothing_is_asked(shop: Shop, text: str, kind: str) -> None:
    assert shop.says(text).kind == kind
    shop.wait(60)
    assert shop.sent == []


def test_octets_that_are_no_text(shop: Shop) -> None:
    shop.asked("csat_livraison")
    stamp = Stamp(shop.clock.now().replace(microsecond=0))
    taken = shop.take(shop._received(Deliver(sender=ANA, stamp=stamp, text=b"\x00\xff5\x80", dcs=4).encode()))
    message = shop.message(taken.inbox_id)
    assert message.raw
    assert message.kind != "answer"
    assert shop.session().state == "awaiting"


def talk(shop: Shop, robot: Callable[[str], str], *, hours: int = 3, gap: int = 7) -> list[str]:
    """A machine answers each of our texts within seconds; what it has got from us in the end."""
    until, answered = shop.clock.now() + timedelta(hours=hours), 0
    while shop.clock.now() < until:
        shop.wait(gap)
        for text in shop.texts()[answered:]:
            answered += 1
            shop.says(robot(text), reference=answered % 256)
        if not shop.queued() and answered == len(shop.texts()):
            break
    return shop.texts()


@pytest.mark.parametrize("says", ["Merci de ne pas répondre à ce message", "aide", "8", "?"])
def test_two_machines_end_their_talk(shop: Shop, says: str) -> None:
    shop.asked("csat_livraison")
    assert len(talk(shop, lambda text: says)) <= 3


def test_a_machine_that_begins_and_ends_is_answered_four_times_in_ten_minutes(shop: Shop) -> None:
    shop.asked("csat_livraison")
    begun = shop.clock.now()
    texts = talk(shop, lambda text: "START" if "START" in text else "STOP")
    assert len(texts) == 1 + 4
    assert shop.sent[-1][0] - begun < timedelta(minutes=10)
    assert shop.reviews() == ["loop"]


def test_a_keyword_in_every_reply_begins_no_endless_talk(shop: Shop) -> None:
    """Even where the operator has lifted the caps that would end it, too."""
    shop.policy = {"caps": {"total": []}}
    shop.restarted()
    shop.survey("avis", KEYWORD)
    shop.says("AVIS", reference=200)
    texts = talk(shop, lambda text: "AVIS" if text.startswith("Merci") else "5")
    assert texts == ["Bricolo: votre note, de 1 à 5 ? Refus : STOP", "Merci ! Bricolo"] * 4
    assert shop.message(shop.value("SELECT max(id) FROM inbox")).kind == "loop"
    assert shop.reviews() == ["loop"]


@pytest.mark.parametrize(("text", "state", "kept"), [("7", "stopped", {}), ("2", "completed", {"note": "2"})])
def test_a_punctual_reply_that_comes_after_a_stop_opens_nothing(
    shop: Shop, text: str, state: str, kept: dict[str, str]
) -> None:
    shop.survey("avis", KEYWORD.replace("reask_max = 0", 'question_ttl = "3h"\nsession_ttl = "8h"'))
    session = shop.asked("avis")
    written = shop.clock.now() + timedelta(minutes=5)
    shop.wait(hours=4)
    assert shop.session(session.id).state == "expired"
    shop.says("STOP")
    shop.wait(60)
    before = shop.texts()
    shop.says(text, written=written)
    assert shop.session(session.id).state == state
    assert shop.answers() == kept
    shop.wait(hours=4)
    assert shop.texts() == before
