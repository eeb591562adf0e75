from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers import Identity, Need, NotAModem, NotReady, NotResponding, PortBusy, PortGone, Settings
from drivers.modem import NativeModem

if TYPE_CHECKING:
    from conftest import Make

IMEI, IMSI, ICCID = "353490069873319", "208990000000001", "8933012345678901234"


def ok(*lines: str) -> str:
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


def error(code: int) -> str:
    return f"\r\n+CME ERROR: {code}\r\n"


def test_a_plain_modem(peer: Make, modem: Make) -> None:
    far = peer()
    assert modem(far).open() == Identity(
        manufacturer="Plain",
        model="P1",
        revision="P1.00.07",
        imei=IMEI,
        imsi=IMSI,
        iccid=ICCID,
        number="+33612345678",
        smsc="+33609001390",
        vendor="generic",
    )
    lines = far.heard.lines
    assert lines[0] == "ESC", "an open prompt is closed with ESC, never with Ctrl-Z (F38)"
    assert lines.index("AT+CFUN?") < lines.index("AT+CPIN?")
    assert "AT+CMGL=4" not in lines, "the sweep is the caller's, after CNMI"


def test_octets_that_wait_in_the_port_are_read_and_not_thrown_away(peer: Make, modem: Make) -> None:
    far = peer({"AT+CMGR=1": ok(), 'AT+CPMS="SM"': ok("+CPMS: 0,10,0,50,0,50"), 'AT+CPMS="ME"': ok()})
    far.say('\r\n+CMTI: "ME",7\r\n')
    far.on("AT+CMGR=7", ok("+CMGR: 0,,30", "07913396050066F0040B913316325476F80000620111214365800441E19008"))
    near = modem(far)
    near.open()
    (received,) = near.wait(1.0)
    assert received.slot.index == 7


def test_an_echo_while_it_initialises_is_no_restart(peer: Make, modem: Make) -> None:
    far = peer({"AT": "AT\r\r\nOK\r\n", "ATE0": "ATE0\r\r\nOK\r\n", "ATV1": "ATV1\r\r\nOK\r\n"})
    near = modem(far)
    near.open()
    assert near.wait(0.0) == []


def test_numeric_results_are_understood_until_words_are_switched_on(peer: Make, modem: Make) -> None:
    far = peer({"AT": "0\r"})
    assert modem(far).open().imei == IMEI


def test_the_first_commands_may_get_lost(peer: Make, modem: Make) -> None:
    far = peer()
    far.on("AT", (), (), ok())
    assert modem(far).open().imei == IMEI


def test_silence(peer: Make, modem: Make) -> None:
    far = peer({"AT": ()})
    with pytest.raises(NotResponding, match="no answer at all"):
        modem(far).open()


def test_a_port_that_talks_about_something_else(peer: Make, modem: Make) -> None:
    far = peer({"AT": "$GPGGA,120000.00,4851.0\r\n"})
    with pytest.raises(NotAModem, match="detect"):
        modem(far).open()


def test_a_port_that_is_not_there(modem: Make) -> None:
    with pytest.raises(PortGone, match="Plug the modem in"):
        NativeModem(Settings(name="m1", port="/dev/ttyNONE9")).open()


def test_a_port_that_somebody_holds(peer: Make, modem: Make) -> None:
    far = peer()
    modem(far).open()
    with pytest.raises(PortBusy, match="held by"):
        modem(far).open()


def test_closing_twice_and_after_the_port_has_gone(peer: Make, modem: Make) -> None:
    far = peer()
    near = modem(far)
    near.close()
    near.open()
    far.unplug()
    with pytest.raises(PortGone, match="vanished"):
        near.wait(1.0)
    near.close()
    near.close()
    near.wake()
    with pytest.raises(PortGone, match="not open"):
        near.wait(0.0)


def test_the_modem_belongs_to_its_thread(peer: Make, modem: Make) -> None:
    import threading

    near = modem(peer())
    near.open()
    said: list[str] = []

    def meddle() -> None:
        try:
            near.wait(0.0)
        except RuntimeError as error:
            said.append(str(error))

    thread = threading.Thread(target=meddle)
    thread.start()
    thread.join()
    assert said == ["m1 belongs to the thread that opened it"]


# The SIM.


@pytest.mark.parametrize(
    ("answer", "need"),
    [
        (ok("+CPIN: SIM PUK"), Need.PUK),
        (ok("+CPIN: PH-NET PIN"), Need.SIM_LOCK),
        (ok("+CPIN: NOT INSERTED"), Need.SIM),
        (error(10), Need.SIM),
        (error(12), Need.PUK),
    ],
)
def test_a_sim_that_cannot_be_used(peer: Make, modem: Make, answer: str, need: Need) -> None:
    with pytest.raises(NotReady) as caught:
        modem(peer({"AT+CPIN?": answer})).open()
    assert caught.value.need is need
    assert str(caught.value).startswith("m1: ")


def test_a_sim_that_is_busy_at_first(peer: Make, modem: Make) -> None:
    far = peer()
    far.on("AT+CPIN?", error(14), "\r\n+CME ERROR: SIM failure\r\n", ok("+CPIN: READY"))
    far.on("AT+CSCA?", error(515), ok('+CSCA: "+33609001390",145'))
    assert modem(far).open().smsc == "+33609001390"


def test_a_sim_that_stays_busy(peer: Make, modem: Make) -> None:
    with pytest.raises(NotReady):
        modem(peer({"AT+CPIN?": error(14)}), timing={"sim": 0.1}).open()


def test_an_answer_without_ok_is_an_answer(peer: Make, modem: Make) -> None:
    far = peer({"AT+CPIN?": "\r\n+CPIN: READY\r\n", "AT+CPMS=?": '\r\n+CPMS: ("SM")\r\n'})
    far.on('AT+CPMS="SM","SM","SM"', "\r\n+CPMS: 0,10,0,10,0,10\r\n")
    assert modem(far).open().imsi == IMSI


def pin_script(**more: object) -> dict[str, object]:
    return {"AT+CPINR": ok("+CPINR: SIM PIN,3,3"), 'AT+CPIN="1234"': ok(), **more}


def test_the_pin_is_entered_once(peer: Make, modem: Make) -> None:
    far = peer(pin_script())
    far.on("AT+CPIN?", ok("+CPIN: SIM PIN"), error(14), ok("+CPIN: READY"))
    asked: list[str] = []
    modem(far, pin="1234", may_try_pin=lambda sim: asked.append(sim) is None).open()
    assert asked == [ICCID]
    assert far.heard.lines.count('AT+CPIN="1234"') == 1


def test_without_a_pin_none_is_tried(peer: Make, modem: Make) -> None:
    with pytest.raises(NotReady, match="pin_file") as caught:
        modem(peer({"AT+CPIN?": ok("+CPIN: SIM PIN")})).open()
    assert caught.value.need is Need.PIN


@pytest.mark.parametrize("answer", [error(16), "\r\nERROR\r\n", error(3)])
def test_a_refused_pin_is_reported_before_anything_else(peer: Make, modem: Make, answer: str) -> None:
    far = peer({**pin_script(), "AT+CPIN?": ok("+CPIN: SIM PIN"), 'AT+CPIN="1234"': answer})
    refused: list[str] = []
    with pytest.raises(NotReady) as caught:
        modem(far, pin="1234", pin_refused=refused.append).open()
    assert caught.value.need is Need.PIN_WRONG
    assert refused == [ICCID]
    assert far.heard.lines[-1] == 'AT+CPIN="1234"'
    assert "1234" not in str(caught.value)


def test_a_pin_that_was_refused_before_is_not_tried_again(peer: Make, modem: Make) -> None:
    far = peer({"AT+CPIN?": ok("+CPIN: SIM PIN"), "AT+CCID": "\r\nERROR\r\n", "AT+ICCID": "\r\nERROR\r\n"})
    for command in ("AT^ICCID?", "AT+QCCID", "AT#CCID"):
        far.on(command, "\r\nERROR\r\n")
    asked: list[str] = []
    with pytest.raises(NotReady) as caught:
        modem(far, pin="1234", may_try_pin=lambda sim: bool(asked.append(sim))).open()
    assert caught.value.need is Need.PIN_WRONG
    assert asked == [IMEI], "a SIM that does not tell its number goes by the modem's"
    assert 'AT+CPIN="1234"' not in far.heard.lines


def test_the_last_try_belongs_to_a_person(peer: Make, modem: Make) -> None:
    far = peer({"AT+CPIN?": ok("+CPIN: SIM PIN"), "AT+CPINR": ok("+CPINR: SIM PIN,1,3")})
    with pytest.raises(
        NotReady, match=r"the configured one is not tried .tries left: 1.*in a phone.*modem unlock"
    ) as caught:
        modem(far, pin="1234").open()
    assert caught.value.need is Need.PIN
    assert "Write it into a file" not in str(caught.value)


def test_a_busy_sim_did_not_cost_a_try_where_the_counter_says_so(peer: Make, modem: Make) -> None:
    far = peer({**pin_script(), "AT+CPIN?": ok("+CPIN: SIM PIN"), 'AT+CPIN="1234"': error(14)})
    refused: list[str] = []
    with pytest.raises(NotReady) as caught:
        modem(far, pin="1234", pin_refused=refused.append).open()
    assert caught.value.need is Need.SETTLING
    assert refused == []


def test_the_pin_appears_in_no_trace(peer: Make, modem: Make) -> None:
    far = peer({**pin_script(), 'AT+CPIN="1234"': 'AT+CPIN="1234"\r' + ok()})
    far.on("AT+CPIN?", ok("+CPIN: SIM PIN"), ok("+CPIN: READY"))
    trace: list[bytes] = []
    modem(far, pin="1234", trace=lambda _direction, data: trace.append(data)).open()
    assert b"1234" not in b"".join(trace).replace(ICCID.encode(), b"").replace(b"+33612345678", b"")


def test_after_not_ready_the_port_stays_open_for_an_operator(peer: Make, modem: Make) -> None:
    far = peer({**pin_script(), "AT+CSQ": ok("+CSQ: 20,99")})
    far.on("AT+CPIN?", ok("+CPIN: SIM PIN"), ok("+CPIN: READY"))
    near = modem(far)
    with pytest.raises(NotReady):
        near.open()
    assert near.command("AT+CSQ") == ["+CSQ: 20,99", "OK"]
    near.unlock("1234")
    assert near.open().imei == IMEI


def test_unlocking_with_a_puk(peer: Make, modem: Make) -> None:
    far = peer({'AT+CPIN="12345678","1234"': ok()})
    far.on("AT+CPIN?", ok("+CPIN: SIM PUK"), ok("+CPIN: READY"))
    near = modem(far)
    with pytest.raises(NotReady):
        near.open()
    near.unlock("1234", puk="12345678")
    with pytest.raises(ValueError, match="4 to 8 digits"):
        near.unlock("12a4")


# What is odd but bearable.


def test_the_radio_is_switched_on(peer: Make, modem: Make) -> None:
    far = peer({"AT+CFUN?": ok("+CFUN: 4"), "AT+CFUN=1": ok()})
    modem(far).open()
    assert "AT+CFUN=1" in far.heard.lines


def test_the_notification_ladder(peer: Make, modem: Make) -> None:
    far = peer({"AT+CNMI=2,1,0,1,0": error(4), "AT+CNMI=1,1,0,1,0": error(4), "AT+CNMI=2,1,0,2,0": ok()})
    assert modem(far).open().warnings == ()


def test_no_notification_at_all_is_a_warning(peer: Make, modem: Make) -> None:
    far = peer({f"AT+CNMI={mode},1,0,{ds},0": "\r\nERROR\r\n" for mode in (1, 2) for ds in (0, 1, 2)})
    assert any("at intervals" in warning for warning in modem(far).open().warnings)


def test_the_storage_ladder(peer: Make, modem: Make) -> None:
    no = "\r\nERROR\r\n"
    far = peer({'AT+CPMS="ME","ME","ME"': no, 'AT+CPMS="ME","ME"': no, 'AT+CPMS="ME"': no})
    far.on('AT+CPMS="SM","SM","SM"', no)
    far.on('AT+CPMS="SM","SM"', ok("+CPMS: 1,10,1,10"))
    far.on("AT+CPMS?", ok('+CPMS: "SM",1,10,"SM",1,10'))
    far.on("AT+CREG?", ok("+CREG: 0,1"))
    far.on("AT+CSQ", ok("+CSQ: 99,99"))
    far.on("AT+COPS?", ok("+COPS: 0"))
    near = modem(far)
    assert near.open().warnings == ()
    assert near.health().storage_total == 10


def test_storage_can_be_forced(peer: Make, modem: Make) -> None:
    far = peer({'AT+CPMS="SM","SM","SM"': ok("+CPMS: 10,10,10,10,10,10")})
    assert "full" in modem(far, storage="SM").open().warnings[0]


def test_a_configured_service_centre_is_set_where_it_differs(peer: Make, modem: Make) -> None:
    far = peer({'AT+CSCA="+33609001391",145': ok()})
    assert modem(far, smsc="+33609001391").open().smsc == "+33609001391"
    far = peer()
    modem(far, smsc="+33609001390").open()
    assert not any(line.startswith("AT+CSCA=") for line in far.heard.lines)


def test_no_service_centre_is_a_warning(peer: Make, modem: Make) -> None:
    far = peer({"AT+CSCA?": ok('+CSCA: "",129')})
    assert any("service centre" in warning for warning in modem(far).open().warnings)


def test_extra_commands_of_the_operator_come_last(peer: Make, modem: Make) -> None:
    far = peer({"AT+CGSMS=1": ok(), "AT+ODD": "\r\nERROR\r\n"})
    identity = modem(far, init=["AT+CGSMS=1", "AT+ODD"]).open()
    assert far.heard.lines[-2:] == ("AT+CGSMS=1", "AT+ODD")
    assert identity.warnings == ("AT+ODD was answered by ERROR",)


def test_without_text_free_format_nothing_goes(peer: Make, modem: Make) -> None:
    with pytest.raises(NotReady, match="CMGF"):
        modem(peer({"AT+CMGF=0": "\r\n+CMS ERROR: 310\r\n"})).open()


def test_an_imsi_that_is_refused_once_is_asked_again(peer: Make, modem: Make) -> None:
    far = peer()
    far.on("AT+CIMI", "\r\nERROR\r\n", error(14), ok(IMSI))
    assert modem(far).open().imsi == IMSI


def test_a_sim_that_does_not_tell_its_imsi_is_a_warning(peer: Make, modem: Make) -> None:
    identity = modem(peer({"AT+CIMI": "\r\nERROR\r\n"})).open()
    assert identity.imsi == ""
    assert any("IMSI" in warning for warning in identity.warnings)


def test_a_memory_that_is_not_preferred_is_better_than_none(peer: Make, modem: Make) -> None:
    far = peer(
        {"AT+CPMS=?": ok('+CPMS: ("SR","BM","MT"),("MT"),("MT")'), 'AT+CPMS="MT","MT","MT"': ok("+CPMS: 0,9")}
    )
    assert modem(far).open().warnings == ()


def test_what_is_said_of_the_sim_before_it_is_read_makes_no_second_round(peer: Make, modem: Make) -> None:
    far = peer({"AT+CGMI": "\r\n+CPIN: NOT READY\r\n" + ok("Plain")})
    near = modem(far)
    near.open()
    assert near.wait(0.0) == []
    far.say("\r\n+CPIN: NOT READY\r\n")
    (restarted,) = near.wait(1.0)
    assert restarted.announcement == "+CPIN: NOT READY"


@pytest.mark.parametrize(("counter", "refused"), [(error(4), [ICCID]), (ok("+CPINR: SIM PIN,3,3"), [])])
def test_a_modem_that_dies_of_its_pin_does_not_get_it_again(
    peer: Make, modem: Make, counter: str, refused: list[str]
) -> None:
    far = peer({**pin_script(), "AT+CPINR": counter, "AT+CPIN?": ok("+CPIN: SIM PIN")})
    far.on('AT+CPIN="1234"', (b"(unplug)",))
    told: list[str] = []
    with pytest.raises(PortGone):
        modem(far, pin="1234", pin_refused=told.append).open()
    assert told == refused, "unless the counter says that there are tries left"
