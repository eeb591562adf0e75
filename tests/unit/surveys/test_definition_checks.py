"""Every error and warning of a survey file, with its place, its line and its mend."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.surveys.answers import QuestionType
from gateway.surveys.definition import MEANINGS, SurveyError, load, load_text
from gateway.surveys.definition.loading import look_at
from gateway.surveys.definition.model import AlertOn, OnInvalid

EXAMPLES = Path(__file__).parents[3] / "examples" / "surveys"

TOP = 'title = "T"\nbrand = "Bricolo"\n'
NOTE = '[[question]]\nid = "note"\ntype = "csat"\ntext = "{brand}: de 1 à 5 ? Refus : STOP"\n'
MOTIF = """[[question]]
id = "motif"
type = "choice"
text = "1 prix ou 2 délai ?"
option = [{ key = "1", label = "prix" }, { key = "2", label = "délai" }]
"""
MOTS = '[[question]]\nid = "mots"\ntype = "text"\ntext = "Un mot ?"\n'
MERCI = '[[closing]]\ntext = "Merci"\n'
ALERTE = '[[alert]]\nid = "bas"\nwhen = "note <= 2"\ntitle = "Bas"\nto = ["log"]\n'
SOUND = TOP + NOTE + MERCI + ALERTE


def said(text: str, stem: str = "essai", promotional: str = "warn") -> list[str]:
    """The codes and places of a text's problems, with their lines."""
    return [f"{each.code} {each.key} {each.line}" for each in load_text(text, stem, promotional).problems]


def told(text: str, code: str) -> str:
    """What the first problem of a code says."""
    return next(each.what for each in load_text(text, "essai").problems if each.code == code)


def test_a_sound_file_has_no_problem() -> None:
    assert said(SOUND) == []
    assert said(TOP + NOTE + MOTIF + MOTS + MERCI + ALERTE) == []


@pytest.mark.parametrize("name", ["livraison", "csat_livraison", "nps_trimestriel"])
def test_the_examples_are_sound(name: str) -> None:
    loaded = look_at(EXAMPLES / f"{name}.toml")
    assert loaded.problems == ()
    assert loaded.survey is not None
    assert loaded.survey.id == name


def test_little_is_needed_and_the_rest_has_defaults() -> None:
    survey = load_text(TOP + NOTE, "essai").survey
    assert survey is not None
    assert (survey.id, survey.version, survey.default_lang, survey.stop_notice) == ("essai", None, "fr", True)
    assert (survey.start.delay, survey.start.event_max_age) == (timedelta(0), timedelta(hours=72))
    assert (survey.start.quarantine_any, survey.start.quarantine_same) == (
        timedelta(days=30),
        timedelta(days=90),
    )
    assert (survey.start.on_conflict, survey.start.conflict_defer_max) == ("defer", timedelta(hours=24))
    limits = survey.limits
    assert (limits.question_ttl, limits.session_ttl, limits.late_window) == (
        timedelta(hours=48), timedelta(days=7), timedelta(hours=72),
    )  # fmt: skip
    assert (limits.reask_max, limits.reask_total, limits.settle) == (1, 2, timedelta(seconds=6))
    assert (limits.correction_window, limits.continuation_window) == (
        timedelta(minutes=10),
        timedelta(seconds=20),
    )
    assert survey.reminder is None
    assert survey.item("note").on_invalid is OnInvalid.CLOSE


def test_the_long_example_says_what_it_says() -> None:
    survey = load(EXAMPLES / "csat_livraison.toml")
    assert [item.type for item in survey.questions] == [
        QuestionType.CSAT,
        QuestionType.CHOICE,
        QuestionType.TEXT,
    ]
    assert survey.item("motif").on_invalid is OnInvalid.SKIP
    assert survey.item("motif").question("fr", "fr").options[0].aliases[1] == "en retard"
    assert survey.item("satisfaction").question("fr", "fr").labels == {
        1: "pas du tout satisfait",
        5: "très satisfait",
    }
    assert survey.item("commentaire").prefill_from == ("satisfaction", "motif")
    assert [rule.on for rule in survey.alerts] == [None, AlertOn.NEGATIVE_WORDS]
    assert (survey.alerts[0].severity, survey.alerts[0].sla) == ("high", timedelta(hours=48))
    assert survey.limits.session_ttl == timedelta(hours=96)


def test_the_bilingual_example() -> None:
    survey = load(EXAMPLES / "nps_trimestriel.toml")
    assert survey.languages() == ("fr", "en")
    assert [survey.language(wanted) for wanted in ("en", "de", None)] == ["en", "fr", "fr"]
    assert survey.reminder is not None
    assert survey.reminder.after == timedelta(hours=24)
    assert len(survey.item("pourquoi").variants) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # E00: the file
        ("title = ", ["E00  1"]),
        ("a = [" * 3000, ["E00  1"]),
        # E01: unknown keys
        (SOUND.replace("brand =", "barnd ="), ["E07  1", "E01 barnd 2"]),
        (TOP + "[start]\ndelais = '1m'\n" + NOTE + MERCI + ALERTE, ["E01 start.delais 4"]),
        (SOUND + "[question_]\n", ["E01 question_ 14"]),
        (TOP + NOTE + "labels_ = {}\n" + MERCI + ALERTE, ["E01 question[0].labels_ 7"]),
        # E02: version
        ("version = 0\n" + SOUND, ["E02 version 1"]),
        # E03: ids
        ('id = "autre"\n' + SOUND, ["E03 id 1"]),
        ('id = "Été"\n' + SOUND, ["E03 id 1"]),
        (TOP + NOTE + NOTE + MERCI + ALERTE, ["E03 question[1].id 8"]),
        (SOUND.replace('"note"', '"prenom"').replace("note", "prenom"), ["E03 question[0].id 4"]),
        (SOUND.replace('"note"', '"end"').replace("note", "end"), ["E03 question[0].id 4", "E18 alert[0].when 11"]),
        (SOUND.replace('"note"', '"N"').replace("note", "N"), ["E03 question[0].id 4"]),
        (SOUND + ALERTE, ["E03 alert[1].id 15"]),
        # E04, E05, E06: the way
        (TOP + NOTE + 'next = [{ goto = "mtos" }]\n' + MOTS + MERCI + ALERTE, ["E04 question[0].next[0].goto 7"]),
        (TOP + NOTE + MOTS + 'next = [{ goto = "note" }]\n' + MERCI + ALERTE, ["E05 question[1].next[0].goto 11"]),
        (TOP + NOTE + 'next = [{ goto = "note" }]\n' + MOTS + MERCI + ALERTE, ["E05 question[0].next[0].goto 7"]),
        (TOP + NOTE + 'next = [{ goto = "end" }]\n' + MOTS + MERCI + ALERTE, ["E06 question[1] 8"]),
        (TOP + NOTE + MOTS + 'prefill_from = ["x"]\n' + MERCI + ALERTE, ["E04 question[1].prefill_from[0] 11"]),
        (TOP + NOTE + MOTS + 'prefill_from = ["mots"]\n' + MERCI + ALERTE, ["E04 question[1].prefill_from[0] 11"]),
        (TOP + NOTE + MERCI.replace("text", 'when = "nope == 1"\ntext') + MERCI + ALERTE, ["E04 closing[0].when 8"]),
        (TOP + NOTE + 'skip_if = "mots == \'x\'"\n' + MOTS + MERCI + ALERTE,
         ["E04 question[0].skip_if 7", "E11 question[1].text 11", "E11 question[1].text 11"]),
        # E07: texts
        (SOUND.replace('"Merci"', '{ en = "Thanks" }'), ["E07 closing[0].text 8", "W08 question[0].text 6"]),
        (SOUND.replace('text = "Merci"', ""), ["E07 closing[0] 7"]),
        (SOUND.replace('"Merci"', '" "'), ["E07 closing[0].text 8"]),
        # E08: durations
        (TOP + "[start]\ndelay = '1 heure'\n" + NOTE + MERCI + ALERTE, ["E08 start.delay 4"]),
        (TOP + "[limits]\nsettle = 6\n" + NOTE + MERCI + ALERTE, ["E08 limits.settle 4"]),
        (TOP + "[limits]\nquestion_ttl = '0s'\n" + NOTE + MERCI + ALERTE, ["E08 limits.question_ttl 4"]),
        (TOP + NOTE + "ttl = '999999999d'\n" + MERCI + ALERTE, ["E08 question[0].ttl 7"]),
        # E09: keys of options
        (TOP + NOTE + MOTIF.replace('"2"', '"3"') + MERCI + ALERTE, ["E09 question[1].option 11"]),
        (TOP + NOTE + MOTIF.replace(', { key = "2", label = "délai" }', "") + MERCI + ALERTE,
         ["E09 question[1].option 11"]),
        # E10: control words
        (TOP + NOTE + MOTIF.replace("délai", "stop") + MERCI + ALERTE, ["E10 question[1].option[1].label 11"]),
        (TOP + NOTE + 'labels = { "1" = "nul", "5" = "start" }\n' + MERCI + ALERTE, ["E10 question[0].labels.5 7"]),
        (TOP + '[start]\nkeywords = ["AIDE"]\n' + NOTE + MERCI + ALERTE, ["E10 start.keywords[0] 4"]),
        # E11: who writes, how to refuse
        (SOUND.replace(" Refus : STOP", ""), ["E11 question[0].text 6"]),
        (SOUND.replace("{brand}: ", ""), ["E11 question[0].text 6"]),
        (SOUND.replace("{brand}: ", "Ici Bricolo. "), []),
        ("stop_notice = false\n" + SOUND.replace(" Refus : STOP", ""), []),
        (TOP + '[reminder]\nafter = "1d"\ntext = "Et alors ?"\n' + NOTE + MERCI + ALERTE,
         ["E11 reminder.text 5", "E11 reminder.text 5"]),
        (TOP + '[reminder]\nafter = "1d"\n' + NOTE + MERCI + ALERTE, []),
        # E12: advertising is a warning, a coupon never goes without consent
        (SOUND.replace('"Merci"', '"Merci ! Profitez de nos soldes"'), ["E12 closing[0].text 8"]),
        (SOUND.replace('"Merci"', '"-20% pour vous"'), ["E12 closing[0].text 8"]),
        (SOUND.replace('"Merci"', '"Votre code : {coupon}"'), ["E12 closing[0].text 8"]),
        (TOP + NOTE + '[[closing]]\nrequires_consent = "commercial"\ntext = "Promo : {coupon}"\n' + MERCI + ALERTE,
         []),
        (TOP + NOTE + '[[closing]]\nrequires_consent = "commercial"\ntext = "Promo : {coupon}"\n' + ALERTE,
         ["W04 closing 7"]),
        # E13: bounds
        (TOP + NOTE.replace("csat", "scale") + MERCI + ALERTE, ["E13 question[0] 3"]),
        (TOP + NOTE.replace("csat", "scale") + "min = 5\nmax = 1\n" + MERCI + ALERTE, ["E13 question[0].min 7"]),
        (TOP + NOTE + 'labels = { "6" = "parfait" }\n' + MERCI + ALERTE, ["E13 question[0].labels 7"]),
        (TOP + NOTE + 'labels = { "top" = "5" }\n' + MERCI + ALERTE, ["E13 question[0].labels.top 7"]),
        # E14: placeholders
        (SOUND.replace('"Merci"', '"Merci {pseudo}"'), ["E14 closing[0].text 8"]),
        (SOUND.replace('"Merci"', '"Merci {pseudo|}"'), []),
        (SOUND.replace('"Merci"', '"Merci {prenom}, votre {note} pour {ref}"'), []),
        (SOUND.replace('"Merci"', '"Merci {"'), ["E14 closing[0].text 8"]),
        (TOP + NOTE.replace("de 1", "{mots} de 1") + MOTS + MERCI + ALERTE, ["E14 question[0].text 6"]),
        (TOP + '[start]\nrequire_vars = ["ville"]\n' + NOTE.replace("de 1", "{ville} de 1") + MERCI + ALERTE, []),
        (TOP + '[start]\nrequire_vars = ["ma ville"]\n' + NOTE + MERCI + ALERTE, ["E14 start.require_vars 4"]),
        # E15, E16: alerts
        (SOUND.replace('when = "note <= 2"\n', ""), ["E15 alert[0] 9"]),
        (SOUND + 'on = "invalid"\n', ["E15 alert[0].on 14"]),
        (SOUND.replace('["log"]', '["mail:nobody"]'), ["E16 alert[0].to[0] 13"]),
        (SOUND.replace('["log"]', '["sms:0612345678", "cmd:hook"]'),
         ["E16 alert[0].to[0] 13", "E16 alert[0].to[1] 13"]),
        (SOUND.replace('["log"]', '["equipe", "sms:+33612345678", "mail:a@b.example", "cmd:/usr/bin/x"]'), []),
        # E17: nine questions
        (TOP + NOTE + "".join(MOTS.replace("mots", f"mots_{n}") for n in range(9)) + MERCI + ALERTE,
         ["E17 question[9] 39", "W01 question 3"]),
        # E18: the rest
        (NOTE, ["E07  1", "E18  1", "W04 closing None", "W07 alert None"]),
        (TOP, ["E18  1"]),
        (SOUND.replace('title = "T"', "title = 3"), ["E18 title 1"]),
        (SOUND.replace('type = "csat"', 'type = "stars"'), ["E18 question[0].type 5"]),
        (SOUND.replace('type = "csat"\n', ""), ["E18 question[0] 3"]),
        (SOUND.replace('"note <= 2"', '"note =< 2"'), ["E18 alert[0].when 11"]),
        (TOP + NOTE + 'codes = { yes = ["1"] }\n' + MERCI + ALERTE, ["E18 question[0].codes 7"]),
        (TOP + "[limits]\nreask_max = 99\n" + NOTE + MERCI + ALERTE, ["E18 limits.reask_max 4"]),
        (TOP + "[limits]\nreask_max = true\n" + NOTE + MERCI + ALERTE, ["E18 limits.reask_max 4"]),
        (TOP + "start = 3\n" + NOTE + MERCI + ALERTE, ["E18 start 3"]),
        ("question = 3\n" + TOP, ["E18 question 1", "E18  1"]),
        (TOP + "[reminder]\nmax = 3\n" + NOTE + MERCI + ALERTE, ["E18 reminder 3", "E18 reminder.max 4"]),
        ("format = 2\n" + SOUND, ["E18 format 1"]),
        ('default_lang = "français"\n' + SOUND, ["E18 default_lang 1"]),
        ('category = "commercial"\n' + SOUND, ["E18 category 1"]),
        # warnings
        (TOP + NOTE + "".join(MOTS.replace("mots", f"mots_{n}") for n in range(3)) + MERCI + ALERTE,
         ["W01 question 3"]),
        (SOUND.replace('"Merci"', '"Merci, à bientôt"'), ["W02 closing[0].text 8"]),
        (SOUND.replace('"Merci"', f'"{"Merci " * 30}"'), ["W03 closing[0].text 8"]),
        (TOP + NOTE + ALERTE, ["W04 closing None"]),
        (SOUND.replace("de 1 à 5", "Votre note"), ["W05 question[0].text 6"]),
        (TOP + NOTE + MOTIF.replace("délai", "Prix !") + MERCI + ALERTE, ["W06 question[1].option[1].label 11"]),
        (TOP + NOTE + MOTIF.replace("délai", "bien") + MERCI + ALERTE, ["W06 question[1].option[1].label 11"]),
        (TOP + NOTE + MERCI, ["W07 alert None"]),
        (SOUND.replace('"Merci"', '{ fr = "Merci", en = "Thanks" }'), ["W08 question[0].text 6"]),
        (SOUND.replace("note <= 2", "note == 9"), ["W09 alert[0].when 11"]),
    ],
)  # fmt: skip
def test_problem(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_every_error_has_a_line() -> None:
    """Also one about something that is nowhere in the file."""
    for text in (NOTE, TOP, "", "[[option]]\nkey = 1\n", "x", SOUND.replace("brand =", "barnd =")):
        assert all(each.line is not None for each in load_text(text, "essai").errors), text


def test_a_language_that_is_none_is_said_once() -> None:
    text = SOUND.replace('"Merci"', '{ fr = "Merci", eng = "Thanks" }')
    assert said(text) == ["E01 closing[0].text.eng 8"]


def test_every_code_has_a_test() -> None:
    page = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in MEANINGS if f'"{code} ' not in page] == []


def test_advertising_can_be_refused_or_allowed() -> None:
    text = SOUND.replace('"Merci"', '"Merci, soldes !"')
    assert load_text(text, "essai", "warn").survey is not None
    assert load_text(text, "essai", "refuse").survey is None
    assert load_text(text, "essai", "off").problems == ()
    assert load_text(SOUND.replace('"Merci"', '"{coupon}"'), "essai", "off").survey is None


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        (SOUND.replace("brand =", "barnd ="), "E01", "did you mean brand?"),
        (SOUND + "[closings]\n", "E01", "did you mean closing?"),
        (SOUND.replace(" Refus : STOP", ""), "E11", "end it with Refus : STOP"),
        (SOUND.replace("{brand}: ", ""), "E11", "begin it with {brand}:"),
        (SOUND.replace('"Merci"', '"Merci, à bientôt"'), "W02", "ô → o"),
        (SOUND.replace('"Merci"', '"Merci 👍"'), "W02", "👍 → leave it out"),
        (SOUND.replace('"Merci"', f'"Merci, à bientôt{"!" * 60}"'), "W03", "2 parts (with ô; 1 without)"),
        (SOUND.replace('"Merci"', '"{pseudo}"'), "E14", "give it a fallback, {pseudo|…}"),
        (TOP + "[start]\ndelay = '1 heure'\n" + NOTE, "E08", 'write "90s", "15m", "8h" or "30d"'),
        (TOP + NOTE + ALERTE + MERCI.replace("[[closing]]", "[option]"), "E01", "[[question.option]]"),
        (
            SOUND.replace('"note <= 2"', '"note => 2"'),
            "E18",
            "'=' means nothing here; write ==, !=, <, <=, > or >=",
        ),
        ("title = ", "E00", "no TOML"),
        (SOUND.replace('"T"', "Titre"), "E00", "texts and durations stand in quotes"),
        (SOUND + "[closing]\n", "E00", "stand under [[two]]"),
        (SOUND.replace('"T"', '"T'), "E00", "look for a quotation mark"),
    ],
)
def test_the_mend_is_said(text: str, code: str, mend: str) -> None:
    assert mend in told(text, code)


def test_a_problem_in_one_line() -> None:
    problem = load_text(SOUND.replace("{brand}: ", ""), "essai").errors[0]
    assert problem.text("essai.toml").startswith(
        "essai.toml:6: E11 question[0].text: the text does not say who writes"
    )


def test_errors_are_raised_together(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_text(TOP + NOTE.replace("{brand}: ", "").replace("STOP", ""), encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        load(file)
    assert len(str(caught.value).splitlines()) == 2
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"title = 'a'\n# \xe9", "not UTF-8"),
        (b"#" * 300_000, "longer than 64 KiB"),
    ],
)
def test_a_file_that_is_no_survey(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "essai.toml").write_bytes(content)
    loaded = look_at(tmp_path / "essai.toml")
    assert loaded.survey is None
    assert says in loaded.problems[0].what


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "essai.toml").write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert load(tmp_path / "essai.toml").title == "T"


@pytest.mark.parametrize(
    "text", ["a." * 20_000 + "b = 1", "[" + "a . " * 20_000 + "b]", 'x = {"a"' + ".'b'" * 9_000 + " = 1}"]
)
def test_a_key_without_end_is_refused_at_once(text: str) -> None:
    """The reader of TOML takes minutes over 20,000 dots."""
    loaded = load_text(f"id = 1\n{text}")
    assert loaded.survey is None
    assert [(each.line, each.what) for each in loaded.problems] == [(2, "a key with more than fifteen dots")]
