"""What the pages show works: SQL against a fresh database, Python, shell, and the README's first modem."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.blocks import fresh_database
from docs.sources import ROOT
from drivers import sim
from gateway.clock import SystemClock
from gateway.config import Settings, parse
from gateway.store import Store

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?:<!-- run: ([^\n]*?) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
DATABASE = "/var/lib/smsgw/gateway.db"
STICK = re.compile(r"/dev/serial/by-id/[\w-]+")
SMSGW = Path(sys.executable).with_name("smsgw")
PATIENCE = 60.0


def blocks(language):
    return [
        pytest.param(text, id=f"{path.name}-{number}")
        for path in PAGES
        for number, (_, kind, text) in enumerate(BLOCK.findall(path.read_text("utf-8")))
        if kind == language
    ]


@pytest.mark.parametrize("text", blocks("sql"))
def test_sql_runs(text):
    database = fresh_database()
    database.execute("INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'the first')")
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.execute(statement, {"id": 1, "last": 0, "campaign": "slots", "since": ""}).fetchall()
            statement = ""
    assert not statement.strip(), "a statement without its semicolon"
    database.close()


@pytest.mark.parametrize("text", blocks("toml"))
def test_toml_can_be_read_and_a_configuration_is_valid(text):
    if tomllib.loads(text).keys() & Settings.model_fields.keys():
        assert parse(text).modems


@pytest.fixture
def database(tmp_path):
    """An empty gateway's database, at the path that stands for the one of the pages."""
    path = tmp_path / "gateway.db"
    Store.open(path, SystemClock()).close()
    return path


@pytest.mark.parametrize("text", blocks("python"))
def test_python_runs(text, database, capsys):
    code = text.replace(DATABASE, str(database)).replace("timeout=60", "timeout=0.1")
    exec(compile(code, "page", "exec"), {})
    assert capsys.readouterr().out
    store = sqlite3.connect(database)
    assert store.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    store.close()


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the shell of SQLite is not here")
def test_the_shell_writes_a_message(database):
    (text,) = [block.values[0] for block in blocks("sh") if "sqlite3" in block.values[0]]
    script = text.replace(DATABASE, str(database))
    done = subprocess.run(
        ["sh", "-euc", script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout.strip() == "1"


# -- the README's first modem -------------------------------------------------------------------------


@pytest.fixture
def steps():
    """The marked blocks of the README by their marks."""
    found = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    return {mark: text for mark, _, text in found if mark}


@pytest.fixture
def stick(tmp_path):
    """A simulated modem; whoever it writes to answers."""
    setup = sim.Setup(
        modems=(sim.ModemSetup(submit_time=0.05),),
        directory=tmp_path / "ports",
        handsets=(sim.Handset(number="+336*", rules=(sim.Rule("", "Bien reçu", 0.1),)),),
    )
    with sim.start(setup) as farm:
        yield farm


def shell(folder, text):
    """Run commands as a reader would; what they print, both streams."""
    environ = {**os.environ, "PATH": f"{SMSGW.parent}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        ["sh", "-euc", text],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def started(daemon):
    """Whether the daemon has said that its modem is ready."""
    return any("action=modem_state" in line and "state=ready" in line for line in daemon.stderr)


def test_the_first_modem_of_the_readme(tmp_path, steps, stick):
    port = stick.ports[0]
    assert port in shell(tmp_path, steps["detect"].replace("modem detect", f"modem detect {port}"))
    (tmp_path / "config.toml").write_text(STICK.sub(port, steps["file config.toml"]), "utf-8")
    checked = shell(tmp_path, steps["check"])
    assert "config.toml: OK" in checked
    assert "can send       True" in checked

    command = [SMSGW, *steps["daemon"].split()[1:]]
    daemon = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started(daemon)
        sent = shell(tmp_path, steps["send"])
        assert "accepted, reference" in sent
        wait = "smsgw inbox list 2>&1 | grep -q reçu"
        received = shell(tmp_path, f"until {wait}; do :; done\n{steps['inbox']}")
        assert "Bien reçu" in received
        assert "smsgw runs" in received
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
        daemon.communicate()
    texts = [message.text for message in stick.network.messages()]
    assert texts == ["Bonjour de smsgw."]
