"""A document is a PDF that a screen reader can read, and whatever a text is, it comes out as that text."""

import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from shared.documents.blocks import BulletList, Chart, Document, Heading, KeyFigure, KeyFigures, Paragraph, Table
from shared.documents.charts import Bar, stacked_bars
from shared.documents.pdf import REPLACEMENT, make_pdf, showable
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
    return PdfReader(BytesIO(make_pdf(document)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def elements(reader: PdfReader) -> list[Any]:
    """The elements of the structure tree, each a dictionary of PDF."""

    def walk(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                yield from walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                yield node
            if "/K" in node:
                yield from walk(node["/K"])

    root: Any = reader.root_object
    return list(walk(root["/StructTreeRoot"]["/K"]))


def test_the_file_keeps_to_pdf_ua_and_names_its_title_and_language() -> None:
    reader = read(DOCUMENT)
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # a value of PDF, not True itself
    assert (root["/Lang"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == ("en-GB", True)
    assert reader.metadata is not None
    assert reader.metadata.title == "A review"
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", xmp)


def test_every_part_has_its_tag_and_the_chart_its_description() -> None:
    found = elements(read(DOCUMENT))
    tags = [each["/S"] for each in found]
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD", "/Figure"} <= set(tags)
    assert (tags.count("/TH"), tags.count("/TD")) == (2, 4)
    assert [each["/Alt"] for each in found if each["/S"] == "/Figure"] == [DESCRIPTION]


def test_every_font_is_one_of_ours_and_in_the_file() -> None:
    pages: list[Any] = list(read(DOCUMENT).pages)
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert re.search("OpenSans(-Bold)?$", descriptor["/FontName"])
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_read_as_markup(text: str) -> None:
    reader = read(Document(text, (Paragraph(text), Heading(text), BulletList([text]), TABLE), footer=text))
    assert text_of(reader).count(text) >= 3
    assert "root:" not in text_of(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == text


def test_what_the_fonts_do_not_have_is_replaced_and_control_characters_too() -> None:
    assert (
        showable("a\x07b\x00 漢 \u202e😀 e\u0301") == f"a{REPLACEMENT}b{REPLACEMENT} {REPLACEMENT} {REPLACEMENT * 2} é"
    )
    assert f"a{REPLACEMENT}b" in text_of(read(Document("A", (Paragraph("a\x07b"),))))


def test_the_fonts_have_every_character_that_is_not_replaced() -> None:
    characters = [chr(code) for code in range(0x10000) if showable(chr(code)) == chr(code) != "\n"]
    assert len(characters) > 700
    make_pdf(Document("All", (Paragraph(" ".join(characters)), Heading(" ".join(characters)))))


@settings(max_examples=10)
@given(st.text())
def test_any_text_makes_a_document(text: str) -> None:
    svg = stacked_bars(text, text, (text,), [Bar(text, (1,))])
    table = Table((text,), ((text,),), (1,), (False,))
    chart = Chart(text, f"Description {text}", svg)
    assert make_pdf(Document(f"Title {text}", (Paragraph(text), chart, table))).startswith(b"%PDF")


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
