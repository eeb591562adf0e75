from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.config import ConfigError, NotFound, advice, check_files, find, load, parse, read_pin
from gateway.config.example import example
from gateway.config.values import Cap
from gateway.model import OnUnknown

SHORT = "[modems.sim1]\nport = '/dev/ttyUSB0'\n"


def test_an_empty_file_has_the_defaults_of_the_contract():
    settings = parse("")
    gateway = settings.gateway
    assert (gateway.database, gateway.surveys) == (
        Path("/var/lib/smsgw/gateway.db"),
        Path("/etc/smsgw/surveys"),
    )
    assert (gateway.region, gateway.timezone, gateway.zone.key) == ("FR", "Europe/Paris", "Europe/Paris")
    assert (gateway.on_unknown, gateway.unknown_after) == (OnUnknown.HOLD, timedelta(minutes=15))
    assert (gateway.max_parts, gateway.stop_timeout) == (10, timedelta(seconds=60))
    assert settings.throttle.model_dump() == {
        "min_interval": timedelta(0),
        "per_minute": 0,
        "per_hour": 0,
        "per_day": 0,
        "recipients_per_month": 0,
    }
    assert settings.policy.only_to == ()
    assert settings.modems == {}


def test_a_modem_has_the_defaults_of_the_contract():
    modem = parse(SHORT).modems["sim1"]
    assert (modem.driver, modem.baudrate, modem.storage, modem.smsc, modem.roaming) == (
        "at",
        115200,
        "auto",
        "",
        False,
    )
    assert (modem.command_timeout, modem.submit_timeout) == (timedelta(seconds=10), timedelta(seconds=180))
    assert (modem.routes, modem.init, modem.pin_file, modem.imei) == ((), (), None, None)


def test_what_policy_does_by_default():
    policy = parse("").policy
    survey, commercial, service = policy.window.survey, policy.window.commercial, policy.window.service
    assert (survey.start, survey.end, survey.holidays, "sun" in survey.days) == (540, 1230, False, False)
    assert (commercial.start, commercial.end, commercial.holidays, "sun" in commercial.days) == (
        540,
        1200,
        False,
        False,
    )
    assert service.always
    assert not survey.always
    assert policy.caps.service == ()
    assert policy.caps.commercial == (Cap(1, timedelta(days=7)), Cap(4, timedelta(days=30)))
    assert policy.caps.total == (Cap(3, timedelta(days=1)),)
    assert (policy.consent.stop_scope, policy.consent.strict_optout_prefixes) == ("all", ("+1",))
    assert (policy.promotional, policy.restricted_senders) == ("warn", "warn")


def test_a_modem_changes_only_the_limits_that_it_names():
    settings = parse(
        "[throttle]\nper_minute = 6\nper_day = 400\n"
        "[modems.a]\nport = '/dev/a'\nthrottle = { per_minute = 20, per_day = 0 }\n"
        "[modems.b]\nport = '/dev/b'\n"
    )
    assert settings.throttle_for("a") == settings.throttle.model_copy(update={"per_minute": 20, "per_day": 0})
    assert settings.throttle_for("b") == settings.throttle


def test_settings_do_not_change():
    settings = parse(SHORT)
    with pytest.raises(ValidationError):
        settings.gateway.region = "DE"  # type: ignore[misc]


def test_relative_paths_are_taken_from_the_folder_of_the_file(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("[gateway]\ndatabase = 'gateway.db'\n[modems.a]\nport = '/dev/a'\npin_file = 'a.pin'\n")
    settings = load(file)
    assert settings.gateway.database == tmp_path / "gateway.db"
    assert settings.gateway.surveys == Path("/etc/smsgw/surveys")
    assert settings.modems["a"].pin_file == tmp_path / "a.pin"


def test_secrets_are_in_no_repr():
    settings = parse("[alerts.targets]\nteam = 'mailto://u:hunter2@host'\n")
    assert "hunter2" not in repr(settings) + str(settings) + repr(settings.alerts)
    assert settings.alerts.targets["team"].get_secret_value() == "mailto://u:hunter2@host"


def test_a_byte_order_mark_is_passed_over_and_other_encodings_are_named(tmp_path):
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf[gateway]\nbrand = 'Caf\xc3\xa9'\n")
    assert load(file).gateway.brand == "Café"
    file.write_bytes(b"[gateway]\nbrand = 'Caf\xe9'\n")
    with pytest.raises(ConfigError, match=f"{file}:2: not UTF-8"):
        load(file)


def test_where_the_configuration_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gateway.config.reading.PLACES", (Path("config.toml"), tmp_path / "etc.toml"))
    with pytest.raises(NotFound) as caught:
        find(None, {})
    for place in ("--config", "$SMSGW_CONFIG", str(tmp_path / "config.toml"), str(tmp_path / "etc.toml")):
        assert place in str(caught.value)
    (tmp_path / "etc.toml").touch()
    assert find(None, {}) == tmp_path / "etc.toml"
    (tmp_path / "config.toml").touch()
    assert find(None, {}) == Path("config.toml")
    assert find(None, {"SMSGW_CONFIG": "named.toml"}) == Path("named.toml")
    assert find("given.toml", {"SMSGW_CONFIG": "named.toml"}) == Path("given.toml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=f"{tmp_path}/none.toml: cannot be read"):
        load(tmp_path / "none.toml")


def test_pin_files_hold_a_pin_and_are_private(tmp_path):
    file = tmp_path / "sim.pin"
    settings = parse(
        f"[gateway]\ndatabase = '{tmp_path}/g.db'\n[modems.a]\nport = '/dev/a'\npin_file = '{file}'\n"
    )
    assert [(p.where, p.warning) for p in check_files(settings)] == [("modems.a.pin_file", False)]
    file.write_text("12345678901\n")
    (problem,) = check_files(settings)
    assert "4 to 8 digits" in problem.what
    assert "1234" not in problem.what
    file.write_text("1234\n")
    file.chmod(0o644)
    (problem,) = check_files(settings)
    assert problem.warning
    assert "chmod 600" in problem.what
    file.chmod(0o640)
    assert check_files(settings) == []
    assert read_pin(file) == "1234"


def test_two_names_for_one_device_are_found_through_links(tmp_path):
    (tmp_path / "tty").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "tty")
    settings = parse(
        f"[gateway]\ndatabase = '{tmp_path}/g.db'\n"
        f"[modems.a]\nport = '{tmp_path}/tty'\n[modems.b]\nport = '{tmp_path}/by-id'\n"
    )
    (problem,) = check_files(settings)
    assert problem.where == "modems.b.port"
    assert "a and b are the same device" in problem.what
    assert not problem.warning


def test_a_missing_folder_is_a_warning(tmp_path):
    (problem,) = check_files(parse(f"[gateway]\ndatabase = '{tmp_path}/no/g.db'\n"))
    assert problem.warning
    assert os.fspath(tmp_path / "no") in problem.what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no modem is configured"]),
        (SHORT, ["no limit at all", "answers to STOP", "06/07"]),
        ("[throttle]\nper_minute = 6\n" + SHORT, ["answers to STOP", "06/07"]),
        ("[gateway]\nregion = 'DE'\nbrand = 'Bricolo'\n[throttle]\nper_day = 6\n" + SHORT, []),
        ("[modems.a]\nport = 'sim:'\n", []),
        ("[policy]\nonly_to = ['+336']\n[modems.a]\nport = 'sim:'\n", ["a trial"]),
    ],
)
def test_advice_is_given_once_each(text, words):
    given = [problem.what for problem in advice(parse(text))]
    assert len(given) == len(words)
    assert all(word in what for word, what in zip(words, given, strict=True))


def test_the_example_is_valid_and_sensible():
    settings = parse(example())
    limits = settings.throttle_for("sim1")
    assert (limits.per_minute, limits.per_day > 0, limits.recipients_per_month > 0) == (6, True, True)
    assert not [problem for problem in advice(settings) if "no limit" in problem.what]


def test_every_default_shown_in_the_example_is_the_default():
    settings, default = parse(example()), parse("[modems.sim1]\nport = '/dev/x'\n")
    for section in ("policy", "alerts", "retention"):
        assert getattr(settings, section) == getattr(default, section)
    changed = {"port", "routes"}
    assert settings.modems["sim1"].model_dump(exclude=changed) == default.modems["sim1"].model_dump(
        exclude=changed
    )


def test_a_pin_that_only_the_gateway_may_read_is_no_error(tmp_path, monkeypatch):
    file = tmp_path / "sim.pin"
    file.write_text("1234")
    settings = parse(
        f"[gateway]\ndatabase = '{tmp_path}/g.db'\n[modems.a]\nport = '/dev/a'\npin_file = '{file}'\n"
    )

    def closed(self, *_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", closed)
    (problem,) = check_files(settings)
    assert problem.warning
    assert "may not read" in problem.what
