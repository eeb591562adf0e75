from __future__ import annotations

from drivers.at.events import Torn, Unsolicited
from drivers.at.news import TEXT_BOUND, NewsDesk
from drivers.at.urc import Kind, UrcTable

PDU = "07913396050066F0040B913316325476F80000620111214365800441E19008"
LENGTH = len(PDU) // 2 - 8


def desk() -> NewsDesk:
    return NewsDesk(UrcTable())


def post(news: NewsDesk, line: str, now: float = 0.0) -> list[Unsolicited | Torn]:
    row = news.find(line)
    assert row is not None
    return news.post(row, line, now)


def test_a_pdu_completes_its_header() -> None:
    news = desk()
    assert post(news, f"+CMT: ,{LENGTH}") == []
    assert news.claim_pdu(PDU.lower()) == Unsolicited(Kind.MESSAGE, f"+CMT: ,{LENGTH}", PDU)
    assert news.deadline() is None


def test_nobody_waits_for_a_pdu_without_a_header() -> None:
    assert desk().claim_pdu(PDU) is None


def test_a_short_number_is_not_taken_for_the_pdu() -> None:
    news = desk()
    post(news, f"+CDS: {LENGTH}")
    assert news.claim_pdu("353490069873319") is None
    assert news.claim_pdu("89330123456789012345") is None
    assert news.claim_pdu(PDU) is not None


def test_the_length_tells_two_headers_apart() -> None:
    news = desk()
    post(news, f"+CMT: ,{LENGTH}")
    post(news, "+CDS: 99")
    first = news.claim_pdu(PDU)
    assert first is not None
    assert first.kind is Kind.MESSAGE


def test_digits_that_were_lost_on_the_way_do_not_lose_the_message() -> None:
    news = desk()
    post(news, f"+CMT: ,{LENGTH}")
    torn = news.claim_pdu(PDU[:-3])
    assert torn is not None
    assert torn.pdu == PDU[:-3]


def test_what_is_longer_than_announced_is_the_message_that_is_being_read() -> None:
    """Another program's command has put a line between the header and its PDU (F121)."""
    news = desk()
    post(news, f"+CDS: {LENGTH - 5}")
    assert news.claim_pdu(PDU, reading=0) is None
    report = news.claim_pdu(PDU[:-10], reading=0)
    assert report is not None
    assert report.kind is Kind.REPORT


def test_what_fits_the_message_that_is_being_read_is_that_one() -> None:
    news = desk()
    post(news, f"+CDS: {LENGTH + 5}")
    assert news.claim_pdu(PDU, reading=LENGTH) is None
    assert news.claim_pdu(PDU, reading=len(PDU) // 2) is None, (
        "some count the service centre's octets, too (F82)"
    )
    assert news.claim_pdu(PDU, reading=LENGTH + 9) is not None, "digits of the report have been lost (F20)"


def test_what_is_longer_than_announced_is_kept_where_nothing_is_read() -> None:
    """The header may have lost a digit (F20)."""
    news = desk()
    post(news, f"+CMT: ,{LENGTH // 10}")
    assert news.claim_pdu(PDU) is not None


def test_a_header_without_its_pdu_is_given_up_and_told() -> None:
    news = desk()
    post(news, "+CMT: ,24", now=10.0)
    assert news.deadline() == 12.0
    assert news.expire(11.9) == []
    assert news.expire(12.0) == [Torn("+CMT: ,24")]
    assert news.deadline() is None


def test_headers_without_end_are_bounded() -> None:
    news = desk()
    told = [event for at in range(100) for event in post(news, f"+CDS: {at}")]
    assert told[0] == Torn("+CDS: 0")
    assert len(told) == 92


def test_a_ussd_text_on_one_line() -> None:
    assert post(desk(), '+CUSD: 0,"Solde: 5",15') == [Unsolicited(Kind.USSD, '+CUSD: 0,"Solde: 5",15')]
    assert post(desk(), "+CUSD: 5") == [Unsolicited(Kind.USSD, "+CUSD: 5")]
    assert post(desk(), '+CUSD: 1,"no dcs"') == [Unsolicited(Kind.USSD, '+CUSD: 1,"no dcs"')]


def test_a_ussd_text_with_line_breaks_ends_with_its_quote() -> None:
    news = desk()
    assert post(news, '+CUSD: 1,"Menu') == []
    assert news.in_text
    assert news.add_text("1. Solde") == []
    assert news.add_text('2. "Plus"x') == []
    assert news.add_text('0. Fin",15') == [
        Unsolicited(Kind.USSD, '+CUSD: 1,"Menu\n1. Solde\n2. "Plus"x\n0. Fin",15')
    ]
    assert not news.in_text


def test_a_ussd_text_that_never_ends_is_told_as_far_as_it_came() -> None:
    news = desk()
    post(news, '+CUSD: 1,"Menu', now=5.0)
    assert news.deadline() == 20.0
    assert news.expire(20.0) == [Unsolicited(Kind.USSD, '+CUSD: 1,"Menu')]


def test_a_ussd_text_is_bounded() -> None:
    news = desk()
    post(news, '+CUSD: 1,"Menu')
    told: list[Unsolicited | Torn] = []
    while not told:
        told = news.add_text("x" * 1000)
    assert isinstance(told[0], Unsolicited)
    assert len(told[0].line) == TEXT_BOUND
