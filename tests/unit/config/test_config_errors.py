from __future__ import annotations

import pytest

from gateway.config import ConfigError, parse
from gateway.config.lines import key_lines


def problems(text):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return {problem.where: (problem.line, problem.what) for problem in caught.value.problems}


def test_every_problem_is_told_at_once_with_its_path_and_line():
    found = problems(
        """\
[gatewy]
[gateway]
brnd = "x"
region = "XX"
timezone = "Europe/Pari"
unknown_after = 15
max_parts = 0
on_unknown = "drop"

[throttle]
per_minute = -1

[modems.a]
port = "COM3"
routes = ["+33", "06"]
roaming = "yes"

[modems.b]
baudrate = 115201
port = "/dev/ttyUSB0"

[policy.window.survey]
start = "21:00"
days = ["mon", "someday"]
"""
    )
    assert {where: line for where, (line, _) in found.items()} == {
        "gatewy": 1,
        "gateway.brnd": 3,
        "gateway.region": 4,
        "gateway.timezone": 5,
        "gateway.unknown_after": 6,
        "gateway.max_parts": 7,
        "gateway.on_unknown": 8,
        "throttle.per_minute": 11,
        "modems.a.port": 14,
        "modems.a.routes[1]": 15,
        "modems.a.roaming": 16,
        "modems.b.baudrate": 19,
        "policy.window.survey.days[1]": 24,
    }


def test_each_problem_says_what_was_expected():
    found = problems(
        '[gateway]\nregion = 33\nmax_parts = "10"\n[modems.a]\nroutes = "+33"\nroaming = 1\ninit = [1]\n'
    )
    words = {where: what for where, (_, what) in found.items()}
    assert "two letters" in words["gateway.region"]
    assert "whole number" in words["gateway.max_parts"]
    assert "list" in words["modems.a.routes"]
    assert "true or false" in words["modems.a.roaming"]
    assert "AT command" in words["modems.a.init[0]"]


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("[gatway]", "gatway", "gateway"),
        ("[gateway]\ndatbase = 'x'", "gateway.datbase", "did you mean database?"),
        ("[throttle]\nper_min = 1", "throttle.per_min", "did you mean per_minute?"),
        ("[modems.a]\nport = '/dev/a'\nspeed = 1", "modems.a.speed", "known here: port, imei"),
        ("[modems.a]\nport = '/dev/a'\ndevice = '/dev/a'", "modems.a.device", "called port"),
        ("[modems.a]\nport = '/dev/a'\nthrottle = { per_hr = 1 }", "modems.a.throttle.per_hr", "per_hour"),
        ("[policy.window.surveys]", "policy.window.surveys", "did you mean survey?"),
        ("[policy.capss]", "policy.capss", "did you mean caps?"),
        ("verbose = true", "verbose", "known here: gateway, throttle, modems"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(text, where, hint):
    assert hint in problems(text)[where][1]


def test_two_modems_cannot_stand_in_one_place_even_among_other_errors():
    twice = "[modems.a]\nport = '/dev/x'\n[modems.b]\nport = '/dev/x'\n"
    assert problems(twice)["modems.b"] == (3, "the same port as modems.a: /dev/x")
    assert {"modems.b", "gateway.brnd"} <= problems(twice + "[gateway]\nbrnd = 1").keys()
    imei = "[modems.a]\nimei = '356938035643809'\n[modems.b]\nimei = '35 693803 564380 9'\n"
    assert "same imei" in problems(imei)["modems.b"][1]


def test_simulated_modems_are_as_many_as_one_likes():
    assert len(parse("[modems.a]\nport = 'sim:'\n[modems.b]\nport = 'sim:'\n").modems) == 2


@pytest.mark.parametrize("places", ["", "port = '/dev/a'\nimei = '356938035643809'"])
def test_a_modem_needs_exactly_one_place(places):
    assert "either port or imei" in problems(f"[modems.a]\n{places}\n")["modems.a"][1]


@pytest.mark.parametrize("name", ["a,b", "-a", "", "a b", "x" * 33, "é"])
def test_names_of_modems_are_plain(name):
    found = problems(f'[modems."{name}"]\nport = "/dev/a"\n')
    assert [what for _, what in found.values()] == [
        "no good name for a modem: letters, digits, - and _, at most 32"
    ]


@pytest.mark.parametrize(
    "port",
    [
        "/dev/ttyUSB0",
        "/tmp/sims/modem0",
        "socket://10.0.0.7:4001",
        "rfc2217://ser2net:7000?timeout=3",
        "sim:",
        "sim:huawei",
    ],
)
def test_ports_in_every_form(port):
    assert parse(f"[modems.a]\nport = '{port}'\n").modems["a"].port == port


@pytest.mark.parametrize(
    "port",
    ["", "ttyUSB0", "COM3", "socket://host", "socket://:1", "rfc2217://h:x", "socket://h:99999", "/dev/a\\n"],
)
def test_what_is_no_port_is_refused(port):
    assert "modems.a.port" in problems(f'[modems.a]\nport = "{port}"\n')


def test_a_pin_in_the_configuration_is_never_repeated():
    for line in ('pin_file = "4711"', "pin_file = 4711", 'pin = "4711"'):
        with pytest.raises(ConfigError) as caught:
            parse(f"[modems.a]\nport = '/dev/a'\n{line}\n")
        assert "4711" not in str(caught.value) + repr(caught.value.problems)
        assert "PIN" in str(caught.value)


@pytest.mark.parametrize("line", ['team = "pass word"', "team = 4711", 'team = "hunter2"'])
def test_the_address_of_a_target_is_never_repeated(line):
    with pytest.raises(ConfigError) as caught:
        parse(f"[alerts.targets]\n{line}\n")
    assert "alerts.targets.team" in str(caught.value)
    assert not {"pass word", "4711", "hunter2"} & set(str(caught.value).split())


def test_no_toml_is_told_with_its_line_and_without_its_words():
    (problem,) = problems("[gateway]\nbrand = 'a'\nunknown_after = 15m\n").items()
    assert problem[0] == ""
    assert problem[1][0] == 3
    assert "in quotes" in problem[1][1]
    with pytest.raises(ConfigError) as caught:
        parse("[alerts.targets]\nteam = mailto://u:secret@host\n")
    assert "secret" not in str(caught.value)


def test_the_lines_of_keys():
    text = '''\
a = 1
[one]
b.c = 2
text = """
d = 3
"""
inline = { e = 4, f = { g = 5 } }
[one."two three"]  # comment
'h' = 6
[[list]]
i = 7
'''
    assert key_lines(text) == {
        ("a",): 1,
        ("one",): 2,
        ("one", "b", "c"): 3,
        ("one", "text"): 4,
        ("one", "inline"): 7,
        ("one", "inline", "e"): 7,
        ("one", "inline", "f"): 7,
        ("one", "inline", "g"): 7,
        ("one", "two three"): 8,
        ("one", "two three", "h"): 9,
        ("list",): 10,
        ("list", "i"): 11,
    }
