"""A mentoring relationship, opened by a confirmed pair or support; it ends early where matching says so.

Source: product.md S1; the terms come with the pair, so that the record is judged by the rules it began under.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.words import EndingReason, MentoringRole
from shared.kernel.decider import Command, Decider, Event, Invalid


class RelationshipOpened(Event):
    """Mentor and trainee work together from `starts_on` to `ends_on`, both days included; hours are per week.

    Whoever is there for somebody beside a lead mentor is the mentor here, and the mentee the trainee.
    """

    type: ClassVar[str] = "sessions.relationship_opened"

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    mentor_hours_per_week: float
    role: MentoringRole = "lead"


class RelationshipRehomed(Event):
    """A record of one of the two was merged with another: these are the two from now on."""

    type: ClassVar[str] = "sessions.relationship_rehomed"

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID


class RelationshipMoved(Event):
    """The school closed, and the relationship goes on at the one that followed it."""

    type: ClassVar[str] = "sessions.relationship_moved"

    relationship_id: UUID
    school_urn: str


class RelationshipEnded(Event):
    """The two were parted before the last day: `ended_on` is the last day on which they work together.

    It may lie before the first one: then they never did. What was recorded stays as it is.
    """

    type: ClassVar[str] = "sessions.relationship_ended"

    relationship_id: UUID
    ended_on: date
    reason: EndingReason


class End(Command):
    """Let the relationship end early."""

    reason: EndingReason
    on: date


class Move(Command):
    """Let the relationship be at another school."""

    school_urn: str
    on: date


class Rehome(Command):
    """Let the relationship be between the records that stand for the two."""

    trainee_id: UUID
    mentor_id: UUID
    on: date


class Open(Command):
    """Open the relationship of a confirmed pair or support."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    mentor_hours_per_week: float
    role: MentoringRole = "lead"
    on: date


class OutsideTheRelationship(Invalid):
    """The day does not lie within the relationship."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """An open relationship: whose it is, where, between which days, and how many targets a meeting may set."""

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    targets_per_meeting: int
    ended: bool = False

    def must_cover(self, on: date) -> None:
        """Raise `OutsideTheRelationship` for a day before it starts or after it ends."""
        if self.ended and self.ends_on < self.starts_on:
            raise OutsideTheRelationship("This relationship ended before it began.", pointer="/on")
        if not self.starts_on <= on <= self.ends_on:
            raise OutsideTheRelationship(
                f"This relationship runs from {said(self.starts_on)} to {said(self.ends_on)}.", pointer="/on"
            )


def said(day: date) -> str:
    """A day as one says it: 14 September 2026."""
    return f"{day.day} {day:%B %Y}"


Commands = Open | Rehome | Move | End
Events = RelationshipOpened | RelationshipRehomed | RelationshipMoved | RelationshipEnded


def decide(command: Commands, relationship: Relationship | None, now: datetime) -> Sequence[Events]:
    """Open once; what is said twice is said once."""
    del now
    match command:
        case Open():
            opened = RelationshipOpened(happened_on=command.on, **command.model_dump(exclude={"on"}))
            return [opened] if relationship is None else []
        case Rehome():
            if relationship is None or (relationship.trainee_id, relationship.mentor_id) == (
                command.trainee_id,
                command.mentor_id,
            ):
                return []
            said = {"relationship_id": relationship.relationship_id, **command.model_dump(exclude={"on"})}
            return [RelationshipRehomed(happened_on=command.on, **said)]
        case Move(school_urn=school_urn):
            if relationship is None or relationship.school_urn == school_urn:
                return []
            there = {"relationship_id": relationship.relationship_id, "school_urn": school_urn}
            return [RelationshipMoved(happened_on=command.on, **there)]
        case End(reason=reason, on=on):
            if relationship is None or relationship.ended or on >= relationship.ends_on:
                return []
            ids = {"relationship_id": relationship.relationship_id}
            return [RelationshipEnded(happened_on=on, ended_on=on, reason=reason, **ids)]


def evolve(relationship: Relationship | None, event: Events) -> Relationship:
    """The relationship after the event."""
    if isinstance(event, RelationshipRehomed):
        assert relationship is not None
        return replace(relationship, trainee_id=event.trainee_id, mentor_id=event.mentor_id)
    if isinstance(event, RelationshipMoved):
        assert relationship is not None
        return replace(relationship, school_urn=event.school_urn)
    if isinstance(event, RelationshipEnded):
        assert relationship is not None
        return replace(relationship, ends_on=event.ended_on, ended=True)
    return Relationship(
        relationship_id=event.relationship_id,
        trainee_id=event.trainee_id,
        mentor_id=event.mentor_id,
        school_urn=event.school_urn,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        targets_per_meeting=event.targets_per_meeting,
    )


RELATIONSHIP: Decider[Relationship | None, Commands, Events] = Decider(
    "relationship",
    lambda: None,
    decide,
    evolve,
    (RelationshipOpened, RelationshipRehomed, RelationshipMoved, RelationshipEnded),
)
