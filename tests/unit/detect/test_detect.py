"""Which port of which stick is used, and why one cannot be."""

from __future__ import annotations

import grp
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from drivers.detect import Condition, Detected, Found, detect, find_imei
from drivers.errors import NotAModem, PortBusy, PortGone
from drivers.ports import Host, advice
from drivers.probe import Answer

MODEM, PCUI, DISK = ("ff", "02", "01"), ("ff", "02", "02"), ("08", "06", "50")
OTHER = "490154203237518"
NOBODY = 65534


@pytest.fixture
def look(machine: Any, bench: Any) -> Callable[..., Detected]:
    """`look(*ports, uarts=False)` runs detect on the machine of the test."""

    def run(*ports: str, uarts: bool = False) -> Detected:
        return detect(ports, probe=bench, host=machine.host, uarts=uarts)

    return run


def only(detected: Detected) -> Found:
    (found,) = detected.found
    return found


def test_huawei_e3372_is_used_by_its_pcui_port(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    machine.plug(
        "12d1:1506", "1.2", ttys=["ttyUSB0", "ttyUSB1"], classes=[MODEM, PCUI], product="HUAWEI_Mobile"
    )
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy()}
    found = only(look())
    assert found.condition is Condition.USABLE
    assert found.tty == machine.path("ttyUSB1")
    assert found.port == machine.path("serial/by-id/usb-Maker_HUAWEI_Mobile-if01-port0")
    assert found.answer == healthy()
    assert (found.why, found.notes, found.holder) == ("", (), None)
    assert bench.asked == ["ttyUSB1"], "the dialling port need not be asked"


def test_quectel_ec25_leaves_diagnosis_and_gps_alone(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    bench.behind = {"ttyUSB2": healthy()}
    assert only(look()).tty == machine.path("ttyUSB2")
    assert bench.asked == ["ttyUSB2"]


def test_a_dead_at_port_is_made_up_for_by_the_dialling_port(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    bench.behind = {"ttyUSB2": PortGone("it takes no more octets"), "ttyUSB3": healthy()}
    found = only(look())
    assert found.condition is Condition.USABLE
    assert found.tty == machine.path("ttyUSB3")
    assert found.port.endswith("-if03-port0")
    assert bench.asked == ["ttyUSB2", "ttyUSB3"]


def test_simcom_7600_with_five_ports(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    machine.plug("1e0e:9001", ttys=[f"ttyUSB{number}" for number in range(5)])
    bench.behind = {"ttyUSB2": healthy(model="SIMCOM_SIM7600G-H")}
    found = only(look())
    assert found.tty == machine.path("ttyUSB2")
    assert found.device.name == "SIMCom SIM7600/SIM7500/SIM7000"
    assert bench.asked == ["ttyUSB2"]


def test_a_silent_stick_is_dead_after_all_its_ports_were_asked(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("1e0e:9001", ttys=[f"ttyUSB{number}" for number in range(5)])
    bench.behind = {"ttyUSB3": NotAModem("binary data comes out of it")}
    found = only(look())
    assert found.condition is Condition.DEAD
    assert bench.asked == ["ttyUSB2", "ttyUSB3"]
    assert "no answer to AT; binary data comes out of it" in found.why
    assert found.port.endswith("-if02-port0")


def test_old_huawei_sticks_have_the_at_port_last(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    machine.plug("12d1:140c", ttys=["ttyUSB0", "ttyUSB1", "ttyUSB2"])
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB2": healthy()}
    assert only(look()).tty == machine.path("ttyUSB2")


def test_a_stranger_is_asked_port_by_port_until_one_answers(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:6026", ttys=["ttyUSB0", "ttyUSB1", "ttyUSB2"])
    bench.behind = {"ttyUSB1": healthy(), "ttyUSB2": healthy()}
    assert only(look()).tty == machine.path("ttyUSB1")
    assert bench.asked == ["ttyUSB0", "ttyUSB1"]


def test_zte_mf190_in_storage_mode(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("19d2:2000", "1.3", classes=[DISK], product="ZTE Storage")
    found = only(look())
    assert found.condition is Condition.STORAGE
    assert "usb_modeswitch" in found.why
    assert (found.port, found.tty, bench.asked) == ("", "", [])


def test_a_stick_that_keeps_its_identity_in_storage_mode(machine: Any, look: Any) -> None:
    machine.plug("12d1:1003", classes=[DISK])
    assert only(look()).condition is Condition.STORAGE


def test_hilink_e3372h(machine: Any, look: Any) -> None:
    machine.plug("12d1:14dc", classes=[("02", "06", "00"), ("0a", "06", "00"), DISK])
    found = only(look())
    assert found.condition is Condition.HILINK
    assert "without AT" in found.why


def test_a_modem_that_no_kernel_driver_took(machine: Any, look: Any) -> None:
    machine.plug("2c7c:0125", classes=[("ff", "ff", "ff")] * 4)
    found = only(look())
    assert found.condition is Condition.NO_PORT
    assert "modprobe option" in found.why


def test_other_usb_devices_are_nobodys_business(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("0781:5567", "1", classes=[DISK], product="Cruzer")  # a memory stick
    machine.plug("2341:0043", "2", ttys=["ttyACM0"], product="Arduino")
    machine.plug("0bda:8153", "3", classes=[("02", "06", "00")])  # a network card
    machine.uart("ttyS0", kind="4")
    assert look().found == ()
    assert bench.asked == []


def test_twins_without_serial_numbers_are_known_by_their_sockets(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    for socket, ttys in (("1.1", ["ttyUSB0", "ttyUSB1"]), ("1.2", ["ttyUSB2", "ttyUSB3"])):
        machine.plug("12d1:1506", socket, ttys=ttys, classes=[MODEM, PCUI])
    bench.behind = {"ttyUSB1": healthy(), "ttyUSB3": healthy(imei=OTHER)}
    first, second = look().found
    assert first.port == machine.path("serial/by-path/pci-0000:00:14.0-usb-0:1.1:1.1-port0")
    assert second.port == machine.path("serial/by-path/pci-0000:00:14.0-usb-0:1.2:1.1-port0")
    assert first.notes == second.notes == ()


def test_cloned_imeis_are_pointed_out_and_stay_two_modems(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    for socket, tty in (("1.1", "ttyUSB0"), ("1.2", "ttyUSB1")):
        machine.plug("2c7c:6026", socket, ttys=[tty], serial=f"serial{socket}")
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy()}
    found = look().found
    assert [each.condition for each in found] == [Condition.USABLE] * 2
    assert all("same IMEI" in " ".join(each.notes) for each in found)


def test_twins_without_udev_fall_back_on_the_tty(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    for socket, tty in (("1.1", "ttyUSB0"), ("1.2", "ttyUSB1")):
        machine.plug("2c7c:6026", socket, ttys=[tty], links=False)
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy(imei=OTHER)}
    assert [found.port for found in look().found] == [machine.path("ttyUSB0"), machine.path("ttyUSB1")]


def test_serial_adapters_only_when_asked_for(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    machine.plug("10c4:ea60", ttys=["ttyUSB0"], serial="0001")
    bench.behind = {"ttyUSB0": healthy(model="SIMCOM_SIM800")}
    assert look().found == ()
    assert bench.asked == []
    assert only(look(uarts=True)).condition is Condition.USABLE
    named = only(look(machine.path("ttyUSB0")))
    assert named.condition is Condition.USABLE
    assert named.device.name == "CP210x serial adapter"
    assert named.port == machine.path("serial/by-id/usb-Maker_Mobile_0001-if00-port0")


def test_a_port_may_be_named_by_any_of_its_names(machine: Any, bench: Any, look: Any, healthy: Any) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)], serial="7")
    bench.behind = {"ttyUSB2": healthy()}
    found = only(look(machine.path("serial/by-id/usb-Maker_Mobile_7-if02-port0")))
    assert found.tty == machine.path("ttyUSB2")
    assert found.device.usb_id == "2c7c:0125"


def test_two_named_ports_of_one_stick_are_one_modem(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("12d1:1506", ttys=["ttyUSB0", "ttyUSB1"], classes=[MODEM, PCUI])
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy()}
    names = [machine.path("ttyUSB0"), machine.path("ttyUSB1"), machine.path("ttyUSB0")]
    assert only(look(*names)).tty == machine.path("ttyUSB1")
    assert only(look(names[0])).tty == machine.path("ttyUSB0")


def test_two_ptys_with_one_imei_are_one_modem(bench: Any, look: Any, healthy: Any, tmp_path: Any) -> None:
    bench.behind = {"modem0": healthy(), "modem1": healthy(), "modem2": healthy(imei=OTHER)}
    ptys = [tmp_path / name for name in bench.behind]
    for pty in ptys:
        pty.touch()
    first, second = look(*map(str, ptys)).found
    assert first.port == str(ptys[0])
    assert first.notes == (f"answers on {ptys[1]} too",)
    assert second.port == str(ptys[2])


def test_places_that_are_no_files_are_taken_as_they_are(bench: Any, look: Any, healthy: Any) -> None:
    bench.behind = {"host:4001": healthy(), "sim:": healthy(imei=OTHER)}
    assert [found.port for found in look("socket://host:4001", "sim:").found] == [
        "socket://host:4001",
        "sim:",
    ]


def test_a_gps_port_is_not_asked_even_when_named(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    found = only(look(machine.path("ttyUSB1")))
    assert found.condition is Condition.DEAD
    assert f"{machine.path('ttyUSB1')} is for NMEA" in found.why
    assert bench.asked == []


def test_a_named_port_that_is_not_there(look: Any, bench: Any, machine: Any) -> None:
    found = only(look(machine.path("ttyUSB9")))
    assert found.condition is Condition.DEAD
    assert f"{machine.path('ttyUSB9')} is not there" in found.why
    assert bench.asked == []


def test_a_held_port_is_named_with_its_holder_and_left_alone(
    pty_pair: tuple[int, str], hold: Callable[[str], int], bench: Any
) -> None:
    path = pty_pair[1]
    pid = hold(path)
    found = only(detect([path], probe=bench, host=Host()))
    assert found.condition is Condition.HELD
    assert found.holder is not None
    assert found.holder.pid == pid
    assert found.why == f"held by {found.holder}"
    assert found.port == path
    assert bench.asked == []


def _hold(machine: Any, tty: str, program: str) -> None:
    machine.program(2_000_000_001, program)
    (machine.host.proc / "2000000001/fd/5").symlink_to(os.path.realpath(machine.path(tty)))


def test_a_stick_is_left_alone_when_any_of_its_at_ports_is_held(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("12d1:1506", ttys=["ttyUSB0", "ttyUSB1"], classes=[MODEM, PCUI])
    _hold(machine, "ttyUSB1", "smsgw")
    found = only(look())
    assert found.condition is Condition.HELD
    assert found.why == "held by smsgw (pid 2000000001)"
    assert found.tty == machine.path("ttyUSB1")
    assert bench.asked == []


def test_a_program_that_reads_the_gps_port_does_not_hold_the_modem(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    bench.behind = {"ttyUSB2": healthy()}
    _hold(machine, "ttyUSB1", "gpsd")
    assert only(look()).condition is Condition.USABLE


def test_a_program_that_dials_beside_us_does_not_hold_the_modem(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    bench.behind = {"ttyUSB2": healthy()}
    _hold(machine, "ttyUSB3", "pppd")
    assert only(look()).condition is Condition.USABLE
    bench.behind = {}
    bench.asked.clear()
    assert only(look()).condition is Condition.DEAD
    assert bench.asked == ["ttyUSB2"], "never the port that is dialled on"


def test_a_dialling_port_is_all_there_is_and_held(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("12d1:1506", ttys=["ttyUSB0"], classes=[MODEM])
    _hold(machine, "ttyUSB0", "pppd")
    found = only(look())
    assert found.condition is Condition.HELD
    assert "pppd" in found.why
    assert bench.asked == []


def test_modem_manager_is_told_how_to_let_go(machine: Any, look: Any) -> None:
    machine.plug("12d1:1506", ttys=["ttyUSB0"], classes=[PCUI])
    _hold(machine, "ttyUSB0", "ModemManager")
    detected = look()
    assert "ID_MM_DEVICE_IGNORE" in only(detected).why
    assert 'ATTR{idVendor}=="12d1"' in only(detected).why
    assert detected.modem_manager is not None
    assert detected.modem_manager.pid == 2_000_000_001
    assert "ModemManager (pid 2000000001)" in detected.warnings[0]


def test_a_lock_that_the_probe_runs_into_is_a_holder_too(machine: Any, bench: Any, look: Any) -> None:
    machine.plug("2c7c:0125", ttys=[f"ttyUSB{number}" for number in range(4)])
    bench.behind = {"ttyUSB2": PortBusy("held by another program")}
    found = only(look())
    assert found.condition is Condition.HELD
    assert found.why == "held by another program"
    assert bench.asked == ["ttyUSB2"]


@pytest.fixture
def as_nobody(pty_pair: tuple[int, str]) -> Iterator[str]:
    """The path of a pty that we may not open."""
    path = pty_pair[1]
    os.chmod(path, 0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield path
    if user == 0:
        os.seteuid(0)


def test_a_port_that_we_may_not_open(as_nobody: str, bench: Any) -> None:
    found = only(detect([as_nobody], probe=bench))
    assert found.condition is Condition.DENIED
    assert f"permission denied on {as_nobody}" in found.why
    assert "its mode is 0000" in found.why
    assert "install the rule" in found.why
    assert bench.asked == []


def test_a_port_of_a_group_that_we_are_not_in(pty_pair: tuple[int, str]) -> None:
    path = pty_pair[1]
    os.chmod(path, 0o660)
    group = grp.getgrgid(os.stat(path).st_gid).gr_name
    assert f"sudo adduser USER {group}" in advice.denied(path)


def test_what_is_usable_comes_out_in_the_order_of_the_sockets(
    machine: Any, bench: Any, look: Any, healthy: Any
) -> None:
    machine.plug("2c7c:6026", "1.2", ttys=["ttyUSB0"], serial="a")
    machine.plug("19d2:2000", "1.3", classes=[DISK])
    machine.plug("2c7c:6026", "1.1", ttys=["ttyUSB1"], serial="b")
    answers: dict[str, Answer] = {"ttyUSB0": healthy(), "ttyUSB1": healthy(imei=OTHER)}
    bench.behind = dict(answers)
    assert [found.tty for found in look().usable] == [machine.path("ttyUSB1"), machine.path("ttyUSB0")]


def test_a_modem_is_found_again_by_its_imei(machine: Any, bench: Any, healthy: Any) -> None:
    machine.plug("2c7c:6026", "1.1", ttys=["ttyUSB0"], serial="a")
    machine.plug("2c7c:6026", "1.2", ttys=["ttyUSB1"], serial="b")
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy(imei=OTHER + "2")}
    port = find_imei(OTHER, probe=bench, host=machine.host)
    assert port == machine.path("serial/by-id/usb-Maker_Mobile_b-if00-port0")


def test_an_imei_that_nobody_has_or_two_have(machine: Any, bench: Any, healthy: Any) -> None:
    machine.plug("2c7c:6026", "1.1", ttys=["ttyUSB0"], serial="a")
    machine.plug("2c7c:6026", "1.2", ttys=["ttyUSB1"], serial="b")
    bench.behind = {"ttyUSB0": healthy(), "ttyUSB1": healthy()}
    with pytest.raises(PortGone, match="no modem has IMEI"):
        find_imei(OTHER, probe=bench, host=machine.host)
    with pytest.raises(PortGone, match="two modems answer"):
        find_imei("356938035643809", probe=bench, host=machine.host)
    _hold(machine, "ttyUSB1", "minicom")
    with pytest.raises(PortBusy, match="ttyUSB1"):
        find_imei(OTHER, probe=bench, host=machine.host)
