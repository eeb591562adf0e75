"""The gateway's codec and the simulator's, two readings of one standard, understand each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.pdu import Concat, Deliver, StatusReport, decode_pdu, encode_submit, join_texts, segment
from drivers.sim import codec

two = settings(max_examples=100, deadline=None)

texts = st.one_of(
    st.text("@abÇ€[^éù\n09", max_size=340),
    st.text("aé’ê😀Д", max_size=150),
    st.text(st.characters(exclude_categories=["Cs"])),
)
numbers = st.from_regex(r"\+[0-9]{1,15}|[0-9]{3,12}", fullmatch=True)
names = st.from_regex(r"[A-Z][A-Za-z .é&]{0,10}", fullmatch=True)
zones = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
seconds = st.integers(0, 89 * 365 * 86400)
moments = st.builds(
    lambda since, zone: (datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=since)).astimezone(zone),
    seconds,
    zones,
)


@two
@given(
    recipient=numbers,
    text=texts,
    wide=st.booleans(),
    report=st.booleans(),
    message_class=st.sampled_from([None, 0, 1]),
    validity=st.one_of(st.none(), st.timedeltas(timedelta(minutes=5), timedelta(weeks=70))),
)
def test_the_network_reads_what_the_gateway_writes(
    recipient: str,
    text: str,
    wide: bool,
    report: bool,
    message_class: int | None,
    validity: timedelta | None,
) -> None:
    segments = segment(text, wide=wide)
    total = len(segments.parts)
    heard = []
    for sequence, part in enumerate(segments.parts, 1):
        concat = Concat(reference=200, total=total, sequence=sequence, wide=wide) if total > 1 else None
        encoded = encode_submit(
            recipient=recipient,
            text=part,
            alphabet=segments.alphabet,
            concat=concat,
            report=report,
            message_class=message_class,
            validity=validity,
            reference=sequence,
        )
        read = codec.Submit.decode(bytes.fromhex(encoded.pdu)[1:])
        assert (read.recipient, read.reference) == (recipient, sequence)
        assert (read.report, read.reject_duplicates) == (report, False)
        assert read.concat == (codec.Concat(200, total, sequence, wide) if concat else None)
        if validity is None:
            assert read.validity is None
        else:
            assert isinstance(read.validity, timedelta)
            assert read.validity <= validity
        heard.append(read.text)
    assert heard == list(segments.parts)


@two
@given(sender=st.one_of(numbers, names), text=texts, wide=st.booleans(), at=moments)
def test_the_gateway_reads_what_a_phone_writes(sender: str, text: str, wide: bool, at: datetime) -> None:
    parts = {}
    sent = codec.compose(text, sender=sender, stamp=codec.Stamp(at), reference=7, wide=wide)
    for message in sent:
        read = decode_pdu(message.encode(), tpdu_only=True)
        assert isinstance(read, Deliver)
        assert read.sender == sender
        assert read.sender_is_name == sender[0].isalpha()
        assert read.timestamp == at
        assert read.timestamp.utcoffset() == at.utcoffset()
        assert (read.concat is None) == (len(sent) == 1)
        parts[read.concat.sequence if read.concat else 1] = read.text or ""
    assert join_texts(parts, len(sent)) == text


@two
@given(st.integers(0, 255), numbers, moments, moments, st.integers(0, 255))
def test_the_gateway_reads_what_the_service_centre_reports(
    reference: int, recipient: str, submitted: datetime, discharged: datetime, status: int
) -> None:
    report = codec.Report(
        reference=reference,
        recipient=recipient,
        submitted=codec.Stamp(submitted),
        discharged=codec.Stamp(discharged),
        status=status,
    )
    assert decode_pdu(report.encode(), tpdu_only=True) == StatusReport(
        smsc=None,
        recipient=recipient,
        reference=reference,
        status=status,
        timestamp=submitted,
        discharge=discharged,
    )
