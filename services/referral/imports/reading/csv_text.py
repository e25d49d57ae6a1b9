"""Rows of a CSV file: its encoding, its delimiter, its cells.

A *line* is the row number a spreadsheet shows: headings are usually line 1, blank rows count, and a cell that
runs over several text lines is still one row.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from services.referral.imports.reading.errors import FileError, whole_file

DELIMITERS = (",", ";", "\t")
_PIECE = 1 << 20  # letters: a 60 MB file is not held a second time as text
_BETWEEN_CELLS = " ,;\t\r\n"

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # XLS; an XLSX that is protected by a password looks the same
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
# How é, ñ, ’ or – look in UTF-8. Next to bytes that are no UTF-8 they show that two encodings were pasted together:
# read as cp1252 they would silently turn José into JosÃ©.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")


def encoding_of(content: bytes) -> str:
    """Find the encoding that reads the whole file: UTF-8 or UTF-16 by byte order mark, UTF-8 without one, else cp1252.

    Raises FileError for an old workbook, two encodings in one file, or bytes that are not text.
    """
    if content.startswith(_OLD_WORKBOOK):
        advice = "This is an old or a protected workbook. Save it as XLSX without a password, or as “CSV UTF-8”."
        raise whole_file("workbook", advice)
    for encoding in _candidates(content):
        try:
            if _has_controls(content, encoding):
                break
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" and (broken := _UTF8_LETTER.search(content)):
            line = content.count(b"\n", 0, broken.start()) + 1
            advice = "The file mixes two encodings. Save it as “CSV UTF-8” and check its accented letters."
            raise whole_file("mixed_encodings", advice, line)
        return encoding
    raise whole_file("not_text", "This is neither a CSV text file nor an XLSX workbook. Save the sheet as one of them.")


def _has_controls(content: bytes, encoding: str) -> bool:
    pieces = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    return any(_CONTROL.search(piece) for piece in iter(lambda: pieces.read(_PIECE), ""))


def _candidates(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    return ("utf-8", "cp1252")


def delimiter_of(content: bytes, encoding: str) -> str:
    """Find the delimiter: comma, semicolon or tab, whichever splits the headings into most columns; else comma."""

    def columns(delimiter: str) -> int:
        rows = (cells for _, cells in _rows(content, encoding, delimiter))
        try:
            return next((len(cells) for cells in rows if "".join(cells).strip(_BETWEEN_CELLS)), 0)
        except FileError:
            return 0

    return max(DELIMITERS, key=columns)


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row, blank rows included; raises FileError, also while iterating."""
    encoding = encoding_of(content)
    return _rows(content, encoding, delimiter_of(content, encoding))


def _rows(content: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):
            yield line, cells
    except csv.Error as fault:
        advice = "The quotation marks of this row do not match. Put text that holds one in quotation marks, doubled."
        raise whole_file("broken_csv", advice, line + 1) from fault
