"""Mentor training: hours of each mentor by provider and year, and how many can be claimed by the rule of that year."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind
from services.reporting.reports.report import AS_OF, Report, in_scope
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.training import TRAINING
from services.reporting.views.rules import quantity_of
from shared.events.words import TrainingKind
from shared.kernel.answers import Answer

_RULES = {"initial": "claimable_initial_training", "refresher": "claimable_refresher_training"}


class MentorTraining(Answer):
    """The training of a mentor of one kind, with one provider, in one academic year."""

    mentor_id: UUID = Field(description="The mentor.")
    provider: str = Field(description="The provider of the training.")
    academic_year: str = Field(description="The academic year, whose rule holds.")
    kind: TrainingKind = Field(description="Whether it is initial training or a refresher.")
    school_urn: str | None = Field(description="The mentor's school, which claims.")
    school_name: str | None = Field(description="Its name.")
    entries: int = Field(description="How many entries there are.")
    hours: float = Field(description="Hours in all.")
    claimable_hours: float | None = Field(
        description="Hours of these that can be claimed: those that the allowance still covered on their day."
    )
    most_claimable: float | None = Field(
        description="The allowance of a mentor with a provider by the rule of the year; none is known for some years."
    )
    last_trained_on: date = Field(description="The day of the last entry.")


def _allowance() -> str:
    by_kind = " ".join(
        f"when '{kind}' then {quantity_of(rule, on='min(trained_on)', route=chr(39) * 2)}"
        for kind, rule in _RULES.items()
    )
    return f"case kind {by_kind} end"


MENTOR_TRAINING = Report(
    name="mentor-training",
    title="Mentor training and claims",
    question="Which hours of training has each mentor, and which of them can their school claim?",
    row=MentorTraining,
    key=("mentor_id", "provider", "academic_year", "kind"),
    filters=("mentor_id", "provider", "academic_year", "kind", "school_urn"),
    scope=policy.training,
    made_from=(TRAINING, MENTORS, SCHOOLS),
    behind=(
        Behind(
            TRAINING,
            "(t.mentor_id, t.provider, t.academic_year, t.kind)"
            f" = (shown.mentor_id, shown.provider, shown.academic_year, shown.kind) and t.trained_on <= {AS_OF}",
            ("entries", "hours", "claimable_hours", "most_claimable", "last_trained_on"),
        ),
        Behind(MENTORS, "t.mentor_id = shown.mentor_id", ("school_urn", "school_name")),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=("This is the list for schools to look through before they claim; a wrong entry is corrected in referral.",),
    not_for="the claim itself, which a school makes in the service of the department.",
    sql=f"""
        select t.mentor_id, provider, academic_year, kind, m.school_urn, s.name as school_name,
               count(*)::int as entries, sum(hours) as hours, sum(claimable) as claimable_hours,
               {_allowance()} as most_claimable, max(trained_on) as last_trained_on
        from training t left join mentors m using (mentor_id) left join schools s on s.urn = m.school_urn
        where trained_on <= {AS_OF} and {in_scope(school="m.school_urn", mentor="t.mentor_id")}
        group by t.mentor_id, provider, academic_year, kind, m.school_urn, s.name""",
)
