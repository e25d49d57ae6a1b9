"""Rows of a sheet straight from its XML, as text.

openpyxl makes an object of each cell, which takes four times as long. It still reads what is small: which sheets there
are, and the formats by which a number is a date.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from shared.spreadsheets.cell_values import text_of_value

_PIECE = 1 << 16
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_ROW, _CELL, _VALUE, _FORMULA, _TEXT = (f"{_MAIN}{name}" for name in ("row", "c", "v", "f", "t"))
_STRING, _PRONUNCIATION = f"{_MAIN}si", f"{_MAIN}rPh"
_HELD = frozenset({_VALUE, _FORMULA, _TEXT})


class HasDeclarations(ValueError):
    """The XML declares a document type, as no spreadsheet's does: its entities may unpack to any size."""


class _Elements:
    """Follows the elements of a part of a workbook; subclasses keep what is complete in `found`."""

    def __init__(self, source: IO[bytes]) -> None:
        self.found: list[Any] = []
        self._source = source
        self._letters: list[str] | None = None
        self._pronounced = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self.begin
        self._parser.EndElementHandler = self.end
        self._parser.CharacterDataHandler = self._add

    def __iter__(self) -> Iterator[Any]:
        while piece := self._source.read(_PIECE):
            self._parser.Parse(piece)
            yield from self.found
            self.found.clear()
        self._parser.Parse(b"", True)  # expat takes no keywords
        yield from self.found

    def _refuse(self, *_: object) -> None:
        raise HasDeclarations

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def _add(self, letters: str) -> None:
        if self._letters is not None:
            self._letters.append(letters)

    def _taken(self) -> str:
        letters, self._letters = "".join(self._letters or ()), None
        return letters


class _Strings(_Elements):
    """The texts that cells of the workbook share, each without the pronunciation of Japanese words."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        del attributes
        if name == _STRING:
            self._parts: list[str] = []
        elif name == _PRONUNCIATION:
            self._pronounced = True
        elif name == _TEXT and not self._pronounced:
            self._letters = []

    def end(self, name: str) -> None:
        if name == _TEXT and not self._pronounced:
            self._parts.append(self._taken())
        elif name == _PRONUNCIATION:
            self._pronounced = False
        elif name == _STRING:
            self.found.append("".join(self._parts).replace("x005F_", ""))


def shared_strings(source: IO[bytes]) -> list[str]:
    """Read the texts that cells of a workbook share."""
    return list(_Strings(source))


class SheetRows(_Elements):
    """The rows of a sheet as (line, cells), without those that hold nothing, and without blank cells at their end.

    `workbook` is openpyxl's, for its formats; `strings` are the texts that its cells share.
    """

    def __init__(self, source: IO[bytes], workbook: Any, strings: Sequence[str]) -> None:
        super().__init__(source)
        self._strings = strings
        self._line = 0
        self._cells: dict[int, str] = {}
        self._column = 0
        self._cell: Mapping[str, str] = {}
        self._held: dict[str, str] = {}
        self._number = lru_cache(maxsize=10_000)(_Numbers(workbook).text)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _CELL:
            self._cell, self._held = attributes, {}
            place = attributes.get("r")
            self._column = _column_of(place.rstrip("0123456789")) if place else self._column + 1
        elif name in _HELD:
            self._letters = None if self._pronounced else []
        elif name == _ROW:
            self._line = int(float(attributes.get("r", self._line + 1)))
            self._cells, self._column = {}, 0
        elif name == _PRONUNCIATION:
            self._pronounced = True

    def end(self, name: str) -> None:
        if name in _HELD:
            if not self._pronounced:
                self._held[name] = self._held.get(name, "") + self._taken()
        elif name == _CELL:
            text = self._text()
            if text and not text.isspace():
                self._cells[self._column] = text
        elif name == _ROW and self._cells:
            row = [""] * max(self._cells)
            for column, text in self._cells.items():
                row[column - 1] = text
            self.found.append((self._line, row))
        elif name == _PRONUNCIATION:
            self._pronounced = False

    def _text(self) -> str:
        if (formula := self._held.get(_FORMULA)) is not None:
            return f"={formula}"
        kind = self._cell.get("t", "n")
        if kind == "inlineStr":
            return self._held.get(_TEXT, "")
        if not (value := self._held.get(_VALUE)):
            return ""
        match kind:
            case "s":
                return self._strings[int(value)]
            case "n":
                return self._number(value, int(self._cell.get("s", 0)))
            case "b":
                return text_of_value(bool(int(value)))
            case "d":
                return text_of_value(from_ISO8601(value))  # type: ignore[no-untyped-call]  # openpyxl's
            case _:  # the result of a formula, or an error
                return value


class _Numbers:
    """Numbers as text, by the format of their cell: some are days."""

    def __init__(self, workbook: Any) -> None:
        self.parent = workbook

    def text(self, value: str, style: int) -> str:
        number = float(value) if set(value) & set(".eE") else int(value)
        sheet: Any = self  # a cell of openpyxl finds its format by its sheet's parent
        number_format = ReadOnlyCell(sheet, 1, 1, None, style_id=style).number_format or ""
        if not is_date_format(number_format):
            return text_of_value(number, number_format)
        try:
            return text_of_value(from_excel(number, self.parent.epoch, timedelta=is_timedelta_format(number_format)))
        except (OverflowError, ValueError):
            return "#VALUE!"


@lru_cache(maxsize=1000)
def _column_of(letters: str) -> int:
    return column_index_from_string(letters)
