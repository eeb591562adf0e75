"""What of these pages is made from the code, each block a function (see `docs.generate`)."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel

from docs.faults import fault_tables, second_driver
from drivers.at.states import TRANSITIONS as SESSION
from drivers.at.verdicts.cme import CME
from drivers.at.verdicts.cms import CMS
from drivers.errors import Verdict
from drivers.limits import LIMITS
from drivers.pdu import StatusClass, status_class, status_name
from drivers.ports.known import HILINK, MAKERS, MODEMS
from drivers.sim.catalogue import FAULTS
from drivers.sim.makes import PROFILES as SIMULATED
from drivers.vendors import PROFILES, VENDORS, Quirks
from gateway.clock import SystemClock
from gateway.config.example import toml
from gateway.config.modem import Modem
from gateway.config.settings import Settings
from gateway.model import TRANSITIONS, State
from gateway.recovery import LADDER, Ailment, Rung
from gateway.store import Store

ROOT = Path(__file__).parents[1]

NOT_YET: tuple[str, ...] = ()
"""Keys, and tables of keys, that are read and checked although nothing follows from them yet."""

VERDICTS = {
    Verdict.PERMANENT: "fails at once",
    Verdict.LATER: "tried again by the same modem",
    Verdict.ELSEWHERE: "tried by another SIM",
    Verdict.SICK: "tried by another SIM; this modem is taken out",
    Verdict.DOUBTFUL: "tried twice here, then by another SIM",
    Verdict.ACCEPTED: "counts as sent",
}

REFUSED_ROWS = (
    ("no digits in the number", "(recipient, body) VALUES ('Ana', 'x')"),
    ("more digits than any number has", "(recipient, body) VALUES (printf('%101d', 1), 'x')"),
    ("an empty text", "(recipient, body) VALUES ('+33612345678', '')"),
    ("a text of a book's length", "(recipient, body) VALUES ('+33612345678', printf('%100001d', 1))"),
    (
        "a number with a NUL and a book behind it",
        "(recipient, body) VALUES ('+33612345678' || char(0) || printf('%500d', 1), 'x')",
    ),
    (
        "a text with a NUL and a book behind it",
        "(recipient, body) VALUES ('+33612345678', 'x' || char(0) || printf('%400001d', 1))",
    ),
    ("a document for a modem", "(recipient, body, modem) VALUES ('+33612345678', 'x', printf('%1001d', 1))"),
    (
        "a document for a key",
        "(recipient, body, dedupe_key) VALUES ('+33612345678', 'x', printf('%1001d', 1))",
    ),
    (
        "a document for a campaign",
        "(recipient, body, campaign) VALUES ('+33612345678', 'x', printf('%1001d', 1))",
    ),
    (
        "a document for a context",
        "(recipient, body, context) VALUES ('+33612345678', 'x', json_object('k', printf('%65537d', 1)))",
    ),
    ("another category", "(recipient, body, category) VALUES ('+33612345678', 'x', 'promo')"),
    ("a priority of 10", "(recipient, body, priority) VALUES ('+33612345678', 'x', 10)"),
    ("NULL for a category", "(recipient, body, category) VALUES ('+33612345678', 'x', NULL)"),
    ("NULL for a priority", "(recipient, body, priority) VALUES ('+33612345678', 'x', NULL)"),
    ("NULL for report", "(recipient, body, report) VALUES ('+33612345678', 'x', NULL)"),
    ("NULL for flash", "(recipient, body, flash) VALUES ('+33612345678', 'x', NULL)"),
    ("words for a time", "(recipient, body, not_before) VALUES ('+33612345678', 'x', 'tomorrow')"),
    ("words for an end", "(recipient, body, expires_at) VALUES ('+33612345678', 'x', 'next week')"),
    ("an hour without a day", "(recipient, body, not_before) VALUES ('+33612345678', 'x', '18:30')"),
    ("an end without a day", "(recipient, body, expires_at) VALUES ('+33612345678', 'x', '18:30')"),
    ("a number that is no time of ours", "(recipient, body, not_before) VALUES ('+33612345678', 'x', 12)"),
    ("the same as an end", "(recipient, body, expires_at) VALUES ('+33612345678', 'x', 12)"),
    (
        "an end before the beginning",
        "(recipient, body, not_before, expires_at) VALUES ('+33612345678', 'x', '2096-02-01', '2096-01-01')",
    ),
    ("an end that has passed", "(recipient, body, expires_at) VALUES ('+33612345678', 'x', '2020-01-01')"),
    ("words for the creation", "(recipient, body, created_at) VALUES ('+33612345678', 'x', 'now-ish')"),
    ("a context that is no JSON", "(recipient, body, context) VALUES ('+33612345678', 'x', 'order 12')"),
    ("a report of 2", "(recipient, body, report) VALUES ('+33612345678', 'x', 2)"),
    ("a flash of 2", "(recipient, body, flash) VALUES ('+33612345678', 'x', 2)"),
    ("another policy", "(recipient, body, on_unknown) VALUES ('+33612345678', 'x', 'retry')"),
    ("a state", "(recipient, body, state) VALUES ('+33612345678', 'x', 'sent')"),
    ("a column of the daemon", "(recipient, body, reason) VALUES ('+33612345678', 'x', 'mine')"),
    ("an id that is taken", "(id, recipient, body) VALUES (1, '+33612345678', 'x')"),
)
"""(what is wrong, the rest of an INSERT INTO outbox): each is executed, and its error is what the page shows."""


def message_states() -> str:
    """The life of a message, from the table that the triggers enforce."""
    steps = [f"    {before} --> {after}" for before in State for after in sorted(TRANSITIONS[before])]
    ends = [f"    {state} --> [*]" for state in State if not TRANSITIONS[state]]
    return _mermaid(["    [*] --> queued", *steps, *ends])


def session_states() -> str:
    """The steps of an AT conversation."""
    steps = [
        f"    {before} --> {after}: {happening}"
        for before, onward in SESSION.items()
        for happening, after in onward.items()
    ]
    return _mermaid(["    [*] --> idle", *steps])


def configuration() -> str:
    """Every key of the configuration, a table for each of its tables."""
    return "\n".join(line for lines in _sections((), Settings) for line in lines).strip()


def simulated_profiles() -> str:
    """The makes that the simulator can be."""
    rows = [(f"`{each.name}`", each.summary) for each in SIMULATED.values()]
    return _table(("profile", "what it is"), rows)


def simulated_faults() -> str:
    """The misbehaviours that the simulator can show."""
    rows = [
        (fault.kind, f"`{fault.name}`", fault.summary, _parameters(fault.parameters))
        for fault in FAULTS.values()
    ]
    return _table(("kind", "fault", "what happens", "parameters and their defaults"), rows)


_FAULT_HEAD = (
    "fault", "source", "what happens", "the operator sees", "the gateway does",
    "sent", "`outbox.state`", "received", "modem",
)  # fmt: skip


def fault_matrix() -> str:
    """Every fault of the matrix of tests, with its expected ends."""
    return "\n\n".join(f"### {title}\n{_table(_FAULT_HEAD, rows)}" for title, rows in fault_tables())


def second_driver_faults() -> str:
    """Those of them that end otherwise with the second driver."""
    return _table(_FAULT_HEAD, second_driver())


def vendor_profiles() -> str:
    """What the driver knows of each maker."""
    usb = {vendor.quirks.name: ", ".join(vendor.usb_vendors) for vendor in VENDORS}
    rows = [_profile(name, usb.get(name, ""), quirks) for name, quirks in PROFILES.items()]
    return _table(
        ("profile", "idVendor", "stores in", "status reports", "first commands of its own", "reset"), rows
    )


def recovery_ladder() -> str:
    """What is done about a modem that is out, step by step."""
    rows = [(f"`{rung.step}`", rung.does, _against(rung), rung.proof or "–") for rung in LADDER]
    return _table(("step", "what is done", "when", "what proves that it helped"), rows)


def _against(rung: Rung) -> str:
    """The troubles of a rung, with the time that each must have lasted."""
    words = {
        Ailment.LATE: "an answer missed its deadline",
        Ailment.LOST: "it restarted, or echoes again",
        Ailment.GONE: "its port is gone",
        Ailment.HELD: "another program has its port",
        Ailment.SILENT: "no answer",
        Ailment.BABBLE: "something else than a modem talks",
        Ailment.NO_SIM: "no usable SIM",
        Ailment.NO_NETWORK: "no network",
    }
    said = [
        words[ailment] + (f" for {seconds / 60:g} min" if seconds else "")
        for ailment, seconds in rung.against.items()
    ]
    return "; ".join(said) + (f" ({rung.tries} times)" if rung.tries > 1 else "")


def known_sticks() -> str:
    """USB identities whose AT port is known, or that are asked port by port."""
    rows = []
    for maker, name in MAKERS.items():
        mine = [f"{stick} (`{usb}`)" for usb, stick, _ in MODEMS if usb.startswith(f"{maker}:")]
        if mine:
            rows.append((name, f"`{maker}`", "; ".join(mine)))
    rows.append(("HiLink firmware", "", "cannot be used: " + ", ".join(f"`{usb}`" for usb in sorted(HILINK))))
    return _table(("maker", "idVendor", "sticks and modules"), rows)


def driver_limits() -> str:
    """What the second driver cannot do, each seen by the conformance suite."""
    return _table(("what", "because"), [(limit.what, limit.why) for limit in LIMITS])


def refused_rows() -> str:
    """What SQLite answers to rows that cannot be right; each INSERT is executed here."""
    database = fresh_database()
    try:
        database.execute("INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'the first')")
        rows = [(what, f"`{_refusal(database, rest)}`") for what, rest in REFUSED_ROWS]
    finally:
        database.close()
    return _table(("a row with", "is refused with the sentence"), rows)


def error_codes() -> str:
    """Codes that a modem or the network gives when it refuses a message, and what the gateway does."""
    rows = [
        (f"`{kind}_{code}`", name, VERDICTS[verdict])
        for kind, table in (("cms", CMS), ("cme", CME))
        for code, name, verdict in table
    ]
    return _table(("code", "name", "what becomes of the message"), rows)


def report_statuses() -> str:
    """TP-Status values of status reports by their names."""
    named = [value for value in range(256) if "0x" not in status_name(value)]
    rows = [(f"`0x{value:02X}`", status_name(value), _after(status_class(value))) for value in named]
    return _table(("status", "meaning", "what the part becomes"), rows)


def import_rules() -> str:
    """The contracts that import-linter holds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    rules = [f"- {contract['name']}" for contract in contracts if contract["type"] != "layers"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    tower = [f"{' ' * 4}{layer.replace('gateway.', '')}" for layer in layers]
    return "\n".join([*rules, "", "Inside `gateway` each line may import those below it:", "", *tower])


def fresh_database() -> sqlite3.Connection:
    """An empty gateway's database, in memory, as another program sees it."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        Store.open(path, SystemClock()).close()
        with closing(sqlite3.connect(path)) as made:
            made.backup(memory)
    return memory


def _sections(path: tuple[str, ...], model: type[BaseModel]) -> Iterator[list[str]]:
    tables = dict(_inner(model))
    keys = [name for name in model.model_fields if name not in tables]
    if keys:
        rows = [_key((*path, name), model, name) for name in keys]
        yield [f"### `[{'.'.join(path)}]`", "", _table(("key", "default", "meaning"), rows), ""]
    for name, table in tables.items():
        if table is not None:
            yield from _sections((*path, "modems", "NAME") if name == "modems" else (*path, name), table)
            continue
        field = model.model_fields[name]
        header = f"### `[{'.'.join((*path, name))}]`"
        yield [header, "", f"Names of your choice: {field.description}{_mark((*path, name))}.", ""]


def _inner(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel] | None]]:
    """The tables inside a table; None for one whose keys are names of the operator's choice."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if name == "modems":
            yield name, Modem
        elif name == "targets":
            yield name, None
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and not field.examples:
            yield name, kind


def _key(path: tuple[str, ...], model: type[BaseModel], name: str) -> tuple[str, str, str]:
    field = model.model_fields[name]
    default = field.get_default(call_default_factory=True)
    shown = "–" if default is None or isinstance(default, BaseModel) else f"`{toml(default, name)}`"
    return f"`{name}`{_mark(path)}", shown, field.description or ""


def _mark(path: tuple[str, ...]) -> str:
    dotted = ".".join(path)
    return " ‡" if any(dotted == key or dotted.startswith(f"{key}.") for key in NOT_YET) else ""


def _profile(name: str, usb: str, quirks: Quirks) -> tuple[str, ...]:
    reports = {"push": "pushed, else stored", "store": "stored", "none": "none"}[quirks.reports]
    own = ", ".join(f"`{command}`" for command in quirks.init)
    stores = ", ".join(quirks.cpms) or "not chosen"
    return f"`{name}`", usb, stores, reports, own, f"`{quirks.reset_command}`"


def _parameters(parameters: Sequence[tuple[str, object]]) -> str:
    return ", ".join(f"`{name}={value}`" for name, value in parameters)


def _refusal(database: sqlite3.Connection, rest: str) -> str:
    try:
        database.execute(f"INSERT INTO outbox {rest}")
    except sqlite3.IntegrityError as error:
        return str(error)
    raise ValueError(f"this row is accepted: {rest}")


def _after(meaning: StatusClass) -> str:
    if meaning is StatusClass.DELIVERED:
        return "delivered"
    return "undelivered" if meaning.final else "stays accepted: another report follows"


def _mermaid(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


BLOCKS: dict[str, Callable[[], str]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        message_states,
        session_states,
        configuration,
        simulated_profiles,
        simulated_faults,
        fault_matrix,
        second_driver_faults,
        vendor_profiles,
        known_sticks,
        driver_limits,
        recovery_ladder,
        refused_rows,
        error_codes,
        report_statuses,
        import_rules,
    )
}
