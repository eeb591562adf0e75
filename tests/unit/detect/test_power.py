"""Switching a USB socket: the kernel's switch in a tree of our own, and uhubctl without a hub."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from drivers.ports import PowerError, changed, cycle, is_ours, other_ports, place_of, switch_on
from drivers.ports.power import socket_of

if TYPE_CHECKING:
    from tests.unit.detect.conftest import Machine


def test_the_kernels_switch_is_written_off_and_on(machine: Machine) -> None:
    machine.plug("2c7c:0125", "1.2", ttys=[None, None, "ttyUSB2", "ttyUSB3"])
    switch = machine.host.sys / "bus/usb/devices/1-1.2/authorized"
    switch.write_text("1\n")
    cycle("1-1.2", "authorized", machine.host, off=0.0)
    assert switch.read_text() == "1"


def test_a_device_that_has_left_the_bus_has_no_switch(machine: Machine) -> None:
    with pytest.raises(PowerError, match="left the bus"):
        cycle("1-1.2", "authorized", machine.host, off=0.0)


def test_a_switch_that_was_left_off_is_written_on_where_it_is_there(machine: Machine) -> None:
    switch_on("1-1.2", "authorized", machine.host)  # it has left the bus: nothing to do
    machine.plug("2c7c:0125", "1.2", ttys=[None, None, "ttyUSB2", "ttyUSB3"])
    switch = machine.host.sys / "bus/usb/devices/1-1.2/authorized"
    switch.write_text("0")
    switch_on("1-1.2", "authorized", machine.host)
    assert switch.read_text() == "1"


def test_a_switch_that_may_not_be_written_names_the_remedy(machine: Machine) -> None:
    (machine.host.sys / "bus/usb/devices/1-4/authorized").mkdir(parents=True)
    with pytest.raises(PowerError, match=r"docs/operations\.md#usb-power"):
        cycle("1-4", "authorized", machine.host, off=0.0)


@pytest.mark.parametrize(
    ("path", "hub", "socket"), [("1-1.2", "1-1", "2"), ("1-2", "1", "2"), ("3-1.4.1", "3-1.4", "1")]
)
def test_the_socket_is_named_as_uhubctl_does(path: str, hub: str, socket: str) -> None:
    ran: list[list[str]] = []

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    cycle(path, "uhubctl", off=2.0, run=run)
    assert socket_of(path) == (hub, socket)
    assert ran == [["uhubctl", "-l", hub, "-p", socket, "-a", "cycle", "-d", "2"]]


def test_what_uhubctl_says_is_told() -> None:
    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "No compatible devices detected!\n")

    with pytest.raises(PowerError, match="No compatible devices"):
        cycle("1-1.2", "uhubctl", run=run)


def test_uhubctl_that_is_not_installed_is_named() -> None:
    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError(command[0])

    with pytest.raises(PowerError, match="apt install uhubctl"):
        cycle("1-1.2", "uhubctl", run=run)


def test_the_other_ports_of_a_stick_are_those_that_may_speak_at(machine: Machine) -> None:
    machine.plug("2c7c:0125", ttys=["ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyUSB3"])
    place = place_of(machine.path("ttyUSB2"), machine.host)
    assert place is not None
    assert other_ports(place, machine.host) == (machine.path("ttyUSB3"),), "never DIAG nor NMEA"


@pytest.mark.parametrize(
    ("usb_id", "word"), [("12d1:1f01", "usb_modeswitch"), ("12d1:14dc", "HiLink"), ("12d1:1506", "modprobe")]
)
def test_a_stick_that_came_back_as_something_else_is_named(machine: Machine, usb_id: str, word: str) -> None:
    machine.plug("12d1:1506", ttys=["ttyUSB0"])
    place = place_of(machine.path("ttyUSB0"), machine.host)
    assert place is not None
    assert changed(place, machine.host) == ""
    machine.unplug("1", "ttyUSB0")
    assert changed(place, machine.host) == ""
    machine.plug(usb_id)
    assert word in changed(place, machine.host)


@pytest.mark.parametrize(
    ("usb_id", "ours"), [("2c7c:0125", True), ("12d1:1f01", True), ("12d1:14dc", True), ("0781:5581", False)]
)
def test_a_socket_is_ours_until_something_else_is_in_it(machine: Machine, usb_id: str, ours: bool) -> None:
    machine.plug("2c7c:0125", "1.2", ttys=["ttyUSB0"])
    place = place_of(machine.path("ttyUSB0"), machine.host)
    assert place is not None
    assert is_ours(place, machine.host)
    machine.unplug("1.2", "ttyUSB0")
    assert is_ours(place, machine.host), "an empty one may be switched"
    machine.plug(usb_id, "1.2")
    assert is_ours(place, machine.host) is ours
