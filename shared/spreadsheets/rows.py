"""Check every row of a file against its row model: the result is a good row, or all errors of the row at once.

A row is a *draft* until it is known whether its person is new. For a new person a blank cell that is needed is an
error; for a person on record it means "no change".
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shared.spreadsheets.cell_text import cell_text, is_plain, why_unusable
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import CellError, MissingColumns, whole_file
from shared.spreadsheets.table import (
    MAX_ROWS,
    Fits,
    Place,
    Table,
    heading_key,
    is_blank,
    is_guidance,
)

# Errors of pydantic's own in words that say what to do; our own come with theirs (`cells.py`).
_ADVICE = {
    "missing": "Fill this cell in.",
    "too_short": "Give at least one.",
    "too_long": "Give at most {max_length}.",
    "greater_than_equal": "Give a number of at least {ge}.",
    "less_than_equal": "Give a number of at most {le}.",
    "string_too_long": "Use at most {max_length} characters.",
    "literal_error": "Write one of {expected}.",
}
BLANK = "missing"
"""The code of a blank cell that is needed; pydantic's own."""

_NO_COLUMNS = (
    "It is text without columns: no CSV file, and no workbook even if its name ends in .xlsx. Save the sheet as XLSX "
    "or as “CSV UTF-8”, and send that."
)
_NO_ROWS = "The file has headings and no row below them. Fill in at least one row, and send it again."
_LONGEST_HEADING = 200
ROWS_SHOWN = 3
"""Rows below the headings by which a file of another kind is recognised."""
_MARKED_COPY = frozenset({"validation results", "errors"})


class Row(BaseModel):
    """A row of a file with its line; a field is a column, by alias if the heading is not an identifier.

    A rule over several cells is a validator of the last of these fields, which reads `info.data`. Unlike a model
    validator, pydantic runs it even if another cell of the row is wrong.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True)

    line: int = Field(ge=1)


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True)
class Format(Generic[RowT]):
    """A format of a kind of file: its row type and its headings. Columns that the row type does not have are ignored.

    `columns_needed` must be in the file besides the columns of required fields, though their cells may be empty.
    `known_by` are headings that distinguish this format from others of its kind. `left_out` takes the filled cells of
    a row, by column, and returns the reason for leaving it out, or None. `other_rows` has a row type for some reasons.
    """

    row_type: type[RowT]
    columns_needed: frozenset[str] = frozenset()
    known_by: frozenset[str] = frozenset()
    left_out: Callable[[Mapping[str, str]], str | None] | None = None
    other_rows: Mapping[str, type[RowT]] = field(default_factory=dict)

    @property
    def row_types(self) -> tuple[type[RowT], ...]:
        """The row type, and those for rows that are left out for a reason."""
        return (self.row_type, *self.other_rows.values())

    def missing(self, headings: Collection[str]) -> list[str]:
        """List the columns that are needed and are not among these headings (as keys)."""
        return [
            columns[0]
            for name, field_info in self.row_type.model_fields.items()
            if name not in Row.model_fields
            for columns in [_columns(name, field_info)]
            if (field_info.is_required() or self.columns_needed.intersection(columns))
            and not any(heading_key(column) in headings for column in columns)
        ]

    def heading_keys(self) -> frozenset[str]:
        """The columns that are read, as keys of headings."""
        return frozenset(
            heading_key(column)
            for row_type in self.row_types
            for name, field_info in row_type.model_fields.items()
            if name not in Row.model_fields
            for column in _columns(name, field_info)
        )


def format_of(headings: Sequence[str], formats: Sequence[Format[RowT]]) -> Format[RowT]:
    """Find the format to which these headings belong; the first if none is distinguished by them."""
    keys = {heading_key(heading) for heading in headings}
    known = (one for one in formats if one.known_by and {heading_key(heading) for heading in one.known_by} <= keys)
    return next(known, formats[0])


def fits_any(formats: Sequence[Format[Any]]) -> Fits:
    """Make the test of a row: whether it has all headings of one of these formats, and how many that are known."""
    all_known = frozenset[str]().union(*(one.heading_keys() for one in formats))

    def fits(cells: Sequence[str]) -> tuple[bool, int]:
        keys = {heading_key(cell) for cell in cells if len(cell) < _LONGEST_HEADING}
        known = len(keys & all_known)
        return bool(known) and not format_of(cells, formats).missing(keys), known

    return fits


@dataclass(frozen=True, slots=True)
class Draft(Generic[RowT]):
    """A checked row: the row itself, or all its errors in the order of the file's columns.

    `filled` are the cells that are not blank, by column, for further checks.
    """

    line: int
    row: RowT | None
    errors: tuple[CellError, ...]
    filled: Mapping[str, str] = field(repr=False)
    _again: Callable[[Mapping[str, Any]], "Draft[RowT]"] = field(repr=False)

    @property
    def only_blank(self) -> bool:
        """Whether all errors are blank cells, which are errors for new people only."""
        return all(error.code == BLANK for error in self.errors)

    def filled_from(self, on_record: Mapping[str, Any]) -> "Draft[RowT]":
        """Check the row again, with its blank cells filled from the record (`on_record`: values by field)."""
        return self._again(on_record)


class Reading(Generic[RowT]):
    """A file that is being read: iterating gives a draft of every row of interest, once.

    `skipped` counts, by reason, the rows left out so far. Raises FileError when the file cannot be read as a table or
    lacks a column, also while it is iterated.
    """

    def __init__(self, content: FileContent, *formats: Format[RowT], max_rows: int = MAX_ROWS) -> None:
        self._table = Table(content, fits_any(formats), max_rows=max_rows)
        self._format = format_of(self._table.headings, formats)
        headings = {heading_key(heading) for heading in self._table.headings}
        if self._format.heading_keys() & headings:
            self._table.place_headings()
        if missing := self._format.missing(headings):
            raise _missing_columns(self._table, missing, self._format)
        self.skipped: Counter[str] = Counter()
        if self._table.above:
            self.skipped["row_above_headings"] = len(self._table.above)
        self._columns = {row_type: _columns_in(self._table, row_type) for row_type in self._format.row_types}
        self._seen: dict[object, int] = {}

    @property
    def place(self) -> Place:
        """Where in the file the table is."""
        return self._table.place

    @property
    def columns_not_read(self) -> list[str]:
        """The headings of columns that are not read, in their order."""
        read = self._format.heading_keys() | _MARKED_COPY
        return [heading.strip() for heading in self._table.headings if heading_key(heading) not in {"", *read}]

    def __iter__(self) -> Iterator[Draft[RowT]]:
        places = {column: at for columns in self._columns.values() for column, at in columns.places.items()}
        filled_rows = 0
        for line, cells in self._table:
            if is_blank(cells):
                self.skipped["blank_row"] += 1
                continue
            if is_guidance(cells):
                self.skipped["guidance_row"] += 1
                continue
            filled_rows += 1
            if misfit := self._table.misfit(line, cells):
                yield _misfit(line, misfit)
                continue
            filled, doubtful = _filled(cells, places)
            reason = self._format.left_out(filled) if self._format.left_out else None
            if reason is None or reason in self._format.other_rows:
                yield self._judge(
                    self._format.other_rows.get(reason or "", self._format.row_type), line, filled, doubtful
                )
            else:
                self.skipped[reason] += 1
        if not filled_rows:
            raise whole_file("no_rows", _NO_ROWS, self._table.heading_line)

    def _judge(
        self,
        row_type: type[RowT],
        line: int,
        filled: Mapping[str, str],
        doubtful: Sequence[str],
        on_record: Mapping[str, Any] = {},  # nobody writes to it
    ) -> Draft[RowT]:
        columns = self._columns[row_type]
        errors = [
            CellError(line, column, *reason)
            for column in doubtful
            if (reason := why_unusable(filled[column])) and column in columns.places
        ]
        row = None
        try:
            row = row_type.model_validate({**on_record, **filled, "line": line}, context=self._seen)
        except ValidationError as failure:
            refused = {error.column for error in errors}
            for detail in failure.errors(include_url=False, include_input=False):
                error = _cell_error(line, columns.of_field[str(detail["loc"][0])], detail)
                if error.column not in refused:
                    errors.append(error)
        again = partial(self._judge, row_type, line, filled, doubtful)
        return Draft(line, None if errors else row, columns.in_file(errors), filled, again)


def _filled(cells: Sequence[str], places: Mapping[str, int]) -> tuple[dict[str, str], list[str]]:
    """Return the cells that are not blank, by column, and the columns of those that may be unusable."""
    filled, doubtful = dict[str, str](), list[str]()
    for column, at in places.items():
        text = cells[at]
        if not text or is_plain(text):
            if text:
                filled[column] = text
        elif text := cell_text(text):
            filled[column] = text
            doubtful.append(column)
    return filled, doubtful


def _misfit(line: int, error: CellError) -> Draft[Any]:
    return Draft(line, None, (error,), {}, lambda _: _misfit(line, error))


@dataclass(frozen=True, slots=True)
class _Columns:
    places: dict[str, int]  # column to position in the file
    of_field: dict[str, str]  # a field or any column it may be read from, to the column that this file has

    def in_file(self, errors: list[CellError]) -> tuple[CellError, ...]:
        order = list(self.places)
        return tuple(sorted(errors, key=lambda error: order.index(error.column or "")))


def _columns_in(table: Table, row_type: type[Row]) -> _Columns:
    places: dict[str, int] = {}
    of_field: dict[str, str] = {}
    for name, field_info in row_type.model_fields.items():
        if name in Row.model_fields:
            continue  # the line is not a column
        columns = _columns(name, field_info)
        found = {column: at for column in columns if (at := table.position(column)) is not None}
        places |= found
        of_field |= dict.fromkeys((name, *columns), next(iter(found), columns[0]))
    return _Columns(places, of_field)


def _missing_columns(table: Table, missing: Sequence[str], wanted: Format[Any]) -> MissingColumns:
    found = sum(heading_key(heading) in wanted.heading_keys() for heading in table.headings)
    line = table.place.heading_line
    read = f"It was read as CSV text{'' if line == 1 else f', with line {line} as the headings'}."
    if (sheet := table.place.sheet) is not None:
        read = f"Line {line} of the {'hidden ' if sheet.hidden else ''}sheet “{sheet.name}” was read as the headings."
        if others := table.place.other_sheets:
            read += f" The workbook also has {_sheets(others)}."
    rows = [*table.above, *table.first_rows(ROWS_SHOWN)]
    advice = "Is it the right file?"
    if found >= len(missing):
        advice = f"Add {'it under exactly that heading' if len(missing) == 1 else 'them under exactly these headings'}."
    elif sheet is None and not found and not _are_columns(rows):
        advice, read = _NO_COLUMNS, ""
    return MissingColumns(line, missing, advice, read, rows)


def _are_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows have several values, so that they are no sentences with a comma here and there."""
    return 2 * sum(sum(map(bool, map(str.strip, cells))) > 1 for cells in rows) > len(rows)


def _sheets(names: Sequence[str]) -> str:
    return f"the sheet{'s' if len(names) > 1 else ''} {', '.join(f'“{name}”' for name in names)}"


def _columns(name: str, field: FieldInfo) -> tuple[str, ...]:
    match field.validation_alias:
        case AliasChoices(choices=choices):
            return tuple(str(choice) for choice in choices)
        case str(alias):
            return (alias,)
        case _:
            return (name,)


def _cell_error(line: int, column: str, detail: ErrorDetails) -> CellError:
    code = detail["type"]
    advice = _ADVICE[code].format_map(detail.get("ctx", {})) if code in _ADVICE else detail["msg"]
    return CellError(line, column, code, advice)


def good_rows(drafts: Iterable[Draft[RowT]]) -> list[RowT]:
    """List the rows without errors."""
    return [draft.row for draft in drafts if draft.row is not None]
