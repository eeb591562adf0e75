"""The page: one file, nothing fetched, nothing run, whatever customers write."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import ManualClock
from gateway.surveys.report.page import page

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)' x='",
    "</style></section><iframe src='//evil.example'>",
    "&lt;b&gt; &#60;script&#62; \u202e",
    "]]><svg onload=alert(1)>",
)
VOID = {"meta"}


class Tags(HTMLParser):
    """Every tag and attribute, the words, and whether everything that opens also closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID and tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_it_is_whole_and_fetches_nothing(campaign):
    text = page(campaign.report())
    tags = Tags(text)
    assert tags.open == []
    assert not tags.tags & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "image",
        "use",
    }
    assert not [
        name for name, _ in tags.attributes if name in ("src", "href", "xlink:href", "srcset", "action")
    ]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert set(re.findall(r"https?://[^\"' )<]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_words_stay_words(empty, words):
    empty.session("completed", "complete", {"note": "1", "mot": words})
    empty.alert(1, "open", words, due=empty.now - empty.begin)
    tags = Tags(page(empty.report()))
    assert tags.open == []
    assert not tags.tags & {"script", "img", "iframe"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert words in tags.words


def test_labels_of_options_are_escaped_in_charts_and_tables(empty):
    for _ in range(6):
        empty.session("completed", "complete", {"note": "1", "motif": "2"})
    text = page(empty.report())
    assert "<b>" not in text.partition('<div class="columns">')[2].replace("<b>0.0 %</b>", "")
    assert "produit &lt;b&gt;" in text


def test_the_ambition_is_drawn(campaign):
    text = page(campaign.report())
    assert "left:45%" in text
    assert "stroke-dasharray:6,4" in text


def test_one_week_needs_no_line(empty):
    empty.session("completed", "complete", {"note": "5"})
    text = page(empty.report())
    assert "stroke-dasharray:6,4" not in text  # of one point: it could not be seen
    assert text.count("left:45%") == 2


def test_a_hostile_title_and_group_stay_words(empty):
    with empty.store.write() as tx:
        tx.execute("UPDATE survey_def SET title = ?", ("\"'><script>x</script> & « été »",))
    session = empty.session("completed", "complete", {"note": "5"})
    with empty.store.write() as tx:
        context = '{"x\\"y": "<img src=x onerror=alert(1)>"}'
        tx.execute("UPDATE survey_session SET context = ? WHERE id = ?", (context, session))
    tags = Tags(page(empty.report(by='var.x"y')))
    assert tags.open == []
    assert not tags.tags & {"script", "img"}
    assert "\"'><script>x</script> & « été »" in tags.words
    assert "<img src=x onerror=alert(1)>" in tags.words


def test_a_question_is_shown_as_people_read_it(empty):
    text = empty.toml.replace(
        "{brand}: satisfait", "{brand}: {prenom|bonjour}, commande {ref}. {{x}} Satisfait"
    )
    with empty.store.write() as tx:
        tx.execute("UPDATE survey_def SET toml = ?", (text,))
    assert empty.report().scores[0].text.startswith("Bricolo: bonjour, commande …. {x}} Satisfait")


def test_the_labels_of_charts_are_whole(empty):
    for day in range(0, 70, 7):
        empty.session("completed", "complete", {"note": "5"}, day=day)
    text = page(empty.report())
    assert ">11-02</text>" in text
    assert ">18 h</text>" in text
    assert "…</text>" not in text


def test_the_first_sentence_is_careful_with_few(empty):
    empty.session("completed", "complete", {"note": "5"})
    assert "too few to compare with the ambition of 45 %" in page(empty.report())
    for _ in range(29):
        empty.session("expired", "noncontact")
    assert "under the ambition of 45 %" in page(empty.report())


@pytest.mark.parametrize("answers", [0, 3])
def test_few_answers_make_a_whole_page(empty, answers):
    for _ in range(answers):
        empty.session("completed", "complete", {"note": "4"})
    text = page(empty.report())
    assert Tags(text).open == []
    assert ("Nobody was asked yet." in text) is (answers == 0)
    assert ("n = 3: too few for a score" in text) is (answers == 3)


def test_the_words_of_the_unhappy_stand_apart(campaign):
    before, _, after = page(campaign.report()).partition("What the others wrote")
    assert "Cassé" in before
    assert "Cassé" not in after


def test_nothing_of_nothing_is_a_dash(empty):
    text = page(empty.report())
    assert "0.0 %" not in text
    assert "<b>–</b>" in text


def test_the_same_data_gives_the_same_bytes(campaign):
    assert page(campaign.report()) == page(campaign.report())


def test_the_command_writes_it(campaign, tmp_path):
    file = tmp_path / "report.html"
    options = ["--database", str(campaign.store.path), "survey", "report", "livraison", "--html", str(file)]
    result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=ManualClock(campaign.now)))
    assert result.output == f"wrote {file}\n"
    assert file.read_text().startswith("<!doctype html>")
