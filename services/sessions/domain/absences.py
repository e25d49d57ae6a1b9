"""Days on which the two of a relationship cannot meet: the trainee is not in training, the mentor is not at the school,
or the school is closed.

Others decide these facts, often late. Source: product.md R7 ("each with the date of effect and the date of recording").
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.texts import long_date
from shared.events.absences import Absence, AbsenceReason
from shared.events.referral import SchoolPeriod
from shared.kernel.decider import Command, Decider, Event, Invalid, build_from


class AbsencesRecorded(Event):
    """All known absences of a subject: a trainee, a mentor at a school, or a school. They replace earlier ones."""

    type: ClassVar[str] = "sessions.absences_recorded"

    subject: str
    absences: tuple[Absence, ...]


class RecordAbsences(Command):
    """Record all absences of a subject."""

    subject: str
    absences: tuple[Absence, ...]
    on: date


class NobodyThere(Invalid):
    """A meeting is recorded for a day on which the two could not meet."""


def subjects_of(trainee_id: UUID, mentor_id: UUID, school_urn: str) -> tuple[str, str, str]:
    """Return the subjects whose absences concern a relationship."""
    return f"{trainee_id}", mentor_at(mentor_id, school_urn), school_urn


def mentor_at(mentor_id: UUID, school_urn: str) -> str:
    """Return the subject of a mentor's absences from a school."""
    return f"{mentor_id}@{school_urn}"


def days_elsewhere(periods: Iterable[SchoolPeriod]) -> tuple[Absence, ...]:
    """Return the absences of a mentor from a school where they are in these periods."""
    absences: list[Absence] = []
    since: date | None = None
    for period in sorted(periods, key=lambda period: period.starts_on or date.min):
        if period.starts_on is not None and (since is None or since < period.starts_on):
            absences.append(Absence(reason="left_school", since=since, until=period.starts_on - timedelta(days=1)))
        if period.ends_on is None:
            return tuple(absences)
        since = period.ends_on + timedelta(days=1)
    return (*absences, Absence(reason="left_school", since=since)) if since is not None else ()


def must_be_there(absences: Iterable[Absence], day: date) -> None:
    """Raise `NobodyThere` for a day of absence."""
    for absence in absences:
        if absence.covers(day):
            since = f" since {long_date(absence.since)}" if absence.since is not None else ""
            raise NobodyThere(_SENTENCES[absence.reason].format(since=since), pointer="/on")


_SENTENCES: dict[AbsenceReason, str] = {
    "deferred": "On that day the trainee was away{since}: the training is deferred. Check the day; if they were back, "
    "ask the partnership lead to record the return first.",
    "withdrawn": "On that day the trainee was not in training{since}: they have withdrawn. Check the day, or ask the "
    "partnership lead to correct it.",
    "left_school": "On that day the mentor was not at the school{since}. Check the day, or ask the partnership lead to "
    "correct the mentor's days there.",
    "school_closed": "On that day the school was closed{since}. Check the day, or ask the partnership lead.",
}


def decide(command: RecordAbsences, absences: tuple[Absence, ...], now: datetime) -> Sequence[AbsencesRecorded]:
    """Record the absences. Idempotent: recording the same again emits no event."""
    del now
    return [] if command.absences == absences else [build_from(AbsencesRecorded, command, happened_on=command.on)]


def evolve(absences: tuple[Absence, ...], event: AbsencesRecorded) -> tuple[Absence, ...]:
    """Return all absences after the event."""
    del absences
    return event.absences


ABSENCES: Decider[tuple[Absence, ...], RecordAbsences, AbsencesRecorded] = Decider(
    "absences", tuple, decide, evolve, (AbsencesRecorded,)
)
