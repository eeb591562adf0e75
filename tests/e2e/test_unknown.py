"""Unknown made small, through the whole gateway; judged by the network's log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.sim import Farm, Handset
from gateway import failpoints
from gateway.counting import PAUSE, STREAK, TRUSTED

if TYPE_CHECKING:
    from tests.e2e.conftest import House


def number(place: int) -> str:
    return f"+336123400{place:02d}"


def test_a_counter_without_a_gap_sends_again_what_never_left(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    """The modem's counter is watched first; then one silence of it is settled, and the message arrives once."""
    world = farm(1)
    house = gateway(world, submit_timeout="1s", command_timeout="1s").start()
    modem, place = world.modem(0), 0

    def send(*, lost: bool | None = None) -> int:
        nonlocal place
        place += 1
        if lost is not None:
            modem.arm("no_answer_cmgs", accepted=not lost, times=1)
        message = house.insert(number(place), f"message {place}")
        states = ("sent", "delivered") if lost is None else ("unknown", "delivered")
        house.until_state(message, *states)
        return message

    for _ in range(STREAK + 1):
        send()
    early = send(lost=True)
    send(), send()
    assert house.message(early)["state"] == "unknown", "nothing is believed that was not seen"
    for _ in range(TRUSTED):
        send(lost=False)
        send()
    seen = house.rows("SELECT kind, counted, missed FROM reference_seen")
    assert seen == [{"kind": "silence", "counted": TRUSTED, "missed": 0}]

    message = send(lost=True)
    assert house.message(message)["state"] == "unknown"
    send(), send()
    ended = time.monotonic()
    assert house.message(message)["state"] == "unknown", "a late answer could have made this row of numbers"
    house.wait(lambda: time.monotonic() > ended + PAUSE, "any answer would have come", within=2 * PAUSE)
    send()
    row = house.until_state(message, "delivered")
    assert row["attempts"] == 2
    events = [each["kind"] for each in house.rows("SELECT kind FROM event WHERE message_id = ?", message)]
    assert "proven_not_sent" in events
    assert house.message(early)["state"] == "unknown", "what came before is not judged afterwards"
    assert house.stop() == 0
    house.check_truth(world)


def test_an_application_that_queues_it_again_has_it_sent_and_holds_up_nobody(
    farm: Callable[..., Farm], gateway: Callable[..., House]
) -> None:
    """A plain UPDATE: the modem goes on with what waits, and nothing is stuck behind a message without parts."""
    world = farm(1)
    house = gateway(world, submit_timeout="1s", command_timeout="1s").start()
    world.modem(0).arm("no_answer_cmgs", accepted=False, times=1)
    message = house.insert(number(1), "encore")
    house.until_state(message, "unknown")
    house.rows("UPDATE outbox SET state = 'queued' WHERE id = ?", message)
    other = house.insert(number(2), "le suivant")
    assert house.until_state(message, "delivered")["attempts"] == 2
    house.until_state(other, "delivered")
    assert sorted(part.text for part in world.network.accepted) == ["encore", "le suivant"]
    assert house.stop() == 0


@pytest.mark.campaign
@pytest.mark.parametrize("daemon", ["up", "down"])
def test_a_calendar_that_is_set_ahead_sends_nothing_again_whose_report_is_on_its_way(
    farm: Callable[..., Farm], gateway: Callable[..., House], daemon: str
) -> None:
    """The policy has its turn, ten seconds after the calendar was set, or the start; the report comes after that."""
    world = farm(
        1,
        faults=["no_answer_cmgs=yes,nth=1"],
        world={"handsets": [Handset(number=number(1), report_delay=18.0)]},
    )
    house = gateway(world, submit_timeout="1s", command_timeout="1s").configure(on_unknown="resend")
    offset = house.folder / "offset"
    offset.write_text("0")
    house.start(**{failpoints.VARIABLE: f"clock:{offset}"})
    message = house.insert(number(1), "une fois")
    house.until_state(message, "unknown")
    if daemon == "down":
        assert house.stop() == 0
    offset.write_text(str(3 * 3600))
    if daemon == "up":
        house.until_logged("action=clock_jumped seconds=10800")
    else:
        house.start(**{failpoints.VARIABLE: f"clock:{offset}"})
    row = house.until_state(message, "delivered", within=40.0)
    assert row["attempts"] == 1
    assert house.stop() == 0
    house.check_truth(world)


@pytest.mark.campaign
@pytest.mark.parametrize("hours", [3, -5])
def test_a_report_is_believed_although_the_calendar_was_set_before_the_message_left(
    farm: Callable[..., Farm], gateway: Callable[..., House], hours: int
) -> None:
    """The service centre's clock is known to agree with ours, and no longer does; the report finds its message."""
    world = farm(1)
    house = gateway(world, submit_timeout="1s", command_timeout="1s")
    house.configure(on_unknown="resend", unknown_after="8s")
    offset = house.folder / "offset"
    offset.write_text("0")
    house.start(**{failpoints.VARIABLE: f"clock:{offset}"})
    house.until_state(house.insert(number(1), "avant"), "delivered")
    offset.write_text(str(hours * 3600))
    house.until_logged(f"action=clock_jumped seconds={hours * 3600}")
    world.modem(0).arm("no_answer_cmgs", accepted=True, times=1)
    message = house.insert(number(2), "après")
    row = house.until_state(message, "delivered", within=30.0)
    assert row["attempts"] == 1
    assert house.stop() == 0
    house.check_truth(world)
