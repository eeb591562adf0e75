"""From a reply to the next question, with few and with 5,000 open sessions; and 100,000 invitations from a file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_latency import Spread, spread
from benchmarks.stage import Stage, stage, wait
from gateway.client import Outbox

SURVEY = """title = "Bench"
brand = "Bricolo"
[limits]
settle = "0s"
[[question]]
id = "note"
type = "csat"
text = "{brand}: votre satisfaction, de 1 à 5 ? Refus : STOP"
[[question]]
id = "mot"
type = "text"
text = "Merci. Un mot de plus ?"
[[closing]]
text = "Merci. {brand}"
"""
ALWAYS = """
[policy.window.survey]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "00:00"
end = "24:00"
holidays = true
"""


@contextmanager
def asking(sessions: int) -> Iterator[Stage]:
    """A gateway on which that many customers have been asked and have not answered."""
    with tempfile.TemporaryDirectory(prefix="smsgw-bench-") as folder:
        (Path(folder) / "bench.toml").write_text(SURVEY, encoding="utf-8")
        with stage(1, 0.0, extra=f'surveys = "{folder}"\n{ALWAYS}') as running:
            with Outbox(running.database) as out:
                for number in range(sessions):
                    out.invite("bench", f"+33613{number:06d}", {})
            wait(
                lambda: running.farm.ask("count") >= sessions, 60 + sessions * 0.1, "the questions", step=0.5
            )
            yield running


def reply_to_question(sessions: int, tries: int) -> Spread:
    found = []
    with asking(sessions) as running:
        for number in range(tries):
            sent = running.farm.ask("count")
            running.farm.ask("deliver", modem="modem0", sender=f"+33613{number:06d}", text="4")
            wait(lambda: running.farm.ask("count") > sent, 10, "the next question", step=0.005)  # noqa: B023
            asked = running.farm.ask("timings")["modem0"][-1]["at"]
            found.append(asked - running.farm.ask("entries", kind="stored")[-1]["at"])
    return spread(found)


def import_seconds(rows: int) -> float:
    with tempfile.TemporaryDirectory(prefix="smsgw-bench-") as name:
        folder = Path(name)
        (folder / "bench.toml").write_text(SURVEY, encoding="utf-8")
        config = f'[gateway]\ndatabase = "{folder}/gateway.db"\nsurveys = "{folder}"\n'
        (folder / "config.toml").write_text(config, encoding="utf-8")
        lines = "".join(f"+33613{number:06d},Ana,A-{number}\n" for number in range(rows))
        (folder / "customers.csv").write_text("recipient,prenom,event_ref\n" + lines, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "gateway",
            "--config",
            str(folder / "config.toml"),
            "survey",
            "invite",
        ]
        begun = time.monotonic()
        subprocess.run(
            [*command, "bench", "--csv", str(folder / "customers.csv")], check=True, capture_output=True
        )
        return time.monotonic() - begun


if __name__ == "__main__":
    print("reply to next question, 50 open sessions", reply_to_question(50, 40))
    print("reply to next question, 5,000 open sessions", reply_to_question(5000, 40))
    print("100,000 invitations from CSV", import_seconds(100_000), "s")
