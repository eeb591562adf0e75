"""An answer on its way out, and all that can happen to it between the handler and the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from drivers.sim import temper
from drivers.sim.results import CME_TEXTS, CMS_TEXTS

if TYPE_CHECKING:
    from drivers.sim.terminal import Terminal

Piece = tuple[float, str]
"""Seconds to wait before it, and the text."""


def shape(terminal: Terminal, name: str, lines: Sequence[str], final: str) -> list[Piece]:
    """The pieces to write for one command line; `name` is the command that ended it."""
    faults = terminal.device.faults
    if faults.fire("drop_answer", name):
        return []
    lines, final = _replaced(terminal, name, tuple(lines), final)
    if terminal.quiet:
        final = ""
    delay = struck.seconds if (struck := faults.fire("late_answer", name)) else 0.0
    pieces = [(delay, text) for text in _texts(terminal, name, lines, final) if text]
    return [pieces[0], *((0.0, text) for _, text in pieces[1:])] if pieces else []


def _replaced(
    terminal: Terminal, name: str, lines: tuple[str, ...], final: str
) -> tuple[tuple[str, ...], str]:
    """The lines that are said in place of the right ones."""
    faults = terminal.device.faults
    if faults.fire("bare_error", name):
        return (), "ERROR"
    if faults.fire("command_not_support", name):
        return (), "COMMAND NOT SUPPORT"
    if struck := faults.fire("cme_error", name):
        return (), f"+CME ERROR: {struck.number}"
    if lines and faults.fire("bare_ok", name):
        lines = ()
    if name == "+CPIN" and lines and faults.on("no_ok_cpin"):
        final = ""
    if name == "+CPMS" and lines and faults.on("no_ok_cpms"):
        final = ""
    if faults.fire("drop_final", name):
        final = ""
    if faults.on("text_error"):
        final = _spelt_out(final)
    return lines, final


def _texts(terminal: Terminal, name: str, lines: tuple[str, ...], final: str) -> list[str]:
    faults, wire = terminal.device.faults, terminal.speaker.wire
    texts = []
    if look_alike := temper.look_alike(terminal.device, name):
        texts.append(wire.info([look_alike]))
    if faults.fire("stray_ok", name):
        texts.append(wire.final("OK", verbose=terminal.verbose, after_info=False))
    if struck := faults.fire("urc_after_echo", name):
        texts.append(wire.info([struck.text]))
    if len(lines) > 1 and (struck := faults.fire("urc_in_listing", name)):
        lines = (lines[0], struck.text, *lines[1:])
    texts.append(wire.info(lines))
    if struck := faults.fire("urc_in_answer", name):
        texts.append(wire.info([struck.text]))
    end = wire.final(final, verbose=terminal.verbose, after_info=bool(lines))
    if struck := faults.fire("urc_after_ok", name):
        end += wire.info([struck.text])
    texts.append(end)
    return texts


def _spelt_out(final: str) -> str:
    head, colon, code = final.partition(": ")
    if colon and code.isdigit():
        texts = CMS_TEXTS if "CMS" in head else CME_TEXTS
        return f"{head}: {texts.get(int(code), 'Unknown error')}"
    return final
