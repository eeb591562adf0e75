"""Who writes to whom in the campaigns: a survey, customers of several tempers, and messages that can be recognised.

Each part of each message carries its number, so that the network's log alone says what was sent how often.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from drivers.sim import Handset, Rule
from drivers.sim.records import Entry

SURVEY = "avis"
FILE = """
title = "Avis"
brand = "Bricolo"
[limits]
settle = "1s"
[[question]]
id = "note"
type = "csat"
text = "{brand}: votre satisfaction pour {ref}, de 1 à 5 ? Refus : STOP"
next = [ { when = "note >= 4", goto = "end" } ]
[[question]]
id = "pourquoi"
type = "text"
required = false
text = "{ref} : que s'est-il passé ?"
prefill_from = ["note"]
[[closing]]
text = "Merci pour {ref} ! {brand}"
"""
ALWAYS = '[policy.window.survey]\nstart = "00:00"\nend = "24:00"\nholidays = true\n' \
    'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'  # fmt: skip

UNHAPPY, HAPPY, STOPPER, GIBBERISH, TWICE, SILENT = (f"+3367{place}" for place in range(6))
"""What the numbers of customers begin with, by temper; the first two do as they are asked."""
DUTIFUL = (UNHAPPY, HAPPY)
TEMPERS = (UNHAPPY, UNHAPPY, HAPPY, HAPPY, STOPPER, GIBBERISH, TWICE, SILENT)
WRITER = "+33687"
"""What the numbers begin with of people who write by themselves."""


def customers(delay: float = 0.2) -> list[Handset]:
    """Every phone of the campaigns."""
    note, why = r"de 1 à 5", r"que s'est-il passé"
    rules = {
        UNHAPPY: (Rule(note, "2", delay), Rule(why, "trop long, et colis ouvert", delay)),
        HAPPY: (Rule(note, "5", delay),),
        STOPPER: (Rule(note, "STOP", delay),),
        GIBBERISH: (Rule(note, "asdf qsdf", delay),),
        TWICE: (Rule(note, ("4", "et merci pour tout"), delay),),
        SILENT: (),
    }
    return [Handset(number=f"{prefix}*", rules=each) for prefix, each in rules.items()]


def body(number: int, parts: int, *, unicode: bool = False) -> str:
    """A text of so many parts, each of which says which message it belongs to."""
    room = (60 if unicode else 140) if parts == 1 else (67 if unicode else 153)
    words, place = [], 0
    while len(" ".join(words)) < room * (parts - 1) + room // 2:
        place += 1
        words.append(f"m{number}.{place}{'é' if not unicode else '€ж'}")
    return " ".join(words)


def number_of(text: str) -> int | None:
    """The message that a part belongs to; None where it is none of ours."""
    found = re.search(r"\bm([0-9]+)\.[0-9]+[é€]", text)
    return int(found[1]) if found else None


@dataclass(slots=True)
class Books:
    """What was asked for, written down by those who asked: the other side of the network's log."""

    rows: dict[int, int] = field(default_factory=dict)
    """By number of the message: its row of the outbox."""
    resend: set[int] = field(default_factory=set)
    """Messages whose application allows one more try where the outcome is unknown."""
    parts: Counter[int] = field(default_factory=Counter)
    invited: list[str] = field(default_factory=list)
    incoming: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(sender, text) that people wrote to our SIMs."""

    def listen(self, entry: Entry) -> None:
        """Note what a simulated customer answers. A listener of the farm's journal."""
        if entry.kind == "reply":
            self.incoming[entry.detail["sender"], entry.detail["text"]] += 1

    def written(self) -> Counter[tuple[str, str]]:
        """`incoming` as it is now; the thread of the simulated network goes on writing, so it is copied in one step."""
        return Counter(dict(self.incoming))

    # -- each takes a house, and does what applications and people do --------------------------------------------

    def send(
        self, house: Any, recipient: str, parts: int = 1, *, unicode: bool = False, **columns: object
    ) -> int:
        """Insert a message; its number."""
        number = len(self.rows) + 1
        if columns.get("on_unknown") == "resend":
            self.resend.add(number)
        self.parts[number] = parts
        self.rows[number] = house.insert(recipient, body(number, parts, unicode=unicode), **columns)
        return number

    def invite(self, house: Any, temper: str) -> str:
        """Ask a new customer for the survey; the number of the phone."""
        number = f"{temper}{len(self.invited):06}"
        self.invited.append(number)
        house.rows(
            "INSERT INTO invitation (survey, recipient, event_ref) VALUES (?, ?, ?)",
            SURVEY,
            number,
            f"C-{len(self.invited)}",
        )
        return number

    def write(self, world: Any, modem: str, text: str = "", parts: int = 1, **fields: Any) -> None:
        """Somebody writes to a SIM by himself."""
        place = self.written().total() + 1
        sender = f"{WRITER}{place % 10**6:06}"
        text = text or " ".join(
            f"i{place}.{word}" for word in range(3 if parts == 1 else 22 * (parts - 1) + 4)
        )
        self.incoming[sender, text] += 1
        world.network.deliver(modem, sender, text, **fields)


def pick(rng: random.Random, weights: dict[str, float]) -> str:
    """One of them, by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
