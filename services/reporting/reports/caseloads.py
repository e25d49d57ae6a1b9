"""Caseloads: what each mentor gives and could give over all their mentoring, and how many meetings they held."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind, behind_delivery
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Report, in_scope
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, KEPT_DELIVERIES, MADE_FROM, MeetingCounts
from shared.kernel.answers import Answer


class Caseload(MeetingCounts):
    """A mentor, with their active relationships of every kind and programme."""

    mentor_id: UUID = Field(description="The mentor.")
    school_urn: str = Field(description="The school that they mentor at, or the first of several.")
    school_name: str | None = Field(description="Its name.")
    capacity_hours: float = Field(description="Hours a week that they have for mentoring.")
    hours_a_week: float = Field(description="Hours a week that their active relationships take by the programmes.")
    relationships: int = Field(description="Their active relationships.")
    minutes: int = Field(description="Minutes of all meetings held in these relationships.")
    minutes_due: int = Field(description="Minutes of mentoring that were due in the weeks in which meetings were.")
    last_held_on: date | None = Field(description="The day of the last meeting held.")


_COUNTS = ("due", "due_held", "held", "missed", "not_recorded", "minutes", "minutes_due")
_GIVEN = (*_COUNTS, "relationships", "hours_a_week", "missing_weeks", "last_held_on")

CASELOADS = Report(
    name="caseloads",
    title="Caseloads",
    question="How much do mentors give, how much could they give, and are the meetings that are due held?",
    row=Caseload,
    key=("mentor_id",),
    filters=("mentor_id", "school_urn"),
    scope=policy.caseloads,
    made_from=MADE_FROM,
    figures=(KEPT_DELIVERIES,),
    behind=(
        *behind_delivery("r.mentor_id = shown.mentor_id and $1 <= r.ends_on", relationships=_GIVEN),
        Behind(MENTORS, "t.mentor_id = shown.mentor_id", ("school_urn", "school_name", "capacity_hours")),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=(DUE_MEANS,),
    not_for="judging a mentor: a meeting that nobody recorded may have been held. Ask first.",
    sql=f"""
        with active as (
            select * from ({DELIVERY}) delivery where active
        ), given as (
            select mentor_id, count(*) as relationships, sum(mentor_minutes_per_week)::float8 / 60 as hours_a_week,
                   {", ".join(f"sum({each})::bigint as {each}" for each in _COUNTS)}, max(last_held_on) as last_held_on,
                   min(missing_weeks) as missing_weeks
            from active group by mentor_id
        ), weeks as (  -- those of a single relationship are in their order already
            select mentor_id, array_agg(distinct week order by week) as missing_weeks
            from active cross join lateral unnest(missing_weeks) week
            where mentor_id in (select mentor_id from given where relationships > 1) group by mentor_id
        )
        select mentor_id, school_urn, s.name as school_name, capacity_hours,
               coalesce(hours_a_week, 0) as hours_a_week, coalesce(relationships, 0) as relationships,
               {", ".join(f"coalesce({each}, 0) as {each}" for each in _COUNTS)},
               coalesce(w.missing_weeks, g.missing_weeks, '{{}}') as missing_weeks, last_held_on
        from mentors m left join given g using (mentor_id) left join weeks w using (mentor_id)
        left join schools s on s.urn = m.school_urn
        where {in_scope(school="school_urn", mentor="mentor_id")}""",
)


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


async def caseload_summary(reader: ReportReader, *, as_of: date, programme_id: UUID) -> CaseloadSummary:
    """Return how many mentors mentor in the programme on `as_of`, and their hours; compared to the minute.

    It counts all mentors of the partnership: the caller has checked that the reader may see them.
    """
    summary = await reader.first(
        CaseloadSummary,
        f"""{reader.current_rows}, given as (
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
