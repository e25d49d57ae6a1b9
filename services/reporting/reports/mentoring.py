"""Mentoring: each relationship that has begun, with its meetings due and held."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import behind_delivery
from services.reporting.reports.report import Report, in_scope
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, KEPT_DELIVERIES, MADE_FROM, MeetingCounts
from shared.events.words import MentoringRole


class Mentoring(MeetingCounts):
    """A relationship of a mentor with somebody whom they support."""

    relationship_id: UUID = Field(description="The relationship.")
    programme_id: UUID = Field(description="The programme that it belongs to.")
    trainee_id: UUID = Field(description="The person who is supported.")
    mentor_id: UUID = Field(description="The mentor.")
    school_urn: str = Field(description="The school at which it is.")
    starts_on: date = Field(description="Its first day.")
    ends_on: date = Field(description="Its last day.")
    active: bool = Field(description="Whether the day asked about lies between the two.")
    role: MentoringRole = Field(description="What the mentor is in it.")
    mentor_hours_per_week: float = Field(description="Hours a week that the programme gives the mentor for it.")
    minutes: int = Field(description="Minutes of all meetings held.")
    minutes_due: int = Field(description="Minutes of mentoring that were due in the weeks in which meetings were.")
    last_held_on: date | None = Field(description="The day of the last meeting held.")


MENTORING = Report(
    name="mentoring",
    title="Mentoring relationships",
    question="Which relationships are there, and are the meetings that are due held?",
    row=Mentoring,
    key=("relationship_id",),
    filters=("mentor_id", "trainee_id", "school_urn", "programme_id", "role", "active"),
    scope=policy.caseloads,
    made_from=MADE_FROM,
    figures=(KEPT_DELIVERIES,),
    behind=behind_delivery("r.relationship_id = shown.relationship_id"),
    notes=(DUE_MEANS,),
    not_for="what was said or agreed in meetings: that belongs to the two, and never comes here.",
    sql=f"""
        select *, mentor_minutes_per_week::float8 / 60 as mentor_hours_per_week from ({DELIVERY}) delivery
        where {in_scope(school="school_urn", mentor="mentor_id")}""",
)
