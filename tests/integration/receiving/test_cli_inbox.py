"""`smsgw inbox` on a database that a gateway has filled."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.store import outbox, sending

CUSTOMER = "+33612345678"
Run = Callable[..., Result]


@pytest.fixture
def run(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; its exit code must be `code`."""
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gateway.config.reading.PLACES", (tmp_path / "config.toml",))
    monkeypatch.setenv("SUDO_USER", "ana")

    def invoke(*arguments: object, code: int = 0) -> Result:
        options = ["--database", str(bench.store.path), "inbox", *map(str, arguments)]
        result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=bench.clock))
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def as_json(run: Run) -> Callable[..., Any]:
    return lambda *arguments: json.loads(run(*arguments, "--json").stdout)


def test_the_list_masks_numbers_and_names_robots(bench: Any, network: Any, run: Run) -> None:
    bench.take(network.one("9, merci"), network.one("Solde", sender="36200"))
    listed = run("list").stdout
    assert "+33612…78" in listed
    assert CUSTOMER not in listed
    assert "36200" in listed
    assert listed.index("Solde") < listed.index("9, merci"), "the newest first"
    assert CUSTOMER in run("list", "--show-phone").stdout


def test_json_has_every_column_in_full(bench: Any, network: Any, as_json: Any) -> None:
    sent = network.one("9")
    bench.take(sent)
    (row,) = as_json("list")
    assert list(row)[:15] == [
        "id", "modem", "sim", "sender", "body", "sent_at", "received_at", "parts", "complete", "kind",
        "session_id", "question", "raw", "handled_at", "imsi",
    ]  # fmt: skip
    assert (row["sender"], row["body"], row["complete"], row["raw"]) == (CUSTOMER, "9", 1, sent.pdu)


def test_filters(bench: Any, network: Any, as_json: Any, run: Run) -> None:
    bench.take(network.one("a"))
    bench.wait(7200)
    bench.take(network.one("b", sender="+33698765432"), network.one("c", sender="Bricolo"))

    def bodies(*options: str) -> list[str]:
        return [row["body"] for row in as_json("list", *options)]

    assert bodies() == ["c", "b", "a"]
    assert bodies("--limit", "1") == ["c"]
    assert bodies("--limit", "0") == ["c", "b", "a"]
    assert bodies("--since", "1h") == ["c", "b"]
    assert bodies("--sender", "06 12 34 56 78") == ["a"]
    assert bodies("--sender", "Bricolo") == ["c"]
    assert bodies("--kind", "operator") == ["c"]
    run("resolve", 1)
    assert bodies("--unhandled") == ["c", "b"]
    assert bodies("--unhandled", "--kind", "unmatched") == ["b"]
    assert "--since" in run("list", "--since", "soon", code=2).stderr
    assert "no message fits" in run("list", "--kind", "answer").stderr


def test_escape_sequences_do_not_reach_the_terminal(bench: Any, network: Any, run: Run) -> None:
    bench.take(network.one("\x1b]0;owned\x07\x1b[2J\u202eevil\r\nnext", alphabet="ucs2"))
    for command in (
        ("list",),
        ("show", 1),
        ("show", 1, "--show-phone"),
        ("list", "--json"),
        ("show", 1, "--json"),
    ):
        out = run(*command).stdout
        assert not set(out) & {"\x1b", "\x07", "\u202e", "\r"}, command
    assert "\\x1b]0;owned\\x07" in run("list").stdout
    assert json.loads(run("list", "--json").stdout)[0]["body"].startswith("\x1b]0;owned\x07")


def test_export_is_safe_for_spreadsheets(bench: Any, network: Any, run: Run, tmp_path: Path) -> None:
    texts = ["=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(1)", "\tx", "-5", "ok\nzwei", 'a "b", c']
    for text in texts:
        bench.take(network.one(text))
        bench.wait(60)
    exported = list(csv.DictReader(io.StringIO(run("export").stdout)))
    assert [row["body"] for row in exported] == [
        "'=HYPERLINK(1)", "'+1+cmd", "'-2+3", "'@SUM(1)", "'\tx", "-5", "ok\nzwei", 'a "b", c',
    ]  # fmt: skip
    assert {row["sender"] for row in exported} == {CUSTOMER}
    run("export", tmp_path / "inbox.csv")
    assert (tmp_path / "inbox.csv").read_text("utf-8") == run("export").stdout
    assert run("list", "--csv", "--limit", "1").stdout.splitlines()[0].startswith("id,modem,sim,sender,body")
    assert [row["body"] for row in json.loads(run("export", "--json").stdout)] == texts


def test_show_tells_everything(bench: Any, network: Any, run: Run, as_json: Any) -> None:
    question = bench.sent(7)
    bench.wait(60)
    text = "Une très longue réponse. " * 10
    parts = network.sms(text)
    bench.take(*parts, parts[0])
    shown = run("show", 1).stdout
    for fact in (
        "+33612…78",
        text,
        "unmatched",
        f"outbox {question}",
        "came again",
        "part 2 of 2",
        "received",
    ):
        assert fact in shown, fact
    assert CUSTOMER not in shown
    assert parts[0].pdu not in shown
    assert all(part.pdu in run("show", 1, "--show-phone").stdout for part in parts)
    told = as_json("show", 1)
    assert (told["body"], told["reply_to"]) == (text, question)
    decoded = [part["decoded"] for part in told["life"]["parts"]]
    assert "".join(part["text"] for part in decoded) == text
    assert [part["concat"]["sequence"] for part in decoded] == [1, 2]
    assert [event["kind"] for event in told["life"]["events"]] == ["received", "duplicate"]


def test_show_what_is_missing_and_what_cannot_be_read(bench: Any, network: Any, run: Run) -> None:
    bench.take(network.sms("x" * 400)[0], network.from_hex("0791"))
    bench.wait(300)
    bench.sweep()
    broken, gap = run("show", 1).stdout, run("show", 2).stdout
    assert "3, of which 2 are missing" in gap
    assert "undecodable" in broken
    assert "0791" in broken, "there is no number in it to hide"
    assert "octet" in broken


def test_nothing_there(run: Run) -> None:
    for command in (("show", 9), ("reply", 9, "x"), ("resolve", 9)):
        result = run(*command, code=1)
        assert "there is no incoming message 9" in result.stderr
        assert result.stdout == ""


def test_a_reply_is_queued_with_its_author(bench: Any, network: Any, run: Run, as_json: Any) -> None:
    bench.take(network.one("Où est mon colis ?"))
    result = run("reply", 1, "Il part ce soir.")
    assert result.stdout == "1\n"
    with bench.store.read() as read:
        row, life = outbox.get(read, 1), sending.life(read, 1)
    assert row is not None
    assert life is not None
    assert (row.recipient, row.body, row.category, row.state) == (
        CUSTOMER,
        "Il part ce soir.",
        "ack",
        "queued",
    )
    assert life.origin is not None
    assert (life.origin.inbox_id, life.origin.actor) == (1, "ana")
    told = as_json("show", 1)
    assert told["life"]["answers"] == [1]
    assert [(event["kind"], event["message_id"]) for event in told["life"]["events"]][-1] == (
        "inbox_replied",
        1,
    )
    assert "answered by" in run("show", 1).stdout
    assert told["handled_at"] is None


@pytest.mark.parametrize("sender", ["36200", "Bricolo", "", "+33800123456"])
def test_robots_are_not_answered(bench: Any, network: Any, run: Run, sender: str) -> None:
    bench.take(network.one("Solde", sender=sender))
    assert "nobody reads an answer there" in run("reply", 1, "Merci", code=1).stderr
    assert bench.count("outbox") == 0


def test_what_cannot_be_read_is_not_answered(bench: Any, network: Any, run: Run) -> None:
    bench.take(network.from_hex("00"))
    assert "cannot be read" in run("reply", 1, "Merci", code=1).stderr


def test_a_reply_that_cannot_go_is_refused_at_once(bench: Any, network: Any, run: Run) -> None:
    bench.take(network.one("?"))
    assert len(run("reply", 1, "", code=1).stderr.splitlines()) == 1
    run("reply", 1, "x" * 5000, code=1)
    assert bench.count("outbox") == 0


def test_resolve(bench: Any, network: Any, run: Run, as_json: Any) -> None:
    bench.take(network.one("a"), network.one("b"))
    assert run("resolve", 1).stdout == "message 1 is resolved\n"
    assert bench.rows()[0].handled_at == bench.now()
    assert "was resolved before" in run("resolve", 1).stdout
    run("resolve", 2, 9, code=1)
    assert bench.rows()[1].handled_at is None, "all or nothing"
    assert as_json("resolve", 1, 2) == [{"id": 1, "changed": False}, {"id": 2, "changed": True}]
    assert [event.detail for event in bench.events("inbox_resolved")] == [{"actor": "ana"}] * 2


def test_every_command_has_help(run: Run) -> None:
    for command in ("list", "show", "export", "reply", "resolve"):
        assert "Usage: smsgw inbox" in run(command, "--help").stdout
