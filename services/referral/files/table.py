"""Bytes of a CSV file in, its headings and rows out: encoding, delimiter, blank and guidance rows.

A *line* is the row number a spreadsheet shows: headings are usually line 1, blank rows count, and a cell that
runs over several text lines is still one row.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_ROWS = 100_000  # the whole register of schools has about 52,000
DELIMITERS = (",", ";", "\t")
_BETWEEN_CELLS = " ,;\t\r\n"

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and other zips; XLS
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
# How é, ñ, ’ or – look in UTF-8. Beside bytes that are no UTF-8 they show that two encodings were pasted together:
# read as cp1252 they would silently turn José into JosÃ©.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")
_GUIDANCE = ("do not edit", "do not change")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell (`column` named), one row (`column` None) or the headings, and what to do about it.

    The message never repeats what the cell holds: a shifted row may have a name in any column.
    """

    line: int
    column: str | None
    code: str
    message: str


class FileError(Exception):
    """The file cannot be read as a table, so that no row of it was judged; `errors` says why."""

    def __init__(self, *errors: CellError) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self.errors = errors


def _file_error(code: str, message: str, line: int = 1) -> FileError:
    return FileError(CellError(line, None, code, message))


def encoding_of(content: bytes) -> str:
    """The encoding that reads the whole file: UTF-8 or UTF-16 by their marks, UTF-8 without, else cp1252.

    Raises FileError for an empty file, a workbook, two encodings in one file, or bytes that are no text.
    """
    if not content.strip():
        raise _file_error("empty_file", "The file is empty. Send a CSV file with headings and at least one row.")
    if content.startswith(_WORKBOOKS):
        raise _file_error("workbook", "This is a spreadsheet workbook. Save it as “CSV UTF-8” and send that file.")
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        if encoding == "cp1252" and (broken := _UTF8_LETTER.search(content)):
            line = content.count(b"\n", 0, broken.start()) + 1
            advice = "The file mixes two encodings. Save it as “CSV UTF-8” and check its accented letters."
            raise _file_error("mixed_encodings", advice, line)
        return encoding
    raise _file_error("not_text", "This is not a CSV text file. Save the sheet as “CSV UTF-8” and send that file.")


def _candidates(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    return ("utf-8", "cp1252")


def delimiter_of(content: bytes, encoding: str) -> str:
    """Comma, semicolon or tab: the one that splits the headings into most columns, comma when they agree."""

    def columns(delimiter: str) -> int:
        rows = (cells for _, cells in _records(content, encoding, delimiter))
        try:
            return next((len(cells) for cells in rows if "".join(cells).strip(_BETWEEN_CELLS)), 0)
        except FileError:
            return 0

    return max(DELIMITERS, key=columns)


def _records(content: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Decoding as it reads keeps a 60 MB file from being held a second time as text.
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):
            yield line, cells
    except csv.Error as fault:
        advice = "The quotation marks of this row do not match. Put text that holds one in quotation marks, doubled."
        raise _file_error("broken_csv", advice, line + 1) from fault


def records(content: bytes) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """The file's delimiter, and (line, cells) of every row from the first, blank ones among them.

    Raises FileError, also while it is iterated.
    """
    encoding = encoding_of(content)
    delimiter = delimiter_of(content, encoding)
    return delimiter, _records(content, encoding, delimiter)


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cells) or not "".join(cells).strip()


def is_guidance(cells: Sequence[str]) -> bool:
    """Whether a row is the kind that DfE's templates put under the headings to say what not to touch."""
    first = next((cell for cell in cells if cell.strip()), "")
    return first.strip().casefold().startswith(_GUIDANCE)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text as a formula, or did before our marked copy put an apostrophe first."""
    bare = text.removeprefix("'").lstrip()
    return bare[:1] in {"=", "+", "-", "@"} and not _NUMBER.fullmatch(bare)


def heading_key(heading: str) -> str:
    """What makes two headings the same: case, outer blanks, and blank or underscore between words do not matter."""
    return re.sub(r"[\s_]+", " ", heading).strip().casefold()


class Table:
    """A file that has headings: iterating gives (line, cells) of the rows under them, blank and guidance rows too.

    Raises FileError when the file is unreadable, has a heading twice, or holds more than `max_rows` rows.
    """

    def __init__(self, content: bytes, *, max_rows: int = MAX_ROWS) -> None:
        _, self._rows = records(content)
        self._max_rows = max_rows
        self.heading_line, headings = next(
            ((line, cells) for line, cells in self._rows if not is_blank(cells)), (1, [])
        )
        if not headings:
            raise _file_error("empty_file", "The file is empty. Send a CSV file with headings and at least one row.")
        self._positions: dict[str, int] = {}
        self.width = len(headings)
        self._unnamed = [position for position, heading in enumerate(headings) if not heading.strip()]
        self._place(headings)

    def _place(self, headings: Sequence[str]) -> None:
        twice = []
        for position, heading in enumerate(headings):
            if key := heading_key(heading):
                if key in self._positions:
                    advice = f"There are two columns headed “{heading.strip()}”. Remove or rename one."
                    twice.append(CellError(self.heading_line, heading.strip(), "duplicate_column", advice))
                self._positions[key] = position
        if twice:
            raise FileError(*twice)

    def position(self, *names: str) -> int | None:
        """Where the first of these columns that the file has stands, None when it has none of them."""
        return next((at for name in names if (at := self._positions.get(heading_key(name))) is not None), None)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for count, (line, cells) in enumerate(self._rows, start=1):
            if count > self._max_rows:
                advice = f"The file has more than {self._max_rows:,} rows. Split it and send the parts one by one."
                raise _file_error("too_many_rows", advice, line)
            yield line, cells

    def misfit(self, line: int, cells: Sequence[str]) -> CellError | None:
        """The error of a row whose cells do not stand under the headings, None when they do."""
        if len(cells) < self.width:
            advice = (
                f"This row has {len(cells)} cells for {self.width} columns. Fill it up, with empty cells if need be."
            )
            return CellError(line, None, "too_few_cells", advice)
        unnamed = [*(cells[position] for position in self._unnamed), *cells[self.width :]]
        if any(cell.strip() for cell in unnamed):
            advice = "This row has a value in a column without a heading. Is there a comma too many in the row?"
            return CellError(line, None, "too_many_cells", advice)
        return None
