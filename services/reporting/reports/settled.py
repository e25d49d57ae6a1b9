"""Figures of groups that are reckoned once, when their period is settled, and stored.

A period's figures never change (`periods.py`). Those of a programme that was brought in after a period was settled are
of what is known now, and are not stored.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_type_hints
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.reporting.reports.periods import Period, Programme, as_settled, is_settled
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Reckoned
from shared.kernel.answers import Answer
from shared.kernel.readmodel import column_type

Count = Callable[[ReportReader, Period, Sequence[Programme]], Awaitable[list[Mapping[str, object]]]]
"""Counts the figures of some programmes in a period, as rows of a report without `settled`."""


@dataclass(frozen=True)
class SettledFigures:
    """The figures of a report by period: the class of its rows, the table that stores them, and how they are counted.

    `period_of` returns the last period that was settled before a day.
    """

    report: str
    row: type[Answer]
    period_of: Callable[[date], Period]
    count: Count

    @property
    def table(self) -> str:
        """The table that stores them."""
        return f"settled_{self.report}"

    async def reckon(self, reader: ReportReader, as_of: date) -> Reckoned:
        """Return the figures of the last period that was settled before a day: stored ones are not counted again."""
        period = self.period_of(as_of)
        if not is_settled(period, reader.known_at or await reader.now()):
            return Reckoned()
        stored = await self._stored(reader, period)
        rows: list[Mapping[str, object]] = []
        async for then, settled, programmes in as_settled(reader, period, but=stored):
            rows += [{**row, "settled": settled} for row in await self.count(then, period, programmes)]
        return Reckoned(rows=rows, stored=period.last_day)

    async def _stored(self, reader: ReportReader, period: Period) -> set[UUID]:
        rows = await reader.connection.fetch(
            "select programme_id from settled_periods where tenant = $1 and report = $2 and last_day = $3",
            reader.who.tenant,
            self.report,
            period.last_day,
        )
        return {row["programme_id"] for row in rows}

    async def store(self, reader: ReportReader, day: date) -> int:
        """Count and store the figures of periods settled before a day that are not; return of how many programmes.

        It goes back period by period until one is stored, or no programme was known when it was settled.
        """
        period, number = self.period_of(day), 0
        while is_settled(period, await reader.now()) and (stored := await self._store(reader, period)):
            number += stored
            period = period.before(self.period_of)
        return number

    async def _store(self, reader: ReportReader, period: Period) -> int:
        number = 0
        if not await reader.knows_all_of(period.settled_at):
            return number
        async for then, settled, programmes in as_settled(reader, period, but=await self._stored(reader, period)):
            if settled:
                rows = await self.count(then, period, programmes)
                await self._insert(then, period, programmes, rows)
                number += len(programmes)
        return number

    async def _insert(
        self, then: ReportReader, period: Period, programmes: Sequence[Programme], rows: Sequence[Mapping[str, object]]
    ) -> None:
        columns = {name: column_type(hint) for name, hint in get_type_hints(self.row).items() if name != "settled"}
        typed, names = ", ".join(f"{name} {sql}" for name, sql in columns.items()), ", ".join(columns)
        about = then.who.tenant, period.last_day
        await then.connection.execute(
            f"""insert into {self.table} (tenant, last_day, {names})
                select $1, $2, {names} from jsonb_to_recordset($3) as counted ({typed})""",
            *about,
            to_jsonable_python(rows),
        )
        await then.connection.execute(
            """insert into settled_periods (tenant, last_day, report, programme_id)
               select $1, $2, $3, programme_id from unnest($4::uuid[]) programme_id""",
            *about,
            self.report,
            [each.programme_id for each in programmes],
        )
