"""What a report is. A module of this room declares one; everything else is made from the declaration.

That is its route with filters, sorting and pages, its files, its page in the docs, and the comparison of two moments.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from services.reporting.policy import Scope
from services.reporting.reports.behind import Behind
from services.reporting.reports.reader import ReportReader
from services.reporting.views.kept import Kept
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.readmodel import ReadModel, column_type

AS_OF = "$1::date"
"""In the SQL of a report: the last day that counts."""
RECKONED = "$6::jsonb"
"""In the SQL of a report that has `reckon`: what it returned."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Rows of a report that are no matter of SQL, and the last day of the period whose stored rows belong to it too."""

    rows: Sequence[Mapping[str, object]] = ()
    stored: date | None = None


Reckon = Callable[[ReportReader, date], Awaitable[Reckoned]]
"""Reckons rows of all that was known up to a day: whoever asks."""


def in_scope(*, school: str | None = None, mentor: str | None = None, trainee: str | None = None) -> str:
    """Return the SQL condition that a row lies in the reader's scope; each argument is a column that decides it."""
    deciding = {school: "= any ($3::text[])", mentor: "= $4::uuid", trainee: "= $5::uuid"}
    conditions = [f"{column} {condition}" for column, condition in deciding.items() if column is not None]
    return f"({' or '.join(('$2::boolean', *conditions))})"


def reckoned_rows(row: type[Answer], stored: str) -> str:
    """Return the SQL source of the rows that `reckon` returned, and of those in the table `stored` of settled figures.

    It has a column for each field of the report's class.
    """
    hints = get_type_hints(row)
    columns = ", ".join(f"{name} {column_type(hints[name])}" for name in row.model_fields)
    settled = ", ".join("true as settled" if name == "settled" else name for name in row.model_fields)
    return f"""(
        select {settled} from {stored} where last_day = ({RECKONED} ->> 'stored')::date
        union all select * from jsonb_to_recordset({RECKONED} -> 'rows') as reckoned ({columns})
    ) figures"""


@dataclass(frozen=True)
class Report:
    """A question that reporting answers with rows of one class.

    `row` has a described field for each column; `key` names those that tell rows apart, of which only the last may be
    empty, in rows that need no more than the others. `sql` selects all rows in the
    reader's scope (`in_scope`) up to the day `AS_OF`; table names in it mean current rows (`views/current_rows.py`).
    It also reads `figures`, each under its name. `reckon` reckons what is no matter of SQL; `sql` reads it as
    `RECKONED` and chooses what is in scope. `scope` is the
    rule of the policy. `filters` names columns that a reader can ask for a value of, `made_from` the
    read tables behind the figures, and `not_for` says in a sentence when not to use the report. `behind` says which
    rows of these tables a row is made from, so that it can be traced to its events. Figures of groups have none: a
    trace would give the people in them away.
    """

    name: str
    title: str
    question: str
    row: type[Answer]
    key: tuple[str, ...]
    sql: str
    scope: Callable[[Principal], Scope]
    made_from: tuple[ReadModel, ...]
    not_for: str
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reckon: Reckon | None = None
    figures: tuple[Kept, ...] = ()
    behind: tuple[Behind, ...] = ()

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The columns and what each means: those of the row's own class, then those that it shares with others."""
        fields, own = self.row.model_fields, self.row.__annotations__
        return {name: fields[name].description or "" for name in sorted(fields, key=lambda name: name not in own)}

    @cached_property
    def sortable(self) -> tuple[str, ...]:
        """The columns that rows can be sorted by: those with a single value."""
        return tuple(name for name, hint in self._hints.items() if not _is_list(hint))

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        hints = get_type_hints(self.row)
        return {name: hints[name] for name in self.columns}

    def hint(self, column: str) -> Any:
        """Return the type of a column."""
        return self._hints[column]

    def is_nullable(self, column: str) -> bool:
        """Whether a column can be empty."""
        return type(None) in get_args(self._hints[column])

    def parse(self, column: str, value: object) -> Any:
        """Read a value of a column from JSON; raises pydantic's `ValidationError`."""
        return TypeAdapter(self._hints[column]).validate_python(value)


def _is_list(hint: Any) -> bool:
    return getattr(hint, "__origin__", hint) in (list, tuple, dict)
