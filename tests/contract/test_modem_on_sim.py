"""Both drivers against the simulated modem: every make, and every fault at its worst moment.

The simulator's network is the judge: a message that the driver calls sent was accepted there exactly once, one
that it calls refused or not sent was not accepted, and one whose outcome is unknown is the only doubt.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from drivers import (
    Alphabet,
    Call,
    LateAccepted,
    ModemError,
    Need,
    NotReady,
    OutcomeUnknown,
    PortGone,
    Received,
    Refused,
    Settings,
    Submit,
    Submitted,
    segment,
    sim,
)
from drivers.limits import LIMITS, Limit
from drivers.modem import NativeModem
from drivers.sim.catalogue import FAULTS
from drivers.sim.makes import PROFILES
from tests.contract.bench import NUMBER, SHORT, TEXTS, Bench, Benches


def send_in_the_end(it: Bench) -> None:
    """Whatever happened, the modem is brought back and sends."""
    for at in range(3):
        it.recover()
        if isinstance(it.submit(f"after {at}"), Submitted):
            return
    pytest.fail(f"it did not recover: {it.outcomes}")


# Every make.


@pytest.mark.parametrize("profile", PROFILES)
def test_every_make_sends_receives_and_reports(profile: str, bench: Benches) -> None:
    with bench(profile) as it:
        identity = it.modem.open()
        assert identity.imsi
        assert identity.imei
        health = it.modem.health()
        assert (health.registration, health.can_send) == (1, True)

        for text in TEXTS:
            cut = segment(text)
            for part in cut.parts:
                assert isinstance(it.submit(part, cut.alphabet), Submitted)
        it.judge()
        assert len(it.accepted) == 6

        it.farm.network.deliver(it.box.name, NUMBER, "Oui")
        it.farm.network.deliver(it.box.name, "Orange", "Solde 😀 " * 20)
        it.listen(6)
        it.sweep()
        assert "Oui" in it.texts
        assert "".join(text or "" for text in it.texts if text != "Oui") == "Solde 😀 " * 20
        assert it.modem.sweep() == [], "what was handed over is deleted"
        if "this modem gives no status reports" not in identity.warnings and profile != "nokia":
            assert sorted(it.reports) == sorted(report.reference for report in it.farm.network.reports)

        assert it.modem.command("AT+CSQ")[-1] == "OK"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_make_survives_its_own_restart(profile: str, bench: Benches) -> None:
    with bench(profile) as it:
        it.modem.open()
        it.box.reboot()
        send_in_the_end(it)
        it.judge()


# Every fault that strikes at one moment, in the middle of the work.


def moments(*kinds: str) -> list[str]:
    return sorted(name for name, fault in FAULTS.items() if not fault.standing and fault.kind in kinds)


WIRE = ("bytes", "echo", "results", "chatter")
VALUES: dict[str, Any] = {
    "hang": 0.5,
    "late_answer": 0.8,
    "late_cmgs": 0.8,
    "prompt_late": 0.8,
    "chatter": 0.02,
}
"""Shorter than by default, and longer than the driver's patience."""
LOST = {"silent_loss"}
"""The network itself takes the message and throws it away."""
UNTRUE = {"bare_error", "cme_error", "command_not_support", "lost_input"}
"""The modem calls refused, at once, what it has sent: nobody in front of it can tell."""


def arm(it: Bench, name: str) -> None:
    options: dict[str, Any] = {"times": 1}
    if name in VALUES:
        it.box.arm(name, VALUES[name], **options)
    else:
        it.box.arm(name, **options)


@pytest.mark.parametrize("name", moments(*WIRE, "prompt", "send"))
def test_a_fault_in_the_middle_of_sending(name: str, bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.submit("before")
        arm(it, name)
        for at in range(3):
            outcome = it.submit(f"during {at}")
            if not isinstance(outcome, Submitted):
                it.recover()
            try:
                it.listen(1)
            except ModemError:
                it.recover()
        it.box.disarm()
        send_in_the_end(it)
        if name not in LOST | UNTRUE:
            it.judge()


@pytest.mark.parametrize("name", moments(*WIRE, "storage", "reports"))
def test_a_fault_in_the_middle_of_receiving(name: str, bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        arm(it, name)
        texts = ["Oui", "Non merci, stop", "Très bien 😀"]
        for text in texts:
            it.farm.network.deliver(it.box.name, NUMBER, text)
            try:
                it.listen(1)
            except ModemError:
                it.recover()
        it.box.disarm()
        it.recover()
        it.sweep()
        it.listen(2)
        it.sweep()
        assert set(texts) <= set(it.texts), "nothing is lost"


# Every way to be odd all the time.

STANDING = [
    *("chunked", "crcrlf", "lf_only", "cr_only", "extra_crlf", "no_space", "xon_xoff"),
    *(
        "echo_stuck_on",
        "echo_stuck_off",
        "echo_body",
        "text_error",
        "numeric_results",
        "no_ok_cpin",
        "no_ok_cpms",
    ),
    *("prompt_no_space", "prompt_crlf", "cmgs_scts", "reference_from_pdu", "cds_comma", "index_base_0"),
    *(
        "stored_outgoing",
        "delete_siblings",
        "cmgr_empty",
        "cmgd_error_empty",
        "cmgl_broken",
        "cmgl_wrong_length",
    ),
    *(
        "lower_hex",
        "alpha_missing",
        "alpha_quotes",
        "stat_empty",
        "cmti_extra",
        "cpms_2_params",
        "cpms_1_param",
    ),
    *("cpms_refused", "cpms_query_form", "csms_stuck", "cpin_quoted", "cfun_0", "creg_malformed", "csq_99"),
    *("report_as_message", "cnmi_refused", "sr_unlistable", "report_wrong_memory"),
]


@pytest.mark.parametrize("name", STANDING)
def test_a_modem_that_is_always_like_that(name: str, bench: Benches) -> None:
    with bench() as it:
        it.box.arm(name)
        it.modem.open()
        assert it.modem.health().can_send
        for text in ("first", "second"):
            assert isinstance(it.submit(text), Submitted)
        it.farm.network.deliver(it.box.name, NUMBER, "Oui")
        it.listen(3)
        it.sweep()
        assert it.texts == ["Oui"]
        it.judge()


@pytest.mark.parametrize(
    ("name", "value", "need"),
    [
        ("puk", None, Need.PUK),
        ("sim_absent", None, Need.SIM),
        ("pin", "1234", Need.PIN),
    ],
)
def test_a_sim_that_keeps_it_from_working(name: str, value: Any, need: Need, bench: Benches) -> None:
    with bench() as it:
        it.box.arm(name, *([] if value is None else [value]))
        with pytest.raises(NotReady) as caught:
            it.modem.open()
        assert caught.value.need is need


def test_a_pin(bench: Benches) -> None:
    with bench(setup={"pin": "4321"}, pin="4321") as it:
        it.modem.open()
        assert isinstance(it.submit("Bonjour"), Submitted)


def test_a_wrong_pin_costs_one_try(bench: Benches) -> None:
    refused: list[str] = []
    with bench(setup={"pin": "4321"}, pin="1111", pin_refused=refused.append) as it:
        for _ in range(2):
            with pytest.raises(NotReady) as caught:
                it.modem.open()
            assert caught.value.need is Need.PIN_WRONG
            it.modem.close()
            it.modem = it.driver(
                Settings(
                    name="m1",
                    port=it.box.path,
                    pin="1111",
                    may_try_pin=lambda sim: sim not in refused,
                    pin_refused=refused.append,
                ),
                SHORT,
            )
        assert len(refused) == 1
        assert sum(line.startswith('AT+CPIN="') for line in it.box.commands) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nothing", None),
        ("ussd_packed", None),
        ("ussd_packed_only", None),
        ("ussd_ucs2", 72),
        ("ussd_ucs2", 7),
        ("ussd_multiline", None),
        ("ussd_before_ok", None),
    ],
)
def test_ussd(name: str, value: int | None, bench: Benches) -> None:
    with bench() as it:
        plain = "plain"
        it.modem.open()
        expected = it.modem.ussd("*100#")
        if name != "nothing":
            it.box.arm(name, *([] if value is None else [value]))
            found = it.modem.ussd("*100#")
            assert expected.split()[0] in found, plain


@pytest.mark.parametrize("name", ["ussd_timeout", "ussd_error"])
def test_ussd_that_fails(name: str, bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.arm(name)
        with pytest.raises(Refused):
            it.modem.ussd("*100#", timeout=0.5)
        assert isinstance(it.submit("Bonjour"), Submitted)


def test_unplugged_while_it_waits(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.unplug()
        with pytest.raises(PortGone, match="vanished"):
            it.modem.wait(5.0)
        it.box.plug()
        it.modem.close()
        it.modem.open()
        assert isinstance(it.submit("Bonjour"), Submitted)


@pytest.mark.parametrize("accepted", [True, False])
def test_unplugged_while_a_body_is_out(accepted: bool, bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.arm("vanish_before_cmgs", accepted=accepted)
        assert isinstance(it.submit("Bonjour"), OutcomeUnknown)
        with pytest.raises(PortGone):
            it.modem.wait(0.0)
        assert it.accepted == (["Bonjour"] if accepted else [])


def test_a_reference_that_comes_too_late_turns_unknown_into_sent(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.arm("late_cmgs", 1.8, times=1)
        assert isinstance(it.submit("Bonjour"), OutcomeUnknown)
        late: list[Any] = []
        for _ in range(20):
            late += [event for event in it.modem.wait(0.1) if isinstance(event, LateAccepted)]
            if late:
                break
        assert late == [LateAccepted(tag=0, reference=0)]


def test_a_call_in_the_middle_of_the_work_is_hung_up_afterwards(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.call("+33698765432")
        assert isinstance(it.submit("Bonjour"), Submitted)
        it.listen(4)
        assert [event.number for event in it.events if isinstance(event, Call)] == ["+33698765432"]


def test_another_sim_after_a_restart_is_known_as_another(bench: Benches) -> None:
    with bench() as it:
        first = it.modem.open()
        it.box.insert(
            sim.Sim(
                imsi="208990000000099",
                iccid="8933990000000000991",
                number="+33699000099",
                smsc="+33609001390",
            )
        )
        it.box.reboot()
        it.recover()
        second = it.modem.open()
        assert (first.imsi, second.imsi) == ("208990000000001", "208990000000099")


def test_a_flash_message_and_one_that_expires(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.submit("flash", message_class=0)
        it.submit("soon", validity=timedelta(minutes=5))
        flash, soon = it.farm.network.accepted
        assert flash.dcs & 0x13 == 0x10
        assert soon.validity == timedelta(minutes=5)


def test_what_the_driver_adds_to_a_send_is_next_to_nothing(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        for at in range(30):
            it.submit(f"message {at}")
            it.modem.wait(0.0)
        own = sorted((timing.idle or 0.0) + timing.body for timing in it.box.timings[1:])
        most = 0.005 if it.driver is NativeModem else 0.02  # two threads take turns at each octet
        assert own[len(own) // 2] < most, "ten times what it takes on a quiet machine"


def test_a_report_that_comes_while_nobody_listens_is_kept(bench: Benches) -> None:
    with bench() as it:
        it.farm.network.report_delay = 0.1
        it.modem.open()
        sent = it.submit("Bonjour")
        assert isinstance(sent, Submitted)
        it.modem.close()
        assert it.farm.network.wait(lambda network: network.reports)
        it.modem.open()
        it.sweep()
        assert it.reports == [sent.reference]


def test_a_modem_that_forgets_its_storage_loses_no_message(bench: Benches) -> None:
    """It reads and deletes in another one from then on: a slot's number alone says nothing (F121)."""
    with bench() as it:
        it.modem.open()
        for text in ("first", "second"):
            it.farm.network.deliver(it.box.name, NUMBER, text)
        it.box.arm("echo_stuck_off")
        it.box.arm("settings_lost", 0, nth=1)
        it.modem.command("AT")
        it.farm.network.deliver(it.box.name, NUMBER, "third")
        assert (len(it.box.stored("ME")), len(it.box.stored("SM"))) == (2, 1)
        it.listen()
        it.sweep()
        assert set(it.texts) == {"first", "second", "third"}
        assert it.modem.sweep() == []


def test_a_modem_that_forgets_its_storage_between_reading_and_deleting_loses_no_message(
    bench: Benches,
) -> None:
    """The slot of the same number holds one there that nobody has read (F08, F45)."""
    with bench() as it:
        it.modem.open()
        it.farm.network.deliver(it.box.name, NUMBER, "first")
        (received,) = it.modem.wait(5.0)
        assert isinstance(received, Received)
        assert received.slot
        it.box.arm("echo_stuck_off")
        it.box.arm("settings_lost", 0, nth=1)
        it.modem.command("AT")
        it.farm.network.deliver(it.box.name, NUMBER, "second")
        assert (len(it.box.stored("ME")), len(it.box.stored("SM"))) == (1, 1)
        it.modem.discard(received.slot)
        assert (len(it.box.stored("ME")), len(it.box.stored("SM"))) == (0, 1)
        it.listen()
        it.sweep()
        assert set(it.texts) == {"second"}


def test_a_slot_that_is_told_of_twice_is_emptied_once(bench: Benches) -> None:
    """Another message may lie there by then."""
    with bench() as it:
        it.modem.open()
        it.farm.network.deliver(it.box.name, NUMBER, "first")
        slots = [each.slot for _ in range(2) for each in it.modem.sweep() if each.slot]
        assert len(set(slots)) == 1
        it.modem.discard(slots[0])
        it.farm.network.deliver(it.box.name, NUMBER, "second")
        it.modem.discard(slots[1])
        it.listen()
        assert set(it.texts) == {"second"}


def test_the_intent_is_committed_while_the_prompt_comes(bench: Benches) -> None:
    with bench() as it:
        it.modem.open()
        it.box.arm("prompt_late", 0.2, times=1)
        begun = time.monotonic()
        committed: list[float] = []
        part = Submit(recipient=NUMBER, text="Bonjour", alphabet=Alphabet.GSM7)
        it.modem.submit(part, lambda: committed.append(time.monotonic() - begun) is None)
        assert committed[0] < 0.1
        assert it.accepted == ["Bonjour"]


def test_a_trace_holds_every_octet(bench: Benches) -> None:
    heard: list[bytes] = []

    def trace(direction: str, data: bytes) -> None:
        heard.append(data if direction == "<" else b"")

    with bench(trace=trace) as it:
        it.modem.open()
        assert b"\r\n1.0\r\n\r\nOK\r\n" in b"".join(heard)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.case)
def test_a_limit_is_about_a_test_of_these(limit: Limit) -> None:
    """It has failed there, or this would not be true any more."""
    name, _, parameter = limit.case.rstrip("]").partition("[")
    assert name in globals()
    assert not parameter or parameter in STANDING
