"""Check every row of a file against its row model: the result is a good row, or all errors of the row at once.

A row is a *draft* until it is known whether its person is new. For a new person a blank cell that is needed is an
error; for a person on record it means "no change".
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from services.referral.imports.reading.errors import CellError, FileError
from services.referral.imports.reading.table import MAX_ROWS, Table, is_blank, is_guidance, looks_like_formula

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

# An apostrophe is how spreadsheets, and the DfE's own files, keep the zeros at the beginning of a code.
_KEPT_AS_TEXT = re.compile(r"'(?=[0-9])")
_FORMULA = "This looks like a formula. Write plain text, without = + - or @ at its beginning."


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
    """A format of a kind of file; columns that the row type does not have are ignored.

    `columns_needed` must be in the file besides the columns of required fields, though their cells may be empty.
    `known_by` are headings that distinguish this format from others of its kind. `left_out` says why a row (filled
    cells by column) is left out, None when it is not; `other_rows` are the row types for some of those reasons.
    """

    row_type: type[RowT]
    columns_needed: frozenset[str] = frozenset()
    known_by: frozenset[str] = frozenset()
    left_out: Callable[[Mapping[str, str]], str | None] | None = None
    other_rows: Mapping[str, type[RowT]] = field(default_factory=dict)


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

    def __init__(self, content: bytes, *formats: Format[RowT], max_rows: int = MAX_ROWS) -> None:
        self._table = Table(content, max_rows=max_rows)
        self._format = next((one for one in formats if one.known_by and self._has(one.known_by)), formats[0])
        self.skipped: Counter[str] = Counter()
        self._columns = {
            row_type: _columns_in(self._table, row_type, self._format.columns_needed)
            for row_type in (self._format.row_type, *self._format.other_rows.values())
        }
        self._seen: dict[object, int] = {}

    def _has(self, headings: frozenset[str]) -> bool:
        return all(self._table.position(heading) is not None for heading in headings)

    def __iter__(self) -> Iterator[Draft[RowT]]:
        places = {column: at for columns in self._columns.values() for column, at in columns.places.items()}
        for line, cells in self._table:
            if is_blank(cells):
                self.skipped["blank_row"] += 1
            elif is_guidance(cells):
                self.skipped["guidance_row"] += 1
            elif misfit := self._table.misfit(line, cells):
                yield _misfit(line, misfit)
            else:
                filled = {column: text for column, at in places.items() if (text := _cell(cells[at]))}
                reason = self._format.left_out(filled) if self._format.left_out else None
                if reason is None or reason in self._format.other_rows:
                    yield self._judge(self._format.other_rows.get(reason or "", self._format.row_type), line, filled)
                else:
                    self.skipped[reason] += 1

    def _judge(
        self,
        row_type: type[RowT],
        line: int,
        filled: Mapping[str, str],
        on_record: Mapping[str, Any] = {},  # nobody writes to it
    ) -> Draft[RowT]:
        columns = self._columns[row_type]
        errors = [
            CellError(line, column, "formula", _FORMULA) for column, text in filled.items() if looks_like_formula(text)
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
        again = partial(self._judge, row_type, line, filled)
        return Draft(line, None if errors else row, columns.in_file(errors), filled, again)


def _cell(text: str) -> str:
    stripped = text.strip()
    return stripped[1:] if _KEPT_AS_TEXT.match(stripped) else stripped


def _misfit(line: int, error: CellError) -> Draft[Any]:
    return Draft(line, None, (error,), {}, lambda _: _misfit(line, error))


@dataclass(frozen=True, slots=True)
class _Columns:
    places: dict[str, int]  # column to position in the file
    of_field: dict[str, str]  # a field or any column it may be read from, to the column that this file has

    def in_file(self, errors: list[CellError]) -> tuple[CellError, ...]:
        order = list(self.places)
        return tuple(sorted(errors, key=lambda error: order.index(error.column or "")))


def _columns_in(table: Table, row_type: type[Row], needed: frozenset[str]) -> _Columns:
    """Raises FileError naming every missing column that is needed."""
    places: dict[str, int] = {}
    of_field: dict[str, str] = {}
    missing = []
    for name, field_info in row_type.model_fields.items():
        if name in Row.model_fields:
            continue  # the line is not a column
        columns = _columns(name, field_info)
        found = {column: at for column in columns if (at := table.position(column)) is not None}
        places |= found
        of_field |= dict.fromkeys((name, *columns), next(iter(found), columns[0]))
        if not found and (field_info.is_required() or needed.intersection(columns)):
            advice = f"The file has no column “{columns[0]}”. Add it under exactly that heading."
            missing.append(CellError(table.heading_line, columns[0], "missing_column", advice))
    if missing:
        raise FileError(*missing)
    return _Columns(places, of_field)


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
