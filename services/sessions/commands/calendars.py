"""Remember calendars of schools, and find that of a school."""

from services.sessions.domain.absences import ABSENCES, subjects_of
from services.sessions.domain.calendars import CALENDAR, LearnCalendar
from services.sessions.domain.programmes import PROGRAMME
from services.sessions.domain.relationships import Relationship
from shared.events.referral import CalendarPeriod
from shared.kernel.unit import Unit


async def learn_calendar(unit: Unit, calendar: LearnCalendar) -> None:
    """Remember the calendar of a school."""
    await unit.decide(CALENDAR, calendar.urn, calendar)


async def calendar_of(unit: Unit, relationship: Relationship) -> tuple[CalendarPeriod, ...]:
    """Return the calendar of a relationship's school; what is read with it makes its absences and programme free to
    load.
    """
    subjects = subjects_of(relationship.trainee_id, relationship.mentor_id, relationship.school_urn)
    await unit.read(
        (CALENDAR, relationship.school_urn),
        (PROGRAMME, relationship.programme_id),
        *((ABSENCES, subject) for subject in subjects),
    )
    (calendar,) = await unit.load(CALENDAR, relationship.school_urn)
    return calendar


async def works_on_bank_holidays(unit: Unit, relationship: Relationship) -> bool:
    """Whether the two of a relationship may meet on bank holidays: their programme says so."""
    (programme,) = await unit.load(PROGRAMME, relationship.programme_id)
    return programme is not None and programme.practice.works_on_bank_holidays
