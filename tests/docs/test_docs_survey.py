"""The first survey in ten minutes, step by step, as docs/surveys.md tells it."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from docs.sources import ROOT
from gateway.clock import SystemClock
from gateway.demo import stage

BLOCK = re.compile(r"<!-- run: ([^\n]*?) -->\n```\w+\n(.*?)```", re.DOTALL)
SMSGW = Path(sys.executable).with_name("smsgw")
PORTS = "/tmp/smsgw-modems"
PATIENCE = 60.0


def environ():
    return {**os.environ, "PATH": f"{SMSGW.parent}:{os.environ['PATH']}", "NO_COLOR": "1"}


def shell(folder: Path, text: str, typed: str = "") -> str:
    done = subprocess.run(
        ["sh", "-euc", text],
        cwd=folder,
        env=environ(),
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@contextmanager
def terminal(folder: Path, text: str, said: str) -> Iterator[None]:
    """A command that goes on in a terminal of its own; entered once it has said that."""
    command = [str(SMSGW), *text.split()[1:]]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert any(said in line for line in process.stdout)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def wait(database: Path, query: str, what: str) -> None:
    """Until the query finds something."""
    with closing(sqlite3.connect(database)) as connection:
        stage.wait(SystemClock(), lambda: bool(connection.execute(query).fetchall()), PATIENCE, what)


def test_the_first_survey(tmp_path: Path) -> None:
    found = BLOCK.findall((ROOT / "docs" / "surveys.md").read_text("utf-8"))
    steps = {mark: text.replace(PORTS, str(tmp_path / "ports")) for mark, text in found}
    (tmp_path / "surveys").mkdir()
    for mark, text in steps.items():
        if mark.startswith("file "):
            (tmp_path / mark.removeprefix("file ")).write_text(text, "utf-8")
    rehearsed = shell(tmp_path, steps["check"], typed="4\n:quit\n")
    assert "can be used, 1 question(s)" in rehearsed
    assert "answer note = 4" in rehearsed

    with (
        terminal(tmp_path, steps["simulate"], "modem0"),
        terminal(tmp_path, steps["daemon"], "state=ready"),
    ):
        database = tmp_path / "gateway.db"
        wait(database, "SELECT 1 FROM survey_def", "the survey's file in the database")
        assert shell(tmp_path, steps["invite"]).splitlines()[-1] == "1"
        wait(database, "SELECT 1 FROM session WHERE ended_at IS NOT NULL", "the end of the conversation")
        shown = shell(tmp_path, steps["look"])
    assert "Votre satisfaction, de 1 (mauvais) à 5 (parfait)" in shown
    assert "1 of 1 people reached answered" in shown
    assert "wrote page.html" in shown
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert "session,survey,version,event_ref" in shown
