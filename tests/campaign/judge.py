"""The verdict on a gateway after a campaign: its tables held against the network's log and what people wrote.

Lost: a message, an incoming message or an answer that is nowhere. Doubled: accepted twice by the network, stored
twice, asked twice. Untrue: a row that says what did not happen. Trouble: a traceback in the daemon's log.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from drivers.sim import Farm
from drivers.sim.records import Accepted
from tests.campaign.traffic import DUTIFUL, SURVEY, Books, number_of

OUT = ("accepted", "delivered", "undelivered")
Found = list[str]


def verdict(house: Any, world: Farm, books: Books) -> Found:
    """Everything that is wrong, a sentence each; nothing where all is well."""
    out = [*outgoing(house, world, books), *own_texts(house, world)]
    return [*out, *incoming(house, books), *surveys(house, world), *sound(house), *trouble(house)]


# -- messages out ------------------------------------------------------------------------------------------------


def taken(accepted: tuple[Accepted, ...]) -> Counter[tuple[int, int]]:
    """How often the network took each part of our messages: (message, part)."""
    found: Counter[tuple[int, int]] = Counter()
    for part in accepted:
        number = number_of(part.text or "")
        if number is not None:
            found[number, part.concat.sequence if part.concat else 1] += 1
    return found


def outgoing(house: Any, world: Farm, books: Books) -> Found:
    """Each part at most once in the network (twice where its application allows it), and its row says so."""
    network, found = taken(world.network.accepted), []
    states = {row["id"]: row for row in house.rows("SELECT id, state, reason FROM outbox")}
    parts = {
        (row["message_id"], row["sequence"]): row["state"]
        for row in house.rows("SELECT message_id, sequence, state FROM part")
    }
    for number, row_id in books.rows.items():
        row = states.get(row_id)
        if row is None:
            found.append(f"lost: message {number} (row {row_id}) has no row")
            continue
        times = {part: network[number, part] for part in range(1, books.parts[number] + 1)}
        found += _of_message(number, row, times, books)
        for part, count in times.items():
            state = parts.get((row_id, part), "waiting")
            if not _part_is_true(state, count, row, again=number in books.resend):
                found.append(
                    f"untrue: part {part} of m{number} (row {row_id}) is {state}; accepted {count} times"
                )
    strangers = {number for number, _ in network} - books.rows.keys()
    return found + [f"untrue: the network has m{number}, which nobody wrote" for number in sorted(strangers)]


def _of_message(number: int, row: dict[str, Any], times: dict[int, int], books: Books) -> Found:
    said = f"m{number} (row {row['id']}) is {row['state']} ({row['reason']}); accepted {times}"
    found = []
    if max(times.values()) > 1 + (number in books.resend):
        found.append(f"doubled: {said}")
    match row["state"]:
        case "sent" | "delivered":
            true = min(times.values()) >= 1
        case "undelivered":
            true = max(times.values()) >= 1
        case "refused" | "cancelled" | "expired":
            true = max(times.values()) == 0
        case "failed":
            true = min(times.values()) == 0 or (row["reason"] or "").startswith("outcome_unknown")
        case "queued":  # what an application lets go again may be out; else one part at least still has to go
            true = min(times.values()) == 0 or number in books.resend
        case _:  # sending, unknown: nobody knows
            true = True
    return found if true else [*found, f"untrue: {said}"]


def _part_is_true(state: str, count: int, row: dict[str, Any], *, again: bool) -> bool:
    """`again`: its application wants what is unknown to be sent once more, so what waits may be out."""
    if state in OUT:
        return count >= 1
    if state == "waiting":
        return count == 0 or again
    if state == "failed":
        return count == 0 or (row["reason"] or "").startswith(("outcome_unknown", "by_operator"))
    return True  # submitting, unknown: nobody knows


def own_texts(house: Any, world: Farm) -> Found:
    """What the gateway writes of itself (questions, thanks, confirmations): as often in the network as rows say."""
    taken = Counter((part.recipient, part.text) for part in world.network.accepted)
    rows: dict[tuple[str, str], Counter[str]] = {}
    for row in house.rows("SELECT number, body, state FROM outbox WHERE category IN ('survey', 'ack')"):
        rows.setdefault((row["number"], row["body"]), Counter())[row["state"]] += 1
    found = []
    for key, states in rows.items():
        least = states["sent"] + states["delivered"] + states["undelivered"]
        most = least + states["unknown"] + states["sending"]
        if not least <= taken[key] <= most:
            kind = "doubled" if taken[key] > most else "untrue"
            found.append(f"{kind}: {key[0]} was sent {key[1]!r} {taken[key]} times; its rows: {dict(states)}")
    return found


def delivered(house: Any, world: Farm, books: Books) -> Found:
    """Nothing is called delivered of which no report said so."""
    reported = {report.part for report in world.network.reports if report.status < 0x20}
    good: Counter[int] = Counter()
    for part in world.network.accepted:
        if part.number in reported and (number := number_of(part.text or "")) is not None:
            good[number] += 1
    rows = {row["id"] for row in house.rows("SELECT id FROM outbox WHERE state = 'delivered'")}
    return [
        f"untrue: m{number} is delivered; {good[number]} reports of {books.parts[number]} parts"
        for number, row_id in books.rows.items()
        if row_id in rows and good[number] < books.parts[number]
    ]


# -- messages in -------------------------------------------------------------------------------------------------


def stored(house: Any) -> Counter[tuple[str, str]]:
    """What the inbox has, by sender and text."""
    return Counter((row["sender"], row["body"]) for row in house.rows("SELECT sender, body FROM inbox"))


def missing(house: Any, books: Books) -> Counter[tuple[str, str]]:
    """What people wrote and the inbox does not have."""
    return books.written() - stored(house)


def incoming(house: Any, books: Books) -> Found:
    """Everything that people wrote is in the inbox once."""
    inbox, written = stored(house), books.written()
    lost = [
        f"lost: {count} × {text[:40]!r} from {sender}" for (sender, text), count in (written - inbox).items()
    ]
    known = {sender for sender, _ in written}
    more = Counter({key: count for key, count in inbox.items() if key[0] in known}) - written
    return lost + [
        f"doubled: {count} × {text[:40]!r} from {sender}" for (sender, text), count in more.items()
    ]


# -- surveys -----------------------------------------------------------------------------------------------------


def surveys(house: Any, world: Farm) -> Found:
    """No question twice; each answer of a customer who does as he is asked counts once, and ends his session."""
    found = []
    texts = Counter(
        (part.recipient, part.text) for part in world.network.accepted if "C-" in (part.text or "")
    )
    for (recipient, text), count in texts.items():
        if count > 1 and recipient.startswith(DUTIFUL):
            found.append(f"doubled: {recipient} was sent {text!r} {count} times")
    kinds: Counter[tuple[str, str]] = Counter()
    for row in house.rows("SELECT sender, kind FROM inbox"):
        if row["sender"].startswith(DUTIFUL):
            kinds[row["sender"], row["kind"]] += 1
    answers = {
        (row["recipient"], row["question"]): row["value"]
        for row in house.rows("SELECT recipient, question, value FROM answer WHERE value IS NOT NULL")
    }
    unreached = {
        row["recipient"] for row in house.rows("SELECT recipient FROM session WHERE state = 'undeliverable'")
    }
    for (sender, kind), count in kinds.items():
        if kind == "unmatched" and sender in unreached:
            continue  # the network said that the question never arrived: a person looks at what comes all the same
        if kind != "answer":
            found.append(f"lost: {count} answers of {sender} were taken for {kind}")
            continue
        has = [question for who, question in answers if who == sender]
        if len(has) != count:
            found.append(f"lost: {sender} gave {count} answers; recorded: {has}")
    refused = house.rows("SELECT recipient, reason FROM invitation WHERE state IN ('refused', 'expired')")
    found += [
        f"lost: the invitation of {row['recipient']} came to nothing ({row['reason']})" for row in refused
    ]
    ended = house.rows(
        "SELECT recipient, count(*) AS n FROM session WHERE survey = ? GROUP BY recipient", SURVEY
    )
    return found + [f"doubled: {row['n']} sessions with {row['recipient']}" for row in ended if row["n"] > 1]


# -- the database itself -----------------------------------------------------------------------------------------


def sound(house: Any) -> Found:
    """SQLite finds nothing wrong, nothing is half done, and no message has two attempts in the air."""
    found = [
        f"untrue: integrity_check says {row['integrity_check']}"
        for row in house.rows("PRAGMA integrity_check")
        if row["integrity_check"] != "ok"
    ]
    found += [f"untrue: foreign key of {row['table']}" for row in house.rows("PRAGMA foreign_key_check")]
    twice = house.rows(
        "SELECT message_id, sequence, count(*) AS n FROM attempt WHERE outcome = 'accepted'"
        " GROUP BY message_id, sequence HAVING n > 1"
    )
    resent = {
        row["message_id"] for row in house.rows("SELECT message_id FROM attempt WHERE outcome = 'unknown'")
    }
    return found + [
        f"doubled: part {row['sequence']} of row {row['message_id']} has {row['n']} accepted attempts"
        for row in twice
        if row["message_id"] not in resent and not _may_resend(house, row["message_id"])
    ]


def trouble(house: Any) -> Found:
    """The daemon came upon nothing that it was not made for, in any of its lives."""
    _, *told = house.log_text().split("Traceback (most recent call last)")
    return [f"trouble: {len(told)} tracebacks in the log; the first: {told[0][:600].strip()}"] if told else []


def _may_resend(house: Any, message: int) -> bool:
    return bool(house.rows("SELECT 1 FROM outbox WHERE id = ? AND on_unknown = 'resend'", message))
