"""A SIM that is changed or taken out while the modem runs: what is told belongs to the SIM that it was (F105)."""

from __future__ import annotations

import time

import pytest

from drivers import Need, NotReady, NotSent, Received, Restarted, Submitted, sim
from tests.contract.bench import NUMBER, Bench, Benches


def another(it: Bench) -> sim.Sim:
    """A second card, not in any modem yet."""
    return sim.Sim(
        imsi="208990000009999",
        iccid="8933012345678909999",
        number="+33699999999",
        smsc=it.farm.network.smsc,
    )


def told(it: Bench) -> list[str]:
    """The SIMs that `wait` has told of since."""
    return [event.identity.imsi for event in it.modem.wait(0.0) if isinstance(event, Restarted)]


def test_nothing_is_sent_until_the_caller_knows_of_the_other_sim(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        new = another(it)
        it.box.insert(new)
        it.modem.health()
        assert isinstance(it.submit("too early"), NotSent)
        assert told(it) == [new.imsi]
        assert isinstance(it.submit("by the new one"), Submitted)
        assert [(part.text, part.imsi) for part in it.farm.network.accepted] == [("by the new one", new.imsi)]


def test_what_the_other_sim_received_comes_after_the_news_of_it(bench: Benches) -> None:
    with bench(storage="SM") as it:
        it.modem.open()
        new = another(it)
        it.box.insert(new)
        it.box.device.say("+QUSIM: 1")
        it.farm.network.deliver(it.box.name, NUMBER, "for the new one")
        it.modem.health()
        assert it.modem.sweep() == []
        assert told(it) == [new.imsi]
        it.listen()
        assert it.texts == ["for the new one"]


def test_what_was_pushed_before_the_other_sim_comes_before_the_news_of_it(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.submit("by the old one")
        until = time.monotonic() + 5.0
        while not it.farm.network.reports:
            assert time.monotonic() < until, "the network reports what it took"
        it.box.insert(another(it))
        it.box.device.say("+QUSIM: 1")
        kinds = [type(event) for _ in range(3) for event in it.modem.wait(0.02)]
        assert kinds == [Received, Restarted]


def test_a_message_on_the_other_sim_is_not_deleted_for_one_on_the_old(bench: Benches) -> None:
    with bench(storage="SM") as it:
        it.modem.open()
        it.farm.network.deliver(it.box.name, NUMBER, "on the old one")
        (read,) = it.modem.wait(1.0)
        assert isinstance(read, Received)
        assert read.slot is not None
        it.box.insert(another(it))
        it.farm.network.deliver(it.box.name, NUMBER, "on the new one")
        it.box.device.say("+QUSIM: 1")
        it.modem.discard(read.slot)
        assert list(it.box.stored("SM")) == [read.slot.index]
        it.listen(3)
        assert it.texts == ["on the new one"]


@pytest.mark.parametrize("notice", ["", "+ZUSIMR: 2", "^SCKS: 1"])
def test_another_sim_is_noticed_by_looking(notice: str, bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        new = another(it)
        it.box.insert(new)
        if notice:
            it.box.device.say(notice)
        it.modem.health()
        assert told(it) == [new.imsi]


def test_a_sim_that_is_taken_out_is_named(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.insert(None)
        with pytest.raises(NotReady) as out:
            it.modem.health()
        assert out.value.need is Need.SIM


def test_a_sim_that_does_not_tell_its_imsi_this_time_is_the_same(bench: Benches) -> None:
    with bench() as it:
        before = it.modem.open()
        it.box.arm("cme_error", 100, on="+CIMI")
        assert it.modem.open().imsi == before.imsi
