"""Months and terms of which figures of groups are given: once each, as they were known when they were settled.

Figures of a group on two days would tell what a person did who joined it in between, and so would those of one period
as they were known at two moments. So a period is over before it is counted, is counted from what was known some days
later, and keeps these figures for ever.
"""

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.reporting.reports.reader import ReportReader
from shared.calendar import ENGLAND
from shared.kernel.answers import Answer

SETTLED_AFTER = 14
"""Days after a period until which its records can still change its figures: those in which a meeting is amended."""
TERM_ENDS = ((4, 30), (8, 31), (12, 31))
"""Month and day with which a term ends: spring, summer and autumn."""

SETTLED_MEANS = (
    f"Figures are of a period that is over, as they were known {SETTLED_AFTER} days after its end, and never change: "
    "two answers can be compared without telling what one person did. Only a programme that was brought in later is "
    "counted from what is known now; `settled` says so, and no past moment can be asked about."
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period, its first and its last day included."""

    first_day: date
    last_day: date

    @property
    def day_before(self) -> date:
        """The last day before the period."""
        return self.first_day - timedelta(days=1)

    @property
    def settled_on(self) -> date:
        """The last day whose records count for the figures of the period."""
        return self.last_day + timedelta(days=SETTLED_AFTER)

    @property
    def settled_at(self) -> datetime:
        """The end of that day in England."""
        return datetime.combine(self.settled_on + timedelta(days=1), time(), ENGLAND)

    def before(self, period_of: "Callable[[date], Period]") -> "Period":
        """Return the period before this one, of those that `period_of` returns as the last settled before a day."""
        return period_of(self.first_day + timedelta(days=SETTLED_AFTER))


def last_month(day: date) -> Period:
    """Return the last month that was settled before a day."""
    last_day = (_last_counted(day) + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return Period(last_day.replace(day=1), last_day)


def last_term(day: date) -> Period:
    """Return the last term that was settled before a day."""
    counted = _last_counted(day)
    ends = sorted(date(year, *end) for year in range(counted.year - 2, counted.year + 1) for end in TERM_ENDS)
    *_, before, last_day = (end for end in ends if end <= counted)
    return Period(before + timedelta(days=1), last_day)


def _last_counted(day: date) -> date:
    """Return the last day on which a period can have ended that was settled before a day."""
    return day - timedelta(days=SETTLED_AFTER + 1)


class Programme(Answer):
    """A programme whose figures are counted: no figure is of fewer people than `smallest_group`."""

    programme_id: UUID
    smallest_group: int


def is_settled(period: Period, known_at: datetime) -> bool:
    """Whether a period was settled at a moment: before, nobody is shown its figures."""
    return period.settled_at <= known_at


async def as_settled(
    reader: ReportReader, period: Period, *, but: Collection[UUID]
) -> AsyncIterator[tuple[ReportReader, bool, list[Programme]]]:
    """Yield who reads which programmes of a settled period, and whether that is as was known when it was settled.

    Of those that were brought in later there is nothing for a reader who looks back: figures of one moment after the
    other would tell what each person did. Programmes in `but` are left out. Read all before the next one is asked for:
    the readers take turns on one connection.
    """
    known = [each for each in await _programmes(reader, period) if each.programme_id not in but]
    if not known:
        return
    then = await reader.at(period.settled_at)
    known_then = [each for each in await _programmes(then, period) if each.programme_id not in but]
    if known_then:
        yield then, True, known_then
    await reader.begin()
    came_later = [each for each in known if each not in known_then and not reader.looks_back]
    if came_later:
        yield reader, False, came_later


async def _programmes(reader: ReportReader, period: Period) -> list[Programme]:
    return await reader.all(
        Programme,
        f"""{reader.current_rows} select programme_id, smallest_group from programmes
            where starts_on <= $2 and ends_on >= $1 order by programme_id""",
        period.first_day,
        period.last_day,
    )
