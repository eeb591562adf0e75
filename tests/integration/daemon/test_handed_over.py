"""What a modem handed over exists nowhere else: it is written down before the modem is told anything more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers import (
    Deliver,
    Identity,
    LateAccepted,
    NotResponding,
    OutcomeUnknown,
    PortGone,
    Received,
    Restarted,
    Slot,
)
from gateway.store import LockedTooLong, Rejected, inbox

OTHER = Identity(imsi="208010000000009", iccid="89208010000000009", imei="350000000000006")


def message(text: str, slot: Slot | None) -> Received:
    content = Deliver(
        smsc=None, sender="+33612345678", text=text, timestamp=datetime(2026, 11, 24, 9, 59, tzinfo=UTC)
    )
    return Received(pdu=text.encode().hex().upper(), content=content, slot=slot)


def sims(crew: Any) -> dict[str, str]:
    """What is in the inbox, and under which SIM."""
    with crew.store.read() as read:
        return {row.body: row.sim for row in inbox.list_rows(read)}


def bodies(crew: Any) -> set[str]:
    return set(sims(crew))


def ready(crew: Any, until: Callable[..., Any]) -> Any:
    """A modem that is up."""
    modem = crew.hire()
    crew.start()
    until(lambda: modem.opened and crew.dispatcher.desks()[0].up, "the modem is ready")
    return modem


def locked_once(
    crew: Any, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """The first try to write down whose SIM is in the modem fails, and `meanwhile` happens."""
    record = crew.workers["a"]._record
    identified, tries = record.identified, list[Any]()

    def locked(*arguments: Any) -> Any:
        tries.append(arguments)
        if len(tries) == 1:
            meanwhile()
            raise LockedTooLong("locked by another program")
        return identified(*arguments)

    monkeypatch.setattr(record, "identified", locked)


def test_a_modem_that_fails_at_a_deletion_costs_no_message_behind_it(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = ready(crew, until)

    def gone(_slot: Slot) -> None:
        raise PortGone("unplugged")

    monkeypatch.setattr(modem, "discard", gone)
    modem.push(message("stored", Slot(memory="ME", index=1)), message("pushed", None))
    until(lambda: bodies(crew) == {"stored", "pushed"}, "both are kept")


def test_what_was_pushed_before_the_modem_failed_is_kept(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = ready(crew, until)

    def silent(_part: Any, _before_body: Any) -> Any:
        modem.pushed.append(message("pushed meanwhile", None))
        raise NotResponding("no answer at all")

    modem.script.append(silent)
    crew.insert()
    until(lambda: "pushed meanwhile" in bodies(crew), "it is kept")


def test_what_the_database_never_takes_is_kept_raw_and_stops_nobody(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = crew.hire()
    take = crew.receiver.take

    def picky(received: Received, **where: str) -> Any:
        if isinstance(received.content, Deliver) and received.content.text == "poison":
            raise Rejected("a constraint that nobody thought of")
        return take(received, **where)

    monkeypatch.setattr(crew.receiver, "take", picky)
    crew.start()
    until(lambda: modem.opened and crew.dispatcher.desks()[0].up, "the modem is ready")
    modem.push(message("poison", None), message("medicine", None))
    until(lambda: "medicine" in bodies(crew), "the next one comes through")
    with crew.store.read() as read:
        (raw,) = inbox.list_rows(read, kind="undecodable")
    assert raw.raw == b"poison".hex().upper()


def test_what_the_database_does_not_take_before_a_stop_is_not_acknowledged(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking for more would acknowledge it (F77), and the network would not bring it again."""
    modem = crew.hire()
    tries: list[Received] = []
    asked_on: list[float] = []
    wait = modem.wait

    def locked(received: Received, **_where: str) -> Any:
        tries.append(received)
        raise LockedTooLong("locked by another program")

    def waiting(timeout: float) -> Any:
        if tries:
            asked_on.append(timeout)
        return wait(timeout)

    monkeypatch.setattr(crew.receiver, "take", locked)
    monkeypatch.setattr(modem, "wait", waiting)
    crew.start()
    until(lambda: modem.opened and crew.dispatcher.desks()[0].up, "the modem is ready")
    modem.push(message("pushed", None))
    until(lambda: tries, "a try to keep it")
    crew.workers["a"].stop()
    until(lambda: modem.closed, "it is closed")
    assert not asked_on


@pytest.mark.parametrize("where", ["waited for", "found in the port"])
def test_a_late_yes_of_a_modem_that_is_given_up_is_not_lost(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """It is the only proof: the next opening has other tags."""
    modem = crew.hire()

    def silent(part: Any, before_body: Any) -> Any:
        modem.body(part, before_body)
        (modem.pushed if where == "waited for" else modem.unheard).append(
            LateAccepted(tag=part.tag, reference=7)
        )
        raise OutcomeUnknown("silence")

    def still_silent() -> None:
        raise NotResponding("no answer at all")

    monkeypatch.setattr(modem, "resync", still_silent)
    modem.script.append(silent)
    crew.start()
    message = crew.insert()
    assert crew.until_state(message, "sent", moving=0.2).reason is None
    assert len(modem.sent) == 1


def test_what_is_found_in_the_port_when_it_is_closed_is_kept(crew: Any, until: Callable[..., Any]) -> None:
    modem = ready(crew, until)
    modem.unheard.append(message("pushed at the last moment", None))
    crew.workers["a"].stop()
    until(lambda: bodies(crew) == {"pushed at the last moment"}, "it is kept")


def test_a_modem_that_is_left_leaves_what_lies_in_a_slot_to_the_next_opening(
    crew: Any, until: Callable[..., Any]
) -> None:
    """What was pushed is kept under the SIM of then."""
    modem = ready(crew, until)
    modem.unheard.append(message("stored", Slot(memory="SM", index=1)))
    modem.unheard.append(message("pushed", None))
    modem.unheard.append(Restarted(announcement="RDY", identity=OTHER))
    modem.unheard.append(message("of the other SIM", None))
    crew.workers["a"].stop()
    until(lambda: modem.closed and not crew.workers["a"].is_alive(), "it is closed")
    assert sims(crew) == {"pushed": modem.identity.imsi, "of the other SIM": OTHER.imsi}


def test_what_is_pushed_between_two_restarts_belongs_to_the_sim_of_then(
    crew: Any, until: Callable[..., Any]
) -> None:
    modem = ready(crew, until)
    modem.push(
        message("before", None),
        Restarted(announcement="RDY", identity=OTHER),
        message("between", None),
        Restarted(announcement="RDY", identity=modem.identity),
        message("after", None),
    )
    until(lambda: "after" in bodies(crew), "all are kept")
    assert sims(crew) == {
        "before": modem.identity.imsi,
        "between": OTHER.imsi,
        "after": modem.identity.imsi,
    }


def test_what_is_pushed_behind_a_restart_waits_with_it_for_the_database(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = ready(crew, until)
    locked_once(crew, monkeypatch)
    modem.push(Restarted(announcement="RDY", identity=OTHER), message("behind", None))
    until(lambda: bodies(crew) == {"behind"}, "it is kept")
    with crew.store.read() as read:
        assert [row.sim for row in inbox.list_rows(read)] == [OTHER.imsi]
    assert modem.opened == 1


def test_what_is_pushed_while_an_opening_waits_for_the_database_is_kept(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = crew.hire()
    locked_once(crew, monkeypatch, meanwhile=lambda: modem.push(message("meanwhile", None)))
    crew.start()
    until(lambda: bodies(crew) == {"meanwhile"}, "it is kept")
    assert modem.opened == 1


def test_trouble_with_the_database_ends_with_the_modem_that_waited(
    crew: Any, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = crew.hire()

    def unwritten(_part: Any, _before_body: Any) -> Any:
        raise LockedTooLong("locked by another program")

    def gone(_timeout: float) -> Any:
        raise PortGone("unplugged")

    modem.script.extend([unwritten] * 100)
    crew.start()
    crew.insert()
    until(lambda: crew.dispatcher.trouble, "status can name it")
    monkeypatch.setattr(modem, "wait", gone)
    until(lambda: crew.dispatcher.trouble is None, "nobody waits to write")
