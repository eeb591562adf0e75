"""gammu-smsd and smsd on the same kind of simulated modem, tuned for speed: what the field reaches.

Both are told to send only (no reports, no polling more than they need). Measured as ours is: the modem's own
time over the time that passes, from the first command of the first send to the answer of the last.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.stage import FarmProcess, wait

GAMMU = """[gammu]
device = {device}
connection = at115200
gammucoding = utf8
synchronizetime = no
[smsd]
service = files
logfile = {base}/smsd.log
debuglevel = 0
inboxpath = {base}/inbox/
outboxpath = {base}/outbox/
sentsmspath = {base}/sent/
errorsmspath = {base}/error/
commtimeout = 0
sendtimeout = 30
receivefrequency = 3600
loopsleep = 0
statusfrequency = 0
resetfrequency = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
deliveryreport = no
"""
SMSD = """devices = GSM1
outgoing = {base}/outgoing
checked = {base}/checked
incoming = {base}/incoming
sent = {base}/sent
failed = {base}/failed
report = {base}/report
logfile = {base}/smsd.log
loglevel = 3
infofile = {base}/smsd.working
pidfile = {base}/smsd.pid
delaytime = 1
delaytime_mainprocess = 1
[GSM1]
device = {device}
incoming = no
report = no
check_network = 0
baudrate = 115200
"""
FOLDERS = ("inbox", "outbox", "sent", "error", "outgoing", "checked", "incoming", "failed", "report")


def gammu(messages: int, submit: float) -> float | None:
    """The share of gammu-smsd; None where it is not installed."""
    return _measure("gammu-smsd", ["-c"], GAMMU, "outbox", _gammu_file, messages, submit)


def smstools(messages: int, submit: float) -> float | None:
    """The share of smsd (SMS Server Tools 3); None where it is not installed."""
    return _measure("smsd", ["-t", "-c"], SMSD, "outgoing", _smstools_file, messages, submit)


def _gammu_file(folder: Path, number: int) -> None:
    (folder / f"OUTA20261124_{number:06d}_00_+3361234{number:04d}_sms0.txt").write_text(f"message {number}")


def _smstools_file(folder: Path, number: int) -> None:
    (folder / f"m{number:06d}").write_text(f"To: 3361234{number:04d}\n\nmessage {number}")


def _measure(
    program: str, options: list[str], config: str, outbox: str, write: Any, messages: int, submit: float
) -> float | None:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")
    if path is None:
        return None
    with tempfile.TemporaryDirectory(prefix="smsgw-bench-") as name:
        base = Path(name)
        for folder in FOLDERS:
            (base / folder).mkdir()
        farm = FarmProcess(base, 1, submit, 0.0, report="none")
        (base / "config").write_text(config.format(base=base, device=farm.ports[0]))
        for number in range(messages):
            write(base / outbox, number)
        process = subprocess.Popen(
            [path, *options, str(base / "config")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait(lambda: farm.ask("count") >= messages, 60 + messages * 5, f"{program}'s messages", step=0.5)
            sends = farm.ask("timings")["modem0"][-messages:]
        finally:
            process.terminate()
            process.wait(30)
            farm.close()
    last = sends[-1]
    passed = last["at"] + last["prompt"] + last["body"] + last["submit"] - sends[0]["at"]
    return float(sum(send["prompt"] + send["submit"] for send in sends) / passed)
