"""SIMs, modems and events."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.store import events, modems, sims

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room

SIM, OTHER = "208010000000001", "208010000000002"


def register(room: Room, imsi: str, modem: str, **told: str) -> str | None:
    with room.store.write() as tx:
        return sims.register(
            tx,
            imsi=imsi,
            iccid=told.get("iccid", ""),
            number=told.get("number", ""),
            modem=modem,
            now=room.now,
        )


def test_a_sim_that_takes_the_place_of_another_is_noticed(room: Room) -> None:
    assert register(room, SIM, "sim1", iccid="8933", number="+33611111111") is None
    assert register(room, SIM, "sim1") is None
    assert register(room, OTHER, "sim1") == SIM
    assert register(room, OTHER, "sim1") is None
    assert register(room, SIM, "sim1") == OTHER


def test_what_a_sim_told_once_is_kept(room: Room) -> None:
    register(room, SIM, "sim1", iccid="8933", number="+33611111111")
    first = room.now
    room.clock.advance(timedelta(hours=1))
    register(room, SIM, "sim2")
    with room.store.write() as tx:
        sims.set_clock_offset(tx, SIM, -3.5)
        sim = sims.get(tx, SIM)
        assert sims.get(tx, OTHER) is None
        assert sims.list_sims(tx) == [sim]
    assert sim == sims.Sim(
        imsi=SIM,
        iccid="8933",
        number="+33611111111",
        modem="sim2",
        first_seen=first,
        last_seen=room.now,
        last_reference=None,
        clock_offset=-3.5,
    )


def test_the_latest_talk_in_either_direction_tells_the_sim(room: Room) -> None:
    with room.store.write() as tx:
        assert sims.last_sim(tx, "+1") is None
        sims.talked(tx, "+1", SIM, room.later(seconds=1))
        sims.talked(tx, "+1", OTHER, room.later(seconds=3))
        sims.talked(tx, "+1", SIM, room.later(seconds=2))
        sims.talked(tx, "+1", OTHER, room.now)  # told late: the latest stays
        assert sims.last_sim(tx, "+1") == sims.LastTalk(sim=OTHER, at=room.later(seconds=3))


def test_air_is_counted_from_a_moment_on_and_pruned(room: Room) -> None:
    room.sent()
    room.clock.advance(timedelta(hours=1))
    room.sent()
    with room.store.write() as tx:
        assert len(sims.air_since(tx, SIM, room.later(hours=-1))) == 2
        assert sims.air_since(tx, SIM, room.later(minutes=-59)) == [(room.now, "+33612345678")]
        assert sims.air_since(tx, OTHER, "") == []
        assert sims.prune_air(tx, room.now) == 1
        assert len(sims.air_since(tx, SIM, "")) == 1


def test_a_refused_pin_is_remembered_until_an_operator_says_so(room: Room) -> None:
    with room.store.write() as tx:
        assert not sims.pin_was_refused(tx, "8933")
        sims.remember_refused_pin(tx, "8933", room.now)
        sims.remember_refused_pin(tx, "8933", room.now)
        assert sims.pin_was_refused(tx, "8933")
        assert not sims.pin_was_refused(tx, "8934")
        assert sims.forget_refused_pins(tx) == 1
        assert not sims.pin_was_refused(tx, "8933")


def test_a_pause_outlives_what_the_modem_says(room: Room) -> None:
    with room.store.write() as tx:
        assert modems.pause(tx, "sim1", paused=True, now=room.now)
        assert not modems.pause(tx, "sim1", paused=True, now=room.now)
        assert not modems.pause(tx, "sim2", paused=False, now=room.now)
        modems.put(
            tx, "sim1", state="ready", reason=None, imsi=SIM, detail={"health": {"signal": -71}}, now=room.now
        )
        modems.put(tx, "sim1", state="out", reason="the port vanished", imsi=None, detail=None, now=room.now)
        assert modems.is_paused(tx, "sim1")
        assert modems.list_states(tx) == [
            modems.ModemState(
                name="sim1",
                paused=True,
                state="out",
                reason="the port vanished",
                imsi=SIM,
                detail=None,
                updated_at=room.now,
            )
        ]
        assert modems.pause(tx, "sim1", paused=False, now=room.now)
    with room.store.read() as read:
        assert [event.kind for event in events.list_events(read, modem="sim1")] == [
            "modem_paused",
            "modem_resumed",
        ]


def test_events_are_found_by_what_they_are_about(room: Room) -> None:
    message = room.add()
    with room.store.write() as tx:
        first = events.add(tx, "call", now=room.now, modem="sim1", detail={"number": "+1 “é”"})
        events.add(tx, "reply", now=room.later(hours=1), inbox_id=4, session_id=2)
    with room.store.read() as read:
        assert [event.kind for event in events.list_events(read)] == ["queued", "call", "reply"]
        assert [event.kind for event in events.list_events(read, limit=2)] == ["call", "reply"]
        assert [event.kind for event in events.list_events(read, message_id=message)] == ["queued"]
        assert [event.kind for event in events.list_events(read, since=room.later(minutes=1))] == ["reply"]
        assert [event.session_id for event in events.list_events(read, inbox_id=4)] == [2]
        (call,) = events.list_events(read, kind="call")
    assert (call.id, call.modem, dict(call.detail)) == (first, "sim1", {"number": "+1 “é”"})
