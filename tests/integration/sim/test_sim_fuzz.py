"""Whatever is written to its ports, the simulator stays alive and the modem answers afterwards."""

from __future__ import annotations

import random

import pytest

from drivers.sim.makes import PROFILES

WORDS = (
    *(
        "AT",
        "at",
        "A/",
        "+",
        ";",
        "?",
        "=?",
        "=",
        ",",
        '"',
        "\r",
        "\n",
        "\x1a",
        "\x1b",
        "\b",
        "\0",
        "0",
        "1",
        "99",
    ),
    *(
        "+CMGS",
        "+CMGW",
        "+CMSS",
        "+CMGL",
        "+CMGR",
        "+CMGD",
        "+CNMI",
        "+CPMS",
        "+CPIN",
        "+CLCK",
        "+CUSD",
        "+CSCS",
    ),
    *(
        "+CMGF",
        "+CSMP",
        "+CSCA",
        "+CFUN",
        "+CREG",
        "+COPS",
        "+CMEE",
        "+CNMA",
        "+CSMS",
        "+CMMS",
        "+CPINR",
        "S",
        "D",
    ),
    *(
        '"SM"',
        '"ALL"',
        '"UCS2"',
        '"GSM"',
        '"HEX"',
        '"+33612345678"',
        '"1234"',
        "0011000B91",
        "FF",
        "é",
        "\xff",
    ),
    *("E", "V", "Q", "Z", "&F", "I", "H", "^CURC=0", "+CSQ", "4", "23", "-1", "x"),
)


@pytest.mark.parametrize("seed", range(12))
def test_noise_does_not_break_it(farm, talk, seed):
    rng = random.Random(seed)
    profile = rng.choice(list(PROFILES))
    farm = farm(profile=profile, submit_time=0.0, setup={"seed": seed})
    modem = farm.modem("m0")
    farm.network.deliver("m0", "Bricolo", "texte " * 40)
    farm.network.deliver("m0", "+33612345678", data=b"\x00\xff", dcs=4)
    for pdu in ("", "00", "FFFF", "02", "0601", "040B91331632"):
        farm.network.deliver("m0", "", pdu=pdu)
    line = talk(modem, "AT")
    for _ in range(150):
        said = "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 9)))
        line.write(("AT" if rng.random() < 0.7 else "") + said + rng.choice(("\r", "\r", "\x1b", "\x1a")))
    line.write("\x1b\r\x1b\rATV1Q0E0\rAT+CGSN\r")
    line.until(modem.device.imei.encode() + b"\r\n")
    line.until(b"OK\r\n")
    with modem.device.loop.held():
        modem.sim.pin = None
        modem.device.power.on(cold=False)
    assert line.ask("AT+CMEE=1;+CMGF=1")[-1] == "OK"
    assert line.ask('AT+CMGL="ALL"')[-1].startswith(("OK", "+CMS ERROR"))
    assert modem.device.loop.alive


def test_a_line_of_very_many_commands_is_refused(farm, talk):
    line = talk(farm().modem("m0"))
    assert line.ask("AT" + "+CSQ;" * 300) == ["ERROR"]
    assert line.ask("AT" + "+CMGF=0;" * 20 + "+CSQ") == ["+CSQ: 20,99", "OK"]


def test_a_line_that_never_ends_is_bounded(farm, talk):
    line = talk(farm().modem("m0"))
    for _ in range(100):
        line.write("x" * 1000)
    assert line.ask("\rAT") == ["OK"]
    line.prompt("AT+CMGS=20")
    for _ in range(20):
        line.write("0" * 1000)
    line.write("\x1a")
    assert line.until(b"\r\n+CMS ERROR: 304\r\n")
