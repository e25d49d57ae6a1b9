"""Read the rows of a report: for one reader, up to a day, as they are known now or were known at a past moment."""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from services.reporting.policy import Scope
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.reader import ReportReader, kept_records
from services.reporting.reports.reads import only_trainee, record_read
from services.reporting.reports.report import RECKONED, Report
from services.reporting.views.current_rows import PEOPLE
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotAllowed
from shared.kernel.principal import Principal

R = TypeVar("R", bound=Answer)
A = TypeVar("A", bound=Answer)

_FETCHED = 1_000
"""Rows that are fetched at one time."""


class Page(DatedAnswer, Generic[R]):
    """A page of a report: what was asked, up to when the answer reaches, and the rows.

    `known_at` is the moment whose knowledge the rows show; None: what is known now. `next` is the cursor of the next
    page, None on the last one. `notes` say how figures are reckoned.
    """

    report: str
    as_of: date
    known_at: datetime | None
    notes: tuple[str, ...]
    rows: list[R]
    next: str | None


@dataclass(frozen=True, slots=True)
class Sorting:
    """A column to sort by; descending where `down`. Rows without a value come last, and equal ones by their key."""

    column: str
    down: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.down else ''}{self.column}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of a report: the last day that counts, filters by column, sorting, a cursor, a limit."""

    as_of: date
    filters: Mapping[str, object] = field(default_factory=dict)
    sort: str | None = None
    after: str | None = None
    limit: int | None = 1000


async def read_page(reader: ReportReader, report: Report, asked: Asked) -> Page[Any]:
    """Return a page of a report; raises `NotAllowed` for a reader whom the report is not for, and `Invalid` for a
    sorting or a cursor that the report does not have.
    """
    freshness = await reader.freshness()
    rows = await read_rows(reader, report, replace(asked, limit=asked.limit and asked.limit + 1))
    more = asked.limit is not None and len(rows) > asked.limit
    rows = rows[: asked.limit]
    await record_read(reader, report.name, asked.as_of, *only_trainee(rows))
    return Page(
        report=report.name,
        as_of=asked.as_of,
        known_at=reader.known_at,
        **dict(freshness),
        notes=report.notes,
        rows=rows,
        next=_write_cursor(report, _parse_sorting(report, asked.sort), rows[-1]) if more else None,
    )


async def read_rows(reader: ReportReader, report: Report, asked: Asked) -> list[Any]:
    """Return rows of a report in the order asked for; raises as `read_page`."""
    sql, values = await _read_statement(reader, report, asked, report.scope(await reader.principal()))
    return await reader.all(report.row, sql, *values)


async def stream_rows(reader: ReportReader, report: Report, asked: Asked, scope: Scope) -> AsyncIterator[Any]:
    """Yield the rows of a report that lie in a scope, as PostgreSQL answers them; raises `Invalid` as `read_page`.

    It is one query whose rows are fetched piece by piece: page after page, each page would reckon the report anew.
    """
    sql, values = await _read_statement(reader, report, asked, scope)
    async for row in reader.connection.cursor(sql, *values, prefetch=_FETCHED):
        yield report.row.model_validate(dict(row))


async def read_summary(
    reader: ReportReader, report: Report, as_of: date, answer: type[A], select: str, *more: object
) -> list[A]:
    """Return what `select`, SQL that reads the rows of a report as `report`, makes of those in the reader's scope.

    `more` are values of parameters of its own, which follow those of the report.
    """
    scope = report.scope(await reader.principal())
    rows, values = await _rows_in_scope(reader, report, as_of, scope)
    return await reader.all(answer, f"{await reader.figures(as_of, *report.figures)}, {rows} {select}", *values, *more)


async def _read_statement(
    reader: ReportReader, report: Report, asked: Asked, scope: Scope
) -> tuple[str, Sequence[object]]:
    """The whole statement of one reading, in which merged records mean the record that was kept, and its values."""
    if people := [value for name, value in asked.filters.items() if name in PEOPLE]:
        kept = await kept_records(reader, people)
        asked = replace(asked, filters={name: kept.get(value, value) for name, value in asked.filters.items()})
    rows, values = await _rows_in_scope(reader, report, asked.as_of, scope)
    page = _PageQuery(report, asked, values)
    return f"{await reader.figures(asked.as_of, *report.figures)}, {rows} {page.sql}", page.values


async def _rows_in_scope(
    reader: ReportReader, report: Report, as_of: date, scope: Scope
) -> tuple[str, Sequence[object]]:
    """Common table expressions after `reader.figures`, the last of them `report` with the rows in scope; and the values
    of their parameters.
    """
    reckoned = [] if report.reckon is None else [to_jsonable_python(await report.reckon(reader, as_of))]
    values = [as_of, scope.everything, sorted(scope.schools), scope.mentor_id, scope.trainee_id, *reckoned]
    # the types of all parameters of a report are said once, since PostgreSQL refuses one that nothing uses
    types = ["$1::date", "$2::boolean", "$3::text[]", "$4::uuid", "$5::uuid", *([RECKONED] if reckoned else [])]
    return f"asked as (select {', '.join(types)}), report as ({report.sql})", values


def is_for(report: Report, who: Principal) -> bool:
    """Whether a report is for a person; which rows they see is another question."""
    try:
        report.scope(who)
    except NotAllowed:
        return False
    return True


class _PageQuery:
    """The `select` of a page of the rows `report`, and the values of the whole statement."""

    def __init__(self, report: Report, asked: Asked, values: Sequence[object]) -> None:
        self._report, self._sorting = report, _parse_sorting(report, asked.sort)
        self.values = list(values)
        conditions = [f"{column} = {self._parameter(value)}" for column, value in asked.filters.items()]
        after = _read_cursor(report, self._sorting, asked.after)
        if after is not None:
            conditions.append(self._is_after(after))
        order = [f"{self._sorting.column} {'desc' if self._sorting.down else 'asc'} nulls last", *report.key]
        where = f"where {' and '.join(conditions)}" if conditions else ""
        limit = "" if asked.limit is None else f"limit {int(asked.limit)}"
        self.sql = f"select {', '.join(report.columns)} from report {where} order by {', '.join(order)} {limit}"

    def _is_after(self, after: Mapping[str, object]) -> str:
        """The condition that a row comes after another one in the order of the rows."""
        column, key = self._sorting.column, self._report.key
        values = ", ".join(self._parameter(after[each]) for each in key)
        later_key = f"({', '.join(key)}) > ({values})"
        if after[column] is None:
            return f"({column} is null and {later_key})"
        value = self._parameter(after[column])
        beyond = f"{column} {'<' if self._sorting.down else '>'} {value}"
        return f"({beyond} or {column} is null or ({column} = {value} and {later_key}))"

    def _parameter(self, value: object) -> str:
        """Add a value, and return what stands for it; the column that it is compared with says its type."""
        self.values.append(value)
        return f"${len(self.values)}"


def _parse_sorting(report: Report, sort: str | None) -> Sorting:
    if sort is None:
        return Sorting(report.key[0])
    column = sort.removeprefix("-")
    if column not in report.sortable:
        there_is = ", ".join(report.sortable)
        raise Invalid(f"This report cannot be sorted by {column[:50]}. There is {there_is}.", pointer="query:sort")
    return Sorting(column, down=sort.startswith("-"))


def _write_cursor(report: Report, sorting: Sorting, last: Answer) -> str:
    place = [getattr(last, column) for column in (sorting.column, *report.key)]
    text = json.dumps([str(sorting), *to_jsonable_python(place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(report: Report, sorting: Sorting, cursor: str | None) -> dict[str, object] | None:
    if cursor is None:
        return None
    try:
        sort, *place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        columns = (sorting.column, *report.key)
        found = {column: report.parse(column, value) for column, value in zip(columns, place, strict=True)}
    except (ValueError, TypeError, binascii.Error, ValidationError):
        sort = None
    if sort != str(sorting):
        raise Invalid(
            "This cursor is of no page of this report in this order; begin with the first page.", pointer="query:after"
        )
    return found


class Line(Answer, Generic[R]):
    """A row that differs between two moments: None before where it was not there, None after where it is no more.

    `changed` names the columns that differ.
    """

    change: Literal["added", "removed", "changed"]
    changed: tuple[str, ...]
    before: R | None
    after: R | None


class Difference(DatedAnswer, Generic[R]):
    """What differs in a report between two moments, line by line, and how many rows are the same in both."""

    report: str
    before_as_of: date
    before_known_at: datetime | None
    after_as_of: date
    after_known_at: datetime | None
    same: int
    lines: list[Line[R]]


MOST_COMPARED = 50_000
"""Rows of each moment that are compared at once."""


async def read_difference(
    before: ReportReader, after: ReportReader, report: Report, asked: Sequence[Asked]
) -> Difference[Any]:
    """Return the difference of a report between two moments, in the order of its key.

    `asked` has what is asked before and after. Raises as `read_page`, and `Invalid` where there are too many rows.
    """
    freshness = await after.freshness()
    then, now = [
        {tuple(getattr(row, each) for each in report.key): row for row in await _all_rows(reader, report, each_asked)}
        for reader, each_asked in zip((before, after), asked, strict=True)
    ]
    await record_read(
        after, f"{report.name}/difference", asked[1].as_of, *only_trainee((*then.values(), *now.values()))
    )
    lines = [_compare(report, then.get(key), now.get(key)) for key in sorted(then.keys() | now.keys(), key=str)]
    return Difference(
        report=report.name,
        **dict(freshness),
        before_as_of=asked[0].as_of,
        before_known_at=before.known_at,
        after_as_of=asked[1].as_of,
        after_known_at=after.known_at,
        same=sum(line is None for line in lines),
        lines=[line for line in lines if line is not None],
    )


async def _all_rows(reader: ReportReader, report: Report, asked: Asked) -> list[Any]:
    await reader.begin()
    rows = await read_rows(reader, report, replace(asked, limit=MOST_COMPARED + 1))
    if len(rows) > MOST_COMPARED:
        raise Invalid(f"More than {MOST_COMPARED:,} rows cannot be compared; ask for fewer with a filter.")
    return rows


def _compare(report: Report, before: Answer | None, after: Answer | None) -> Line[Any] | None:
    if before is None or after is None:
        return Line(change="added" if before is None else "removed", changed=(), before=before, after=after)
    changed = tuple(name for name in report.columns if getattr(before, name) != getattr(after, name))
    return Line(change="changed", changed=changed, before=before, after=after) if changed else None
