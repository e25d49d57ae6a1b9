"""Rows of a CSV file: its encoding, its delimiter, its cells.

A *line* is the row number a spreadsheet shows: headings are usually line 1, blank rows count, and a cell that
runs over several text lines is still one row. A first line `sep=;`, which a spreadsheet obeys and hides, does not
count.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.referral.imports.reading.errors import FileError, whole_file
from services.referral.imports.reading.other_files import why_no_table

DELIMITERS = (",", ";", "\t")
_PIECE = 1 << 20  # letters: a 60 MB file is not held a second time as text
BETWEEN_CELLS = " ,;\t\r\n"

# A cell that is far too long is then an error of that cell, and a missing quotation mark one of its row.
csv.field_size_limit(1 << 30)

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROLS = 0.05
_FEW_CONTROLS = 8
"""Control characters in a text are slips of single cells; more than this, and more than that share, are no text."""
# How é, ñ, ’ or – look in UTF-8. Next to bytes that are no UTF-8 they show that two encodings were pasted together:
# read as cp1252 they would silently turn José into JosÃ©.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")
_NAMED_DELIMITER = re.compile(r'\s*"?sep=([,;\t])"?[,; ]*(\r\n|\r|\n|$)', re.IGNORECASE)
_END_MARK = "\x1a"  # with which DOS ended a text

_NOT_TEXT = "This is neither a CSV text file nor an XLSX workbook. Save the sheet as one of them."
_MIXED = "The file mixes two encodings. Save it as “CSV UTF-8” and check its accented letters."
_UNREADABLE = "A letter of this line cannot be read. Save the file as “CSV UTF-8” and check its accented letters."


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file with its encoding and delimiter; `named` says that a first line `sep=` names the delimiter."""

    content: bytes
    encoding: str
    delimiter: str
    named: bool

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read (line, cells) of every row, blank rows included; raises FileError while iterating."""
        return _rows(self.content, self.encoding, self.delimiter, skip_first_line=self.named)


def csv_texts(content: bytes) -> list[CsvText]:
    """Find the encoding of a file, and the ways to read it, the likeliest first; raises FileError for what is no text.

    The likeliest delimiter is the one that splits the first row into most columns: comma, semicolon or tab.
    """
    encoding = encoding_of(content)
    content = _without_end_mark(content, encoding)
    if named := _NAMED_DELIMITER.match(_first_letters(content, encoding)):
        return [CsvText(content, encoding, named[1], named=True)]
    texts = [CsvText(content, encoding, delimiter, named=False) for delimiter in DELIMITERS]
    return sorted(texts, key=_columns_of_first_row, reverse=True)


def _columns_of_first_row(text: CsvText) -> int:
    try:
        return next((len(cells) for _, cells in text.rows() if "".join(cells).strip(BETWEEN_CELLS)), 0)
    except FileError:
        return 0


def encoding_of(content: bytes) -> str:
    """Find the encoding that reads the whole file: UTF-8 or UTF-16, with or without byte order mark, else cp1252.

    Raises FileError for two encodings in one file, or bytes that are not text.
    """
    if reason := why_no_table(content):
        raise whole_file(*reason)
    if encoding := _utf16_of(content):
        if _first_unreadable(content, encoding) is not None:
            raise whole_file("not_text", _NOT_TEXT)
        return encoding
    sample = content[:_PIECE]
    if (controls := len(_CONTROL.findall(sample))) > _FEW_CONTROLS and controls > _MOST_CONTROLS * len(sample):
        raise whole_file("not_text", _NOT_TEXT)
    marked = content.startswith(codecs.BOM_UTF8)
    foreign = _first_unreadable(content, "utf-8")
    if foreign is None:
        return "utf-8-sig" if marked else "utf-8"
    if marked:
        raise whole_file("mixed_encodings", _MIXED, _line_of(content, foreign))
    if broken := _UTF8_LETTER.search(content):
        raise whole_file("mixed_encodings", _MIXED, _line_of(content, broken.start()))
    if (unreadable := _first_unreadable(content, "cp1252")) is not None:
        raise whole_file("unreadable_letter", _UNREADABLE, _line_of(content, unreadable))
    return "cp1252"


def _first_unreadable(content: bytes, encoding: str) -> int | None:
    """Find the first byte that an encoding cannot read; None if it reads the whole file."""
    pieces = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    try:
        while pieces.read(_PIECE):
            pass
    except UnicodeDecodeError:
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            return error.start
    return None


def _line_of(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _utf16_of(content: bytes) -> str | None:
    """Find out whether a file is UTF-16: by its byte order mark, or as every second byte of Latin text is zero."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = content[:_PIECE] if len(content) % 2 == 0 else b""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if len(sample) < 4 or most * 2 < len(sample) // 2 or least * 20 > most:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _without_end_mark(content: bytes, encoding: str) -> bytes:
    wide = encoding if encoding.startswith("utf-16-") else "utf-16-be" if content[:2] == b"\xfe\xff" else "utf-16-le"
    unit, encoded = (2, wide) if encoding.startswith("utf-16") else (1, encoding.removesuffix("-sig"))
    mark, end = _END_MARK.encode(encoded), len(content)
    passed = {letter.encode(encoded) for letter in "\x1a\x00\r\n \t"}
    while end >= unit and content[end - unit : end] in passed:
        end -= unit
    at = content.find(mark, end)
    return content if at == -1 else content[:at]


def _first_letters(content: bytes, encoding: str) -> str:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="").read(40)


def _rows(
    content: bytes, encoding: str, delimiter: str, *, skip_first_line: bool = False
) -> Iterator[tuple[int, list[str]]]:
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    if skip_first_line:
        next(lines, None)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):
            yield line, cells
    except csv.Error as fault:
        advice = "The quotation marks of this row do not match. Put text that holds one in quotation marks, doubled."
        raise whole_file("broken_csv", advice, line + 1) from fault
