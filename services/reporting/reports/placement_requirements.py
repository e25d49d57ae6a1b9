"""Placement requirements: days and schools that each trainee has, needs, and still has to book."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind
from services.reporting.reports.report import AS_OF, Report, in_scope
from services.reporting.tables.days import DAYS
from services.reporting.tables.earlier_placements import EARLIER_PLACEMENTS
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.views.days import DAYS_IN_SCHOOLS
from services.reporting.views.rules import quantity_of, working_day_before
from shared.kernel.answers import Answer

Requirement = Literal["met", "booked", "to_book", "too_late"]


class PlacementRequirement(Answer):
    """A trainee, with their days in schools and what their route asks for. Half a day counts 0.5."""

    trainee_id: UUID = Field(description="The trainee.")
    training_route: str = Field(description="Their training route, whose rules hold for them.")
    course_starts_on: date | None = Field(description="The first day of their course, whose rules hold for them.")
    course_ends_on: date | None = Field(description="The last day of their course, by which all has to be done.")
    verdict: Requirement | None = Field(
        description="Whether all that is required is met, or booked, or still to book in time, or can no longer be "
        "booked in time. None where no rule is known: then there are only totals."
    )
    book_by: date | None = Field(
        description="The last day on which the days to book can begin, with a day on each working day until the end "
        "of the course. None where nothing is to book or the end is not known."
    )
    days_needed: float | None = Field(description="General days in schools that the rule of the route asks for.")
    days_done: float = Field(description="General days up to then that were logged, confirmed or accepted.")
    days_logged: float = Field(description="Of these, days that the school has not confirmed yet.")
    days_confirmed: float = Field(description="Of these, days that the school confirmed and the provider not yet.")
    days_accepted: float = Field(description="Of these, days that the provider accepted.")
    days_planned: float = Field(description="General days that are planned after then.")
    days_to_book: float | None = Field(description="General days needed that are neither done nor planned.")
    intensive_needed: float | None = Field(description="Days of intensive practice that the rule asks for on top.")
    intensive_done: float = Field(description="Days of intensive practice logged, confirmed or accepted.")
    intensive_planned: float = Field(description="Days of intensive practice planned after then.")
    intensive_to_book: float | None = Field(description="Days of intensive practice neither done nor planned.")
    schools_needed: int | None = Field(description="Schools in which the rule asks them to teach.")
    schools_taught_at: int = Field(description="Schools in which they have days done, or had an earlier placement.")
    schools_booked: int = Field(description="These, and schools in which they have planned days or a pair.")
    schools_to_book: int | None = Field(description="Schools needed and not booked.")
    differ_in: tuple[str, ...] = Field(
        description="By what the register says, in what their schools differ: phase, gender of pupils, religious "
        "character, admissions, urban or rural."
    )


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


_OF_DAYS = (
    *("verdict", "book_by", "days_done", "days_logged", "days_confirmed", "days_accepted", "days_planned"),
    *("days_to_book", "intensive_done", "intensive_planned", "intensive_to_book"),
)
_OF_SCHOOLS = ("verdict", "schools_booked", "schools_to_book", "differ_in")
_SCHOOLS_OF_SHOWN = """
    select unnest(array[morning_school, afternoon_school]) from days where trainee_id = shown.trainee_id
    union select school_urn from pairs where trainee_id = shown.trainee_id
    union select earlier.school_urn from earlier_placements
          cross join lateral jsonb_to_recordset(placements) as earlier (school_urn text)
          where trainee_id = shown.trainee_id"""

PLACEMENT_REQUIREMENTS = Report(
    name="placement-requirements",
    title="Placement requirements",
    question="Which days and schools does each trainee still need, and by which day must they be booked?",
    row=PlacementRequirement,
    key=("trainee_id",),
    filters=("trainee_id", "training_route", "verdict"),
    scope=policy.requirements,
    made_from=(TRAINEES, DAYS, PAIRS, EARLIER_PLACEMENTS, SCHOOLS),
    behind=(
        Behind(TRAINEES, "t.trainee_id = shown.trainee_id"),
        Behind(DAYS, "t.trainee_id = shown.trainee_id", (*_OF_DAYS, *_OF_SCHOOLS, "schools_taught_at")),
        Behind(PAIRS, f"t.trainee_id = shown.trainee_id and t.confirmed_on <= {AS_OF}", _OF_SCHOOLS),
        Behind(EARLIER_PLACEMENTS, "t.trainee_id = shown.trainee_id", (*_OF_SCHOOLS, "schools_taught_at")),
        Behind(SCHOOLS, f"t.urn in ({_SCHOOLS_OF_SHOWN})", ("differ_in",)),
    ),
    notes=(
        "The rules are those of the first day of the course, or of the day asked about where that is not known.",
        "Holidays of schools are not left out of the days on which something can be booked.",
    ),
    not_for="a recommendation for award: it counts what was recorded here, and somebody has to look at the record.",
    sql=f"""
        with counted as (
            {DAYS_IN_SCHOOLS}
        ), taught as (  -- a school with whether they have taught there
            select trainee_id, urn, bool_or(is_done) as is_done from (
                select trainee_id, unnest(schools_taught) as urn, true as is_done from counted
                union all
                select trainee_id, unnest(schools_planned), false from counted
                union all
                select trainee_id, earlier.school_urn, true
                from earlier_placements cross join lateral jsonb_to_recordset(placements) as earlier (school_urn text)
                union all
                select trainee_id, school_urn, false from pairs
                where confirmed_on <= {AS_OF} and (least(withdrawn_on, declined_on, lapsed_on) <= {AS_OF}) is not true
            ) each group by trainee_id, urn
        ), schools_of as (
            select trainee_id, count(*) filter (where is_done) as taught_at, count(*) as booked,
                   {", ".join(f"min(s.{each}) <> max(s.{each}) as other_{each}" for each in _FACTORS)}
            from taught left join schools s using (urn) group by trainee_id
        ), ruled as materialized (  -- the rules of each route and first day, of which there are few
            select *, {_rule("placement_days")} as days_needed, {_rule("intensive_practice_days")} as intensive_needed,
                   {_rule("placement_schools")}::int as schools_needed
            from (select distinct coalesce(course_starts_on, {AS_OF}) as judged_on, training_route from trainees) each
        ), needed as (
            select t.trainee_id, t.training_route, t.course_starts_on, t.course_ends_on,
                   r.days_needed, r.intensive_needed, r.schools_needed,
                   coalesce(days_done, 0) as days_done, coalesce(days_logged, 0) as days_logged,
                   coalesce(days_confirmed, 0) as days_confirmed, coalesce(days_accepted, 0) as days_accepted,
                   coalesce(days_planned, 0) as days_planned, coalesce(intensive_done, 0) as intensive_done,
                   coalesce(intensive_planned, 0) as intensive_planned,
                   coalesce(taught_at, 0)::int as schools_taught_at, coalesce(booked, 0)::int as schools_booked,
                   array_remove(array[{_DIFFERENCES}], null) as differ_in
            from trainees t
            join ruled r on r.training_route = t.training_route
                 and r.judged_on = coalesce(t.course_starts_on, {AS_OF})
            left join counted using (trainee_id) left join schools_of using (trainee_id)
            where {in_scope(trainee="t.trainee_id")}
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
        )
        select *, case
            when coalesce(days_needed, intensive_needed, schools_needed) is null then null
            when coalesce(days_done >= days_needed, true) and coalesce(intensive_done >= intensive_needed, true)
                 and coalesce(schools_taught_at >= schools_needed, true) then 'met'
            when book_by < {AS_OF} or course_ends_on < {AS_OF} then 'too_late'
            when all_to_book + coalesce(schools_to_book, 0) = 0 then 'booked'
            else 'to_book' end as verdict
        from dated""",
)
