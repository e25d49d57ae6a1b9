"""Record absences that referral reports, and find those that concern a relationship."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.sessions.domain.absences import ABSENCES, RecordAbsences, days_elsewhere, mentor_at, subjects_of
from services.sessions.domain.relationships import Relationship
from shared.events.absences import Absence, absences_after
from shared.events.referral import SchoolPeriod
from shared.events.words import Standing
from shared.kernel.unit import Unit


async def absences_of(unit: Unit, relationship: Relationship) -> tuple[Absence, ...]:
    """Return the absences of a relationship's trainee, of its mentor from its school, and of the school."""
    subjects = subjects_of(relationship.trainee_id, relationship.mentor_id, relationship.school_urn)
    return tuple(absence for absences in await unit.load(ABSENCES, *subjects) for absence in absences)


async def change_training_status(unit: Unit, trainee_id: UUID, status: Standing, since: date) -> None:
    """Record the absences of a trainee whose training status changed."""
    (absences,) = await unit.load(ABSENCES, trainee_id)
    await record_absences(unit, f"{trainee_id}", absences_after(absences, status, since), since)


async def record_schools(
    unit: Unit, mentor_id: UUID, school_urn: str, periods: Iterable[SchoolPeriod], on: date
) -> None:
    """Record on which days a mentor is not at a school; without periods they are always at their school."""
    by_school: dict[str, list[SchoolPeriod]] = defaultdict(list, {school_urn: []})
    for period in periods:
        by_school[period.school_urn].append(period)
    for urn, at_school in by_school.items():
        await record_absences(unit, mentor_at(mentor_id, urn), days_elsewhere(at_school), on)


async def take_over_absences(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Let the absences of a merged record that are over count for the kept one, which says what holds now."""
    merged, kept = await unit.load(ABSENCES, merged_id, kept_id)
    over = {absence for absence in (*merged, *kept) if absence.until is not None}
    lasting = [absence for absence in kept if absence.until is None]
    ordered = sorted(over, key=lambda absence: absence.since or date.min)
    await record_absences(unit, f"{kept_id}", (*ordered, *lasting), on)


async def record_absences(unit: Unit, subject: str, absences: tuple[Absence, ...], on: date) -> None:
    """Record all absences of a subject."""
    await unit.decide(ABSENCES, subject, RecordAbsences(subject=subject, absences=absences, on=on))
