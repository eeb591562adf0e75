"""`make fuzz SECONDS=60 TARGET=at`: each target under atheris, which follows the code that an input reaches.

    python -m tests.fuzz                       all targets, 60 seconds each
    python -m tests.fuzz at --seconds 600
    python -m tests.fuzz at .fuzz/found/at/…   one input again, without atheris

The inputs that reached something new stay in .fuzz/corpus, those that broke something in .fuzz/found.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS, Target

FOLDER = Path(".fuzz")
TOO_LONG = 10
"""Seconds that one input may take: all are bounded to milliseconds, the rest is the machine's."""
TOO_MUCH = 1024
"""MB that a run may hold."""
_TOLD = re.compile(r"cov: (\d+) ft: (\d+)")
_RUNS = re.compile(r"stat::number_of_executed_units: *(\d+)")
_PEAK = re.compile(r"stat::peak_rss_mb: *(\d+)")
MISSING = """make fuzz needs atheris, which has wheels for Linux (x86_64, aarch64) and Python 3.11 to 3.13:
  pip install 'smsgw[fuzz]'
Elsewhere the same targets run under Hypothesis, without guidance by coverage:
  python -m pytest tests/property/test_fuzz_targets.py"""


def main() -> int:
    """0 where nothing was found, 1 with the reproducers, 2 where atheris is missing."""
    parser = argparse.ArgumentParser(prog="make fuzz", description="Fuzz the readers of strangers' octets.")
    parser.add_argument("target", nargs="?", default="all", choices=["all", *TARGETS])
    parser.add_argument("file", nargs="?", type=Path, help="an input to run again")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    asked = parser.parse_args()
    if asked.file is not None:
        TARGETS[asked.target].run(asked.file.read_bytes())
        print(f"{asked.target}: {asked.file} is fine")
        return 0
    try:
        import atheris  # noqa: F401
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    names = list(TARGETS) if asked.target == "all" else [asked.target]
    return max([fuzz(name, TARGETS[name], asked.seconds) for name in names])


def fuzz(name: str, target: Target, seconds: int) -> int:
    """One target in a process of its own, as long as asked; what it reached is told."""
    corpus, seeds, found = (FOLDER / kind / name for kind in ("corpus", "seeds", "found"))
    for folder in (corpus, seeds, found):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (seeds / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    before = set(found.iterdir())
    command = [
        *(sys.executable, "-m", "tests.fuzz.one", name, str(corpus), str(seeds)),
        *(f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-artifact_prefix={found}/"),
        *(f"-timeout={TOO_LONG}", f"-rss_limit_mb={TOO_MUCH}", "-print_final_stats=1"),
    ]
    log = FOLDER / f"{name}.log"
    with log.open("wb") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    said = log.read_text("utf-8", "replace")
    print(f"{name}: {_reached(said)}", flush=True)
    if code == 0:
        return 0
    print("\n".join(said.splitlines()[-40:]))
    for file in sorted(set(found.iterdir()) - before):
        print(f"found by {name}: python -m tests.fuzz {name} {file}")
    return 1


def _reached(said: str) -> str:
    coverage, runs, peak = _TOLD.findall(said), _RUNS.findall(said), _PEAK.findall(said)
    edges, features = coverage[-1] if coverage else ("?", "?")
    return (
        f"{runs[-1] if runs else '?'} executions, {edges} edges, {features} features, "
        f"{len(list((FOLDER / 'corpus').glob('*/*')))} inputs kept, {peak[-1] if peak else '?'} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
