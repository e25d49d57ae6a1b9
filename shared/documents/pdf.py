"""Make a document as PDF/UA-1: tagged, with its title, its language and its fonts, so that everybody can read it.

Typst sets the pages by `document.typ`. Texts go to it as JSON strings and are never read as its markup. The same
document gives the same bytes on every machine.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import as_file, files
from typing import Any

import typst
from pydantic_core import to_json

from shared.documents.blocks import Document

MEDIA_TYPE = "application/pdf"
REPLACEMENT = "\ufffd"
"""What stands for a character that the fonts do not have."""

_SHOWN = (
    r"\n\u0020-\u007e\u00a0-\u017f\u0192\u01a0\u01a1\u01af\u01b0\u01f0\u01fa-\u01ff\u0218-\u021b\u02bc\u02c6\u02c7"
    r"\u02d8-\u02dd\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u04f9\u1e80-\u1e85\u1ea0-\u1ef9"
    r"\u2013-\u2015\u2017-\u201e\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u2044\u20ac\u2116\u2122\u2212\u2260"
    r"\u2264\u2265\ufffd"
)
_FROM_RIGHT = (
    r"\u0591-\u05c7\u05d0-\u05ea\u05f0-\u05f4"
    r"\u0606-\u061b\u061e-\u06dc\u06de-\u06ff\u0750-\u077f\u08a0-\u08b4\u08b6-\u08be"
)
"""Hebrew and Arabic, which are written from right to left."""
_JOINER = "\u200c"
"""Keeps two letters of Persian or Urdu apart."""
_NOT_SHOWN = re.compile(f"[^{_SHOWN}{_FROM_RIGHT}{_JOINER}]")
_PARTS_OF_EMOJI = re.compile("[\u200b\u200d\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""What only changes how an emoji looks: which of two pictures, the colour of a skin, how pictures are joined."""
_FLAG_LETTER_A = "\U0001f1e6"
_FLAG = re.compile(f"[{_FLAG_LETTER_A}-\U0001f1ff]{{2}}")
_SIGNS = {"So", "Sm", "Sc"}
"""The categories of Unicode for pictures, arrows and signs of mathematics, and currencies."""
_HERE = files("shared.documents")


def make_pdf(document: Document) -> bytes:
    """Return a document as a PDF file."""
    blocks = [{"kind": block.kind, **asdict(block)} for block in document.blocks]
    content = _shown({**asdict(document), "blocks": blocks})
    with as_file(_HERE / "fonts") as fonts, as_file(_HERE / "document.typ") as template:
        only_ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
        return typst.compile(
            template,
            root=template.parent,
            font_paths=only_ours,
            sys_inputs={"document": to_json(content).decode()},
            format="pdf",
            pdf_standards="ua-1",
        )


def showable(text: str) -> str:
    """Return a text with the characters that the fonts have.

    Of other characters a picture or a sign becomes its name in brackets, so that it is read, also aloud. The rest is
    replaced: letters of other scripts, and control characters, also those that turn the direction of a text around.
    """
    plain = _PARTS_OF_EMOJI.sub("", unicodedata.normalize("NFC", text))
    return _NOT_SHOWN.sub(_in_place_of, _FLAG.sub(_flag, plain))


def _flag(letters: re.Match[str]) -> str:
    country = "".join(chr(ord(each) - ord(_FLAG_LETTER_A) + ord("A")) for each in letters[0])
    return f"[flag {country}]"


def _in_place_of(character: re.Match[str]) -> str:
    name = unicodedata.name(character[0], "")
    return f"[{name.lower()}]" if name and unicodedata.category(character[0]) in _SIGNS else REPLACEMENT


def _shown(value: Any) -> Any:
    """The same value with showable texts."""
    match value:
        case str():
            return showable(value)
        case Mapping():
            return {name: _shown(each) for name, each in value.items()}
        case list() | tuple():
            return [_shown(each) for each in value]
        case _:
            return value
