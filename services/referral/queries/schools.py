"""Queries of schools, closed schools included, and of the trusts that they form."""

from datetime import date

from shared.events.words import CalendarKind, Phase
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class SchoolAnswer(Answer):
    """A school as the register shows it, in the register's own words; None where it has none.

    Easting and northing are metres (EPSG:27700). A school that closed says when, and which school followed it.
    """

    urn: str
    name: str
    status: str
    phases: tuple[Phase, ...]
    phase: str | None
    type_of_establishment: str | None
    type_group: str | None
    la_code: str | None
    la_name: str | None
    district_code: str | None
    town: str | None
    postcode: str | None
    trust_code: str | None
    trust_name: str | None
    low_age: int | None
    high_age: int | None
    pupils: int | None
    percentage_fsm: float | None
    easting: int | None
    northing: int | None
    closed_on: date | None
    successor_urn: str | None
    predecessors: tuple[str, ...]


class TrustAnswer(Answer):
    """A trust, and how many of its schools are open."""

    trust_code: str
    trust_name: str | None
    open_schools: int


class TrustDetails(Answer):
    """A trust and its schools."""

    trust_code: str
    trust_name: str | None
    schools: list[SchoolAnswer]


class CalendarPeriod(Answer):
    """A period of a school's year, from its first to its last day."""

    name: str
    kind: CalendarKind
    starts_on: date
    ends_on: date


class SchoolCalendar(Answer):
    """The terms, holidays and days for staff only of a school, the earliest first; bank holidays are not listed."""

    urn: str
    periods: tuple[CalendarPeriod, ...]


async def schools(reader: Reader, *, after: str | None, limit: int) -> list[SchoolAnswer]:
    """List one page of schools in the order of their URNs."""
    query = "select * from schools where $1::text is null or urn > $1 order by urn limit $2"
    return await reader.all(SchoolAnswer, query, after, limit)


async def school(reader: Reader, urn: str) -> SchoolAnswer:
    """Show one school; raises `NotFound`."""
    found = await reader.first(SchoolAnswer, "select * from schools where urn = $1", urn)
    if found is None:
        raise NotFound("There is no such school.")
    return found


async def calendar(reader: Reader, urn: str) -> SchoolCalendar:
    """Show the calendar of a school, empty where none was imported; raises `NotFound` for an unknown school."""
    await school(reader, urn)
    found = await reader.first(SchoolCalendar, "select urn, periods from calendars where urn = $1", urn)
    return found or SchoolCalendar(urn=urn, periods=())


async def trusts(reader: Reader, *, after: str | None, limit: int) -> list[TrustAnswer]:
    """List one page of trusts in the order of their codes; a trust is the group of schools that name it."""
    return await reader.all(
        TrustAnswer,
        """select trust_code, max(trust_name) as trust_name, count(*) filter (where status <> 'closed') as open_schools
           from schools where trust_code is not null and ($1::text is null or trust_code > $1)
           group by trust_code order by trust_code limit $2""",
        after,
        limit,
    )


async def trust(reader: Reader, code: str) -> TrustDetails:
    """Show one trust with its schools; raises `NotFound`."""
    found = await reader.all(SchoolAnswer, "select * from schools where trust_code = $1 order by urn", code)
    if not found:
        raise NotFound("There is no such trust.")
    return TrustDetails(trust_code=code, trust_name=found[0].trust_name, schools=found)
