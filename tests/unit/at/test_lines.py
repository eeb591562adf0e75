from __future__ import annotations

import pytest

from drivers.at.lines import LINE_BOUND, LineBuffer, Mark


def read(data: bytes, *, prompt: bool = False, pieces: int | None = None) -> list[str | Mark]:
    buffer, found = LineBuffer(), []
    step = pieces or max(1, len(data))
    for at in range(0, len(data), step):
        buffer.feed(data[at : at + step])
        while (line := buffer.take(prompt=prompt)) is not None:
            found.append(line)
    return found


@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\n", b"\r", b"\n\r", b"\r\n\r\n"])
def test_every_line_end_that_modems_use(end: bytes) -> None:
    assert read(b"\r\n+CSQ: 17,99" + end + b"OK" + end) == ["+CSQ: 17,99", "OK"]


@pytest.mark.parametrize("pieces", [1, 2, 3, 7])
def test_however_the_octets_are_cut(pieces: int) -> None:
    data = b'AT+CPMS?\r\r\n+CPMS: 1,2\r\n\r\n\x00OK\r\r\n\x11^RSSI:18\n> \r\n+CMTI: "SM",1\r\n'
    assert read(data, pieces=pieces) == read(data)


def test_nothing_is_said_before_a_line_is_complete() -> None:
    assert read(b"\r\nOK") == []


def test_nuls_and_flow_control_octets_are_dropped_wherever_they_stand() -> None:
    assert read(b"\x00\x00O\x11K\x13\r\n") == ["OK"]


def test_octets_beyond_ascii_survive_as_themselves() -> None:
    assert read(b'+CUSD: 0,"\xe9\xff",15\r\n') == ['+CUSD: 0,"éÿ",15']


def test_a_prompt_is_no_line_and_needs_no_end() -> None:
    assert read(b"\r\n> ", prompt=True) == [Mark.PROMPT]
    assert read(b"\r\n>", prompt=True) == [Mark.PROMPT]
    assert read(b"AT+CMGS=26\r\r\n>\r\n", prompt=True) == ["AT+CMGS=26", Mark.PROMPT]


def test_without_waiting_for_one_a_prompt_is_the_beginning_of_a_line() -> None:
    assert read(b"\r\n> \r\nOK\r\n") == [">", "OK"]


def test_what_stands_behind_a_prompt_is_still_read() -> None:
    assert read(b'\r\n> +CMTI: "SM",2\r\n', prompt=True) == [Mark.PROMPT, '+CMTI: "SM",2']


def test_the_echo_of_a_body_ends_with_its_ctrl_z() -> None:
    assert read(b"0011000B\x1a\r\n+CMGS: 1\r\n") == ["0011000B", "+CMGS: 1"]


@pytest.mark.parametrize("pieces", [1, 100, 5000, None])
def test_a_line_without_end_is_thrown_away_and_the_next_one_is_read(pieces: int | None) -> None:
    data = b"~" * (LINE_BOUND + 1) + b"\r\nOK\r\n"
    assert read(data, pieces=pieces) == [Mark.OVERFLOW, "OK"]


def test_the_longest_allowed_line_is_a_line() -> None:
    assert read(b"x" * LINE_BOUND + b"\r\n") == ["x" * LINE_BOUND]


def test_memory_stays_bounded_while_no_line_ends() -> None:
    buffer = LineBuffer()
    for _ in range(1000):
        buffer.feed(b"~" * 4096)
        assert buffer.take(prompt=True) is None
    assert buffer.held <= LINE_BOUND
