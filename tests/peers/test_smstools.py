"""smstools finds nothing strange about the simulated modem."""

from __future__ import annotations

import pytest

PATIENCE = 60.0
CONF = """devices = GSM1
outgoing = {base}/outgoing
checked = {base}/checked
incoming = {base}/incoming
sent = {base}/sent
failed = {base}/failed
report = {base}/report
logfile = {base}/smsd.log
loglevel = 7
infofile = {base}/smsd.working
pidfile = {base}/smsd.pid
delaytime = 1
[GSM1]
device = {device}
incoming = yes
report = no
baudrate = 115200
"""


@pytest.mark.parametrize("profile", ["generic", "huawei"])
def test_its_daemon_sends_and_receives(farm, program, daemon, tmp_path, profile):
    path = program("smsd", "smstools")
    farm = farm(profile)
    for folder in ("incoming", "outgoing", "sent", "failed", "checked", "report"):
        (tmp_path / folder).mkdir()
    conf = tmp_path / "smsd.conf"
    memory = "memory_start = 0\n" if profile == "huawei" else ""
    conf.write_text(CONF.format(base=tmp_path, device=farm.modem("m0").path) + memory)
    (tmp_path / "outgoing" / "one").write_text("To: 33612345678\n\nBonjour, une note de 0 a 10 ?")
    with daemon(path, "-c", str(conf), "-t"):
        farm.network.wait(lambda network: network.accepted, PATIENCE)
        farm.network.wait(lambda network: farm.journal.entries("deleted"), PATIENCE)
    assert farm.network.texts("+33612345678") == ["Bonjour, une note de 0 a 10 ?"]
    (answer,) = (tmp_path / "incoming").iterdir()
    head, _, body = answer.read_text().partition("\n\n")
    assert body == "9"
    assert "From: 33612345678" in head
    assert [file.name for file in (tmp_path / "sent").iterdir()] == ["one"]
