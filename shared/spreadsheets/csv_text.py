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
from typing import Self

from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import FileError, whole_file
from shared.spreadsheets.other_files import why_no_table

DELIMITERS = (",", ";", "\t")
_SAMPLE = 1 << 20  # bytes
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
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_END_MARK = b"\x1a"  # with which DOS ended a text
_BEHIND_THE_TEXT = b"\x1a\x00\r\n \t"

_NOT_TEXT = "This is neither a CSV text file nor an XLSX workbook. Save the sheet as one of them."
_MIXED = "The file mixes two encodings. Save it as “CSV UTF-8” and check its accented letters."
_UNREADABLE = "A letter of this line cannot be read. Save the file as “CSV UTF-8” and check its accented letters."


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file with its encoding and delimiter; `named` says that a first line `sep=` names the delimiter."""

    content: FileContent
    encoding: str
    delimiter: str
    named: bool

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read (line, cells) of every row, blank rows included; raises FileError while iterating."""
        return _rows(self.content, self.encoding, self.delimiter, skip_first_line=self.named)


def csv_texts(content: FileContent) -> list[CsvText]:
    """Find the encoding of a file, and the ways to read it, the likeliest first; raises FileError for what is no text.

    The likeliest delimiter is the one that splits the first row into most columns: comma, semicolon or tab.
    """
    encoding, end = _encoding_and_end(content)
    content = content.until(end)
    if named := _NAMED_DELIMITER.match(_first_letters(content, encoding)):
        return [CsvText(content, encoding, named[1], named=True)]
    texts = [CsvText(content, encoding, delimiter, named=False) for delimiter in DELIMITERS]
    return sorted(texts, key=_columns_of_first_row, reverse=True)


def _columns_of_first_row(text: CsvText) -> int:
    try:
        return next((len(cells) for _, cells in text.rows() if "".join(cells).strip(BETWEEN_CELLS)), 0)
    except FileError:
        return 0


def _encoding_and_end(content: FileContent) -> tuple[str, int]:
    """Find the encoding that reads the whole file, and where its text ends.

    The encoding is UTF-8 or UTF-16, with or without byte order mark, else cp1252. Raises FileError for two encodings in
    one file, or bytes that are not text.
    """
    sample = content.beginning(_SAMPLE)
    if reason := why_no_table(sample):
        raise whole_file(*reason)
    encoding = _utf16_of(sample, content.size)
    controls = 0 if encoding else len(_CONTROL.findall(sample))
    if controls > _FEW_CONTROLS and controls > _MOST_CONTROLS * len(sample):
        raise whole_file("not_text", _NOT_TEXT)
    seen = _Scan.of(content, encoding or "utf-8")
    if encoding is not None:
        if seen.fault is not None:
            raise whole_file("not_text", _NOT_TEXT)
        return encoding, seen.end_in_units_of(2)
    marked = sample.startswith(codecs.BOM_UTF8)
    if seen.fault is None:
        return "utf-8-sig" if marked else "utf-8", seen.end_in_units_of(1)
    if marked:
        raise whole_file("mixed_encodings", _MIXED, _line_of(content, seen.fault))
    if seen.letter is not None:
        raise whole_file("mixed_encodings", _MIXED, _line_of(content, seen.letter))
    if seen.not_in_cp1252 is not None:
        raise whole_file("unreadable_letter", _UNREADABLE, _line_of(content, seen.not_in_cp1252))
    return "cp1252", seen.end_in_units_of(1)


@dataclass(slots=True)
class _Scan:
    """What one pass over a file shows; each place is that of the first such byte, None if there is none.

    `fault` is a byte that the encoding cannot read, `letter` a letter in UTF-8 beyond ASCII, `not_in_cp1252` a byte
    that cp1252 cannot read either. `solid` is where the bytes end that are more than white space, zeros and end marks;
    `tail` are those that follow.
    """

    fault: int | None = None
    letter: int | None = None
    not_in_cp1252: int | None = None
    solid: int = 0
    tail: bytes = b""

    @classmethod
    def of(cls, content: FileContent, encoding: str) -> Self:
        seen, decoder, at, before = cls(), codecs.getincrementaldecoder(encoding)(), 0, b""
        for piece in content.pieces():
            seen._look_for_faults(piece, at, before, decoder)
            before = piece[-2:]
            if solid := piece.rstrip(_BEHIND_THE_TEXT):
                seen.solid, seen.tail = at + len(solid), piece[len(solid) :]
            else:
                seen.tail += piece
            at += len(piece)
        if seen.fault is None:
            left = len(decoder.getstate()[0])
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                seen.fault = at - left
        return seen

    def _look_for_faults(self, piece: bytes, at: int, before: bytes, decoder: codecs.IncrementalDecoder) -> None:
        if self.fault is None:
            left = len(decoder.getstate()[0])
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                self.fault = at - left + error.start
        if piece.isascii():
            return
        if self.letter is None and (found := _UTF8_LETTER.search(before + piece)):
            self.letter = at - len(before) + found.start()
        if self.not_in_cp1252 is None and (found := _NOT_IN_CP1252.search(piece)):
            self.not_in_cp1252 = at + found.start()

    def end_in_units_of(self, width: int) -> int:
        """Where the text ends: at an end mark that nothing solid follows, else with the file."""
        solid = self.solid + self.solid % width
        mark = self.tail.find(_END_MARK, solid - self.solid)
        return self.solid + (len(self.tail) if mark == -1 else mark - (self.solid + mark) % width)


def _line_of(content: FileContent, place: int) -> int:
    return sum(piece.count(b"\n") for piece in content.until(place).pieces()) + 1


def _utf16_of(sample: bytes, size: int) -> str | None:
    """Find out whether a file is UTF-16: by its byte order mark, or as every second byte of Latin text is zero."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = sample if size % 2 == 0 else b""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if len(sample) < 4 or most * 2 < len(sample) // 2 or least * 20 > most:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _first_letters(content: FileContent, encoding: str) -> str:
    return io.TextIOWrapper(content.open(), encoding=encoding, newline="").read(40)


def _rows(
    content: FileContent, encoding: str, delimiter: str, *, skip_first_line: bool = False
) -> Iterator[tuple[int, list[str]]]:
    lines = io.TextIOWrapper(content.open(), encoding=encoding, newline="")
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
