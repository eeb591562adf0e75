"""What holds for every PDU and every text."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.pdu import (
    Alphabet,
    Concat,
    Deliver,
    PduError,
    StatusReport,
    SubmitPdu,
    decode_pdu,
    encode_submit,
    gsm7,
    join_texts,
    segment,
    ucs2,
)
from drivers.pdu.national import DEFAULT, EXTENSION
from gateway.cli.pdu import as_object

quick = settings(max_examples=100, deadline=None)

GSM7 = DEFAULT.replace("\x1b", "") + "".join(EXTENSION.values())
gsm7_texts = st.text(GSM7)
any_texts = st.text(st.characters(exclude_categories=["Cs"]))
texts = st.one_of(gsm7_texts, any_texts, st.text("a€😀é’", max_size=400))
numbers = st.from_regex(r"\+[0-9]{1,20}|[0-9*#]{1,20}", fullmatch=True)

# A message that begins well, so that what comes after is looked at too.
HEADS = [
    "07913306091093F0",
    "00",
    "07913306091093F0040B913316325476F80000621131210000400A",
    "07913306091093F0440B913316325476F80000621131210000400A",
    "07913306091093F0440B913316325476F80008621131210000400A",
    "0041000B913316325476F8000012",
    "0051000B913316325476F800001207",
    "07913306091093F006070B913316325476F86211312100004062113121007040",
]
octets = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.sampled_from(HEADS), st.binary(max_size=180)).map(
        lambda pair: bytes.fromhex(pair[0]) + pair[1]
    ),
)


def naive_pack(septets: bytes, header: bytes) -> bytes:
    """TS 23.038 6.1.2.1 by the letter: a string of bits, lowest first."""
    bits = "".join(f"{octet:08b}"[::-1] for octet in header)
    bits += "0" * (-len(bits) % 7)
    bits += "".join(f"{septet:07b}"[::-1] for septet in septets)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def outcome(pdu: str | bytes, tpdu_only: bool = False) -> Deliver | SubmitPdu | StatusReport | PduError:
    """What decoding gives, or the one error that it may raise."""
    try:
        return decode_pdu(pdu, tpdu_only=tpdu_only)
    except PduError as error:
        return error


def is_storable(text: str | None) -> bool:
    return text is None or text == text.encode().decode()


@settings(max_examples=300, deadline=None)
@given(octets, st.booleans())
def test_any_octets_are_a_value_or_a_pdu_error(pdu: bytes, tpdu_only: bool) -> None:
    decoded = outcome(pdu, tpdu_only)
    if isinstance(decoded, PduError):
        assert 0 <= decoded.octet <= len(pdu)
        assert str(decoded) == f"{decoded.field} at octet {decoded.octet}: {decoded.why}"
    else:
        assert decode_pdu(pdu.hex(), tpdu_only=tpdu_only) == decoded
        assert json.loads(json.dumps(as_object(decoded)))["pid"] in range(256)
        assert is_storable(decoded.text) or as_object(decoded)["concat"]


@quick
@given(st.one_of(st.text(), st.text("0123456789abcdefABCDEF")))
def test_any_string_is_a_value_or_a_pdu_error(pdu: str) -> None:
    decoded = outcome(pdu)
    assert not isinstance(decoded, PduError) or decoded.octet <= len(pdu)


@quick
@given(
    st.binary(max_size=20),
    st.lists(st.integers(0, 127), max_size=180).map(bytes),
)
def test_packing_agrees_with_the_standard_by_the_letter(header: bytes, septets: bytes) -> None:
    octets = gsm7.pack(septets, header)
    assert octets == naive_pack(septets, header)
    before = gsm7.header_septets(len(header))
    assert gsm7.unpack(octets, before + len(septets))[before:] == septets


@quick
@given(gsm7_texts)
def test_seven_bit_text_comes_back(text: str) -> None:
    assert gsm7.decode(gsm7.encode(text)) == text
    assert sum(map(gsm7.cost, text)) == len(gsm7.encode(text))


@quick
@given(any_texts)
def test_ucs2_text_comes_back(text: str) -> None:
    octets = ucs2.encode(text)
    assert ucs2.decode(octets) == text
    assert 2 * sum(map(ucs2.cost, text)) == len(octets)


@quick
@given(texts, st.booleans())
def test_segments_are_the_text_and_no_part_had_room_for_more(text: str, wide: bool) -> None:
    segments = segment(text, wide=wide)
    seven = segments.alphabet is Alphabet.GSM7
    assert seven == (segments.costly == "")
    cost = gsm7.cost if seven else ucs2.cost
    sizes = [sum(map(cost, part)) for part in segments.parts]
    assert "".join(segments.parts) == text
    assert sum(sizes) == segments.units
    if len(sizes) == 1:
        assert segments.units <= (160 if seven else 70)
        return
    assert segments.units > (160 if seven else 70)
    room = (152 if wide else 153) if seven else (66 if wide else 67)
    for size, following in zip(sizes, segments.parts[1:], strict=False):
        assert size <= room < size + cost(following[0])
    assert 0 < sizes[-1] <= room


@quick
@given(
    recipient=numbers,
    smsc=st.one_of(st.just(""), numbers),
    text=texts,
    wide=st.booleans(),
    report=st.booleans(),
    message_class=st.sampled_from([None, 0, 1, 2, 3]),
    reference=st.integers(0, 255),
    minutes=st.one_of(st.none(), st.integers(0, 700_000)),
)
def test_what_is_encoded_is_decoded(
    recipient: str,
    smsc: str,
    text: str,
    wide: bool,
    report: bool,
    message_class: int | None,
    reference: int,
    minutes: int | None,
) -> None:
    segments = segment(text, wide=wide)
    total = len(segments.parts)
    joined = {}
    for sequence, part in enumerate(segments.parts, 1):
        concat = Concat(reference=reference, total=total, sequence=sequence, wide=wide) if total > 1 else None
        encoded = encode_submit(
            recipient=recipient,
            text=part,
            alphabet=segments.alphabet,
            concat=concat,
            report=report,
            message_class=message_class,
            validity=None if minutes is None else timedelta(minutes=minutes),
            smsc=smsc,
            reference=reference,
        )
        decoded = decode_pdu(encoded.pdu)
        assert isinstance(decoded, SubmitPdu)
        assert (decoded.recipient, decoded.smsc or "") == (recipient, smsc)
        assert (decoded.alphabet, decoded.concat) == (segments.alphabet, concat)
        assert (decoded.report, decoded.message_class) == (report, message_class)
        assert (decoded.reference, decoded.reject_duplicates) == (reference, False)
        if minutes is None:
            assert decoded.validity_seconds is None
        else:
            assert decoded.validity_seconds is not None
            assert decoded.validity_seconds <= max(minutes * 60, 300)
        assert encoded.length <= 164
        assert decode_pdu(encoded.pdu[-2 * encoded.length :], tpdu_only=True) == decode_pdu(
            "00" + encoded.pdu[-2 * encoded.length :]
        )
        joined[sequence] = decoded.text or ""
    assert join_texts(joined, total) == text


@quick
@given(st.text(max_size=60), st.lists(st.integers(0, 120), max_size=5))
def test_a_text_cut_at_any_code_unit_is_joined_whole(text: str, cuts: list[int]) -> None:
    units = text.encode("utf-16-be", "surrogatepass")
    edges = [0, *sorted(min(2 * cut, len(units)) for cut in cuts), len(units)]
    pieces = [ucs2.decode(units[edges[at] : edges[at + 1]]) for at in range(len(edges) - 1)]
    assert join_texts(dict(enumerate(pieces, 1)), len(pieces)) == ucs2.whole(text)


@quick
@given(st.sets(st.integers(1, 8)), st.integers(1, 8))
def test_a_joined_text_can_always_be_stored(present: set[int], total: int) -> None:
    joined = join_texts(dict.fromkeys(present, "\ude00a\ud83d"), total)
    assert is_storable(joined)
    assert joined.count("a") == len([number for number in present if number <= total])


@quick
@given(texts.filter(lambda text: len(segment(text).parts) == 1), st.binary(max_size=40), st.data())
def test_padding_changes_nothing_and_truncation_is_noticed(
    text: str, padding: bytes, data: st.DataObject
) -> None:
    alphabet = segment(text).alphabet
    pdu = bytes.fromhex(encode_submit(recipient="+33612345678", text=text, alphabet=alphabet).pdu)
    assert decode_pdu(pdu + padding) == decode_pdu(pdu)
    cut = data.draw(st.integers(0, len(pdu) - 1))
    truncated = outcome(pdu[:cut])
    assert isinstance(truncated, PduError)
    assert truncated.octet <= cut
