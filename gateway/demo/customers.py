"""Who is asked in the demonstration, and what they are like. Seeded: every run tells the same story."""

from __future__ import annotations

import random
from dataclasses import dataclass

from drivers import sim

NAMES = (
    "Ana",
    "Bruno",
    "Chloe",
    "David",
    "Elise",
    "Farid",
    "Gaelle",
    "Hugo",
    "Ines",
    "Jules",
    "Karim",
    "Lea",
)

SCORE, REASON, COMMENT, AGAIN = "Satisfait, de 1", "Raison principale", "en une phrase", "par un seul chiffre"
"""What tells the survey's questions apart on a phone."""
LATE = 9.5
"""Seconds, a little more than the survey's `question_ttl`."""


@dataclass(frozen=True, slots=True)
class Temper:
    """A kind of customer: how often, and what they write to each question; "" is silence."""

    name: str
    weight: int
    answers: tuple[tuple[str, str | sim.Reply | tuple[str | sim.Reply, ...]], ...] = ()
    off: bool = False
    gone: bool = False


TEMPERS = (
    Temper("happy", 4, ((SCORE, "5 merci, livreur très aimable"),)),
    Temper("delighted", 3, ((SCORE, "5 parfait, rien à dire"),)),
    Temper("enthusiastic", 3, ((SCORE, "Cinq ! Rapide et soigné"),)),
    Temper("emoji", 4, ((SCORE, "5️⃣ 👍👍"),)),
    Temper("words", 4, ((SCORE, "quatre"),)),
    Temper("content", 4, ((SCORE, "4"),)),
    Temper("middling", 3, ((SCORE, "3"), (COMMENT, "Le créneau était un peu large"))),
    Temper(
        "angry",
        3,
        ((SCORE, "1"), (REASON, "3"), (COMMENT, "Le livreur a jeté le colis par-dessus la haie !")),
    ),
    Temper("all at once", 2, ((SCORE, "2 trop long et colis ouvert"), (REASON, "1"))),
    Temper("in two messages", 2, ((SCORE, ("5", sim.Reply(text="super accueil au téléphone", delay=0.3))),)),
    Temper("unclear", 2, ((SCORE, "bof"), (AGAIN, "4"))),
    Temper("gibberish", 1, ((SCORE, "asdf qsdf"), (AGAIN, "¿?"))),
    Temper("stop", 2, ((SCORE, "STOP"),)),
    Temper("late", 1, ((SCORE, sim.Reply(text="4, désolé j'étais en réunion", delay=LATE)),)),
    Temper("silent", 4),
    Temper("off", 1, off=True),
    Temper("gone", 1, gone=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One of them."""

    name: str
    number: str
    order: str
    temper: Temper


def crowd(count: int, seed: int = 1) -> list[Customer]:
    """That many customers, the same for the same seed; every temper is there where they are enough."""
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    tempers = [*TEMPERS, *rng.choices(TEMPERS, [temper.weight for temper in TEMPERS], k=count)][:count]
    rng.shuffle(tempers)
    return [
        Customer(
            name=NAMES[place % len(NAMES)],
            number=f"+3361234{place:04d}",
            order=f"A-{100 + place}",
            temper=temper,
        )
        for place, temper in enumerate(tempers)
    ]


def handset(customer: Customer, delay: float) -> sim.Handset:
    """The phone of a customer, in the simulated network."""
    temper = customer.temper
    return sim.Handset(
        number=customer.number,
        rules=tuple(sim.Rule(pattern, answer, delay) for pattern, answer in temper.answers),
        delivery=0.2,
        off=temper.off,
        report="failed" if temper.gone else "delivered",
        report_delay=0.3,
    )
