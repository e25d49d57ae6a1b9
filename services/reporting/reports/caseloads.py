"""Caseloads: the active relationships of each mentor, the hours that they give and have, meetings against due."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from services.reporting import policy
from services.reporting.policy import Scope
from services.reporting.reports.freshness import DatedAnswer, last_recorded_at
from services.reporting.views.current_rows import CURRENT_ROWS, current_principal, kept_record, records_of
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, MeetingCounts
from shared.events.words import MentoringRole
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class ActiveRelationship(MeetingCounts):
    """A relationship of a mentor's caseload; `role` is the mentor's, `minutes` the length of all meetings held."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    role: MentoringRole
    mentor_hours_per_week: float
    minutes: int
    last_held_on: date | None


class MentorCaseload(Answer):
    """A mentor's active relationships, the hours a week that they give to them, and their capacity in hours a week."""

    mentor_id: UUID
    school_urn: str
    school_name: str | None
    capacity_hours: float
    hours_a_week: float
    relationships: list[ActiveRelationship]


class Caseloads(DatedAnswer):
    """A page of mentors on one day."""

    as_of: date
    due_means: str = DUE_MEANS
    mentors: list[MentorCaseload]


class CaseloadSummary(Answer):
    """All mentors: how many there are, how many mentor in the programme, their hours a week there and in all.

    `over_capacity` counts mentors who give more hours than they have, over every programme.
    """

    mentors: int
    mentoring: int
    relationships: int
    hours_a_week: float
    capacity_hours: float
    over_capacity: int


async def page_of_caseloads(
    reader: Reader, *, mentor_id: UUID | None, as_of: date, after: UUID | None, limit: int
) -> Caseloads:
    """Return a page of mentors in the order of their ids, each with the relationships that are active on `as_of`.

    A mentor with merged records can be asked for by any of them. Raises `NotFound` for a named mentor whom the reader
    may not see, `NotAllowed` where caseloads are not for the reader.
    """
    mentor_id = mentor_id and await kept_record(reader, mentor_id)
    scope = policy.caseloads(await current_principal(reader), mentor_id)
    up_to_date_at = await last_recorded_at(reader)
    mentors = await _mentors(reader, scope, mentor_id, after, limit)
    if mentor_id is not None and not mentors and after is None:
        raise NotFound("There is no such mentor.")
    minutes: dict[UUID, int] = defaultdict(int)
    relationships: dict[UUID, list[ActiveRelationship]] = defaultdict(list)
    records = await records_of(reader, *(mentor.mentor_id for mentor in mentors))
    for row in await reader.connection.fetch(_ACTIVE, as_of, records):
        minutes[row["mentor_id"]] += row["mentor_minutes_per_week"]
        relationships[row["mentor_id"]].append(ActiveRelationship.model_validate(dict(row)))
    with_relationships = [
        MentorCaseload(
            **mentor.model_dump(),
            hours_a_week=minutes[mentor.mentor_id] / 60,
            relationships=relationships[mentor.mentor_id],
        )
        for mentor in mentors
    ]
    return Caseloads(up_to_date_at=up_to_date_at, as_of=as_of, mentors=with_relationships)


_ACTIVE = f"""{CURRENT_ROWS}, delivery as ({DELIVERY})
    select relationship_id, programme_id, trainee_id, mentor_id, school_urn, starts_on, ends_on, role,
           mentor_minutes_per_week, mentor_minutes_per_week::float8 / 60 as mentor_hours_per_week, due, due_held,
           held, missed, not_recorded, missing_weeks, minutes, last_held_on
    from delivery where active and mentor_record_id = any ($2) order by starts_on, relationship_id"""


class _Mentor(Answer):
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    capacity_hours: float


async def _mentors(
    reader: Reader, scope: Scope, mentor_id: UUID | None, after: UUID | None, limit: int
) -> list[_Mentor]:
    return await reader.all(
        _Mentor,
        f"""{CURRENT_ROWS} select mentor_id, school_urn, s.name as school_name, capacity_hours
           from mentors m left join schools s on s.urn = m.school_urn
           where ($1 or school_urn = any ($2) or mentor_id = $3)
             and ($4::uuid is null or mentor_id = $4) and ($5::uuid is null or mentor_id > $5)
           order by mentor_id limit $6""",
        scope.everything,
        sorted(scope.schools),
        scope.mentor_id,
        mentor_id,
        after,
        limit,
    )


async def caseload_summary(reader: Reader, *, as_of: date, programme_id: UUID) -> CaseloadSummary:
    """Return how many mentors mentor in the programme on `as_of`, and their hours; compared to the minute.

    It counts all mentors of the partnership: the caller has checked that the reader may see them.
    """
    summary = await reader.first(
        CaseloadSummary,
        f"""{CURRENT_ROWS}, given as (
               select mentor_id, sum(mentor_minutes_per_week) as minutes,
                      sum(mentor_minutes_per_week) filter (where programme_id = $2) as here,
                      count(*) filter (where programme_id = $2) as relationships
               from relationships where starts_on <= $1 and $1 <= ends_on group by mentor_id
           )
           select count(*) as mentors, count(*) filter (where relationships > 0) as mentoring,
                  coalesce(sum(relationships), 0)::bigint as relationships,
                  coalesce(sum(here), 0)::float8 / 60 as hours_a_week,
                  coalesce(sum(capacity_hours), 0)::float8 as capacity_hours,
                  count(*) filter (where minutes > round(capacity_hours * 60)) as over_capacity
           from mentors full join given using (mentor_id)""",
        as_of,
        programme_id,
    )
    assert summary is not None
    return summary
