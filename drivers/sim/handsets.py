"""Phones and the people who hold them, as values: what they answer, when, and how clumsily."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message that a person writes."""

    text: str
    delay: float = 0.0
    """Seconds after the message that it answers, or after the reply before it."""
    order: str = "in"
    """in, reversed or shuffled: how its parts travel."""
    sender: str | None = None
    """Another number than the phone's own."""


Answer = str | Reply | tuple["str | Reply", ...]
"""One reply, or several in a row; "" says nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a text matches, answer."""

    pattern: str
    """A regular expression, searched without regard to case."""
    reply: Answer = ""
    delay: float = 0.0
    probability: float = 1.0
    state: str | None = None
    """Only in this state of the conversation; None: in any. Conversations begin in ""."""
    then: str | None = None
    """The state afterwards; None: unchanged."""

    def matches(self, text: str, state: str) -> bool:
        """Does it apply?"""
        right_state = self.state is None or self.state == state
        return right_state and re.search(self.pattern, text, re.IGNORECASE | re.DOTALL) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One phone, or all phones of a prefix (`number="+336*"`; each keeps a conversation of its own)."""

    number: str
    rules: tuple[Rule, ...] = ()
    """The first that matches counts."""
    script: tuple[Answer, ...] = ()
    """Replies to the first, second, … message, before any rule is asked."""
    script_delay: float = 0.0
    off: bool = False
    """Switched off: messages wait until they expire."""
    report: str | int = "delivered"
    """delivered, failed, none, pending (still trying, then delivered) or a TP-ST value."""
    report_delay: float | None = None
    """Seconds from acceptance to the report; None: the network's."""
    delivery: float = 0.0
    """Seconds from acceptance until the phone has it."""
    refuse: int | None = None
    """The network refuses messages to it with this +CMS ERROR code."""

    def covers(self, number: str) -> bool:
        """Is it the phone of that number?"""
        if self.number.endswith("*"):
            return number.startswith(self.number[:-1])
        return self.number == number


def stopper(number: str, after: float = 0.0) -> Handset:
    """Wants no messages, and says so at once."""
    return Handset(number=number, rules=(Rule("", "STOP", after),))


def gibberish(number: str, after: float = 0.0) -> Handset:
    """Answers what no survey understands."""
    words = ("asdf qsdf", "👍🏽👎", "¿?", "ok mais pas trop enfin voilà", "7 ou 8 ou 9", "\n")
    return Handset(number=number, script=words, script_delay=after, rules=(Rule("", "???", after),))


def twice(number: str, first: str = "9", second: str = "merci !", after: float = 0.0) -> Handset:
    """Sends two messages where one was asked for."""
    return Handset(number=number, rules=(Rule("", (Reply(text=first, delay=after), second)),))


def chatty(number: str, after: float = 0.0) -> Handset:
    """Answers at length, and the parts overtake each other."""
    story = "Alors, voilà ce qui s'est passé avec ma livraison. " * 8 + "Donc 6."
    return Handset(number=number, rules=(Rule("", Reply(text=story, delay=after, order="reversed")),))


def polite(number: str = "*", after: float = 0.3) -> Handset:
    """Answers questions as most customers do: a number where one is asked for, else yes."""
    return Handset(
        number=number,
        rules=(
            Rule(r"\bstop\b.{0,40}\b(enregistr|confirm|recorded|removed)", ""),
            Rule(r"(de|from)\s+0\s+(à|a|to)\s+10|0-10|\(0\s*(à|to)\s*10\)", "9", after),
            Rule(r"(de|from)\s+1\s+(à|a|to)\s+5|1-5", "4", after),
            Rule(r"\boui\b|\bnon\b", "oui", after),
            Rule(r"\byes\b|\bno\b", "yes", after),
            Rule(r"\?", "tout va bien, merci", after),
        ),
    )


@dataclass(slots=True)
class Conversation:
    """What a phone remembers of its talk with one SIM."""

    state: str = ""
    heard: int = 0
    """Messages received so far."""
