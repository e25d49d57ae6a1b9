"""Meetings held against due, by school."""

from datetime import date
from uuid import UUID

from services.reporting import policy
from services.reporting.policy import Scope
from services.reporting.reports.freshness import DatedAnswer, last_recorded_at
from services.reporting.views.current_rows import CURRENT_ROWS
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, MeetingCounts
from shared.kernel.reader import Reader

SMALL_GROUPS = "Schools are shown however few relationships they have: this is for those who run the placements."
"""How answers explain that no school is left out for having few relationships."""


class SchoolMeetings(MeetingCounts):
    """A school's meetings over all its relationships that have begun."""

    school_urn: str
    school_name: str | None
    relationships: int


class MeetingsBySchool(DatedAnswer):
    """Meetings held against due, by school."""

    as_of: date
    due_means: str = DUE_MEANS
    small_groups: str = SMALL_GROUPS
    schools: list[SchoolMeetings]


async def meetings_by_school(reader: Reader, *, as_of: date) -> MeetingsBySchool:
    """Return the meetings due, held, missed and not recorded at each school, up to and with `as_of`.

    Raises `NotAllowed` for a reader who may not see the report.
    """
    scope = policy.meetings_by_school(reader.who)
    up_to_date_at = await last_recorded_at(reader)
    schools = await school_meetings(reader, scope, as_of=as_of)
    return MeetingsBySchool(up_to_date_at=up_to_date_at, as_of=as_of, schools=schools)


async def school_meetings(
    reader: Reader, scope: Scope, *, as_of: date, programme_id: UUID | None = None
) -> list[SchoolMeetings]:
    """Return a line for each school of the scope, in the order of the URNs; of one programme where it is named."""
    return await reader.all(
        SchoolMeetings,
        f"""{CURRENT_ROWS}, delivery as ({DELIVERY}), shown as (
                select * from delivery where ($2::uuid is null or programme_id = $2) and ($3 or school_urn = any ($4))
            ), missing as (
                select school_urn, array_agg(distinct week order by week) as weeks
                from shown cross join lateral unnest(missing_weeks) as week group by school_urn
            )
            select d.school_urn, s.name as school_name, count(*) as relationships, sum(due)::bigint as due,
                   sum(due_held)::bigint as due_held, sum(held)::bigint as held, sum(missed)::bigint as missed,
                   sum(not_recorded)::bigint as not_recorded, coalesce(missing.weeks, '{{}}') as missing_weeks
            from shown d left join schools s on s.urn = d.school_urn
            left join missing on missing.school_urn = d.school_urn
            group by d.school_urn, s.name, missing.weeks order by d.school_urn""",
        as_of,
        programme_id,
        scope.everything,
        sorted(scope.schools),
    )
