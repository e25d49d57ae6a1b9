"""Read PDF documents in tests: their text, their tags, and what a tagged document has to have."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader

FONTS = re.compile("(OpenSans|NotoSans(Arabic|Hebrew))(-Regular|-Bold)?$")


def open_pdf(file: bytes) -> PdfReader:
    """Open a document for reading."""
    return PdfReader(BytesIO(file))


def text_of(reader: PdfReader) -> str:
    """Return the text of all pages, with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def elements(reader: PdfReader) -> list[Any]:
    """Return the elements of the structure tree, each a dictionary of PDF."""

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


def must_be_accessible(reader: PdfReader, title: str) -> None:
    """Assert that a document keeps to PDF/UA: tagged, with this title and a language, in fonts that are in the file."""
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # a value of PDF, not True itself
    assert (root["/Lang"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == ("en-GB", True)
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data().decode()
    pages: list[Any] = list(reader.pages)
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert FONTS.search(descriptor["/FontName"]), descriptor["/FontName"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
