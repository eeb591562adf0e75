from __future__ import annotations

import io
import logging
import os
import tempfile

import pytest

from gateway import log
from gateway.log import line, mask_text, masked, say, setup


@pytest.fixture
def lines():
    """What is logged through `setup`, and the root logger as it was afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield lambda stream: [text for text in stream.getvalue().splitlines() if text]
    root.handlers[:] = before
    root.setLevel(level)


def test_fields_are_written_so_that_they_can_be_read_again():
    fields = {
        "message": 12,
        "modem": "sim1",
        "none": None,
        "why": 'no "prompt"\n\x1b',
        "empty": "",
        "pair": "a=b",
    }
    assert line("message_failed", fields) == (
        'action=message_failed message=12 modem=sim1 why="no \\"prompt\\"\\u000a\\u001b" empty="" pair="a=b"'
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to +33612345678 now", "to +33612…78 now"),
        ("0612345678", "061234…78"),
        ('AT+CMEE=1;^CPIN="1234"', "AT+CMEE=1;^CPIN=…"),
        ("ATD**04*1234*5678*5678#", "ATD**04*…#"),
        ("imsi=208011234567890", "imsi=208011…90"),
        ("message=123456 seconds=0.25", "message=123456 seconds=0.25"),
        ("2026-11-23T18:04:05.123Z", "2026-11-23T18:04:05.123Z"),
        ('> AT+CPIN="1234"', "> AT+CPIN=…"),
        ("AT+CPIN=1234,5678\nOK", "AT+CPIN=…\nOK"),
        ("AT+CPIN?", "AT+CPIN?"),
    ],
)
def test_numbers_and_pins_are_masked(text, shown):
    assert masked(text) == shown


def test_a_text_is_only_its_length():
    assert mask_text("Merci !") == "(7 characters)"


def test_a_terminal_gets_time_level_and_place(lines):
    stream = io.StringIO()
    setup(1, stream=stream, environ={})
    say(logging.getLogger("gateway.sender"), "message_sent", message=12, to="+33612345678")
    (text,) = lines(stream)
    assert text[8:] == " INFO    gateway.sender: action=message_sent message=12 to=+33612…78"


def test_levels_follow_the_number_of_v(lines):
    shown = {}
    for verbose, daemon in ((0, False), (1, False), (2, False), (9, False), (0, True), (1, True)):
        stream = io.StringIO()
        setup(verbose, daemon=daemon, stream=stream, environ={})
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            say(logging.getLogger("gateway.x"), "something", level)
        shown[verbose, daemon] = len(lines(stream))
    assert shown == {(0, False): 1, (1, False): 2, (2, False): 3, (9, False): 3, (0, True): 2, (1, True): 3}


def test_a_traceback_is_masked_too(lines):
    stream = io.StringIO()
    setup(stream=stream, environ={})
    try:
        raise ValueError("nobody at +33612345678")
    except ValueError:
        logging.getLogger("gateway.x").exception("action=surprise")
    assert "+33612345678" not in stream.getvalue()
    assert lines(stream)[-1] == "ValueError: nobody at +33612…78"


def test_journald_gets_a_priority_on_every_line_and_no_time(lines):
    with tempfile.TemporaryFile("w+") as stream:
        status = os.fstat(stream.fileno())
        setup(stream=stream, environ={"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        try:
            raise ValueError("two\nlines")
        except ValueError:
            logging.getLogger("gateway.x").exception("action=surprise")
        stream.seek(0)
        text = stream.read().splitlines()
    assert text[0] == "<3>gateway.x: action=surprise"
    assert len(text) > 3
    assert all(each.startswith("<3>") for each in text)


def test_a_second_setup_takes_the_place_of_the_first(lines):
    old, new = io.StringIO(), io.StringIO()
    setup(1, stream=old, environ={})
    setup(1, stream=new, environ={})
    say(logging.getLogger("gateway.x"), "something")
    assert (lines(old), len(lines(new))) == ([], 1)


def test_what_is_off_is_not_even_put_together(lines):
    class Loud:
        def __str__(self):
            raise AssertionError("formatted although the level is off")

    setup(0, stream=io.StringIO(), environ={})
    say(logging.getLogger("gateway.x"), "something", logging.DEBUG, loud=Loud())
    assert log.LEVELS[0] == logging.WARNING


def test_a_record_is_one_line_and_nothing_that_is_obeyed(lines):
    stream = io.StringIO()
    setup(stream=stream)
    logging.getLogger("test.hostile").warning("a file named %s", "x\n<0>kernel: forged\x1b[2J\u202e\udc80")
    said = stream.getvalue()
    assert said.count("\n") == 1
    said.encode()
    assert not set(said) & set("\x1b\u202e\udc80")
    assert "\\u000a<0>kernel" in said


@pytest.mark.parametrize(
    "url",
    [
        "mailto://me:hunter2@mail.example",
        "slack://T1JJ3T3L2/A1BRTD4JD/hunter2",
        "https://hooks.example/hunter2?x=1",
    ],
)
def test_addresses_with_their_secrets_are_masked(url, lines):
    stream = io.StringIO()
    setup(2, stream=stream)
    log = logging.getLogger("apprise")
    log.error("Unparseable URL %s", url)
    try:
        raise ValueError(f"cannot connect to {url}")
    except ValueError:
        log.exception("failed")
    assert "hunter2" not in stream.getvalue()
    assert masked("socket://10.0.0.1:4001 is gone") == "socket://10.0.0.1:4001 is gone"
