"""Calls of sessions that several pages make."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.portal.calls.answers import (
    Meeting,
    Relationship,
    RelationshipWithRecord,
    Series,
    Side,
    Target,
)
from services.portal.calls.services import ServicesAsPerson

OPEN = ("open", "progressing", "revised")
"""What is said of targets that still count."""


@dataclass(frozen=True, slots=True)
class Mentoring:
    """A relationship with its record and its planned meetings, as one of the two sees it on a day."""

    relationship: RelationshipWithRecord
    series: Series
    today: date

    def side_of(self, person_id: UUID) -> Side:
        """Return on which side of the relationship somebody is, whatever their role: a mentor can be mentored too."""
        return "trainee" if person_id == self.relationship.trainee_id else "mentor"

    def other_than(self, person_id: UUID) -> UUID:
        """Return the other of the two."""
        relationship = self.relationship
        return relationship.mentor_id if person_id == relationship.trainee_id else relationship.trainee_id

    @property
    def open_targets(self) -> list[Target]:
        """The targets that still count, the one that is due first before the others."""
        targets = [target for target in self.relationship.targets if target.status in OPEN]
        return sorted(targets, key=lambda target: (target.due_on, target.set_on))

    @property
    def latest_meeting(self) -> Meeting | None:
        """The latest meeting that was recorded; None before the first one."""
        return max(self.relationship.meetings, key=lambda meeting: meeting.on, default=None)

    @property
    def unrecorded(self) -> list[date]:
        """The days up to today on which a meeting was planned, and of which nothing is recorded; the latest first."""
        recorded = {meeting.on for meeting in self.relationship.meetings}
        planned = (each for each in self.series.meetings if each.status != "cancelled" and each.outcome is None)
        days = {each.planned_on for each in planned if each.planned_on <= self.today}
        return sorted(days - recorded, reverse=True)

    @property
    def next_planned(self) -> date | None:
        """The next day after today on which a meeting is planned."""
        planned = (each.planned_on for each in self.series.meetings if each.status != "cancelled")
        return min((day for day in planned if day > self.today), default=None)

    @property
    def can_be_recorded(self) -> bool:
        """Whether a meeting of today could be recorded, as far as the days of the relationship say."""
        relationship = self.relationship
        return relationship.starts_on <= self.today <= relationship.ends_on and relationship.paused_on is None

    @property
    def day_to_record(self) -> date:
        """The day that a form suggests: the latest planned day of which nothing is recorded, otherwise today."""
        last_week = self.today - timedelta(days=7)
        return next((day for day in self.unrecorded if day > last_week), self.today)


async def current_relationships(services: ServicesAsPerson, today: date) -> Sequence[Relationship]:
    """Return the relationships of the person that go on."""
    every = await services.get("sessions", "/relationships", list[Relationship], limit=200)
    return [each for each in every if each.ends_on >= today and each.starts_on <= today + timedelta(days=31)]


async def read_mentoring(services: ServicesAsPerson, relationship_id: UUID, today: date) -> Mentoring:
    """Return a relationship with its record and its planned meetings."""
    relationship, series = await gather(
        services.get("sessions", f"/relationships/{relationship_id}", RelationshipWithRecord),
        services.get("sessions", f"/relationships/{relationship_id}/series", Series),
    )
    return Mentoring(relationship, series, today)
