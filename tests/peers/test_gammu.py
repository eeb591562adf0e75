"""gammu and its daemon find nothing strange about the simulated modem."""

from __future__ import annotations

import subprocess

import pytest

PATIENCE = 60.0


@pytest.fixture
def gammu(program, tmp_path):
    """`gammu(farm, arguments…)`: its output; it must succeed."""
    path = program("gammu", "gammu")

    def run(farm, *arguments):
        rc = tmp_path / "gammurc"
        rc.write_text(f"[gammu]\ndevice = {farm.modem('m0').path}\nconnection = at115200\n")
        command = [path, "-c", str(rc), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize(("profile", "maker"), [("generic", "Simulated"), ("sim800", "SIMCOM")])
def test_it_identifies_the_modem(farm, gammu, profile, maker):
    farm = farm(profile)
    shown = gammu(farm, "identify")
    assert maker.lower() in shown.lower()
    assert farm.modem("m0").device.imei in shown
    assert farm.modem("m0").device.imsi in shown


def test_it_sends_a_long_text_once(farm, gammu):
    farm = farm()
    text = "Bonjour, une note de 0 à 10 ? " + "x" * 170
    assert "OK" in gammu(farm, "sendsms", "TEXT", "+33612345678", "-len", "400", "-text", text)
    assert farm.network.texts("+33612345678") == [text]
    assert len(farm.network.accepted) == 2


def test_it_reads_what_came_in(farm, gammu):
    farm = farm()
    farm.network.deliver("m0", "+33698765432", "Salut ça va ?")
    farm.network.deliver("m0", "Bricolo", "colis")
    shown = gammu(farm, "getallsms")
    assert "Salut ça va ?" in shown
    assert '"+33698765432"' in shown
    assert '"Bricolo"' in shown
    assert "2 SMS parts" in shown


SMSD = """[gammu]
device = {device}
connection = at115200
[smsd]
service = files
logfile = {base}/smsd.log
inboxpath = {base}/inbox/
outboxpath = {base}/outbox/
sentsmspath = {base}/sent/
errorsmspath = {base}/error/
commtimeout = 1
receivefrequency = 1
loopsleep = 1
checksecurity = 0
statusfrequency = 0
checkbattery = 0
checksignal = 0
"""


def test_its_daemon_sends_and_receives(farm, program, daemon, tmp_path):
    path = program("gammu-smsd", "gammu-smsd")
    farm = farm()
    for folder in ("inbox", "outbox", "sent", "error"):
        (tmp_path / folder).mkdir()
    rc = tmp_path / "smsdrc"
    rc.write_text(SMSD.format(device=farm.modem("m0").path, base=tmp_path))
    (tmp_path / "outbox" / "OUT+33612345678.txt").write_text("Bonjour, une note de 0 a 10 ?")
    with daemon(path, "-c", str(rc)):
        farm.network.wait(lambda network: network.accepted, PATIENCE)
        farm.network.wait(lambda network: farm.journal.entries("deleted"), PATIENCE)
    assert farm.network.texts() == ["Bonjour, une note de 0 a 10 ?"]
    answers = [file.read_text() for file in (tmp_path / "inbox").iterdir() if "+33612345678" in file.name]
    assert answers == ["9"]
    assert [file.name for file in (tmp_path / "sent").iterdir()] == ["OUT+33612345678.txt"]
