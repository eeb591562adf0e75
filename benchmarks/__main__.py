"""`make bench`: every figure of benchmarks/README.md, in one run, as the table that stands there."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime

from benchmarks import bench_peers
from benchmarks.bench_latency import arrival_to_row, idle, insert_to_command
from benchmarks.bench_send import measure
from benchmarks.stage import stage

COMMIT = ["git", "rev-parse", "--short", "HEAD"]


def main() -> None:
    one, sixteen = measure(1, 0.05, 300), measure(16, 0.2, 60)
    peers = {
        "gammu-smsd": bench_peers.gammu(15, 0.05),
        "smsd (SMS Server Tools 3)": bench_peers.smstools(15, 0.05),
    }
    with stage(1, 0.05) as running:
        queued, arrived = insert_to_command(running, 100), arrival_to_row(running, 100)
    (cpu_one, memory_one), (cpu_many, memory_many) = idle(1, 30.0), idle(16, 30.0)
    rows = [
        ("share of the modem's own time, 1 modem, 50 ms a message", f"{one.share:.3f}", "at least 0.95"),
        (
            "the same, 16 modems in one process, 200 ms, mean (worst)",
            f"{sixteen.share:.3f} ({sixteen.worst:.3f})",
            "at least 0.93",
        ),
        ("gap between two sends, 1 modem, median", f"{one.gap_ms:.1f} ms", ""),
        *[
            (f"share of {name}, 50 ms", f"{share:.3f}" if share else "not installed", "")
            for name, share in peers.items()
        ],
        (
            "INSERT by another process to AT+CMGS, idle modem, median of 100",
            f"{queued.median:.0f} ms",
            "under 60 ms",
        ),
        ("the same, worst of 100", f"{queued.worst:.0f} ms", "under 200 ms"),
        (
            "stored in the modem (+CMTI) to the committed row, median of 100",
            f"{arrived.median:.0f} ms",
            "under 60 ms",
        ),
        ("the same, worst of 100", f"{arrived.worst:.0f} ms", "under 60 ms"),
        ("idle CPU, 1 modem", f"{cpu_one:.2f} % of a core", "under 1 %"),
        ("idle CPU, 16 modems", f"{cpu_many:.2f} % of a core", "under 3 %"),
        ("resident memory, 1 modem / 16 modems", f"{memory_one:.0f} / {memory_many:.0f} MiB", "under 80 MiB"),
    ]
    commit = subprocess.run(COMMIT, capture_output=True, text=True, check=False).stdout.strip()
    print(
        f"\nCommit {commit}, {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "  # noqa: TID251
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}\n"
    )
    print("| what | measured | wanted |\n|---|---|---|")
    for what, measured, wanted in rows:
        print(f"| {what} | {measured} | {wanted} |")


if __name__ == "__main__":
    main()
