"""Farms: life, ports, hot plug, many modems, the socket and the command line."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pytest

from drivers import sim
from drivers.sim.codec import Submit
from drivers.sim.control_client import ControlClient
from drivers.sim.makes import PROFILES

# ---- life


def test_a_farm_leaves_nothing_behind(tmp_path):
    threads = threading.active_count()
    descriptors = set(os.listdir("/proc/self/fd"))
    farm = sim.start(count=3, directory=tmp_path / "dev")
    assert [os.path.basename(path) for path in farm.ports] == ["modem0", "modem1", "modem2"]
    assert all(os.readlink(path).startswith("/dev/pts/") for path in farm.ports)
    assert farm.modem(1) is farm.modem("modem1")
    farm.close()
    farm.close()
    assert os.listdir(tmp_path / "dev") == []
    assert threading.active_count() == threads
    assert set(os.listdir("/proc/self/fd")) == descriptors
    assert farm.network.accepted == ()


def test_a_folder_of_its_own_goes_away():
    with sim.start() as farm:
        folder = farm.directory
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("modems", "why"),
    [
        ([sim.ModemSetup(name="a"), sim.ModemSetup(name="a")], "two modems are called 'a'"),
        ([sim.ModemSetup(profile="nokya")], "no profile is called 'nokya'"),
        ([sim.ModemSetup(faults=["lat_cmgs"])], "did you mean 'late_cmgs'"),
        ([sim.ModemSetup(ports=["ppp"])], "no port can be 'ppp'"),
    ],
)
def test_a_wrong_description_leaves_nothing_behind_either(tmp_path, modems, why):
    with pytest.raises(ValueError, match=why):
        sim.start(sim.Setup(modems=modems, directory=tmp_path / "dev"))
    assert os.listdir(tmp_path / "dev") == []


def test_what_breaks_the_simulator_comes_out_at_the_end(tmp_path):
    farm = sim.start(directory=tmp_path)

    def broken():
        raise ZeroDivisionError

    with farm.modem(0).device.loop.held():
        farm.modem(0).device.loop.later(0.0, broken)
    with pytest.raises(RuntimeError, match="the simulator broke"):
        farm.network.wait(lambda network: network.accepted, timeout=30)
    with pytest.raises(RuntimeError, match="the simulator broke"):
        farm.close()


def test_a_sim_port(talk):
    path, farm = sim.open_port("sim:profile=sim800,answers=yes,submit=1ms", "sim1")
    with farm:
        line = talk(path)
        assert line.ask("AT+CGMM")[0] == "SIMCOM_SIM800L"
        line.submit("une note de 0 à 10 ?", report=False)
        farm.network.wait(lambda network: network.incoming)
        assert farm.network.incoming[0].text == "9"
        line.close()


# ---- ports


def test_the_port_is_raw_and_does_not_echo(farm):
    modem = farm().modem("m0")
    fd = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    try:
        _, output, _, local, *_ = termios.tcgetattr(fd)
        assert not output & termios.OPOST
        assert not local & (termios.ECHO | termios.ICANON | termios.ISIG)
    finally:
        os.close(fd)


def test_an_exclusive_lock_ends_with_its_owner(farm):
    modem = farm().modem("m0")
    fd = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(fd, termios.TIOCEXCL)
    os.close(fd)
    modem.device.network.wait(lambda network: modem.device.journal.entries("closed"))
    far = modem.device.ports[0]._far
    flag = bytearray(4)
    fcntl.ioctl(far, 0x80045440, flag)  # TIOCGEXCL
    assert int.from_bytes(flag, sys.byteorder) == 0


def test_a_stick_is_pulled_and_put_back(farm, talk):
    modem = farm().modem("m0")
    line = talk(modem)
    line.ask("AT+CMEE=2")
    modem.unplug()
    assert not Path(modem.path).is_symlink()
    with pytest.raises((EOFError, OSError)):
        line.until(b"never")
    with pytest.raises(OSError) as caught:
        line.write("AT\r")
    assert caught.value.errno == errno.EIO
    modem.device.network.deliver("m0", "+33612345678", "meanwhile")
    modem.plug()
    again = talk(modem, "ATE0")
    assert again.ask("AT+CMEE?") == ["+CMEE: 0", "OK"]
    assert list(modem.stored("SM")) == [1]


def test_a_stick_returns_under_another_name(farm):
    modem = farm().modem("m0")
    before = Path(modem.path)
    modem.unplug()
    modem.plug(before.with_name("elsewhere"))
    assert modem.path == str(before.with_name("elsewhere"))
    assert Path(modem.path).is_char_device()
    assert not before.exists()


def test_a_sim_moves_with_its_messages_and_its_counter(farm, talk):
    farm = farm(modems=[sim.ModemSetup(name=name, submit_time=0.0) for name in ("a", "b")])
    first, second = farm.modem("a"), farm.modem("b")
    talk(first).submit(report=False)
    farm.network.deliver("a", "+33612345678", "9")
    moved = first.sim
    first.insert(None)
    second.insert(moved)
    line = talk(second)
    assert line.ask("AT+CIMI")[0] == "208990000000001"
    assert line.ask("AT+CMGL=4")[0].startswith("+CMGL: 1,")
    assert line.submit(report=False)[0] == "+CMGS: 1"
    assert talk(first).ask("AT+CPIN?") == ["+CME ERROR: 10"]


def test_a_program_that_does_not_read_loses_the_oldest(farm, talk):
    modem = farm().modem("m0")
    port = modem.device.ports[0]
    with modem.device.loop.held():
        for _ in range(100):
            port.write(b"x" * 8192)
    assert port.dropped > 0
    assert port.unread <= 512 * 1024


# ---- makes


@pytest.mark.parametrize("name", PROFILES)
def test_each_make_introduces_itself_sends_and_receives(farm, talk, name):
    farm = farm(profile=name)
    modem, profile = farm.modem("m0"), PROFILES[name]
    line = talk(modem, "ATE0", "AT+CMEE=1", "AT+CMGF=0")
    assert line.ask("AT+CGMI")[0] == profile.manufacturer
    assert line.ask("AT+CGMM")[0] == profile.model
    assert modem.device.imei in line.ask("AT+CGSN")
    assert line.ask("AT+NOSUCH")[-1] in ("ERROR", "COMMAND NOT SUPPORT")
    assert line.submit("bonjour", report=False)[0] == "+CMGS: 0"
    farm.network.deliver("m0", "+33612345678", "9")
    stored = {**modem.stored("SM"), **modem.stored("ME")}
    assert list(stored.values()) == [farm.network.incoming[0].pdu]
    assert line.ask("AT+CMGL=4")[-2] == farm.network.incoming[0].pdu
    for command, lines in profile.card:
        answer = line.ask("AT" + command)
        assert len(answer) == len(lines) + 1
        assert not re.search("[{}]", "".join(answer))


@pytest.mark.parametrize("name", [name for name in PROFILES if PROFILES[name].boot])
def test_each_make_announces_its_start(farm, talk, listen, name):
    modem = farm(profile=name).modem("m0")
    if PROFILES[name].vanishes:
        modem.reboot()
        modem.device.network.wait(lambda network: len(modem.device.journal.entries("plugged")) == 2)
        line = listen(modem)
    else:
        line = talk(modem, "AT")
        modem.reboot()
    for _, said in PROFILES[name].boot:
        assert line.until(said.encode() + b"\r\n")


def test_chatter_ends_when_it_is_told_to(farm, talk):
    modem = farm(profile=PROFILES["huawei"]).modem("m0")
    line = talk(modem)
    with modem.device.loop.held():
        modem.device.power.chat(type(modem.device.profile.chatter[0])("^RSSI:18", 0.01, "^CURC=0"))
    assert line.until(b"^RSSI:18\r\n")
    assert line.ask("AT^CURC=0")[-1] == "OK"
    line.ask("AT")
    assert line.quiet()


# ---- many, and quick


def test_sixteen_modems_take_little_and_keep_their_times(farm):
    """One process, sixteen modems, all sending at once: the simulator is not what is measured."""
    farm = farm(modems=[sim.ModemSetup(submit_time=0.05) for _ in range(16)])
    tpdu = Submit(recipient="+33612345678", text="hello", report=False).encode()
    body = b"00" + tpdu.hex().encode() + b"\x1a"
    command = f"AT+CMGS={len(tpdu)}\r".encode()
    fds = [os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK) for path in farm.ports]
    try:
        for fd in fds:
            os.write(fd, b"ATE0\r")
        left = dict.fromkeys(fds, 10)
        began, deadline = time.thread_time(), time.monotonic() + 30
        while farm.network.accepted_count < 160 and time.monotonic() < deadline:
            for fd in select.select(fds, [], [], 1.0)[0]:
                said = os.read(fd, 4096)
                if b">" in said:
                    os.write(fd, body)
                elif b"OK" in said and left[fd]:
                    left[fd] -= 1
                    os.write(fd, command)
        assert time.thread_time() - began < 2.0
        assert len(farm.network.accepted) == 160
    finally:
        for fd in fds:
            os.close(fd)
    late = [timing.submit - 0.05 for modem in farm.modems.values() for timing in modem.timings]
    assert min(late) >= 0
    assert statistics.median(late) < 0.02


def test_the_loop_sleeps_when_nothing_happens(farm):
    farm = farm(modems=[sim.ModemSetup() for _ in range(16)])
    loop = farm.modem(0).device.loop
    turns = 0
    dispatch = loop._dispatch

    def counted():
        nonlocal turns
        turns += 1
        dispatch()

    loop._dispatch = counted
    event = threading.Event()
    with loop.held():
        loop.later(0.2, event.set)
    assert event.wait(5)
    assert turns <= 5


def test_timers_are_exact_and_in_order(farm):
    loop = farm().modem("m0").device.loop
    fired = []
    event = threading.Event()
    with loop.held():
        start = loop.now()
        for delay in (0.03, 0.01, 0.02, 0.01):
            loop.later(delay, lambda delay=delay: fired.append((delay, loop.now() - start)))
        cancelled = loop.later(0.015, lambda: fired.append((0.0, 0.0)))
        cancelled.cancel()
        loop.later(0.04, event.set)
    assert event.wait(5)
    assert [delay for delay, _ in fired] == [0.01, 0.01, 0.02, 0.03]
    assert all(took >= delay for delay, took in fired)


# ---- the log, the socket, the command line


def test_the_log_is_json_lines(tmp_path, talk):
    log = tmp_path / "log.jsonl"
    with sim.start(sim.Setup(directory=tmp_path / "dev", log=log)) as farm:
        line = talk(farm.modem(0))
        line.submit("Ça va ?", report=False)
        line.close()
    entries = [json.loads(text) for text in log.read_text().splitlines()]
    accepted = [entry for entry in entries if entry["kind"] == "accepted"]
    assert [(entry["modem"], entry["text"], entry["recipient"]) for entry in accepted] == [
        ("modem0", "Ça va ?", "+33612345678")
    ]
    assert [entry["line"] for entry in entries if entry["kind"] == "command"][:2] == ["ATE0", "AT+CMEE=1"]


def test_another_process_moves_the_world(farm, talk, tmp_path):
    farm = farm(setup={"control": tmp_path / "control"})
    line = talk(farm.modem("m0"))
    with ControlClient(tmp_path / "control") as client:
        assert client.ask("ports") == {"m0": farm.modem("m0").path}
        client.ask("handset", rule="+336*@1ms note => 9")
        client.ask("arm", modem="m0", fault="late_cmgs=0.01,nth=1")
        line.submit("note ?", report=False)
        assert client.ask("wait", kind="messages", count=1)
        assert client.ask("wait", kind="stored", count=1)
        client.ask("deliver", modem="m0", sender="Bricolo", text="colis 😀")
        client.ask("say", number="+33600000000", modem="m0", text="bonjour")
        assert len(client.ask("stored", modem="m0", memory="SM")) == 3
        (part,) = client.ask("accepted")
        assert (part["text"], part["answered"]) == ("note ?", True)
        assert client.ask("accepted", since=1) == []
        assert client.ask("messages", recipient="+33612345678")[0]["complete"] is True
        assert client.ask("timings", modem="m0")[0]["submit"] >= 0.01
        assert client.ask("log", kind="reply")[0]["text"] == "9"
        assert client.ask("reports") == []
        client.ask("disarm", modem="m0")
        client.ask("switch", number="+33600000000", on=False)
        client.ask("register", modem="m0", stat=2)
        client.ask("call", modem="m0", number="+33698765432")
        client.ask("unplug", modem="m0")
        assert not os.path.lexists(farm.modem("m0").path)
        client.ask("plug", modem="m0")
        assert os.path.lexists(farm.modem("m0").path)
        for wrong, why in (
            ({"do": "dance"}, "no such request"),
            ({"do": "unplug", "modem": "m9"}, "KeyError"),
            ({"do": "wait", "kind": "accepted", "count": 9, "timeout": 0.01}, "TimeoutError"),
            ({"do": "deliver", "modem": "m0", "color": "red"}, "TypeError"),
        ):
            with pytest.raises(RuntimeError, match=why):
                client.ask(**wrong)


def test_the_socket_goes_away_with_the_farm(tmp_path):
    with sim.start(sim.Setup(directory=tmp_path / "dev", control=tmp_path / "control")):
        client = ControlClient(tmp_path / "control")
        assert client.ask("ports")
    assert not (tmp_path / "control").exists()
    with pytest.raises((RuntimeError, OSError)):
        client.ask("ports")
    client.close()


@pytest.fixture
def process(tmp_path):
    """`process(command…)`: a simulator in a process of its own, ended at the end."""
    running = []

    def start(*command):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(child)
        return child

    yield start
    for child in running:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_of_its_own(process, talk, tmp_path, number):
    folder = tmp_path / "dev"
    child = process(
        sys.executable,
        *(
            "-m",
            "drivers.sim",
            "--count",
            "2",
            "--dir",
            str(folder),
            "--profile",
            "generic",
            "--profile",
            "sim800",
        ),
        *("--handset", "+336* note => 9", "--submit-time", "1ms", "--fault", "modem1:csq_99"),
        *("--control", str(tmp_path / "control"), "--log", str(tmp_path / "log")),
    )
    paths = [child.stdout.readline().strip() for _ in range(2)]
    assert paths == [str(folder / "modem0"), str(folder / "modem1")]
    assert talk(paths[1]).ask("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    line = talk(paths[0])
    assert line.submit("note ?", report=False)[0] == "+CMGS: 0"
    with ControlClient(tmp_path / "control") as client:
        assert client.ask("wait", kind="stored")
    child.send_signal(number)
    assert child.wait(10) == 0
    assert os.listdir(folder) == []
    assert '"kind": "accepted"' in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--fault", "lat_cmgs"], "did you mean 'late_cmgs'"),
        (["--fault", "modem7:dead"], "no modem is called 'modem7'"),
        (["--profile", "x"], "no profile is called 'x'"),
        (["--submit-time", "soon"], "is no duration"),
    ],
)
def test_wrong_usage_is_exit_code_2(process, tmp_path, arguments, why):
    child = process(sys.executable, "-m", "drivers.sim", "--dir", str(tmp_path / "dev"), *arguments)
    _, complaint = child.communicate(timeout=30)
    assert child.returncode == 2
    assert why in complaint


def test_help_lists_every_fault_and_profile(process):
    child = process(sys.executable, "-m", "drivers.sim", "--help")
    shown, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    for name in (*PROFILES, "late_cmgs", "unplug_idle", "ussd_multiline"):
        assert re.search(rf"^ +{name}\b", shown, re.MULTILINE)


def test_the_gateways_own_command(process, tmp_path):
    child = process(sys.executable, "-m", "gateway", "simulate", "--dir", str(tmp_path / "dev"))
    assert child.stdout.readline().strip() == str(tmp_path / "dev" / "modem0")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
