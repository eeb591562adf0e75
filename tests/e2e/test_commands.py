"""The operator's commands, beside a running daemon and without one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset, Rule

if TYPE_CHECKING:
    from tests.e2e.conftest import House

CUSTOMER = "+33612345678"
Farms = Callable[..., Farm]
Houses = Callable[..., "House"]


@pytest.fixture(params=["running", "stopped"])
def house(request: pytest.FixtureRequest, farm: Farms, gateway: Houses) -> House:
    """Two modems; the daemon runs, or has run."""
    found = gateway(farm(2)).start()
    if request.param == "stopped":
        assert found.stop() == 0
    return found


def test_status_and_modem_list_say_the_same_with_and_without_the_daemon(house: House) -> None:
    running = house.process is not None and house.process.poll() is None
    shown = house.json("status")
    assert shown["running"] is running
    assert [modem["modem"] for modem in shown["modems"]] == ["sim1", "sim2"]
    assert shown["queue"]["queued"] == 0
    assert set(shown["queue"]) >= {"queued", "sending", "sent", "delivered", "failed", "unknown"}
    state = "ready" if running else "stopped"
    listed = house.json("modem", "list")
    assert [(row["modem"], row["state"]) for row in listed] == [("sim1", state), ("sim2", state)]
    assert listed[0]["sim"] == "+33699000001"
    assert listed[0]["model"] == "Simulated SIM-1"
    text = house.cli("status")
    assert ("smsgw runs" if running else "smsgw does not run") in text
    assert "sim1" in text


def test_a_modem_is_asked_through_the_daemon_or_directly(house: House) -> None:
    checked = house.json("modem", "check", "sim1")
    assert checked["identity"]["imsi"] == "208990000000001"
    assert checked["health"]["can_send"] is True
    assert "06/07 numbers are reserved" in checked["notice"]
    assert house.json("modem", "at", "sim2", "AT+CIMI") == ["208990000000002", "OK"]
    assert house.cli("modem", "at", "sim2", "AT+CIMI").split() == ["208990000000002", "OK"]
    assert house.cli("modem", "ussd", "sim1", "*123#").strip() == "+33699000001"
    house.cli("modem", "at", "sim1", "CIMI", code=2)
    assert "begins with AT" in house.complaint


@pytest.mark.parametrize(
    "command", [["check"], ["at", "AT"], ["ussd", "*100#"], ["pause"], ["resume"], ["unlock"], ["trace"]]
)
def test_an_unknown_modem_is_a_sentence_that_lists_those_that_are(
    farm: Farms, gateway: Houses, tmp_path: Path, command: list[str]
) -> None:
    house = gateway(farm(2)).start()
    verb, *rest = command
    arguments = [verb, "sim7", *rest, *([str(tmp_path / "x.at")] if verb == "trace" else [])]
    for _ in range(2):
        house.cli("modem", *arguments, code=1)
        assert "no modem is named 'sim7'; configured: sim1, sim2" in house.complaint
        assert "Traceback" not in house.complaint
        house.close()


def test_a_paused_modem_receives_but_does_not_send_and_a_restart_remembers(
    farm: Farms, gateway: Houses
) -> None:
    world = farm(2)
    house = gateway(world).start()
    house.cli("modem", "pause", "sim1")
    only = house.insert(CUSTOMER, "par sim1", modem="sim1")
    assert house.until_reason(only, "modem_out", "paused")["state"] == "queued"
    assert house.until_state(house.insert(CUSTOMER, "libre"), "delivered")["modem_used"] == "sim2"
    world.network.deliver("sim1", CUSTOMER, "reçu quand même")
    house.wait(lambda: house.rows("SELECT 1 FROM inbox WHERE modem = 'sim1'"), "the message")
    assert house.stop() == 0
    assert house.json("modem", "list")[0]["state"] == "paused"
    house.start()
    assert house.shown("sim1")["paused"] is True
    house.until_reason(only, "modem_out", "paused")
    assert house.stop() == 0
    house.cli("modem", "resume", "sim1")
    house.start()
    assert house.until_state(only, "delivered")["modem_used"] == "sim1"


def test_all_sending_is_paused_and_resumed(farm: Farms, gateway: Houses) -> None:
    world = farm(1)
    house = gateway(world).start()
    assert house.json("outbox", "pause") == {"paused": True, "changed": True}
    message = house.insert(CUSTOMER, "attend")
    house.wait(lambda: house.message(message)["number"], "its admission")
    assert "paused" in house.cli("status")
    assert house.stop() == 0
    house.start()
    house.wait(lambda: house.json("status")["paused"], "the pause is remembered")
    assert world.network.accepted == ()
    house.cli("outbox", "resume")
    house.until_state(message, "delivered")
    assert house.json("status")["paused"] is False


def test_messages_are_cancelled_retried_and_resolved(farm: Farms, gateway: Houses) -> None:
    world = farm(1, faults=["no_answer_cmgs=no,nth=1"])
    house = gateway(world, submit_timeout="1s", command_timeout="1s").start()
    held = house.insert(CUSTOMER, "sans réponse")
    house.until_state(held, "unknown")
    house.cli("outbox", "cancel", held, code=1)
    assert f"message {held} is unknown" in house.complaint
    house.cli("outbox", "pause")
    ids = [house.insert(CUSTOMER, f"message {place}") for place in range(3)]
    house.cli("outbox", "cancel", *ids[:2])
    assert [house.message(each)["state"] for each in ids] == ["cancelled", "cancelled", "queued"]
    assert house.message(ids[0])["reason"].startswith("operator")
    house.cli("outbox", "resolve", held, code=2)
    house.cli("outbox", "resolve", held, "--sent")
    assert house.message(held)["state"] == "sent"
    house.cli("outbox", "resolve", held, "--sent", code=1)
    house.cli("outbox", "retry", held, code=1)
    house.cli("outbox", "show", 999, code=1)
    assert "there is no message 999" in house.complaint
    house.cli("outbox", "resume")
    house.until_state(ids[2], "delivered")
    assert [part.text for part in world.network.accepted] == ["message 2"]


def test_send_waits_for_what_becomes_of_it(farm: Farms, gateway: Houses) -> None:
    world = farm(1, world={"handsets": [Handset(number="+33612348888", refuse=196)]})
    house = gateway(world).start()
    sent = house.json("send", "06 12 34 56 78", "Bonjour l'été", "--wait")
    assert (sent["state"] in ("sent", "delivered"), sent["parts"], sent["recipient"]) == (True, 1, CUSTOMER)
    assert "1 part in gsm7" in house.complaint
    house.cli("send", "+33612348888", "interdit", "--wait", code=1)
    assert "is failed: cms_196" in house.complaint
    house.cli("outbox", "pause")
    house.cli("send", CUSTOMER, "attend", "--wait", "--timeout", "1s", code=1)
    assert "is still queued" in house.complaint
    queued = house.cli("send", CUSTOMER, "plus tard", "--at", "+2h", "--dedupe-key", "k1").strip()
    assert house.message(int(queued))["state"] == "queued"
    house.cli("send", CUSTOMER, "encore", "--dedupe-key", "k1", code=1)
    assert f"was used by message {queued}" in house.complaint


def test_a_customer_is_answered_by_the_sim_that_they_wrote_to(farm: Farms, gateway: Houses) -> None:
    world = farm(2, world={"handsets": [Handset(number=CUSTOMER, rules=(Rule("parti", "merci", 0.05),))]})
    house = gateway(world).start()
    world.network.deliver("sim2", CUSTOMER, "Où est mon colis ?")
    house.wait(lambda: house.rows("SELECT 1 FROM inbox"), "the question")
    (row,) = house.json("inbox", "list")
    assert (row["sender"], row["body"], row["modem"]) == (CUSTOMER, "Où est mon colis ?", "sim2")
    assert "colis" in house.cli("inbox", "show", row["id"])
    answer = int(house.cli("inbox", "reply", row["id"], "Il est parti ce matin.").strip())
    found = house.until_state(answer, "delivered")
    assert (found["category"], found["modem_used"]) == ("ack", "sim2")
    house.wait(lambda: len(house.json("inbox", "list")) == 2, "the thanks")
    house.cli("inbox", "resolve", row["id"])
    assert house.rows("SELECT handled_at FROM inbox WHERE id = ?", row["id"])[0]["handled_at"]
    house.cli("inbox", "reply", 99, "x", code=1)
    assert "99" in house.complaint


# -- trace -----------------------------------------------------------------------------------------------


def test_a_trace_of_the_wire_is_recorded_masked_and_ended(house: House, tmp_path: Path) -> None:
    running = house.process is not None and house.process.poll() is None
    file = tmp_path / "wire.at"
    house.cli("modem", "trace", "sim1", str(file))
    if running:
        house.until_state(house.insert(CUSTOMER, "secret de fabrication", modem="sim1"), "delivered")
        house.cli("modem", "trace", "sim1", "--stop")
        house.cli("modem", "trace", "sim1", str(file), code=1)
        assert "exists already" in house.complaint
    else:
        house.cli("modem", "trace", "sim1", "--stop", code=1)
        assert "no daemon runs" in house.complaint
    text = file.read_text()
    assert any(line.startswith((">", "<")) for line in text.splitlines())
    assert ("AT+CMGS" in text) is running
    assert CUSTOMER[1:] not in text
    assert "208990000000001" not in text, "the IMSI is masked"


# -- many at once ----------------------------------------------------------------------------------------


def test_ten_operators_at_once_and_a_campaign(farm: Farms, gateway: Houses) -> None:
    world = farm(1, submit_time=0.02)
    house = gateway(world).start()
    ids = [house.insert(f"+336123400{place:02d}", f"message {place}") for place in range(30)]
    command = [sys.executable, "-m", "gateway", "--config", str(house.path), "--json"]
    asked = [
        subprocess.Popen([*command, *rest], stdout=subprocess.PIPE, text=True)
        for rest in ([["modem", "at", "sim1", "AT+CIMI"]] * 5 + [["status"]] * 5)
    ]
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in asked]
    assert [process.returncode for process in asked] == [0] * 10
    assert answers[:5] == [["208990000000001", "OK"]] * 5
    for message in ids:
        assert house.until_state(message, "delivered")["attempts"] == 1
    house.check_truth(world)
