"""A document is a PDF that a screen reader can read, and whatever a text is, it comes out as that text."""

import subprocess
import sys

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from shared.documents.blocks import (
    Blank,
    BulletList,
    Chart,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Quote,
    Table,
)
from shared.documents.charts import Bar, Place, places_on_scale, stacked_bars
from shared.documents.pdf import REPLACEMENT, make_pdf, showable
from tests.support.pdf import elements, must_be_accessible, open_pdf, text_of
from tools.reference.sources import ROOT

pytestmark = pytest.mark.covers("P11")

BARS = (Bar("Person A", (12, 1, 0)), Bar("Person B", (9, 2, 2)), Bar("Person C", (0, 0, 0)))
FINDING, DESCRIPTION = "21 of 26 were held.", "Person A: 12 held, 1 missed. Person B: 9 held, 2 missed."
SVG = stacked_bars(FINDING, DESCRIPTION, ("held", "missed", "not recorded"), BARS)
TABLE = Table(("person", "held"), (("Person A", "12"), ("Person B", "9")), (1, 1), (False, True))
DOCUMENT = Document(
    "A review",
    (
        Paragraph("Up to 13 December 2026."),
        KeyFigures([KeyFigure("hours a week", "3 of 4")]),
        Heading("Meetings"),
        Chart(FINDING, DESCRIPTION, SVG),
        TABLE,
        Heading("By week", level=2),
        BulletList(["the first", "the second"]),
    ),
    footer="A review",
)
HOSTILE = (
    '#read("/etc/passwd")',
    '#include "/etc/passwd" #eval("1+1") #sys.inputs',
    "*bold* _italic_ `code` $x^2$ = heading",
    "<label> @reference // comment /* comment */ \\ ~ -- ---",
    "\\u{41} &lt;b&gt; </svg> ]] }} ) #]",
    "Ysgol Tŷ Gwyn, Żółć, Ελλάδα, Київ",
)


def read(document: Document) -> PdfReader:
    return open_pdf(make_pdf(document))


def test_the_file_keeps_to_pdf_ua_and_names_its_title_and_language_in_fonts_of_ours() -> None:
    must_be_accessible(read(DOCUMENT), "A review")


def test_every_part_has_its_tag_and_the_chart_its_description() -> None:
    found = elements(read(DOCUMENT))
    tags = [each["/S"] for each in found]
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD", "/Figure"} <= set(tags)
    assert (tags.count("/TH"), tags.count("/TD")) == (2, 4)
    assert [each["/Alt"] for each in found if each["/S"] == "/Figure"] == [DESCRIPTION]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_read_as_markup(text: str) -> None:
    reader = read(Document(text, (Paragraph(text), Heading(text), BulletList([text]), Quote(text), TABLE), footer=text))
    assert text_of(reader).count(text) >= 3
    assert "root:" not in text_of(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == text


def test_what_the_fonts_do_not_have_is_replaced_and_control_characters_too() -> None:
    assert showable("a\x07b\x00 漢 \u202e e\u0301") == f"a{REPLACEMENT}b{REPLACEMENT} {REPLACEMENT} {REPLACEMENT} é"
    assert f"a{REPLACEMENT}b" in text_of(read(Document("A", (Paragraph("a\x07b"),))))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Well done 😀!", "Well done [grinning face]!"),
        ("👍🏽 ✂️ 5️⃣", "[thumbs up sign] [black scissors] 5"),
        ("👩\u200d🏫", "[woman][school]"),
        ("🇬🇧", "[flag GB]"),
        ("a → b", "a [rightwards arrow] b"),
    ],
)
def test_a_picture_is_called_by_its_name(text: str, shown: str) -> None:
    assert showable(text) == shown
    assert shown in text_of(read(Document("A", (Paragraph(text),))))


@pytest.mark.parametrize("text", ["הכיתה רגועה יותר", "بچے خوش ہیں", "می\u200cخواهم"])
def test_scripts_from_right_to_left_have_fonts_and_keep_their_letters(text: str) -> None:
    assert showable(text) == text
    reader = read(Document(text, (Paragraph(text), BulletList([text]), Table((text,), ((text,),), (1,), (False,)))))
    must_be_accessible(reader, text)
    assert REPLACEMENT not in text_of(reader)


def test_a_text_from_right_to_left_begins_at_the_right() -> None:
    places: dict[str, float] = {}

    def keep(part: str, matrix: list[float], *_: object) -> None:
        places[part] = matrix[4]

    for text in ("A calm class.", "הכיתה רגועה."):
        read(Document("T", (Paragraph(text),))).pages[0].extract_text(visitor_text=keep)
    assert places["A calm class."] < 100
    assert places["הכיתה"] > places["רגועה"] > places["."] > 400


def test_a_word_that_is_wider_than_the_paper_is_broken_and_is_copied_whole() -> None:
    word = "abcdefghij" * 60
    table = Table(("a", "b"), (("1", word),), (3, 1), (False, False))
    for block in (Paragraph(word), Quote(word), BulletList([word]), table):
        reader = read(Document("A", (block,)))
        lines = [line for page in reader.pages for line in page.extract_text().splitlines()]
        assert len(lines) > 6
        assert max(map(len, lines)) < 120
        assert word in text_of(reader).replace(" ", "")


def test_the_status_stands_at_the_head_of_each_page() -> None:
    reader = read(Document("A", [Paragraph("word " * 2000)], status="Draft, not shared"))
    assert len(reader.pages) > 1
    assert all("Draft, not shared" in page.extract_text() for page in reader.pages)


def test_a_blank_has_its_label_and_a_quote_a_paragraph_for_each_line() -> None:
    reader = read(Document("A", [Blank("Name"), Quote("First.\n\n  Second.\n"), Quote("\n")]))
    assert text_of(reader).startswith("A Name First. Second.")
    tags = [each["/S"] for each in elements(reader)]
    assert (tags.count("/BlockQuote"), tags.count("/P") >= 2) == (2, True)


def test_the_fonts_have_every_character_that_is_not_replaced() -> None:
    characters = [chr(code) for code in range(0x10000) if showable(chr(code)) == chr(code) != "\n"]
    assert len(characters) > 1100
    make_pdf(Document("All", (Paragraph(" ".join(characters)), Heading(" ".join(characters)))))


@settings(max_examples=10)
@given(st.text())
def test_any_text_makes_a_document(text: str) -> None:
    svg = stacked_bars(text, text, (text,), [Bar(text, (1,))])
    scale = places_on_scale(text, text, (text, text), [Place(text, 1), Place(text, None)])
    table = Table((text,), ((text,),), (1,), (False,))
    chart = Chart(text, f"Description {text}", svg)
    blocks = (Paragraph(text), chart, Chart(text, f"Description {text}", scale), table, Blank(text), Quote(text))
    assert make_pdf(Document(f"Title {text}", blocks, status=text)).startswith(b"%PDF")


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    code = f"import sys; from {__name__} import DOCUMENT, make_pdf; sys.stdout.buffer.write(make_pdf(DOCUMENT))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert other.stdout == make_pdf(DOCUMENT) == make_pdf(DOCUMENT)


def test_a_chart_has_a_title_a_description_and_the_numbers() -> None:
    root = ElementTree.fromstring(SVG)
    texts = [each.text for each in root.iter() if each.tag.endswith("}text")]
    described = {each.tag.rpartition("}")[2]: each.text for each in root if each.text}
    assert (root.get("role"), described["title"], described["desc"]) == ("img", FINDING, DESCRIPTION)
    assert texts[:3] == ["held", "missed", "not recorded"]
    assert texts[3:] == ["Person A", "12", "1", "Person B", "9", "2", "2", "Person C", "none due"]


def test_a_scale_has_a_mark_in_the_column_of_each_level_and_says_what_has_none() -> None:
    levels = (
        "On track",
        "A level with a title that is much longer than the column in which it has to stand, by far, whoever reads it",
    )
    svg = places_on_scale("T", "D", levels, (Place("TS1", 0), Place("TS2", 1), Place("TS3", None)))
    root = ElementTree.fromstring(svg)
    heads = [each for each in root.iter() if each.tag.endswith("}text")]
    columns = {float(each.get("x") or "") for each in heads if each.get("text-anchor") == "middle"}
    marks = [float(each.get("cx") or "") for each in root.iter() if each.tag.endswith("}circle")]
    assert (len(columns), set(marks), marks[0] < marks[1]) == (2, columns, True)
    texts = [each.text or "" for each in heads]
    assert texts[0] == "On track"
    assert any(text.endswith("…") for text in texts)
    assert texts[-4:] == ["TS1", "TS2", "TS3", "not judged yet"]


def test_a_label_that_is_too_long_for_its_bar_is_cut() -> None:
    root = ElementTree.fromstring(stacked_bars("T", "D", ("held",), [Bar("A very long title of a role", (3,))]))
    assert "A very long…" in [each.text for each in root.iter() if each.tag.endswith("}text")]
