"""A simulated modem on a real pty, with its SIM, its network and the people who answer."""

from __future__ import annotations

from drivers.sim.card import Sim
from drivers.sim.farm import Farm, open_port, start
from drivers.sim.handsets import Handset, Reply, Rule, chatty, gibberish, polite, stopper, twice
from drivers.sim.modem import Modem
from drivers.sim.records import Accepted, Delivered, Entry, Incoming, Message, Timing
from drivers.sim.setup import ModemSetup, Setup

__all__ = [
    "Accepted",
    "Delivered",
    "Entry",
    "Farm",
    "Handset",
    "Incoming",
    "Message",
    "Modem",
    "ModemSetup",
    "Reply",
    "Rule",
    "Setup",
    "Sim",
    "Timing",
    "chatty",
    "gibberish",
    "open_port",
    "polite",
    "start",
    "stopper",
    "twice",
]
