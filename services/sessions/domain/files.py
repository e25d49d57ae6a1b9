"""The kinds of files that a journal takes, told by their content: PDF, pictures, Office documents.

Source: product.md S5. A name says nothing: whatever a browser might run, such as a web page or an SVG picture, is no
kind of file here, whatever it is called. A file of Office is a ZIP, whose list of contents says which it is.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from shared.inputs.texts import Line
from shared.kernel.decider import DomainError, Invalid

FileKind = Literal["pdf", "png", "jpeg", "webp", "heic", "docx", "xlsx", "pptx"]
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of a file."""
FILES_AN_ENTRY = 10

_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Mapping[FileKind, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "heic": "image/heic",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}
_MAIN_PARTS: Mapping[bytes, FileKind] = {
    f"{_OFFICE}.wordprocessingml.document.main+xml".encode(): "docx",
    f"{_OFFICE}.spreadsheetml.sheet.main+xml".encode(): "xlsx",
    f"{_OFFICE}.presentationml.presentation.main+xml".encode(): "pptx",
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
ENOUGH = 32
"""Bytes of the beginning of a file by which its kind is told."""
CONTENT_TYPES = b"[Content_Types].xml"
END_OF_ZIP = 22 + 0xFFFF
"""Bytes at the end of a ZIP among which its directory is found."""
LARGEST_DIRECTORY = 1024 * 1024
_LARGEST_PART = 1024 * 1024


def _without_folders(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2] or name.strip("/\\") or "file"


FileName = Annotated[Line, AfterValidator(_without_folders)]
"""The name of a file, without its folders."""


class NotAFileOfOurs(Invalid):
    """The file is of no kind that a journal takes."""

    status = 415


class FileTooLarge(Invalid):
    """The file is larger than a journal takes."""

    status = 413


class NoRoomForFiles(DomainError):
    """The person's files take all the room that there is for one person."""


def refuse_kind() -> NotAFileOfOurs:
    """Return the refusal of a file of no kind that a journal takes."""
    return NotAFileOfOurs(
        "Send a PDF, a picture (PNG, JPEG, WebP, HEIC) or an Office document (docx, xlsx, pptx) without macros. "
        "A page that you saved from a browser, or an SVG picture: print it as a PDF."
    )


def kind_of_beginning(beginning: bytes) -> FileKind | Literal["zip"] | None:
    """Return the kind of a file by its first bytes; `zip` for what may be a document of Office, None for others."""
    if beginning.startswith(b"%PDF-"):
        return "pdf"
    if beginning.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if beginning.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "webp"
    if beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIC_BRANDS:
        return "heic"
    return "zip" if beginning.startswith(b"PK\x03\x04") else None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: its first byte and its length."""

    offset: int
    length: int


def find_directory(end: bytes, size: int) -> Span:
    """Find the directory of a ZIP by the last bytes of the file; raises `NotAFileOfOurs`."""
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise refuse_kind()
    length, offset = struct.unpack_from("<II", end, at + 12)
    if not 0 < length <= LARGEST_DIRECTORY or offset + length > size:
        raise refuse_kind()
    return Span(offset, length)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a ZIP: where it lies with its own heading, and whether it is compressed."""

    span: Span
    compressed: bool


def find_content_types(directory: bytes, size: int) -> Part:
    """Find the part of a ZIP that lists the types of its contents; raises `NotAFileOfOurs` where there is none."""
    at = 0
    while directory[at : at + 4] == b"PK\x01\x02" and len(directory) >= at + 46:
        (method,) = struct.unpack_from("<H", directory, at + 10)
        (length,) = struct.unpack_from("<I", directory, at + 20)
        name_length, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        (offset,) = struct.unpack_from("<I", directory, at + 42)
        if directory[at + 46 : at + 46 + name_length] == CONTENT_TYPES:
            span = Span(offset, min(length + 30 + name_length + 0xFFFF, size - offset))
            if method not in (0, 8) or length > _LARGEST_PART or span.length <= 30:
                break
            return Part(span, method == 8)
        at += 46 + name_length + extra + comment
    raise refuse_kind()


def kind_of_contents(part: Part, found: bytes) -> FileKind:
    """Return which document of Office a ZIP is by the list of its contents; raises `NotAFileOfOurs` for another one.

    A document with macros is one: its main part has another type.
    """
    if found[:4] != b"PK\x03\x04" or len(found) < 30:
        raise refuse_kind()
    name_length, extra = struct.unpack_from("<HH", found, 26)
    listed = found[30 + name_length + extra :]
    if part.compressed:
        try:
            listed = zlib.decompressobj(-15).decompress(listed, _LARGEST_PART)
        except zlib.error:
            raise refuse_kind() from None
    kinds = {kind for type_, kind in _MAIN_PARTS.items() if b'"' + type_ + b'"' in listed}
    if len(kinds) != 1 or b"macroEnabled" in listed or b"vbaProject" in listed:
        raise refuse_kind()
    return kinds.pop()
