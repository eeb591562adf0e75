from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import Identity
from drivers.trace import Recorder, Step, escaped, replay, unescaped


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_escapes_give_back_every_octet(data: bytes) -> None:
    text = escaped(data)
    assert unescaped(text) == data
    assert text.isascii()
    assert text == text.strip()
    assert text.isprintable()


def test_an_escape_that_means_nothing() -> None:
    with pytest.raises(ValueError, match="no escape"):
        unescaped("\\q")


def test_a_recording_can_be_replayed(tmp_path: Path) -> None:
    now = [0.0]
    file = tmp_path / "m.at"
    with Recorder(file, clock=lambda: now[0]) as recorder:
        recorder(">", b"AT+CMGS=20\r")
        now[0] = 0.086
        recorder("<", b"\r\n> ")
        recorder("<", b"\r\n+CM")
        recorder("<", b"GS: 12\r\n\r\nO")
        now[0] = 0.1
        recorder("<", b"K\r\n")
        recorder.identify(Identity(manufacturer="huawei", model="E173", revision="21.0", vendor="huawei"))
    transcript = replay(file)
    assert {key: transcript.header[key] for key in ("vendor", "model", "firmware", "profile")} == {
        "vendor": "huawei",
        "model": "E173",
        "firmware": "21.0",
        "profile": "huawei",
    }
    steps = [step for step in transcript.steps if step.kind != "#"]
    assert steps[:3] == [Step(">", b"AT+CMGS=20\r"), Step("~", seconds=0.086), Step("<", b"\r\n> ")]
    assert b"".join(step.data for step in steps if step.kind == "<") == b"\r\n> \r\n+CMGS: 12\r\n\r\nOK\r\n"


def test_a_number_that_a_read_cuts_in_two_is_still_masked(tmp_path: Path) -> None:
    file = tmp_path / "m.at"
    with Recorder(file) as recorder:
        recorder("<", b'+CNUM: "","+3361')
        recorder("<", b'2345678",145\r\n')
    assert "2345678" not in file.read_text()


@pytest.mark.parametrize("cut", range(14, 25))
def test_a_number_that_a_write_cuts_in_two_is_still_masked(tmp_path: Path, cut: int) -> None:
    file, line = tmp_path / "m.at", b'+CNUM: "","+33612345678",145\r\n'
    with Recorder(file) as recorder:
        recorder("<", line[:cut])
        recorder(">", b"AT\r")
        recorder("<", line[cut : cut + 1])
        recorder("<", line[cut + 1 :])
    heard = b"".join(step.data for step in replay(file).steps if step.kind == "<")
    assert len(heard) == len(line)
    assert not re.search(rb"[45789]", heard[:23])


def test_what_is_unfinished_at_the_end_or_at_a_write_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "m.at"
    recorder = Recorder(file)
    recorder("<", b"half")
    recorder(">", b"AT\r")
    recorder("<", b"more")
    recorder.close()
    recorder.close()
    recorder("<", b"after")
    kinds = [(step.kind, step.data) for step in replay(file).steps if step.kind in "<>"]
    assert kinds == [("<", b"half"), (">", b"AT\r"), ("<", b"more")]


def test_the_file_is_for_its_owner_and_is_dated(tmp_path: Path) -> None:
    file = tmp_path / "m.at"
    Recorder(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(replay(file).header["date"]) == 10


def test_a_recording_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.trace.LIMIT", 1000)
    file = tmp_path / "m.at"
    with Recorder(file) as recorder:
        for _ in range(200):
            recorder("<", b"x" * 50 + b"\r\n")
    assert file.stat().st_size < 1100
    assert file.read_text().endswith("# the recording is full\n")


def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "full.at")
    recorder._file.close()
    recorder._file = Path("/dev/full").open("w", encoding="ascii")  # noqa: SIM115 - the recorder closes it
    for _ in range(3):
        recorder("<", b"x" * 50 + b"\r\n")
    recorder.close()


def test_a_line_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "m.at"
    file.write_text("# vendor: x\n\nhello\n")
    with pytest.raises(ValueError, match="line 3"):
        replay(file)
