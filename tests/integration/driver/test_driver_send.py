from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers import (
    Alphabet,
    LateAccepted,
    NotReady,
    NotSent,
    OutcomeUnknown,
    PortGone,
    Refused,
    Restarted,
    Submit,
    Submitted,
    Verdict,
)
from drivers.errors import NotResponding

if TYPE_CHECKING:
    from conftest import Make

PART = Submit(recipient="+33612345678", text="Bonjour", alphabet=Alphabet.GSM7, tag=7)
BODY = "BODY 0021000B913316325476F8000007C2B75BFDAECB01"
IMEI = "353490069873319"


def ok(*lines: str) -> str:
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


def yes() -> bool:
    return True


def opened(peer: Make, modem: Make, script: dict[str, object], **options: object) -> tuple[object, object]:
    far = peer(script)
    near = modem(far, **options)
    near.open()
    return far, near


def test_a_part_is_sent(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})
    sent = near.submit(PART, yes)
    assert (sent.tag, sent.reference) == (7, 12)
    assert 0 <= sent.seconds < 1
    assert far.heard.lines[-2:] == ("AT+CMGS=20", BODY)


def test_between_two_sends_nothing_else_is_said(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.on("BODY", ok("+CMGS: 12"), ok("+CMGS: 13"))
    assert [near.submit(PART, yes).reference, near.wait(0.0), near.submit(PART, yes).reference] == [
        12,
        [],
        13,
    ]
    assert far.heard.lines[-4:] == ("AT+CMGS=20", BODY, "AT+CMGS=20", BODY)


def test_the_intent_is_committed_after_the_command_and_before_the_body(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})

    def before_body() -> bool:
        far.wait_for("AT+CMGS=20")
        assert BODY not in far.heard.lines
        return True

    near.submit(PART, before_body)


def test_without_the_intent_no_body_leaves(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"ESC": "\r\nOK\r\n"})
    with pytest.raises(NotSent, match="taken back"):
        near.submit(PART, lambda: False)
    assert far.heard.lines[-2:] == ("AT+CMGS=20", "ESC")


def test_what_before_body_raises_comes_out_and_the_prompt_is_closed(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"ESC": "\r\nOK\r\n", "BODY": ok("+CMGS: 12")})

    def broken() -> bool:
        raise LookupError("the database is locked")

    with pytest.raises(LookupError, match="locked"):
        near.submit(PART, broken)
    assert far.heard.lines[-1] == "ESC"
    assert near.submit(PART, yes).reference == 12


def test_a_modem_that_ignores_escape_is_brought_into_step_again(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})
    with pytest.raises(NotSent):
        near.submit(PART, lambda: False)
    assert near.submit(PART, yes).reference == 12


@pytest.mark.parametrize(
    ("prompt", "verdict", "code"),
    [
        ("\r\n+CMS ERROR: 310\r\n", Verdict.SICK, 310),
        ("\r\n+CMS ERROR: 332\r\n", Verdict.LATER, 332),
        ("\r\nERROR\r\n", Verdict.DOUBTFUL, None),
    ],
)
def test_an_error_before_the_prompt_is_a_refusal(
    peer: Make, modem: Make, prompt: str, verdict: Verdict, code: int | None
) -> None:
    _far, near = opened(peer, modem, {"AT+CMGS": prompt, "AT+CMEE?": ok("+CMEE: 1")})
    with pytest.raises(Refused) as caught:
        near.submit(PART, yes)
    assert caught.value.code == code
    assert caught.value.verdict is not Verdict.AMBIGUOUS
    if code != 332:
        assert caught.value.verdict is verdict


def test_no_prompt_means_that_nothing_was_sent(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")}, timing={"command": 0.1})
    far.on("AT+CMGS", (), "\r\n> ")
    with pytest.raises(NotSent, match="no prompt"):
        near.submit(PART, yes)
    assert "ESC" in far.heard.after("AT+CMGS=20"), "a prompt may be open"
    assert near.submit(PART, yes).reference == 12


def test_a_prompt_that_comes_too_late_is_closed(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")}, timing={"command": 0.1})
    far.on("AT+CMGS", (0.15, b"\r\n> "), "\r\n> ")
    with pytest.raises(NotSent):
        near.submit(PART, yes)
    assert near.submit(PART, yes).reference == 12
    assert [line for line in far.heard.lines if line.startswith("BODY")] == [BODY]


def test_a_refusal_by_the_network(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": "\r\n+CMS ERROR: 21\r\n"})
    with pytest.raises(Refused) as caught:
        near.submit(PART, yes)
    assert (caught.value.kind, caught.value.code, caught.value.verdict) == ("cms", 21, Verdict.ELSEWHERE)


def test_a_duplicate_was_accepted_before(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": "\r\n+CMS ERROR: 197\r\n"})
    assert near.submit(PART, yes).reference is None


def test_ok_without_a_reference_is_unknown(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": ok()})
    with pytest.raises(OutcomeUnknown, match="proves nothing"):
        near.submit(PART, yes)


def test_the_reference_alone_is_success_and_the_modem_is_brought_into_step(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.on("BODY", "\r\n+CMGS: 12\r\n", ok("+CMGS: 13"))
    assert near.submit(PART, yes).reference == 12
    assert near.submit(PART, yes).reference == 13


def test_the_reference_and_then_the_end_of_the_port(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": (b"\r\n+CMGS: 12\r\n", 0.05, b"(unplug)")})
    assert near.submit(PART, yes) == Submitted(tag=7, reference=12, seconds=pytest.approx(0, abs=1))
    with pytest.raises(PortGone):
        near.wait(0.0)


def test_the_end_of_the_port_before_any_answer_is_unknown(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": (b"(unplug)",)})
    with pytest.raises(OutcomeUnknown, match="vanished"):
        near.submit(PART, yes)
    with pytest.raises(PortGone):
        near.wait(0.0)


def test_the_end_of_the_port_after_an_ok_without_a_reference_is_unknown(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": (b"\r\nOK\r\n", 0.05, b"(unplug)")})
    with pytest.raises(OutcomeUnknown, match="proves nothing"):
        near.submit(PART, yes)


def test_the_end_of_the_port_before_the_prompt_is_no_doubt(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"AT+CMGS": (b"(unplug)",)})
    with pytest.raises(PortGone):
        near.submit(PART, yes)


def test_silence_after_the_body_is_unknown_and_nothing_is_written_meanwhile(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ()})
    with pytest.raises(OutcomeUnknown, match=r"no answer within 0\.4 s"):
        near.submit(PART, yes)
    after = far.heard.after(BODY)
    assert after[0] == "ESC"
    assert after[1] in ("AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CMEE=?", "AT+CMGF=?", "AT+CSMS=?")


def test_a_reference_that_comes_with_the_fence_is_success(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": (), "ESC": (b"\r\n+CMGS: 77\r\n\r\nOK\r\n",)})
    assert near.submit(PART, yes).reference == 77
    assert far.unexpected == []


def test_a_reference_that_comes_with_a_fence_that_fails_is_success(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": (), "ESC": (b"\r\n+CMGS: 77\r\n",)})
    for probe in ("AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CMEE=?", "AT+CMGF=?", "AT+CSMS=?", "AT+CNMI=?"):
        far.on(probe, ())
    assert near.submit(PART, yes).reference == 77


def test_a_reference_that_comes_later_names_its_attempt(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ()})
    with pytest.raises(OutcomeUnknown):
        near.submit(PART, yes)
    far.say("\r\n+CMGS: 77\r\n\r\nOK\r\n")
    assert near.wait(1.0) == [LateAccepted(tag=7, reference=77)]


def test_a_modem_that_stays_silent(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ()})
    for probe in ("AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CMEE=?", "AT+CMGF=?", "AT+CSMS=?", "AT+CNMI=?"):
        far.on(probe, ())
    with pytest.raises(OutcomeUnknown):
        near.submit(PART, yes)
    with pytest.raises(NotResponding, match="no answer at all"):
        near.submit(PART, yes)


@pytest.mark.parametrize("announcement", ["RDY", "^SYSSTART", "*ATREADY: 1"])
def test_a_restart_while_the_body_is_out(peer: Make, modem: Make, announcement: str) -> None:
    far, near = opened(peer, modem, {"BODY": f"\r\n{announcement}\r\n"})
    with pytest.raises(OutcomeUnknown, match="restarted"):
        near.submit(PART, yes)
    (restarted,) = near.wait(1.0)
    assert isinstance(restarted, Restarted)
    assert restarted.announcement == announcement
    assert restarted.identity.imei == IMEI
    assert far.heard.after(BODY).count("AT+CMGF=0") == 1, "its settings are lost (F45)"


def test_after_a_restart_the_modem_is_initialised_before_the_next_send(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 1")})
    far.say("\r\nRDY\r\n")
    assert near.wait(1.0) != []
    far.say("\r\nRDY\r\n")
    near._link.pause(0.05)
    near.submit(PART, yes)
    said = far.heard.lines
    assert said.count("AT+CMGF=0") == 3
    assert said.index("AT+CMGS=20") > len(said) - 3


def test_what_goes_out_after_a_restart_says_so_until_its_event_is_fetched(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 1")})
    assert not near.submit(PART, yes).restarted
    far.say("\r\nRDY\r\n")
    near._link.pause(0.05)
    assert near.submit(PART, yes).restarted
    assert near.submit(PART, yes).restarted, "nobody has been told yet"
    assert [type(event) for event in near.wait(0.0)] == [Restarted]
    assert not near.submit(PART, yes).restarted


def test_a_modem_that_is_not_ready_after_its_restart_sends_nothing(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 1")})
    far.on("AT+CPIN?", ok("+CPIN: SIM PIN"))
    far.say("\r\nRDY\r\n")
    near._link.pause(0.05)
    with pytest.raises(NotSent, match="PIN"):
        near.submit(PART, yes)
    with pytest.raises(NotReady):
        near.wait(0.0)


def test_an_echo_that_comes_back_is_a_restart_too(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"AT+CSQ": "AT+CSQ\r" + ok("+CSQ: 20,99")})
    assert near.command("AT+CSQ") == ["+CSQ: 20,99", "OK"]
    (restarted,) = near.wait(1.0)
    assert isinstance(restarted, Restarted)
    assert "echo" in restarted.announcement


def test_what_cannot_be_encoded_is_refused_for_good(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    bad = Submit(recipient="", text="Bonjour", alphabet=Alphabet.GSM7)
    with pytest.raises(Refused) as caught:
        near.submit(bad, yes)
    assert caught.value.verdict is Verdict.PERMANENT
    assert not any(line.startswith("AT+CMGS") for line in far.heard.lines)


# What profiles ask for.


def _with_maker(name: str, model: str = "X") -> dict[str, object]:
    return {"AT+CGMI": ok(name), "AT+CGMM": ok(model)}


def test_a_modem_whose_link_can_be_kept_open(peer: Make, modem: Make) -> None:
    script = {
        **_with_maker("Cinterion", "BGS2"),
        "AT+CMMS=2": ok(),
        "AT+CMMS=0": ok(),
        "BODY": ok("+CMGS: 1"),
    }
    script |= {'AT^SPIC="SC"': ok(), "AT+CCID": ok("+CCID: 8933012345678901234")}
    far, near = opened(peer, modem, script)
    first = Submit(recipient="+33612345678", text="Bonjour", alphabet=Alphabet.GSM7, more_follow=True)
    near.submit(first, yes)
    near.submit(first, yes)
    near.submit(PART, yes)
    near.wait(0.01)
    sent = [line for line in far.heard.lines if "CMMS" in line or "CMGS" in line]
    assert sent == ["AT+CMMS=2", "AT+CMGS=20", "AT+CMGS=20", "AT+CMGS=20", "AT+CMMS=0"]


def test_a_modem_that_wants_its_pdu_in_pieces(
    peer: Make, modem: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace as changed

    import drivers.native.setup as setup
    from drivers.vendors import GENERIC

    slow = changed(
        GENERIC, pdu_chunk=18, ctrlz_delay_ms=20, inter_byte_ms=1, inter_command_ms=5, resend_cmgf=True
    )
    monkeypatch.setattr(setup, "choose", lambda *_: slow)
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})
    assert near.submit(PART, yes).reference == 12
    assert far.heard.lines[-3:] == ("AT+CMGF=0", "AT+CMGS=20", BODY)


def test_an_error_while_the_pdu_is_still_being_written_stops_it(
    peer: Make, modem: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace as changed

    import drivers.native.setup as setup
    from drivers.vendors import GENERIC

    monkeypatch.setattr(setup, "choose", lambda *_: changed(GENERIC, ctrlz_delay_ms=100))
    far, near = opened(peer, modem, {})
    far.on("AT+CMGS", (b"\r\n> ", 0.02, b"\r\n+CMS ERROR: 304\r\n"))
    with pytest.raises(Refused) as caught:
        near.submit(PART, yes)
    assert caught.value.code == 304


def test_a_reference_that_means_nothing_is_not_told(
    peer: Make, modem: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace as changed

    import drivers.native.setup as setup
    from drivers.vendors import GENERIC

    monkeypatch.setattr(setup, "choose", lambda *_: changed(GENERIC, reference_reliable=False))
    _far, near = opened(peer, modem, {"BODY": ok("+CMGS: 0")})
    assert near.submit(PART, yes).reference is None


# Settings that are lost without a word (F45): in text mode `AT+CMGS=20` is a send to the number 20.


def test_no_body_follows_an_echo_that_had_been_switched_off(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGS": "AT+CMGS=20\r\r\n> ", "ESC": "\r\nOK\r\n"})
    with pytest.raises(NotSent, match="lost its settings"):
        near.submit(PART, yes)
    assert not any(line.startswith("BODY") for line in far.heard.lines)
    (restarted,) = near.wait(1.0)
    assert isinstance(restarted, Restarted)


def test_a_result_that_nobody_asked_for_makes_it_set_the_format_again(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})
    far.say("\r\nOK\r\n")
    near._link.pause(0.05)
    near.submit(PART, yes)
    near.submit(PART, yes)
    assert far.heard.lines[-5:] == ("AT+CMGF=0", "AT+CMGS=20", BODY, "AT+CMGS=20", BODY)


def test_an_ok_of_another_command_does_not_hide_the_reference_behind_it(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {"BODY": (b"\r\nOK\r\n", 0.02, b"\r\n+CMGS: 12\r\n\r\nOK\r\n")})
    assert near.submit(PART, yes).reference == 12


def test_a_modem_that_only_knows_digits(peer: Make, modem: Make) -> None:
    digits = {"AT": "0\r", "ATV1": "0\r", "ATE0": "0\r", "ATQ0": "0\r", "AT&D0": "0\r", "AT+CMEE=1": "4\r"}
    digits |= {
        "AT+CMGF=0": "0\r",
        "BODY": "\r\n+CMGS: 12\r\n0\r",
        "AT+CLIP=1": "4\r",
        "AT+CNMI=2,1,0,1,0": "0\r",
    }
    _far, near = opened(peer, modem, digits)
    assert near.submit(PART, yes).reference == 12


def test_an_error_without_a_code_may_mean_that_the_settings_are_gone(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": "\r\nERROR\r\n"})
    far.on("AT+CMEE?", ok("+CMEE: 1"), ok("+CMEE: 0"))
    with pytest.raises(Refused):
        near.submit(PART, yes)
    assert near.wait(0.0) == [], "this firmware never says more"
    with pytest.raises(Refused):
        near.submit(PART, yes)
    (restarted,) = near.wait(1.0)
    assert "CMEE" in restarted.announcement


def test_nothing_is_sent_by_a_sim_that_nobody_knows_yet(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"BODY": ok("+CMGS: 12")})
    far.on("AT+CIMI", ok("208990000000099"))
    far.say("\r\n+QUSIM: 1\r\n")
    near._link.pause(0.05)
    with pytest.raises(NotSent, match="another SIM"):
        near.submit(PART, yes)
    (restarted,) = near.wait(1.0)
    assert restarted.identity.imsi == "208990000000099"
    assert near.submit(PART, yes).reference == 12
