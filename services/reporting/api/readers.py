"""The reader of a report: at a moment that the request names, or now."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Query

from services.reporting.reports.reader import ReportReader
from shared.calendar import ENGLAND
from shared.inputs.days import AskedDay
from shared.kernel.http.context import ReaderDep

KnownAt = Annotated[
    datetime | AskedDay | None,
    Query(
        description="Show what was known at this moment, whatever was recorded or corrected later: a time with its "
        "offset, for example 2026-10-23T17:00:00Z, or a day, whose end in England counts. What is known now if it is "
        "left out."
    ),
]


def moment_of(known_at: datetime | date | None) -> datetime | None:
    """Return the moment: of a day its end in England, of a time without an offset the time in England."""
    if known_at is None:
        return None
    if isinstance(known_at, datetime):
        return known_at if known_at.tzinfo else known_at.replace(tzinfo=ENGLAND)
    return datetime.combine(known_at + timedelta(days=1), time(), ENGLAND)


async def report_reader(reader: ReaderDep, known_at: KnownAt = None) -> ReportReader:
    """Make the reader of a report's route."""
    return await ReportReader(reader.who, reader.connection, reader.keyring).at(moment_of(known_at))


ReportReaderDep = Annotated[ReportReader, Depends(report_reader)]
