"""Where faults strike around a command line: what is heard, echoed, asked and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim import power, stuck

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.terminal import Terminal


def hear(device: Device, terminal: Terminal, data: bytes) -> bytes:
    """What reaches the interpreter of the octets that a program wrote."""
    if device.power.booting or device.faults.on("dead") or device.faults.on("not_at"):
        return b""
    if device.loop.now() < terminal.deaf_until or stuck.deaf(device, terminal, data):
        return b""
    if struck := device.faults.fire("lost_input"):
        for _ in range(min(struck.number, len(data))):
            place = device.rng.randrange(len(data))
            data = data[:place] + data[place + 1 :]
    return data


def hears_command(device: Device, terminal: Terminal, body: str) -> bool:
    """Log a command line; False where the modem does not hear it."""
    device.log("command", line="AT" + body, port=terminal.port.link.name)
    since = None if terminal.answered_at is None else terminal.command_ended - terminal.answered_at
    waiting = device.faults.waiting("first_lost")
    if waiting and (since is None or since >= waiting.seconds) and device.faults.fire("first_lost"):
        return False
    waiting = device.faults.waiting("gap_needed")
    too_soon = waiting is not None and since is not None and since < waiting.seconds
    return not (too_soon and device.faults.fire("gap_needed"))


def before_echo(device: Device, terminal: Terminal) -> None:
    """A command line is complete and not echoed yet."""
    if struck := device.faults.fire("urc_before_echo"):
        terminal.speaker.urc(struck.text, now=True)


def after_answer(device: Device, terminal: Terminal, name: str) -> None:
    """A final result was written."""
    if device.faults.fire("echo_returns", name):
        terminal.echo = True
    if struck := device.faults.fire("settings_lost", name):
        device.settings = power.factory(device)
        device.settings.cmgf = struck.number
        terminal.echo, terminal.cmee = device.profile.echo, 0


def ask(device: Device, terminal: Terminal) -> None:
    """Show the prompt."""
    faults = device.faults
    prompt = b"\r\n> "
    if faults.on("prompt_no_space"):
        prompt = b"\r\n>"
    if faults.on("prompt_crlf"):
        prompt = b"\r\n>\r\n"
    if faults.fire("prompt_none"):
        prompt = b""
    if faults.fire("prompt_double"):
        prompt *= 2
    late = faults.fire("prompt_late")
    delay = late.seconds if late else 0.0
    terminal.speaker.write(prompt, delay)
    terminal.prompted_at = device.loop.now() + delay
    if struck := faults.fire("urc_in_prompt"):
        terminal.speaker.urc(struck.text, now=True)


def look_alike(device: Device, name: str) -> str:
    """An unsolicited line with the prefix of the running command's answer; "" where it has none."""
    lines = {
        "+CREG": "+CREG: 2",
        "+CGREG": "+CGREG: 2",
        "+CEREG": "+CEREG: 2",
        "+CPIN": "+CPIN: NOT READY",
        "+CSQ": "+CSQ: 18,99",
        "+CFUN": "+CFUN: 1",
    }
    line = lines.get(name, "")
    return line if line and device.faults.fire("urc_same_prefix", name) else ""
