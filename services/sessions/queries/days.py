"""Queries of days: those of a placement with their totals, every step that was taken, and what waits for a step."""

from collections import Counter
from datetime import date
from typing import Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.days import DayRole, ReturnReason
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.merges import current_principal
from services.sessions.queries.relationships import find_to_see
from shared.events.words import DayKind, DayState, Half
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class HalfDaySummary(Answer):
    """Half of a day of a placement. `while_away` says that by what is known now, the trainee was not in training on
    that day, or the school closed.
    """

    relationship_id: UUID
    trainee_id: UUID
    on: date
    half: Half
    kind: DayKind
    state: DayState
    while_away: bool


class DayTotal(Answer):
    """How many half days of a kind are in a state; two of them are a day."""

    kind: DayKind
    state: DayState
    half_days: int


class DaysOfPlacement(Answer):
    """The half days of a placement, the earliest first, and how many of each kind are in each state."""

    relationship_id: UUID
    half_days: list[HalfDaySummary]
    totals: list[DayTotal]


class StepTaken(Answer):
    """A step with halves of a day: what they were after it, in which role somebody took it and when, and why a day
    was returned.
    """

    on: date
    halves: tuple[Half, ...]
    kind: DayKind
    state: DayState | Literal["removed"]
    taken_by: DayRole
    recorded_on: date
    reason: ReturnReason | None


async def show_days(reader: Reader, relationship_id: UUID) -> DaysOfPlacement:
    """Return the days of a placement with their totals; raises `NotFound` for people who may not see it."""
    await find_to_see(reader, relationship_id)
    half_days = await reader.all(
        HalfDaySummary, f"{_HALF_DAYS} where r.relationship_id = $1 order by d.happened_on, half desc", relationship_id
    )
    counted = Counter((half_day.kind, half_day.state) for half_day in half_days)
    totals = [DayTotal(kind=kind, state=state, half_days=number) for (kind, state), number in sorted(counted.items())]
    return DaysOfPlacement(relationship_id=relationship_id, half_days=half_days, totals=totals)


async def list_steps(reader: Reader, relationship_id: UUID, on: date | None) -> list[StepTaken]:
    """Return every step with the days of a placement, or with one of them, in the order in which they were taken.

    Raises `NotFound` for people who may not see the placement.
    """
    await find_to_see(reader, relationship_id)
    return await reader.all(
        StepTaken,
        """select happened_on as "on", halves, kind, state, taken_by, recorded_on, reason from day_steps
           where relationship_id = $1 and ($2::date is null or happened_on = $2) order by happened_on, version""",
        relationship_id,
        on,
    )


async def list_days(reader: Reader, state: DayState, limit: int) -> list[HalfDaySummary]:
    """Return the half days in a state, of the placements that the person may see, the earliest first."""
    scope = policy.visible_relationships(await current_principal(reader), await assigned_today(reader))
    return await reader.all(
        HalfDaySummary,
        f"""{_HALF_DAYS}
            where h.state = $1 and (
                $2 or r.school_urn = any ($3) or r.trainee_id = any ($4) or r.mentor_id = $5 or r.trainee_id = $5)
            order by d.happened_on, r.relationship_id, half desc limit $6""",
        state,
        scope.everything,
        sorted(scope.schools),
        sorted(scope.trainees),
        scope.person_id,
        limit,
    )


_HALF_DAYS = """
    select r.relationship_id, r.trainee_id, d.happened_on as "on", h.half, h.kind, h.state, exists (
        select from absences a cross join lateral jsonb_to_recordset(a.absences) as away (since date, until date)
        where a.subject in (r.trainee_id::text, r.school_urn)
          and daterange(away.since, away.until, '[]') @> d.happened_on
    ) as while_away
    from relationships r
    join days d using (trainee_id)
    join lateral jsonb_to_recordset(d.halves) as h (half text, relationship_id uuid, kind text, state text)
        on h.relationship_id = r.relationship_id"""
