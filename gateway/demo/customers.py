"""Who is written to in the demonstration, and what they are like. Seeded: every run tells the same story."""

from __future__ import annotations

import random
from dataclasses import dataclass

from drivers import sim

NAMES = (
    "Ana",
    "Bruno",
    "Chloé",
    "David",
    "Élise",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karim",
    "Léa",
)

TEMPERS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("happy", 12, ("10 merci, livreur très aimable", "9", "10 👍", "neuf sur dix")),
    ("content", 8, ("8", "7 parce que le créneau était large", "8/10")),
    ("angry", 6, ("2 colis abîmé et personne au téléphone", "0 !!! jamais reçu", "3 trop long")),
    ("talkative", 3, ("Bonjour, le colis est bien arrivé mais le carton était ouvert d'un côté. " * 3,)),
    ("stop", 2, ("STOP",)),
    ("silent", 6, ()),
    ("off", 2, ()),
    ("gone", 1, ()),
)
"""(temper, weight, what such a customer answers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One of them."""

    name: str
    number: str
    order: str
    temper: str
    answer: str | None

    def text(self) -> str:
        """What the shop writes to them."""
        return (
            f"Bonjour {self.name}, votre commande {self.order} est livrée. De 0 à 10, "
            "recommanderiez-vous Bricolo à un proche ? Répondez par un chiffre. Refus : STOP"
        )


def crowd(count: int, seed: int = 1) -> list[Customer]:
    """That many customers, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    tempers = [temper for temper, weight, _ in TEMPERS for _ in range(weight)]
    answers = {temper: texts for temper, _, texts in TEMPERS}
    found = []
    for place in range(count):
        temper = rng.choice(tempers)
        found.append(
            Customer(
                name=NAMES[place % len(NAMES)],
                number=f"+3361234{place:04d}",
                order=f"A-{100 + place}",
                temper=temper,
                answer=rng.choice(answers[temper]) if answers[temper] else None,
            )
        )
    return found


def handset(customer: Customer, delay: float) -> sim.Handset:
    """The phone of a customer, in the simulated network."""
    rules = (sim.Rule("", customer.answer, delay),) if customer.answer else ()
    return sim.Handset(
        number=customer.number,
        rules=rules,
        off=customer.temper == "off",
        report="failed" if customer.temper == "gone" else "delivered",
        report_delay=0.4 + delay / 4,
    )
