"""Meetings due and delivered, and the mentor's time, for each relationship."""

from datetime import date

from pydantic import Field

from services.reporting.tables.calendars import CALENDARS
from services.reporting.tables.meetings import MEETINGS
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.pauses import PAUSES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.absences import ABSENCES
from services.reporting.views.current_rows import NAMED
from services.reporting.views.kept import Kept, changes, renamed_people, to_reckon
from shared.kernel.answers import Answer

MADE_FROM = (RELATIONSHIPS, MEETINGS, PAUSES, CALENDARS, TRAINING_STATUSES, MENTORS, SCHOOLS)
"""The tables that meetings due and held are reckoned from."""

DUE_MEANS = (
    "Full weeks from the first day of a relationship, times its meetings a week, or one meeting in as many full weeks "
    "as the programme says. Nothing is due in a week with a day on which the two paused, the trainee was away, the "
    "mentor was not at the school, or the school was closed, nor in a week that is all in the school's holidays. A "
    "meeting counts for the week in which it was."
)
"""How answers explain what counts as a meeting due."""


class MeetingCounts(Answer):
    """Meetings due by a day, and what became of them."""

    due: int = Field(description="Meetings that were due by then.")
    due_held: int = Field(
        description="Meetings due that were held in their week: more in one week make up for none in another."
    )
    held: int = Field(description="All meetings held.")
    missed: int = Field(description="Meetings recorded as missed.")
    not_recorded: int = Field(description="Meetings due that are recorded neither as held nor as missed in their week.")
    missing_weeks: tuple[date, ...] = Field(
        description="The first days of the weeks in which a meeting was due that is not recorded."
    )


_NAME = "deliveries"
_OF_WEEKS = ("due", "due_held", "not_recorded", "missing_weeks", "minutes_due")
_OF_MEETINGS = ("held", "missed", "minutes", "last_held_on")
_IN_A_ROW = ("missed_in_row", "first_missed_on")
_FIGURES = {**dict.fromkeys(_OF_WEEKS, "w"), **dict.fromkeys(_OF_MEETINGS, "m"), **dict.fromkeys(_IN_A_ROW, "last")}
"""What is reckoned for a relationship, and the subquery that it comes from."""
_OF_RELATIONSHIP = (
    *("programme_id", "trainee_id", "mentor_id", "mentor_record_id", "school_urn", "starts_on", "ends_on", "role"),
    "mentor_minutes_per_week",
)

_IS_OF_CHANGED = """
            where (exists (select from changed_people) and (
                       trainee_id in (select person_id from changed_people)
                       or mentor_id in (select person_id from changed_people))
                   or exists (select from changed_schools) and school_urn in (select urn from changed_schools))"""
_CHANGES = f"""{renamed_people(_NAME)},
    changed_people as materialized (
        select coalesce(k.kept_id, person_id) as person_id from (
            {changes(_NAME, TRAINING_STATUSES, "trainee_id as person_id")}
            union all {changes(_NAME, MENTORS, "mentor_id")}
        ) each left join kept_records k on k.merged_id = each.person_id
        union select person_id from renamed where person_id is not null
    ), changed_schools as (
        {changes(_NAME, SCHOOLS, "urn")}
        union all {changes(_NAME, CALENDARS, "urn")}
    ), changed as materialized (
        {changes(_NAME, RELATIONSHIPS, "relationship_id")}
        union all {changes(_NAME, MEETINGS, "relationship_id")}
        union all {changes(_NAME, PAUSES, "relationship_id")}
        -- of people and schools as they are named now, and as they were when the figures were kept
        union all select relationship_id from relationships {_IS_OF_CHANGED}
        union all select relationship_id from kept_deliveries {_IS_OF_CHANGED} and {NAMED}
    )"""

_RECKON = f"""
    away as (  -- by relationship, the days on which the two could not meet
        select r.relationship_id, daterange(absent.since, absent.until, '[]')::datemultirange as days
        from relationships r
        join (
            {ABSENCES}
        ) absent using (trainee_id)
        union all
        select r.relationship_id, daterange(s.closed_on, null)::datemultirange
        from relationships r join schools s on s.urn = r.school_urn where s.closed_on is not null
        union all
        select r.relationship_id, '{{(,)}}'::datemultirange - range_agg(daterange(at.starts_on, at.ends_on, '[]'))
        from relationships r join mentors m using (mentor_id)
        cross join lateral jsonb_to_recordset(m.periods) as at (school_urn text, starts_on date, ends_on date)
        where at.school_urn = r.school_urn group by r.relationship_id
        union all
        select relationship_id, daterange(paused_on, resumed_on)::datemultirange from pauses
    ), days_away as (
        select relationship_id, range_agg(days) as days from away group by relationship_id
    ), holidays as (
        select urn, range_agg(daterange(closed.first_day, closed.last_day, '[]')) as days
        from calendars c cross join lateral jsonb_to_recordset(c.closed) as closed (first_day date, last_day date)
        group by urn
    )"""

_RECKONED = f"""r.relationship_id, {", ".join(f"r.{column}" for column in _OF_RELATIONSHIP)},
           {", ".join(f"{source}.{figure}" for figure, source in _FIGURES.items())}
    from relationships r
    left join days_away d using (relationship_id)
    left join holidays h on h.urn = r.school_urn
    cross join lateral (
        select (7 * coalesce(r.weeks_between_meetings, 1))::int as days,
               case when r.weeks_between_meetings is null then r.meetings_per_week else 1 end as due
    ) rhythm
    cross join lateral (
        select count(held_on) as held, count(missed_on) filter (where held_on is null) as missed,
               coalesce(sum(minutes) filter (where held_on is not null), 0)::bigint as minutes,
               max(held_on) as last_held_on
        from meetings m
        where m.relationship_id = r.relationship_id and coalesce(m.held_on, m.missed_on) <= $1
    ) m
    cross join lateral (
        select coalesce(sum(due), 0)::bigint as due, coalesce(sum(least(due, held)), 0)::bigint as due_held,
               coalesce(sum(greatest(due - held - missed, 0)), 0)::bigint as not_recorded,
               coalesce(array_agg(first_day order by first_day) filter (where due > held + missed), '{{}}')
                   as missing_weeks,
               coalesce(count(*) filter (where is_due), 0) * r.mentor_minutes_per_week * rhythm.days / 7 as minutes_due
        from (
            select first_day, is_due, case when is_due then rhythm.due else 0 end as due,
                   coalesce(recorded.held, 0) as held, coalesce(recorded.missed, 0) as missed
            -- full weeks, both days counted; nothing is due before the first has passed
            from generate_series(0, (least($1::date, r.ends_on) - r.starts_on + 1) / rhythm.days - 1) as nth
            cross join lateral (select r.starts_on + nth * rhythm.days as first_day) week
            cross join lateral (
                select (d.days && daterange(first_day, first_day + rhythm.days)
                        or h.days @> daterange(first_day, first_day + rhythm.days)) is not true as is_due
            ) counted
            left join (
                select (coalesce(held_on, missed_on) - r.starts_on) / rhythm.days as nth, count(held_on) as held,
                       count(missed_on) filter (where held_on is null) as missed
                from meetings
                where relationship_id = r.relationship_id and coalesce(held_on, missed_on) <= $1 group by 1
            ) recorded using (nth)
        ) weeks
    ) w
    cross join lateral (
        select count(*) as missed_in_row, min(day) as first_missed_on
        from (
            select coalesce(held_on, missed_on) as day,
                   bool_or(held_on is not null) over (
                       order by coalesce(held_on, missed_on) desc, held_on nulls last
                   ) as held_since
            from meetings where relationship_id = r.relationship_id and coalesce(held_on, missed_on) <= $1
        ) recorded where not held_since
    ) last
    where r.starts_on <= least($1, r.ends_on) and {to_reckon(_NAME, "r.relationship_id")}"""

KEPT_DELIVERIES = Kept(
    name=_NAME,
    key="relationship_id",
    figures=(*_OF_RELATIONSHIP, *_FIGURES),
    made_from=(*MADE_FROM, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changes=_CHANGES,
    reckon=_RECKON,
    reckoned=_RECKONED,
)

DELIVERY = """
    select *, starts_on <= $1 and $1 <= ends_on as active from deliveries"""
"""Every relationship that has begun by the day $1, with the meetings due and delivered up to and with that day.

$1 is a parameter of the query that uses this one, which begins with the reader's `current_rows` and `KEPT_DELIVERIES`.
"""
