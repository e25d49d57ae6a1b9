"""A target that mentor or trainee set, and how it is followed up.

Source: product.md S3; NCSL ("written in planners and never revisited"): a target is looked at again until it is met or
dropped. Its words are the trainee's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from services.sessions.domain.relationships import Relationship, said
from shared.events.words import Side
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal

Reviewed = Literal["progressing", "met", "revised", "dropped"]
Status = Literal["open", "progressing", "met", "revised", "dropped"]


class TargetEvent(Event):
    """What every event of a target names."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side


class TargetSet(TargetEvent):
    """A target to reach by `due_on`; `measure` says how one will know."""

    type: ClassVar[str] = "sessions.target_set"

    text: Annotated[str, Personal("trainee_id")]
    measure: Annotated[str | None, Personal("trainee_id")] = None
    due_on: date


class TargetReviewed(TargetEvent):
    """The target was looked at again."""

    type: ClassVar[str] = "sessions.target_reviewed"

    status: Reviewed
    note: Annotated[str | None, Personal("trainee_id")] = None


class SetTarget(Command):
    """Set a target."""

    relationship: Relationship
    target_id: UUID
    by: Side
    on: date
    text: str
    measure: str | None
    due_on: date


class Review(Command):
    """Look at a target again and say where it stands."""

    target_id: UUID
    by: Side
    on: date
    status: Reviewed
    note: str | None


Commands = SetTarget | Review
Events = TargetSet | TargetReviewed


class AlreadySet(DomainError):
    """The target was set before."""


class TargetClosed(DomainError):
    """A target that is met or dropped is not looked at again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose target it is, since when, and where it stands."""

    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    status: Status = "open"


def decide(command: Commands, target: Target | None, now: datetime) -> Sequence[Events]:
    """Set within the relationship, for a later day; reviewed as often as one likes until it is met or dropped."""
    del now
    match command, target:
        case SetTarget(relationship=relationship), None:
            relationship.must_cover(command.on)
            if command.due_on <= command.on:
                raise Invalid(f"A target is due after the day it is set ({said(command.on)}).", pointer="/due_on")
            return [
                TargetSet(
                    happened_on=command.on,
                    relationship_id=relationship.relationship_id,
                    trainee_id=relationship.trainee_id,
                    **command.model_dump(exclude={"on", "relationship"}),
                )
            ]
        case SetTarget(), Target():
            raise AlreadySet("This target was set before.")
        case Review(), Target(status="met" | "dropped" as status):
            raise TargetClosed(f"This target is {status}; set a new one to go on from there.")
        case Review(), Target():
            if command.on < target.set_on:
                raise Invalid(f"This target was set on {said(target.set_on)}.", pointer="/on")
            return [
                TargetReviewed(
                    happened_on=command.on,
                    relationship_id=target.relationship_id,
                    trainee_id=target.trainee_id,
                    **command.model_dump(exclude={"on"}),
                )
            ]
        case _:
            raise NotFound("There is no such target.")


def evolve(target: Target | None, event: Events) -> Target | None:
    """The target after the event."""
    match event:
        case TargetSet():
            return Target(event.relationship_id, event.trainee_id, event.happened_on)
        case TargetReviewed():
            return target and replace(target, status=event.status)


TARGET: Decider[Target | None, Commands, Events] = Decider(
    "target", lambda: None, decide, evolve, (TargetSet, TargetReviewed)
)
