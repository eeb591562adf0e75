from __future__ import annotations

import configparser
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gateway.config import load
from gateway.config.settings import Gateway

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, **options)


@pytest.fixture(scope="module")
def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(SYSTEMD / "smsgw.service")
    return parser


def seconds(text):
    return int(text.removesuffix("s"))


def test_the_service_stops_later_than_the_daemon_gives_up(unit):
    stop = Gateway.model_fields["stop_timeout"].default
    assert seconds(unit["Service"]["TimeoutStopSec"]) > stop.total_seconds()


def test_the_service_can_reach_modems_and_little_else(unit):
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["RestartPreventExitStatus"].split() == ["2", "3"]
    assert (service["User"], service["Group"], service["UMask"]) == ("smsgw", "smsgw", "0007")
    assert service["DevicePolicy"] == "closed"
    assert "PrivateDevices" not in service
    assert service["ProtectSystem"] == "strict"
    assert (service["StateDirectory"], service["StateDirectoryMode"]) == ("smsgw", "2770")
    text = (SYSTEMD / "smsgw.service").read_text()
    assert {"DeviceAllow=char-ttyUSB rw", "DeviceAllow=char-ttyACM rw"} <= set(text.splitlines())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_the_unit_and_finds_it_tight(tmp_path):
    unit = tmp_path / "smsgw.service"
    text = (SYSTEMD / "smsgw.service").read_text()
    unit.write_text(text.replace("/usr/local/bin/smsgw", sys.executable))
    checked = run("systemd-analyze", "verify", unit)
    assert [line for line in checked.stderr.splitlines() if "smsgw.service" in line] == []
    shown = run("systemd-analyze", "security", "--offline=true", unit).stdout
    exposure = re.search(r"exposure level.*: ([0-9.]+)", shown)
    assert exposure
    assert float(exposure[1]) < 2.0


def test_the_udev_rules_keep_modem_managers_hands_off():
    text = (SYSTEMD / "60-smsgw.rules").read_text().replace("\\\n", "")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    pair = r'[A-Z_]+(\{[^}]+\})?(==|!=|=|\+=)"[^"]*"'
    for rule in rules:
        assert re.fullmatch(rf"{pair}(, *{pair})*", rule.replace(",   ", ", ")), rule
    for vendor in ("12d1", "19d2", "2c7c", "1e0e", "1199", "1bc7"):
        assert text.count(vendor) >= 2
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in text
    assert 'ATTR{power/control}="on"' in text
    labels, jumps = set(re.findall(r'LABEL="(\w+)"', text)), set(re.findall(r'GOTO="(\w+)"', text))
    assert labels == jumps


@pytest.fixture
def installed(tmp_path):
    """Everything but the virtual environment, below a folder."""
    environ = {**os.environ, "DESTDIR": str(tmp_path)}
    run("sh", SYSTEMD / "install.sh", "--files-only", env=environ)
    return tmp_path


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_installation_has_its_files_where_they_belong(installed):
    assert os.readlink(installed / "usr/local/bin/smsgw") == "/opt/smsgw/bin/smsgw"
    for file in (
        "usr/local/lib/systemd/system/smsgw.service",
        "etc/udev/rules.d/60-smsgw.rules",
        "etc/sysusers.d/smsgw.conf",
        "etc/tmpfiles.d/smsgw.conf",
    ):
        assert mode(installed / file) == 0o644
    assert mode(installed / "var/lib/smsgw") == 0o2770
    assert mode(installed / "etc/smsgw") == 0o750
    assert mode(installed / "etc/smsgw/config.toml") == 0o640


def test_the_installed_configuration_is_valid_and_names_no_modem_that_nobody_has(installed):
    settings = load(installed / "etc/smsgw/config.toml")
    assert settings.modems == {}
    assert settings.throttle.per_minute == 6


def test_a_second_installation_leaves_the_configuration_alone(installed):
    config = installed / "etc/smsgw/config.toml"
    config.write_text("# mine\n")
    run("sh", SYSTEMD / "install.sh", "--files-only", env={**os.environ, "DESTDIR": str(installed)})
    assert config.read_text() == "# mine\n"


def test_uninstalling_leaves_what_cannot_be_made_again(installed):
    (installed / "opt/smsgw").mkdir(parents=True)
    (installed / "opt/smsgw/pyvenv.cfg").touch()
    (installed / "var/lib/smsgw/gateway.db").touch()
    run("sh", SYSTEMD / "uninstall.sh", env={**os.environ, "DESTDIR": str(installed)})
    left = sorted(str(path.relative_to(installed)) for path in installed.rglob("*") if not path.is_dir())
    assert left == ["etc/smsgw/config.toml", "var/lib/smsgw/gateway.db"]
    assert not (installed / "opt/smsgw").exists()


PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\$", re.MULTILINE)


def test_what_is_installed_is_pinned_with_hashes():
    """Every dependency, and what builds the package; hashes for all; no word of where they came from."""
    text = (SYSTEMD / "requirements.txt").read_text()
    pins = dict(PIN.findall(text))
    assert len(pins) == text.count("==") > 20
    for block in re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]:
        assert "    --hash=sha256:" in block
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for line in [*project["project"]["dependencies"], *project["build-system"]["requires"]]:
        wanted = Requirement(line)
        assert pins[canonicalize_name(wanted.name)] in wanted.specifier, f"{line}: make lock"
    assert "://" not in text
    assert "--index" not in text
    assert "--require-hashes" in (SYSTEMD / "install.sh").read_text()


@pytest.mark.parametrize(
    ("said", "ended", "code", "word"),
    [
        ("No known vulnerabilities found", 0, 0, "no advisory is known"),
        ("Found 1 known vulnerability in 1 package\nclick 8.1 PYSEC-1", 1, 1, "PYSEC-1"),
        ("six  Dependency not found and could not be audited: six", 0, 2, "proves nothing"),
        ("ConnectionError: no route", 1, 2, "proves nothing"),
    ],
)
def test_an_audit_says_what_it_proves(said, ended, code, word, tmp_path):
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit {ended}\n")
    tool.chmod(0o755)
    done = subprocess.run(
        [SYSTEMD / "audit.sh", tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code
    assert word in done.stdout + done.stderr


def test_the_targets_that_people_are_told_to_use_exist():
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {
        "demo",
        "test",
        "lint",
        "install",
        "uninstall",
        "docs",
        "fuzz",
        "lock",
        "audit",
        "clean",
    } <= targets


def test_continuous_integration_calls_the_same_checks():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().rstrip().endswith("make --no-print-directory test")
    run("bash", "-n", script)


def test_an_installed_copy_has_everything_it_needs(tmp_path):
    """What setuptools would install, run outside the checkout: sources, SQL, type markers."""
    pytest.importorskip("setuptools")
    build = tmp_path / "build"
    code = "import setuptools; setuptools.setup()"
    run(
        sys.executable, "-c", code, "-q", "egg_info", "--egg-base", tmp_path, "build", "--build-base", build, cwd=ROOT
    )  # fmt: skip
    library = build / "lib"
    wanted = {path.relative_to(ROOT) for name in ("drivers", "gateway") for path in (ROOT / name).rglob("*")}
    wanted = {path for path in wanted if path.suffix in {".py", ".sql", ".toml", ".typed"}}
    assert {path for path in wanted if not (library / path).exists()} == set()
    assert {path for path in library.iterdir() if path.name not in {"drivers", "gateway"}} == set()
    work = f"import sys; sys.path.insert(0, {str(library)!r}); import gateway.cli; gateway.cli.main()"
    made = run(sys.executable, "-P", "-c", work, "--database", "new.db", "db", "migrate", cwd=tmp_path)
    assert made.stdout == "new.db: made\n"
