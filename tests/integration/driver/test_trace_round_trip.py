"""A modem is recorded, and the recording is a test at once: nothing about anybody is left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import (
    Alphabet,
    Deliver,
    Identity,
    Refused,
    Settings,
    StatusReport,
    Submit,
    Submitted,
    segment,
    sim,
)
from drivers.gsmmodem import LibraryModem
from drivers.modem import NativeModem
from drivers.native.timing import Timing
from drivers.pdu import gsm7
from drivers.trace import Recorder, replay
from tests.transcripts import test_transcripts
from tests.transcripts.overheard import HIDDEN, overhear

CARD = {
    "imsi": "208157394628173",
    "iccid": "89331573946281735928",
    "number": "+33657394628",
    "smsc": "+33695173846",
    "pin": "7391",
}
PATIENT = Timing(wake=10.0)
"""A busy machine may take half a second over the first AT, and a second AT would truly stand in the recording."""
CUSTOMER = "+33683951742"
TEXTS = ("Bonjour Odette, code 58213", "Léa 😀 rappelle 58213", "Longue histoire d'Odette. " * 8)
REPLY = "Oui, dit Odette"
SECRETS = ("Odette", "Léa", "rappelle", "histoire", "58213", "Banque Z")


@pytest.fixture(params=["native", "in pieces", "gsmmodem"])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[object]]:
    """A working day of one modem: PIN, sends, a refusal, reports, answers, a call, USSD."""
    file, came = tmp_path / "day.at", []
    driver = LibraryModem if request.param == "gsmmodem" else NativeModem
    profile = "nokia" if request.param == "in pieces" else "generic"
    box_setup = sim.ModemSetup(profile=profile, submit_time=0.002, **CARD)
    setup = sim.Setup(modems=(box_setup,), report_delay=0.01)
    with sim.start(setup) as farm, Recorder(file) as recorder:
        box = farm.modem(0)
        modem = driver(Settings(name="m1", port=box.path, pin="7391", trace=recorder), PATIENT)
        identity = modem.open()
        recorder.identify(identity)
        came.append(identity)
        for text in TEXTS:
            for part in segment(text).parts:
                sent = modem.submit(
                    Submit(recipient=CUSTOMER, text=part, alphabet=segment(text).alphabet), lambda: True
                )
                came.append(sent)
        came += modem.wait(1.0)
        box.arm("cms_error", 38, times=1)
        with pytest.raises(Refused) as refused:
            modem.submit(Submit(recipient=CUSTOMER, text="Odette", alphabet=Alphabet.GSM7), lambda: True)
        came.append(refused.value)
        for sender in (CUSTOMER, "Banque Z"):
            farm.network.deliver(box.name, sender, REPLY)
        came += modem.wait(0.3)
        for received in modem.sweep():
            modem.discard(received.slot)
        modem.health()
        modem.close()
    return file, came


def forms(secret: str) -> Iterator[str]:
    """How a secret may stand in a conversation: as it is, as semi-octets, packed from any septet on, as UCS-2."""
    yield secret
    if secret.isdecimal():
        for digits in (secret, secret[1:]):
            yield "".join(b + a for a, b in zip(digits[::2], digits[1::2], strict=False))
        return
    yield secret.encode("utf-16-be").hex().upper()
    if (septets := _septets(secret)) is not None:
        for before in range(8):
            packed = gsm7.pack(b"\0" * before + septets).hex().upper()
            yield packed[2 * before : -2]  # without the octets that hold others' bits


def _septets(text: str) -> bytes | None:
    try:
        return gsm7.encode(text)
    except ValueError:
        return None


def test_nothing_about_anybody_is_in_a_recording(recording: tuple[Path, list[object]]) -> None:
    text = recording[0].read_text()
    flat = re.sub(r"\n[<>] |\\r|\\n|\\x1a", "", text)
    (identity,) = [each for each in recording[1] if isinstance(each, Identity)]
    numbers = [CARD["imsi"], CARD["iccid"], CARD["number"][1:], CARD["smsc"][1:], CUSTOMER[1:]]
    assert identity.imei
    assert identity.imei not in text
    for secret in (*SECRETS, *(number[4:] for number in numbers)):
        for form in forms(secret):
            if form == secret or len(form) >= 8:  # shorter ones stand anywhere by chance
                assert form not in text, f"{secret} as {form}"
                assert form not in flat, f"{secret} as {form}, across lines"
    assert "7391" not in re.sub(r"[0-9A-F]{20,}", "", text)


def test_a_recording_is_a_test_at_once(recording: tuple[Path, list[object]]) -> None:
    file, came = recording
    test_transcripts.test_expect_transcript(file)
    told = overhear(replay(file))
    assert not told.odd
    assert "?" not in [result for _, result in told.results]
    assert (HIDDEN, HIDDEN) in told.results, "the PIN was entered"
    sent = [each.reference for each in came if isinstance(each, Submitted)]
    assert told.references == sent
    assert ("AT+CMGS=", "+CMS ERROR: 38") in [(command[:8], result) for command, result in told.results]
    contents = [getattr(each, "content", None) for each in came]
    reports = [each.reference for each in contents if isinstance(each, StatusReport)]
    assert [each.reference for each in told.pushed if isinstance(each, StatusReport)][
        : len(reports)
    ] == reports
    texts = [each.text for each in contents if isinstance(each, Deliver)]
    assert all(text == REPLY for text in texts)
