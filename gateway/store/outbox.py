"""The outgoing messages: the door to what the modules beside it do with rows of the outbox.

insertion   new messages                        surveys, replies, command line, client
admission   the first look, lanes               dispatcher
queue       what is due, in which order         dispatcher, jobs, status
waiting     what waits for what                 dispatcher
steering    cancel, retry, resolve              operators, client
"""

from __future__ import annotations

from gateway.model import State
from gateway.store.admission import (
    admit,
    admit_many,
    begun,
    follow_plan,
    lane_id,
    lanes,
    readmit,
    readmit_all,
    refuse,
    relane,
    unadmitted,
)
from gateway.store.connection import Reader
from gateway.store.insertion import insert, insert_many, insert_own
from gateway.store.queue import (
    ahead_of,
    candidates,
    clamp_retries,
    defer,
    expire_due,
    is_paused,
    next_due,
    next_expiry,
    oldest_waiting,
    pause,
    promote_due,
    resume,
    reword,
    traffic,
)
from gateway.store.rows import (
    Admission,
    Candidate,
    Lane,
    Message,
    New,
    NewMessage,
    Traffic,
    Waiting,
    select,
    value,
)
from gateway.store.steering import cancel, resolve, retry
from gateway.store.waiting import explain, explain_lane, overtaken, take_back, unexplained

__all__ = [
    "Admission",
    "Candidate",
    "Lane",
    "Message",
    "New",
    "NewMessage",
    "Traffic",
    "Waiting",
    "admit",
    "admit_many",
    "ahead_of",
    "begun",
    "cancel",
    "candidates",
    "clamp_retries",
    "counts",
    "defer",
    "expire_due",
    "explain",
    "explain_lane",
    "follow_plan",
    "get",
    "insert",
    "insert_many",
    "insert_own",
    "is_paused",
    "lane_id",
    "lanes",
    "list_rows",
    "next_due",
    "next_expiry",
    "oldest_waiting",
    "overtaken",
    "pause",
    "promote_due",
    "readmit",
    "readmit_all",
    "refuse",
    "relane",
    "resolve",
    "resume",
    "retry",
    "reword",
    "take_back",
    "traffic",
    "unadmitted",
    "unexplained",
]


def get(read: Reader, message_id: int) -> Message | None:
    """One row, whole; None where there is none of that id."""
    row = read.execute(select(Message, "outbox") + "WHERE id = ?", (message_id,)).fetchone()
    return None if row is None else value(Message, row)


def list_rows(
    read: Reader,
    *,
    state: State | None = None,
    number: str | None = None,
    campaign: str | None = None,
    since: str | None = None,
    limit: int = 100,
) -> list[Message]:
    """Rows that fit, newest first. `since` looks at created_at; `number` is E.164, or as written.

    For the command line and exports.
    """
    tests, arguments = ["1"], list[object]()
    if state is not None:
        tests.append(f"state = '{state.value}'")  # a literal, so that the partial indexes can serve
        if state in (State.SENDING, State.UNKNOWN):
            tests.append("state IN ('sending', 'unknown')")
    if number is not None:
        tests.append("(number = ? OR (number IS NULL AND recipient = ?))")
        arguments += [number, number]
    if campaign is not None:
        tests.append("campaign = ?")
        arguments.append(campaign)
    if since is not None:
        tests.append("created_at >= ?")
        arguments.append(since)
    sql = select(Message, "outbox") + f"WHERE {' AND '.join(tests)} ORDER BY id DESC LIMIT ?"
    return [value(Message, row) for row in read.execute(sql, (*arguments, limit))]


def counts(read: Reader, campaign: str | None = None) -> dict[State, int]:
    """How many messages are in each state, all states named; of one campaign where it is given."""
    if campaign is None:
        rows = read.execute("SELECT state, messages FROM outbox_total")
    else:
        rows = read.execute(
            "SELECT state, count(*) FROM outbox WHERE campaign = ? GROUP BY state", (campaign,)
        )
    found = {State(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in State}
