"""The reader of a report: at a moment that the request names, or now."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from services.reporting.reports.reader import ReportReader
from shared.calendar import ENGLAND
from shared.inputs.days import FIRST_ASKED, LAST_ASKED
from shared.kernel.http.context import WritingReaderDep

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _parse_moment(sent: Any) -> Any:
    """Return the moment that a text names: of a day its end in England."""
    if not isinstance(sent, str):
        return sent
    try:
        if _DAY.fullmatch(sent):
            return datetime.combine(date.fromisoformat(sent) + timedelta(days=1), time(), ENGLAND)
        return datetime.fromisoformat(sent)
    except (ValueError, OverflowError):
        raise PydanticCustomError("moment", _NO_MOMENT) from None


_NO_MOMENT = (
    "Give a day like 2026-10-23, or a time with its offset like 2026-10-23T17:00:00Z; in an address, write %2B for a +."
)


def _in_england(moment: datetime) -> datetime:
    """Return a moment; without an offset it is one in England."""
    if not FIRST_ASKED <= moment.date() <= LAST_ASKED:
        raise PydanticCustomError("moment", f"Give a moment from {FIRST_ASKED.year} to {LAST_ASKED.year}.")
    return moment if moment.tzinfo else moment.replace(tzinfo=ENGLAND)


KnownAt = Annotated[
    Annotated[datetime, BeforeValidator(_parse_moment), AfterValidator(_in_england)] | None,
    Query(
        description="Show what was known at this moment, whatever was recorded or corrected later: a time with its "
        "offset (without, it is one in England), for example 2026-10-23T17:00:00Z, or a day, whose end in England "
        "counts. What is known now if it is left out, or yet to come."
    ),
]


async def report_reader(reader: WritingReaderDep, known_at: KnownAt = None) -> ReportReader:
    """Make the reader of a report's route."""
    return await ReportReader(reader.who, reader.connection, reader.keyring).at(known_at)


ReportReaderDep = Annotated[ReportReader, Depends(report_reader)]
