"""`smsgw modem detect`: the table, the JSON, the configuration to paste."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from click.testing import CliRunner, Result

import drivers.detect as detecting
from drivers.api import Identity
from drivers.detect import Condition, Detected, Found
from drivers.ports import Device, Holder
from drivers.probe import Answer
from gateway.cli import detect as command
from gateway.cli.common import with_common
from gateway.cli.context import Context
from gateway.config import parse

BY_ID = "/dev/serial/by-id/usb-HUAWEI_Mobile-if01-port0"


def found(**changes: Any) -> Found:
    identity = Identity(manufacturer="huawei", model="E3372", imei="356938035643809", imsi="208150123456789")
    values: dict[str, Any] = {
        "device": Device(name="Huawei E3372", usb_id="12d1:1506", usb_path="1-1.2"),
        "condition": Condition.USABLE,
        "tty": "/dev/ttyUSB1",
        "port": BY_ID,
        "answer": Answer(identity=identity, sim="READY", registration=1, signal=-79),
    }
    return Found(**values | changes)


STORAGE = found(condition=Condition.STORAGE, tty="", port="", answer=None, why="still in storage mode")
HELD = found(
    condition=Condition.HELD, answer=None, why="held by smsgw (pid 412)", holder=Holder(412, "smsgw")
)


class Look:
    """Stands in for the search; remembers what it was asked."""

    def __init__(self, *found: Found, manager: Holder | None = None) -> None:
        self.answer = Detected(found=found, modem_manager=manager)
        self.asked: list[tuple[tuple[str, ...], bool]] = []

    def __call__(self, ports: tuple[str, ...], *, uarts: bool) -> Detected:
        self.asked.append((ports, uarts))
        return self.answer


def run(
    monkeypatch: pytest.MonkeyPatch, look: Look, *arguments: str, context: Context | None = None
) -> Result:
    monkeypatch.setattr(detecting, "detect", look)
    return CliRunner().invoke(with_common(command.detect), [*arguments], obj=context or Context())


def test_what_is_usable_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(found()))
    assert result.exit_code == 0
    table, _, pasted = result.stdout.partition("# Paste")
    assert [line.split() for line in table.splitlines()[:2]] == [
        ["modem", "port", "state", "imei", "sim", "network", "signal"],
        ["huawei", "E3372", "/dev/ttyUSB1", "usable", "356938035643809", "READY", "home", "-79", "dBm"],
    ]
    assert tomllib.loads("# Paste" + pasted) == {
        "modems": {
            "sim1": {
                "port": BY_ID,
                "driver": "at",
                "throttle": {"per_minute": 6, "per_day": 400, "recipients_per_month": 200},
            }
        }
    }


def test_what_is_pasted_is_a_valid_configuration() -> None:
    odd = found(port="/dev/serial/by-path/pci-0000:00:14.0-usb-0:1.2:1.1-port0")
    text = command.toml([found(), odd])
    modems = parse(text).modems
    assert list(modems) == ["sim1", "sim2"]
    assert modems["sim2"].port == odd.port
    assert modems["sim1"].throttle.per_minute == 6


def test_a_sim_that_asks_for_its_pin_gets_a_pin_file() -> None:
    answer = Answer(identity=Identity(imei="356938035643809"), sim="SIM PIN")
    table = tomllib.loads(command.toml([found(answer=answer)]))["modems"]["sim1"]
    assert table["pin_file"] == "/etc/smsgw/sim1.pin"


def test_what_a_modem_says_cannot_break_out_of_the_comment() -> None:
    identity = Identity(manufacturer="evil\n[gateway]", model="x\rbrand = 1\x1b[2J")
    text = command.toml([found(answer=Answer(identity=identity))])
    assert list(tomllib.loads(text)) == ["modems"]
    assert "\x1b" not in text


def test_why_a_stick_cannot_be_used_is_said_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(found(), STORAGE))
    assert result.exit_code == 0
    assert "Huawei E3372 in USB socket 1-1.2: still in storage mode." in result.stdout
    assert "[modems.sim1]" in result.stdout
    assert "[modems.sim2]" not in result.stdout


def test_ports_held_by_the_daemon_are_listed_and_nothing_is_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(HELD))
    assert result.exit_code == 0
    assert "/dev/ttyUSB1: held by smsgw (pid 412)." in result.stdout
    assert "[modems" not in result.stdout


def test_nothing_found_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look())
    assert result.exit_code == 1
    assert result.stdout == ""
    for word in ("lsusb", "usb-modeswitch", "dialout", "cable"):
        assert word in result.stderr


def test_only_unusable_sticks_is_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(STORAGE))
    assert result.exit_code == 1
    assert "storage mode" in result.stdout
    assert "can be used" in result.stderr


def test_modem_manager_is_mentioned_beside_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(found(), manager=Holder(812, "ModemManager")))
    assert "ModemManager (pid 812)" in result.stderr
    assert "ID_MM_DEVICE_IGNORE" in result.stderr
    assert "ModemManager" not in result.stdout


@pytest.mark.parametrize("arguments", [["--json"], ["--json", "/dev/ttyUSB1"]])
def test_json_is_one_array_with_the_columns(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    result = run(monkeypatch, Look(found(notes=("a note",)), STORAGE, HELD), *arguments)
    assert result.exit_code == 0
    usable, storage, held = json.loads(result.stdout)
    assert tuple(usable) == tuple(storage) == command.COLUMNS
    assert usable["state"] == "usable"
    assert usable["port"] == BY_ID
    assert usable["imei"] == "356938035643809"
    assert (usable["registration"], usable["signal"], usable["notes"]) == (1, -79, "a note")
    assert (storage["state"], storage["port"], storage["imei"]) == ("storage_mode", None, None)
    assert (held["state"], held["holder"]) == ("held", "smsgw (pid 412)")


def test_json_before_the_command_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Look(), context=Context(json=True))
    assert result.exit_code == 1
    assert json.loads(result.stdout) == []


def test_ports_and_the_flag_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look(found())
    run(monkeypatch, look, "/tmp/sim/modem0", "socket://host:1", "--uart")
    assert look.asked == [(("/tmp/sim/modem0", "socket://host:1"), True)]
