"""How many replies a second the answer parser reads on one core: `python benchmarks/bench_answers.py`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gateway.surveys.answers import parse
from gateway.surveys.answers.batch import question_from_json

CORPUS = Path(__file__).parent.parent / "tests" / "data" / "replies.jsonl"
TARGET = 5_000


def main(rounds: int = 50) -> int:
    """Read the corpus `rounds` times; exit status 1 below the target."""
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    work = [
        (question_from_json(line["question_type"], line.get("question") or {}), line["text"])
        for line in lines
    ]
    started = time.perf_counter()
    for _ in range(rounds):
        for question, text in work:
            parse(question, text)
    seconds = time.perf_counter() - started
    rate = rounds * len(work) / seconds
    print(f"{rate:,.0f} replies/s ({rounds} x {len(work)} replies in {seconds:.2f} s); target {TARGET:,}")
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
