"""Every row of a file judged against its row model: good rows and all errors of the others, at once."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from services.referral.files.table import (
    MAX_ROWS,
    CellError,
    FileError,
    Table,
    is_blank,
    is_guidance,
    looks_like_formula,
)

# Errors of pydantic's own in words that say what to do; our own come with theirs (`cells.py`).
_ADVICE = {
    "missing": "Fill this cell in.",
    "too_short": "Give at least one.",
    "greater_than_equal": "Give a number of at least {ge}.",
    "less_than_equal": "Give a number of at most {le}.",
    "string_too_long": "Use at most {max_length} characters.",
    "literal_error": "Write one of {expected}.",
}
_FORMULA = "This looks like a formula. Write plain text, without = + - or @ at its beginning."


class Row(BaseModel):
    """One row of a file, and the line where it stands: a field is a column, by alias where no identifier.

    A rule over several cells is a field validator of the last of them that looks at `info.data`: pydantic runs it
    even when another cell of the row is wrong, as a model validator it would not, and the error points to a cell.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True)

    line: int = Field(ge=1)


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class Checked(Generic[RowT]):
    """What a file holds: its good rows, the errors of the others, and how many rows were left out, by reason."""

    rows: list[RowT]
    errors: list[CellError]
    skipped: dict[str, int]


def check(
    content: bytes,
    row_type: type[RowT],
    *,
    columns_needed: frozenset[str] = frozenset(),
    left_out: Callable[[Mapping[str, str]], str | None] | None = None,
    max_rows: int = MAX_ROWS,
) -> Checked[RowT]:
    """Read a file into rows of one type; columns that the type does not know are ignored.

    `columns_needed` must be there beside the columns of required fields, though their cells may be empty. `left_out`
    answers why a row (filled cells by column) is not of interest, None when it is. Raises FileError when the file
    cannot be read as a table or lacks a column.
    """
    table = Table(content, max_rows=max_rows)
    columns = _columns_in(table, row_type, columns_needed)
    rows: list[RowT] = []
    errors: list[CellError] = []
    skipped: Counter[str] = Counter()
    seen: dict[object, int] = {}
    for line, cells in table:
        if is_blank(cells):
            skipped["blank_row"] += 1
        elif is_guidance(cells):
            skipped["guidance_row"] += 1
        elif misfit := table.misfit(line, cells):
            errors.append(misfit)
        else:
            filled = {column: text for column, at in columns.places.items() if (text := cells[at].strip())}
            if left_out and (reason := left_out(filled)):
                skipped[reason] += 1
                continue
            judged = _judge(row_type, line, filled, columns, seen)
            if isinstance(judged, list):
                errors += judged
            else:
                rows.append(judged)
    return Checked(rows, errors, dict(skipped))


@dataclass(frozen=True, slots=True)
class _Columns:
    places: dict[str, int]  # column to position in the file
    of_field: dict[str, str]  # a field or any column it may be read from, to the column that this file has

    def in_file(self, errors: list[CellError]) -> list[CellError]:
        order = list(self.places)
        return sorted(errors, key=lambda error: order.index(error.column or ""))


def _columns_in(table: Table, row_type: type[Row], needed: frozenset[str]) -> _Columns:
    """Raises FileError naming every missing column that is needed."""
    places: dict[str, int] = {}
    of_field: dict[str, str] = {}
    missing = []
    for name, field in row_type.model_fields.items():
        if name in Row.model_fields:
            continue  # the line is not a column
        columns = _columns(name, field)
        found = {column: at for column in columns if (at := table.position(column)) is not None}
        places |= found
        of_field |= dict.fromkeys((name, *columns), next(iter(found), columns[0]))
        if not found and (field.is_required() or needed.intersection(columns)):
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


def _judge(
    row_type: type[RowT], line: int, filled: Mapping[str, str], columns: _Columns, seen: dict[object, int]
) -> RowT | list[CellError]:
    errors = [
        CellError(line, column, "formula", _FORMULA) for column, text in filled.items() if looks_like_formula(text)
    ]
    refused = {error.column for error in errors}
    try:
        row = row_type.model_validate({**filled, "line": line}, context=seen)
    except ValidationError as failure:
        details = failure.errors(include_url=False, include_input=False)
        found = [_cell_error(line, columns.of_field[str(detail["loc"][0])], detail) for detail in details]
        return columns.in_file(errors + [error for error in found if error.column not in refused])
    return errors or row


def _cell_error(line: int, column: str, detail: ErrorDetails) -> CellError:
    code = detail["type"]
    advice = _ADVICE[code].format_map(detail.get("ctx", {})) if code in _ADVICE else detail["msg"]
    return CellError(line, column, code, advice)
