"""Targets not revisited: open ones that are past their day, or that nobody has looked at again for weeks."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind
from services.reporting.reports.report import AS_OF, Report, in_scope
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.targets import TARGETS
from services.reporting.views.targets_left_alone import KEPT_TARGETS_LEFT_ALONE, LEFT_ALONE
from shared.events.words import Standard
from shared.kernel.answers import Answer


class TargetNotRevisited(Answer):
    """An open target that somebody should look at again."""

    target_id: UUID = Field(description="The target.")
    trainee_id: UUID = Field(description="Whose target it is.")
    mentor_id: UUID = Field(description="The mentor of the relationship in which it was set.")
    relationship_id: UUID = Field(description="That relationship.")
    programme_id: UUID = Field(description="The programme of the relationship.")
    school_urn: str = Field(description="The school of the relationship.")
    school_name: str | None = Field(description="Its name.")
    standards: tuple[Standard, ...] = Field(description="The Teachers' Standards that it is about.")
    set_on: date = Field(description="The day on which it was set, or written anew.")
    due_on: date = Field(description="The day by which it should be met.")
    reviewed_on: date | None = Field(description="The day of its last review.")
    days_past: int = Field(description="Days since the day by which it should be met; 0 before it.")
    days_left_alone: int = Field(description="Days since it was last reviewed, or set where it never was.")
    mentoring_goes_on: bool = Field(
        description="Whether the relationship goes on: if not, somebody else has to look at it with the trainee."
    )


_OF_RELATIONSHIP = ("trainee_id", "mentor_id", "programme_id", "school_urn", "school_name", "mentoring_goes_on")

TARGETS_NOT_REVISITED = Report(
    name="targets-not-revisited",
    title="Targets not revisited",
    question="Which open targets are past their day, or were not looked at again for weeks?",
    row=TargetNotRevisited,
    key=("target_id",),
    filters=("trainee_id", "mentor_id", "school_urn", "programme_id", "mentoring_goes_on"),
    scope=policy.targets,
    made_from=(TARGETS, RELATIONSHIPS, SCHOOLS),
    figures=(KEPT_TARGETS_LEFT_ALONE,),
    behind=(
        Behind(TARGETS, "t.target_id = shown.target_id"),
        Behind(RELATIONSHIPS, "t.relationship_id = shown.relationship_id", _OF_RELATIONSHIP),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=(
        f"It is here if it was not reviewed on its day or since, or if nobody looked at it for {LEFT_ALONE} days.",
        "Of a target its last review and the day on which it was last set are known, and not what was before these.",
        "What a target says is for those whom the trainee lets read it.",
    ),
    not_for="judging a trainee or a mentor: that nobody looked at a target again says nothing of either's work.",
    sql=f"""
        select t.target_id, t.trainee_id, t.mentor_id, t.relationship_id, t.programme_id, t.school_urn,
               s.name as school_name, t.standards, t.set_on, t.due_on, t.reviewed_on,
               greatest({AS_OF} - t.due_on, 0) as days_past, {AS_OF} - t.looked_at_on as days_left_alone,
               {AS_OF} <= t.ends_on as mentoring_goes_on
        from targets_left_alone t left join schools s on s.urn = t.school_urn
        where {in_scope(school="t.school_urn", mentor="t.mentor_id", trainee="t.trainee_id")}""",
)
