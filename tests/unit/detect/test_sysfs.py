"""What is read from /sys and /dev/serial."""

from __future__ import annotations

from typing import Any

from drivers.ports import Host, Place, Role, devices, place_of, tty_at


def test_a_stick_with_its_ports_and_names(machine: Any) -> None:
    machine.plug("2c7c:0125", "1.4", ttys=["ttyUSB0", "ttyUSB1", "ttyUSB2"], product="EC25-E", serial="f00d")
    (stick,) = devices(machine.host)
    assert (stick.name, stick.usb_id, stick.usb_path) == ("Quectel EC25/EG25-G", "2c7c:0125", "1-1.4")
    assert (stick.product, stick.serial) == ("EC25-E", "f00d")
    assert [port.interface for port in stick.ports] == [0, 1, 2]
    assert [port.role for port in stick.ports] == [Role.DIAG, Role.NMEA, Role.AT]
    assert stick.ports[2].path == machine.path("ttyUSB2")
    assert stick.ports[2].by_id == machine.path("serial/by-id/usb-Maker_EC25-E_f00d-if02-port0")
    assert stick.ports[2].by_path == machine.path("serial/by-path/pci-0000:00:14.0-usb-0:1.4:1.2-port0")


def test_cdc_acm_ports_hang_at_the_interface_itself(machine: Any) -> None:
    machine.plug("1546:1102", ttys=["ttyACM0", None, "ttyACM1"])
    (stick,) = devices(machine.host)
    assert [(port.path.rpartition("/")[2], port.interface) for port in stick.ports] == [
        ("ttyACM0", 0),
        ("ttyACM1", 2),
    ]
    assert [port.role for port in stick.ports] == [Role.AT, Role.AUX]


def test_interface_numbers_are_hexadecimal(machine: Any) -> None:
    machine.plug("2c7c:6026", ttys=[None] * 10 + ["ttyUSB0"])
    (stick,) = devices(machine.host)
    assert stick.ports[0].interface == 10


def test_devices_and_ports_stand_in_natural_order(machine: Any) -> None:
    machine.plug("2c7c:6026", "1.10", ttys=["ttyUSB10"])
    machine.plug("2c7c:6026", "1.9", ttys=["ttyUSB9"])
    machine.plug("2c7c:6026", "1.1.2", ttys=["ttyUSB2"])
    assert [device.usb_path for device in devices(machine.host)] == ["1-1.1.2", "1-1.9", "1-1.10"]


def test_without_udev_there_are_only_tty_names(machine: Any) -> None:
    machine.plug("2c7c:6026", ttys=["ttyUSB0"], links=False)
    (stick,) = devices(machine.host)
    assert (stick.ports[0].by_id, stick.ports[0].by_path) == ("", "")


def test_a_stick_that_is_only_a_disk(machine: Any) -> None:
    machine.plug("12d1:1003", classes=[("08", "06", "50")])
    (stick,) = devices(machine.host)
    assert stick.storage_only
    assert stick.ports == ()


def test_serial_lines_of_the_board_where_they_are_real(machine: Any) -> None:
    machine.uart("ttyS0", kind="4")
    machine.uart("ttyS1", kind="0")
    (line,) = devices(machine.host)
    assert line.usb_id == ""
    assert [port.path for port in line.ports] == [machine.path("ttyS0")]


def test_virtual_consoles_are_no_ports(machine: Any) -> None:
    (machine.host.sys / "class/tty/tty1").mkdir()
    assert devices(machine.host) == []


def test_a_machine_without_sys(tmp_path: Any) -> None:
    assert devices(Host(sys=tmp_path / "sys", dev=tmp_path / "dev")) == []


def test_this_machine_can_be_read() -> None:
    for device in devices(Host()):
        assert all(port.path.startswith("/dev/") for port in device.ports)


def test_a_port_is_found_again_where_it_is_plugged_in(machine: Any, tmp_path: Any) -> None:
    machine.plug("12d1:1506", "1.2", ttys=["ttyUSB0", "ttyUSB1"])
    place = place_of(machine.path("serial/by-path/pci-0000:00:14.0-usb-0:1.2:1.1-port0"), machine.host)
    assert place == Place("1-1.2", 1, "12d1:1506")
    again = type(machine)(tmp_path / "after the restart")
    again.plug("12d1:1506", "1.1", ttys=["ttyUSB1", "ttyUSB2"])  # its twin, in the next socket
    again.plug("12d1:1506", "1.2", ttys=["ttyUSB3", "ttyUSB4"])
    assert tty_at(place, again.host) == again.path("ttyUSB4")


def test_a_place_may_be_empty_or_taken(machine: Any) -> None:
    machine.plug("12d1:1446", "1.2", classes=[("08", "06", "50")])
    assert tty_at(Place("1-1.2", 1, "12d1:1506"), machine.host) is None
    assert tty_at(Place("1-1.3", 1, "12d1:1506"), machine.host) is None
    assert place_of("/dev/null", machine.host) is None
