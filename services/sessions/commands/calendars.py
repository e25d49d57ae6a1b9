"""Remember calendars of schools, and find that of a school."""

from services.sessions.domain.absences import ABSENCES, subjects_of
from services.sessions.domain.calendars import CALENDAR, LearnCalendar
from services.sessions.domain.relationships import Relationship
from shared.events.referral import CalendarPeriod
from shared.kernel.unit import Unit


async def learn_calendar(unit: Unit, calendar: LearnCalendar) -> None:
    """Remember the calendar of a school."""
    await unit.decide(CALENDAR, calendar.urn, calendar)


async def calendar_of(unit: Unit, relationship: Relationship) -> tuple[CalendarPeriod, ...]:
    """Return the calendar of a relationship's school; what is read with it makes its absences free to load."""
    subjects = subjects_of(relationship.trainee_id, relationship.mentor_id, relationship.school_urn)
    await unit.read((CALENDAR, relationship.school_urn), *((ABSENCES, subject) for subject in subjects))
    (calendar,) = await unit.load(CALENDAR, relationship.school_urn)
    return calendar
