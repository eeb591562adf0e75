"""The modem's own time over the time that passes: how much of a modem's capacity the gateway uses."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.stage import stage, wait


@dataclass(frozen=True)
class Share:
    """One run."""

    modems: int
    submit: float
    messages: int
    share: float
    """The modem's own seconds over the seconds that passed, the mean over the modems."""
    worst: float
    gap_ms: float
    """Median of the gateway's own milliseconds between two sends."""
    idle_ms: float
    """Of these, from the final OK to the next command; the rest is from the prompt to the body's end."""


def measure(modems: int, submit: float, each: int, prompt: float = 0.0) -> Share:
    with stage(modems, submit, prompt, report="none") as running:
        rows = [
            (f"+3361{place:02d}{number:05d}", f"message {number}", f"m{place}")
            for number in range(each)
            for place in range(modems)
        ]
        running.insert(rows)
        wait(lambda: running.farm.ask("count") >= len(rows), 60 + each * submit * 3, "the messages", step=0.5)
        timings = running.farm.ask("timings")
    shares, gaps, idles = [], [], []
    for sends in timings.values():
        sends = sends[-each:]
        own = sum(send["prompt"] + send["submit"] for send in sends)
        last = sends[-1]
        passed = last["at"] + last["prompt"] + last["body"] + last["submit"] - sends[0]["at"]
        shares.append(own / passed)
        gaps += [1000 * (send["idle"] + send["body"]) for send in sends[1:]]
        idles += [1000 * send["idle"] for send in sends[1:]]
    middle = len(gaps) // 2
    mean = sum(shares) / len(shares)
    return Share(modems, submit, len(rows), mean, min(shares), sorted(gaps)[middle], sorted(idles)[middle])


if __name__ == "__main__":
    for run in (measure(1, 0.05, 200), measure(16, 0.2, 50)):
        print(run)
