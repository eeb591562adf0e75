"""Programs that an alert runs: nobody else can change them, and they see nothing of the daemon's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gateway.alerts.notice import Told
from gateway.alerts.targets import NotTold, run, trust

TOLD = Told("$(touch owned)", "`id`; rm -rf /", {"words": "'; touch owned; '\n$(id)"})


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    folder = tmp_path / "hooks"
    folder.mkdir(mode=0o755)
    program = folder / "hook"
    program.write_text(f'#!/bin/sh\nenv > "{tmp_path}/env"\npwd > "{tmp_path}/pwd"\ncat > "{tmp_path}/facts"\n'
                       f'echo "$#" > "{tmp_path}/count"\n')  # fmt: skip
    program.chmod(0o755)
    return program


def test_no_shell_no_arguments_no_environment(
    hook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSGW_SECRET", "0000")
    run(hook, TOLD)
    assert json.loads((tmp_path / "facts").read_text()) == TOLD.facts
    assert (tmp_path / "count").read_text().strip() == "0"
    seen = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert seen <= {"PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}
    assert (tmp_path / "pwd").read_text().strip() == "/"
    assert not list(tmp_path.rglob("owned"))


def test_who_could_change_the_program_or_its_folders(hook: Path, tmp_path: Path) -> None:
    assert trust(hook) == hook.resolve()
    for path, mode in ((hook, 0o775), (hook, 0o757), (hook.parent, 0o775), (hook.parent, 0o757)):
        path.chmod(mode)
        with pytest.raises(NotTold, match=f"{path} can be changed by others"):
            trust(hook)
        path.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(hook)
    assert trust(link) == hook.resolve()
    hook.parent.chmod(0o777)  # behind the link
    with pytest.raises(NotTold, match="can be changed by others"):
        trust(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_program_or_folder_of_somebody_else(hook: Path) -> None:
    for path in (hook, hook.parent):
        os.chown(path, 12345, 12345)
        with pytest.raises(NotTold, match="belongs to somebody else"):
            trust(hook)
        os.chown(path, 0, 0)


@pytest.mark.parametrize("name", ["hook", "../hook", "./hook; id"])
def test_a_path_that_is_not_absolute(name: str) -> None:
    with pytest.raises(NotTold, match="absolute"):
        trust(Path(name))


def test_links_in_a_circle_and_what_is_no_program(hook: Path, tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for path in (circle, tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotTold):
            trust(path)
    hook.chmod(0o644)
    with pytest.raises(NotTold, match="no program"):
        trust(hook)
