"""Days and schools of trainees, counted by what became of them, and what their routes ask for on top."""

from services.reporting.tables.days import DAYS
from services.reporting.tables.earlier_placements import EARLIER_PLACEMENTS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED
from services.reporting.views.kept import (
    CHANGED_RECORDS,
    Kept,
    changed_trainees,
    changes,
    of_changed_trainees,
    trainees_of_renamed_mentors,
)
from services.reporting.views.rules import quantity_of, working_day_before

_NAME = "requirements"
_DONE = "state in ('logged', 'confirmed', 'accepted') and day <= $1"
_PLANNED = "state in ('planned', 'returned') and day > $1"


def _half_days(kind: str, condition: str) -> str:
    return f"count(*) filter (where kind = '{kind}' and {condition}) / 2.0::float8"


def _schools(condition: str) -> str:
    return f"coalesce(array_agg(distinct school_urn) filter (where {condition}), '{{}}')"


_DAYS = {
    "days_done": _half_days("general", _DONE),
    "days_logged": _half_days("general", f"state = 'logged' and {_DONE}"),
    "days_confirmed": _half_days("general", f"state = 'confirmed' and {_DONE}"),
    "days_accepted": _half_days("general", f"state = 'accepted' and {_DONE}"),
    "days_planned": _half_days("general", _PLANNED),
    "intensive_done": _half_days("intensive", _DONE),
    "intensive_planned": _half_days("intensive", _PLANNED),
    "schools_taught": _schools(_DONE),
    "schools_planned": _schools(_PLANNED),
}
_FACTORS = {
    "phase": "phase",
    "gender": "gender",
    "religious_character": "faith",
    "admissions_policy": "admissions",
    "urban_rural": "urban_rural",
}
_DIFFERENCES = ", ".join(f"case when other_{each} then '{factor}' end" for each, factor in _FACTORS.items())


def _positive(difference: str) -> str:
    """A difference, 0 instead of a negative one, and null where a part of it is null."""
    return f"case when {difference} < 0 then 0 else {difference} end"


def _rule(rule_id: str) -> str:
    return quantity_of(rule_id, on="judged_on", route="training_route")


_CHANGES = f"""changed_schools as materialized (
        {changes(_NAME, SCHOOLS, "urn")}
    ), """ + changed_trainees(
    _NAME,
    (DAYS, PAIRS, EARLIER_PLACEMENTS, TRAINEES),
    # schools are compared with each other
    f"""
        union {trainees_of_renamed_mentors(PAIRS)}
        union
        select trainee_id from kept_{_NAME}
        where {NAMED} and exists (select from changed_schools)
              and schools && (select array_agg(urn) from changed_schools)""",
)

_RECKON = f"""{CHANGED_RECORDS},
    chosen_days as (
        {of_changed_trainees(_NAME, DAYS)}
    ), chosen_pairs as (
        {of_changed_trainees(_NAME, PAIRS)}
    ), chosen_placements as (
        {of_changed_trainees(_NAME, EARLIER_PLACEMENTS)}
    ), chosen_trainees as (
        {of_changed_trainees(_NAME, TRAINEES)}
    ), half as (  -- a half that two merged records have counts once
        select distinct on (trainee_id, day, half) trainee_id, day, state, kind, school_urn
        from chosen_days cross join lateral (
            values ('morning', morning_state, morning_kind, morning_school),
                   ('afternoon', afternoon_state, afternoon_kind, afternoon_school)
        ) each (half, state, kind, school_urn)
        where state is not null order by trainee_id, day, half, state, kind, school_urn
    ), counted as (
        select trainee_id, {", ".join(f"{sql} as {figure}" for figure, sql in _DAYS.items())}
        from half group by trainee_id
    ), taught as (  -- a school with whether they have taught there
        select trainee_id, urn, bool_or(is_done) as is_done from (
            select trainee_id, unnest(schools_taught) as urn, true as is_done from counted
            union all
            select trainee_id, unnest(schools_planned), false from counted
            union all
            select trainee_id, earlier.school_urn, true
            from chosen_placements cross join lateral jsonb_to_recordset(placements) as earlier (school_urn text)
            union all
            select trainee_id, school_urn, false from chosen_pairs
            where confirmed_on <= $1 and (least(withdrawn_on, declined_on, lapsed_on) <= $1) is not true
        ) each group by trainee_id, urn
    ), schools_of as (
        select trainee_id, count(*) filter (where is_done) as taught_at, count(*) as booked, array_agg(urn) as urns,
               {", ".join(f"min(s.{each}) <> max(s.{each}) as other_{each}" for each in _FACTORS)}
        from taught left join schools s using (urn) group by trainee_id
    ), ruled as materialized (  -- the rules of each route and first day, of which there are few
        select *, {_rule("placement_days")} as days_needed, {_rule("intensive_practice_days")} as intensive_needed,
               {_rule("placement_schools")}::int as schools_needed
        from (select distinct coalesce(course_starts_on, $1) as judged_on, training_route from chosen_trainees) each
    ), needed as (
        select t.trainee_id, t.training_route, t.course_starts_on, t.course_ends_on,
               r.days_needed, r.intensive_needed, r.schools_needed,
               coalesce(days_done, 0) as days_done, coalesce(days_logged, 0) as days_logged,
               coalesce(days_confirmed, 0) as days_confirmed, coalesce(days_accepted, 0) as days_accepted,
               coalesce(days_planned, 0) as days_planned, coalesce(intensive_done, 0) as intensive_done,
               coalesce(intensive_planned, 0) as intensive_planned,
               coalesce(taught_at, 0)::int as schools_taught_at, coalesce(booked, 0)::int as schools_booked,
               array_remove(array[{_DIFFERENCES}], null) as differ_in, coalesce(urns, '{{}}') as schools
        from chosen_trainees t
        join ruled r on r.training_route = t.training_route
             and r.judged_on = coalesce(t.course_starts_on, $1)
        left join counted using (trainee_id) left join schools_of using (trainee_id)
    ), lacking as (
        select *, {_positive("days_needed - days_done - days_planned")} as days_to_book,
               {_positive("intensive_needed - intensive_done - intensive_planned")} as intensive_to_book,
               {_positive("schools_needed - schools_booked")} as schools_to_book
        from needed
    ), missing as (
        select *, coalesce(days_to_book, 0) + coalesce(intensive_to_book, 0) as all_to_book from lacking
    ), last_days as materialized (  -- of each end of a course and number of days, of which there are few
        select *, {working_day_before("course_ends_on", "number")} as book_by
        from (select distinct course_ends_on, ceil(all_to_book)::int as number from missing) each
    ), dated as (
        select m.*, l.book_by
        from missing m left join last_days l
             on l.course_ends_on = m.course_ends_on and l.number = ceil(m.all_to_book)::int
    )"""

_FIGURES = (
    *("training_route", "course_starts_on", "course_ends_on", "verdict", "book_by"),
    *("days_needed", "days_done", "days_logged", "days_confirmed", "days_accepted", "days_planned", "days_to_book"),
    *("intensive_needed", "intensive_done", "intensive_planned", "intensive_to_book"),
    *("schools_needed", "schools_taught_at", "schools_booked", "schools_to_book", "differ_in", "schools"),
)
_VERDICT = """
        case
            when coalesce(days_needed, intensive_needed, schools_needed) is null then null
            when coalesce(days_done >= days_needed, true) and coalesce(intensive_done >= intensive_needed, true)
                 and coalesce(schools_taught_at >= schools_needed, true) then 'met'
            when book_by < $1 or course_ends_on < $1 then 'too_late'
            when all_to_book + coalesce(schools_to_book, 0) = 0 then 'booked'
            else 'to_book' end as verdict"""

KEPT_REQUIREMENTS = Kept(
    name=_NAME,
    key="trainee_id",
    figures=_FIGURES,
    made_from=(DAYS, PAIRS, EARLIER_PLACEMENTS, TRAINEES, SCHOOLS, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changes=_CHANGES,
    reckon=_RECKON,
    reckoned=f"""trainee_id, {", ".join(_FIGURES)} from (
        select *, {_VERDICT} from dated
    ) judged""",
)
