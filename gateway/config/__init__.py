"""The configuration: TOML to validated, frozen settings; every error at once, each with its path and line."""

from __future__ import annotations

from gateway.config.advice import advice
from gateway.config.files import check_files, read_pin
from gateway.config.modem import Modem, Throttle
from gateway.config.problems import ConfigError, NotFound, Problem
from gateway.config.reading import find, load, parse
from gateway.config.rules import Alerts, Policy, Retention
from gateway.config.settings import Gateway, Settings

__all__ = [
    "Alerts",
    "ConfigError",
    "Gateway",
    "Modem",
    "NotFound",
    "Policy",
    "Problem",
    "Retention",
    "Settings",
    "Throttle",
    "advice",
    "check_files",
    "find",
    "load",
    "parse",
    "read_pin",
]
