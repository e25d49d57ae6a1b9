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
from services.reporting.views.requirements import KEPT_REQUIREMENTS
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
    figures=(KEPT_REQUIREMENTS,),
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
    sql=f"select * from requirements required where {in_scope(trainee='required.trainee_id')}",
)
