"""Faults of the message service: sending, reports, storage (MODEMS 1.D to 1.F)."""

from __future__ import annotations

import re
import time

import pytest

from drivers.sim.codec import Concat

PDU = re.compile(rb"[0-9A-Fa-f]{30,}\r\n")


@pytest.fixture
def pair(farm, talk):
    """A modem and somebody at its port."""
    modem = farm().modem("m0")
    return modem, talk(modem)


def begin(line, **fields):
    """Send a part up to Ctrl-Z, and do not wait for what comes."""
    length, pdu = line.body(**fields)
    line.prompt(f"AT+CMGS={length}")
    line.write(pdu + "\x1a")


def gone(line):
    """Read until the port ends."""
    with pytest.raises((EOFError, OSError)):
        line.until(b"never")


# ---- sending


def test_the_network_refuses(pair):
    modem, line = pair
    modem.arm("cms_error", 42, nth=2)
    assert [line.submit(report=False)[0] for _ in range(3)] == ["+CMGS: 0", "+CMS ERROR: 42", "+CMGS: 1"]
    assert len(modem.device.network.accepted) == 2
    modem.arm("cms_error", 0, nth=1)
    assert line.submit(report=False)[0] == "ERROR"


@pytest.mark.parametrize(("accepted", "count"), [(True, 1), (False, 0)])
def test_the_modems_own_timer_says_nothing_about_the_network(pair, accepted, count):
    modem, line = pair
    modem.arm("late_cms_error", 0.03, code=332, accepted=accepted)
    assert line.submit(report=False) == ["+CMS ERROR: 332"]
    assert [part.answered for part in modem.device.network.accepted] == [False] * count


def test_the_answer_comes_late_and_the_network_has_it_already(pair):
    modem, line = pair
    modem.arm("late_cmgs", 0.1, nth=1)
    begin(line)
    modem.device.network.wait(lambda network: network.accepted)
    assert line.quiet()
    line.write("AT+CSQ\r")
    assert line.until(b"OK\r\n") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    assert line.until(b"OK\r\n").endswith(b"+CSQ: 20,99\r\n\r\nOK\r\n")
    assert modem.timings[0].submit >= 0.1


def test_ok_without_a_reference(pair):
    modem, line = pair
    modem.arm("no_cmgs_line")
    assert line.submit() == ["OK"]
    assert len(modem.device.network.accepted) == 1


@pytest.mark.parametrize(("accepted", "count"), [(True, 1), (False, 0)])
def test_silence(pair, accepted, count):
    modem, line = pair
    modem.arm("no_answer_cmgs", accepted, nth=1)
    begin(line, report=False)
    assert line.quiet()
    assert line.ask("AT") == ["OK"]
    assert [part.answered for part in modem.device.network.accepted] == [False] * count


def test_a_reference_without_ok(pair):
    modem, line = pair
    modem.arm("no_ok_cmgs")
    begin(line, report=False)
    assert line.until(b"\r\n+CMGS: 0\r\n")
    assert line.quiet()


def test_references_that_are_none(pair):
    modem, line = pair
    modem.arm("reference_minus", nth=1)
    assert line.submit(report=False)[0] == "+CMGS: -1"
    modem.arm("cmgs_scts")
    assert re.fullmatch(r'\+CMGS: 1,"\d\d/\d\d/\d\d,\d\d:\d\d:\d\d\+04"', line.submit(report=False)[0])
    modem.arm("reference_from_pdu")
    assert line.submit(report=False, reference=77)[0].startswith("+CMGS: 77,")
    modem.arm("reference_zero")
    assert line.submit(report=False)[0].startswith("+CMGS: 0,")
    assert [part.reference for part in modem.device.network.accepted] == [0, 1, 77, 0]


def test_references_begin_again(pair):
    modem, line = pair
    modem.arm("reference_wrap")
    sent = [line.submit(report=False)[0] for _ in range(3)]
    assert sent == ["+CMGS: 254", "+CMGS: 255", "+CMGS: 0"]


def test_a_restart_in_the_middle(farm, talk):
    modem = farm(profile="sim800", submit_time=0.02).modem("m0")
    line = talk(modem)
    modem.arm("reboot_mid_send", True)
    begin(line, report=False)
    said = line.until(b"SMS Ready\r\n")
    assert b"RDY\r\n" in said
    assert b"+CMGS" not in said
    (part,) = modem.device.network.accepted
    assert not part.answered
    assert line.ask("AT+CMEE?") == ["AT+CMEE?", "+CMEE: 0", "OK"]


@pytest.mark.parametrize(("accepted", "count"), [(True, 1), (False, 0)])
def test_the_port_vanishes_before_the_answer(pair, talk, accepted, count):
    modem, line = pair
    modem.arm("vanish_before_cmgs", 0.02, accepted=accepted)
    begin(line, report=False)
    gone(line)
    assert len(modem.device.network.accepted) == count
    modem.device.network.wait(lambda network: len(modem.device.journal.entries("plugged")) == 2)
    modem.disarm()
    assert talk(modem).submit(report=False)[1] == "OK"


def test_the_port_vanishes_after_the_answer(pair):
    modem, line = pair
    modem.arm("vanish_after_cmgs")
    begin(line, report=False)
    assert line.until(b"\r\n+CMGS: 0\r\n")
    gone(line)
    assert len(modem.device.network.accepted) == 1


def test_credit_runs_out(pair):
    modem, line = pair
    modem.arm("credit_out", 1, code=38)
    assert [line.submit(report=False)[0] for _ in range(2)] == ["+CMGS: 0", "+CMS ERROR: 38"]


def test_the_network_throttles(pair):
    modem, line = pair
    modem.arm("throttled", 2, code=41)
    assert [line.submit(report=False)[0] for _ in range(3)] == ["+CMGS: 0", "+CMGS: 1", "+CMS ERROR: 41"]


def test_the_network_counts_in_a_window_of_its_own(pair):
    modem, line = pair
    modem.arm("throttled", 1, window=0.0)
    assert [line.submit(report=False)[0] for _ in range(2)] == ["+CMGS: 0", "+CMGS: 1"]


def test_the_network_knows_it_already(pair):
    modem, line = pair
    modem.arm("duplicate_197")
    assert line.submit("a", report=False)[0] == "+CMGS: 0"
    assert line.submit("a", report=False)[0] == "+CMS ERROR: 197"
    assert line.submit("b", report=False)[0] == "+CMGS: 1"
    assert modem.device.network.texts() == ["a", "b"]


def test_a_stray_byte_aborts_the_command_and_not_the_message(farm, talk):
    modem = farm(submit_time=0.05).modem("m0")
    line = talk(modem)
    modem.arm("abort_on_byte")
    begin(line, report=False)
    assert line.quiet(0.01)
    line.write("\r")
    assert line.until(b"ERROR\r\n") == b"\r\nERROR\r\n"
    modem.device.network.wait(lambda network: network.accepted)
    assert line.ask("AT")[-1] == "OK"


def test_a_long_pdu_is_too_much(farm, talk):
    modem = farm(profile="cinterion").modem("m0")
    line = talk(modem, "ATE0", "AT+CNMI=2,1")
    modem.arm("long_pdu_hangs", 30)
    assert line.submit("short", report=False)[0] == "+CMGS: 0"
    begin(line, text="a longer text, which is too much", report=False)
    assert line.until(b"^SYSSTART\r\n")
    assert len(modem.device.network.accepted) == 1


def test_a_slow_network_draws_its_times(pair):
    modem, line = pair
    modem.arm("slow_network", 0.0005)
    for _ in range(5):
        line.submit(report=False)
    assert len({round(timing.submit, 3) for timing in modem.timings}) > 1


def test_accepted_and_thrown_away(pair):
    modem, line = pair
    modem.arm("silent_loss", nth=1)
    assert line.submit()[0] == "+CMGS: 0"
    network = modem.device.network
    assert network.phone("+33612345678").received == ()
    line.submit()
    network.wait(lambda network: network.reports)
    assert [report.part for report in network.reports] == [2]


# ---- reports


def report(line):
    said = line.until(PDU)
    return said.split(b"\r\n")[-2].decode()


def test_a_report_overtakes_its_own_answer(pair):
    modem, line = pair
    modem.arm("report_before_cmgs", nth=1)
    begin(line)
    said = line.until(b"OK\r\n")
    assert said.index(b"+CDS: 25\r\n") < said.index(b"+CMGS: 0\r\n")
    assert line.quiet()


def test_reports_that_do_not_come_or_come_late_or_twice(pair):
    modem, line = pair
    network = modem.device.network
    modem.arm("report_missing", nth=1)
    modem.arm("report_late", 0.05, nth=1)
    modem.arm("report_twice", nth=2)
    for _ in range(3):
        line.submit()
    network.wait(lambda network: len(network.reports) == 2)
    assert sorted(each.part for each in network.reports) == [2, 3]
    accepted = {part.number: part.at for part in network.accepted}
    waited = {each.part: each.at - accepted[each.part] for each in network.reports}
    assert waited[2] >= 0.05 > waited[3]
    pushed = {report(line) for _ in range(3)}
    assert len(pushed) == 2


def test_still_trying_first(pair):
    modem, line = pair
    modem.arm("report_pending")
    modem.arm("report_failed", 0x46)
    line.submit()
    assert [report(line)[-2:] for _ in range(2)] == ["22", "46"]


@pytest.mark.parametrize(
    ("how", "check"), [("junk", lambda pdu: pdu[16:24] == "000000FF"), ("short", lambda pdu: len(pdu) < 60)]
)
def test_a_report_that_nobody_can_read(pair, how, check):
    modem, line = pair
    modem.arm("report_malformed", how)
    line.submit()
    assert check(report(line))


def test_a_report_from_elsewhere_about_the_number_as_people_dial_it(pair):
    modem, line = pair
    modem.arm("report_national")
    modem.arm("report_other_smsc")
    line.submit()
    pdu = report(line)
    assert pdu.startswith("07913386094000F0")
    assert "0A816021436587" in pdu


def test_a_stored_report_in_the_wrong_place(pair):
    modem, line = pair
    line.ask("AT+CNMI=2,1,0,2,0")
    modem.arm("report_wrong_memory")
    line.submit()
    assert line.until(b"1\r\n") == b'\r\n+CDSI: "SM",1\r\n'
    assert list(modem.stored("SR")) == [1]
    assert modem.stored("SM") == {}


def test_reports_among_the_messages(pair):
    modem, line = pair
    modem.arm("report_as_message")
    line.submit()
    assert line.until(b"1\r\n") == b'\r\n+CMTI: "SM",1\r\n'
    assert line.ask("AT+CMGL=4")[1] == modem.device.network.reports[0].pdu


def test_reports_that_can_be_read_by_index_only(pair):
    modem, line = pair
    line.ask("AT+CNMI=2,1,0,2,0")
    modem.arm("sr_unlistable")
    modem.arm("stat_empty")
    line.submit()
    line.until(b"+CDSI")
    line.until(b"\r\n")
    assert line.ask('AT+CPMS="SR"')[-1] == "OK"
    assert line.ask("AT+CMGL=4") == ["OK"]
    assert line.ask("AT+CMGD=1,4") == ["+CMS ERROR: 304"]
    assert line.ask("AT+CMGR=1")[0] == "+CMGR: ,,25"
    assert line.ask("AT+CMGD=1") == ["OK"]


def test_a_comma_before_the_length_of_a_report(pair):
    modem, line = pair
    modem.arm("cds_comma")
    line.submit()
    assert line.until(b"25\r\n") == b"\r\n+CDS: ,25\r\n"


# ---- storage


def deliver(modem, text="9", **fields):
    modem.device.network.deliver("m0", "+33612345678", text, **fields)


def test_slots_from_zero(pair):
    modem, line = pair
    deliver(modem)
    modem.arm("index_base_0")
    deliver(modem)
    assert list(modem.stored("SM")) == [0, 1]
    assert line.ask("AT+CMGR=0")[-1] == "OK"
    assert line.ask("AT+CMGR=20") == ["+CMS ERROR: 321"]


def test_a_storage_that_is_full_of_old_messages(farm, talk):
    modem = farm(slots=3).modem("m0")
    line = talk(modem)
    modem.arm("storage_full")
    modem.arm("full_urc", "SMS FULL")
    deliver(modem)
    assert line.until(b"FULL\r\n") == b"\r\nSMS FULL\r\n"
    assert modem.device.network.held("m0") == 1
    assert len(line.ask("AT+CMGL=4")) == 7
    line.ask("AT+CMGD=1,4")
    modem.device.network.wait(lambda network: network.held("m0") == 0)


def test_a_make_that_says_by_itself_when_it_is_full(farm, talk):
    modem = farm(profile="a7670", slots=1).modem("m0")
    line = talk(modem)
    deliver(modem)
    assert line.until(b"FULL\r\n") == b'\r\n+CMTI: "SM",1\r\n\r\nSMS FULL\r\n'


def test_somebody_elses_drafts(pair):
    modem, line = pair
    modem.arm("stored_outgoing", 1)
    assert line.ask("AT+CMGL=4")[0].startswith("+CMGL: 1,3,,")
    assert line.ask("AT+CMGL=0") == ["OK"]


def test_deleting_one_part_deletes_the_others(pair):
    modem, line = pair
    deliver(modem, "a" * 200)
    deliver(modem, "other")
    modem.arm("delete_siblings")
    assert line.ask("AT+CMGD=1")[-1] == "OK"
    assert list(modem.stored("SM")) == [3]


def test_deleting_fails(pair):
    modem, line = pair
    deliver(modem)
    modem.arm("delete_fails", times=1)
    assert line.ask("AT+CMGD=1")[-1] == "+CMS ERROR: 320"
    assert list(modem.stored("SM")) == [1]
    assert line.ask("AT+CMGD=1") == ["OK"]


@pytest.mark.parametrize(
    ("how", "lines"),
    [("ok", ["OK"]), ("zero", ["+CMGR: 0,,0", "OK"]), ("321", ["+CMS ERROR: 321"]), ("error", ["ERROR"])],
)
def test_an_empty_slot(pair, how, lines):
    modem, line = pair
    modem.arm("cmgr_empty", how)
    assert line.ask("AT+CMGR=1") == lines


def test_deleting_nothing_is_an_error(pair):
    modem, line = pair
    modem.arm("cmgd_error_empty")
    assert line.ask("AT+CMGD=1") == ["+CMS ERROR: 321"]


def test_listing_does_not_work(pair):
    modem, line = pair
    modem.arm("cmgl_broken")
    assert line.ask("AT+CMGL=4") == ["+CMS ERROR: 303"]


@pytest.mark.parametrize(
    ("fault", "header"),
    [
        ("cmgl_wrong_length", "+CMGR: 0,,28"),
        ("alpha_missing", "+CMGR: 0,20"),
        ("alpha_quotes", '+CMGR: 0,"",20'),
        ("stat_empty", "+CMGR: ,,20"),
    ],
)
def test_headers(pair, fault, header):
    modem, line = pair
    deliver(modem)
    modem.arm(fault)
    assert line.ask("AT+CMGR=1")[-3] == header


def test_hex_digits(pair):
    modem, line = pair
    deliver(modem, "Ça")
    pdu = modem.device.network.incoming[0].pdu
    modem.arm("odd_hex", nth=1)
    assert line.ask("AT+CMGR=1")[-2] == pdu[:-1]
    modem.arm("lower_hex")
    assert line.ask("AT+CMGR=1")[-2] == pdu.lower()
    modem.arm("cmgl_truncated", nth=1)
    assert line.ask("AT+CMGL=4")[-2] == pdu.lower()[: len(pdu) // 2]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("cmti_missing", b""),
        ("cmti_twice", b'\r\n+CMTI: "SM",1\r\n' * 2),
        ("cmti_bad_index", b'\r\n+CMTI: "SM",-1\r\n'),
        ("cmti_wrong_memory", b'\r\n+CMTI: "ME",1\r\n'),
        ("cmti_extra", b'\r\n+CMTI: "SM",1,"MMS PUSH",2,1\r\n'),
        ("duplicate_mt", b'\r\n+CMTI: "SM",1\r\n\r\n+CMTI: "SM",2\r\n'),
    ],
)
def test_announcements(pair, fault, said):
    modem, line = pair
    modem.arm(fault)
    deliver(modem)
    assert line.until(said) == said
    assert line.quiet()
    assert modem.stored("SM")[1] == modem.device.network.incoming[0].pdu


def test_pushed_although_storing_was_asked_for(pair):
    modem, line = pair
    modem.arm("routed_anyway", nth=1)
    deliver(modem)
    assert line.until(PDU).startswith(b"\r\n+CMT: ,20\r\n")
    assert modem.stored("SM") == {}


@pytest.mark.parametrize(
    ("fault", "works"), [("cpms_2_params", '"SM","SM"'), ("cpms_1_param", '"SM"'), ("cpms_refused", None)]
)
def test_how_storages_are_chosen(pair, fault, works):
    modem, line = pair
    modem.arm(fault)
    answers = {text: line.ask(f"AT+CPMS={text}")[-1] for text in ('"SM"', '"SM","SM"', '"SM","SM","SM"')}
    longest = [text for text, final in answers.items() if final == "OK"]
    assert (longest[-1] if longest else None) == works


def test_the_answer_of_the_question_to_the_setting(pair):
    modem, line = pair
    modem.arm("cpms_query_form")
    assert line.ask('AT+CPMS="SM"') == ['+CPMS: "SM",0,20,"SM",0,20,"SM",0,20', "OK"]


def test_notification_modes_are_refused(pair):
    modem, line = pair
    modem.arm("cnmi_refused", "2,1,0,1,.*")
    assert line.ask("AT+CNMI=2,1,0,1,0") == ["+CMS ERROR: 303"]
    assert line.ask("AT+CNMI=2,1,0,2,0") == ["OK"]


def test_acknowledgement_cannot_be_switched_off(pair):
    modem, line = pair
    modem.arm("csms_stuck")
    assert line.ask("AT+CSMS=0") == ["+CMS ERROR: 302"]
    modem.arm("settings_lost", 0, nth=1)
    assert line.ask("AT") == ["OK"]
    assert line.ask("AT+CSMS?")[-2].startswith("+CSMS: 1")
    assert line.ask("AT+CNMI=2,1,0,1,0;+CMEE=1;E0")[-1] == "OK"
    line.submit()
    line.submit()
    report(line)
    assert line.quiet()
    assert line.ask("AT+CNMA")[0] == "OK"
    report(line)


def test_every_part_is_judged_alone(pair):
    modem, line = pair
    modem.arm("cms_error", 38, nth=2)
    for sequence in (1, 2, 2):
        line.submit(f"part{sequence}", header=Concat(9, 2, sequence).encode(), report=False)
    (message,) = modem.device.network.messages()
    assert (message.text, message.repeats) == ("part1part2", 0)


def test_waiting_says_what_did_happen(pair):
    modem, line = pair
    line.submit("hello", report=False)
    began = time.monotonic()
    with pytest.raises(TimeoutError, match='"kind": "accepted", "modem": "m0"'):
        modem.device.network.wait(lambda network: len(network.accepted) == 2, timeout=0.05)
    assert time.monotonic() - began < 1.0
