"""Meetings held against due, by school."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind, behind_delivery
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Report, in_scope
from services.reporting.tables.schools import SCHOOLS
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, KEPT_DELIVERIES, MADE_FROM, MeetingCounts

SMALL_GROUPS = "Schools are shown however few relationships they have: this is for those who run the placements."
"""How answers explain that no school is left out for having few relationships."""


class SchoolMeetings(MeetingCounts):
    """A school's meetings over all its relationships that have begun."""

    school_urn: str = Field(description="The school.")
    school_name: str | None = Field(description="Its name.")
    relationships: int = Field(description="Relationships that have begun there.")


def _by_school(chosen: str) -> str:
    return f"""
        with shown as (
            select * from ({DELIVERY}) delivery where {chosen}
        ), missing as (
            select school_urn, array_agg(distinct week order by week) as weeks
            from shown cross join lateral unnest(missing_weeks) as week group by school_urn
        )
        select d.school_urn, s.name as school_name, count(*) as relationships, sum(due)::bigint as due,
               sum(due_held)::bigint as due_held, sum(held)::bigint as held, sum(missed)::bigint as missed,
               sum(not_recorded)::bigint as not_recorded, coalesce(missing.weeks, '{{}}') as missing_weeks
        from shown d left join schools s on s.urn = d.school_urn
        left join missing on missing.school_urn = d.school_urn
        group by d.school_urn, s.name, missing.weeks"""


MEETINGS_BY_SCHOOL = Report(
    name="meetings-by-school",
    title="Meetings by school",
    question="At which schools are the meetings held that are due?",
    row=SchoolMeetings,
    key=("school_urn",),
    filters=("school_urn",),
    scope=policy.meetings_by_school,
    made_from=MADE_FROM,
    figures=(KEPT_DELIVERIES,),
    behind=(
        *behind_delivery("r.school_urn = shown.school_urn"),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=(DUE_MEANS, SMALL_GROUPS),
    not_for="ranking schools: the reasons lie in staffing and timetables, and some have few relationships.",
    sql=_by_school(in_scope(school="school_urn")),
)


async def school_meetings(reader: ReportReader, *, as_of: date, programme_id: UUID) -> list[SchoolMeetings]:
    """Return a line for each school of a programme, in the order of the URNs: the caller has checked that the reader
    may see them.
    """
    return await reader.all(
        SchoolMeetings,
        f"""{await reader.figures(as_of, KEPT_DELIVERIES)}
            select * from ({_by_school("programme_id = $2")}) report order by school_urn""",
        as_of,
        programme_id,
    )
