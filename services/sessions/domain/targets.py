"""A target for the trainee: set by mentor or trainee, and reviewed until it is met or dropped.

Source: product.md S3; NCSL (targets "written in planners and never revisited"). The words of a target belong to the
trainee.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.events.words import Side
from shared.inputs.days import ReviewDay, StepDay, TargetDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from

ReviewStatus = Literal["progressing", "met", "revised", "dropped"]
Status = Literal["open", "progressing", "met", "revised", "dropped"]


class TargetDetails(Value):
    """A target to reach by `due_on`; `measure` says how mentor and trainee will know that it is met."""

    text: Text
    measure: Text | None = None
    due_on: date


class TargetReviewDetails(Value):
    """The status of a target, and what was observed."""

    status: ReviewStatus
    note: Text | None = None


class NewTargetDetails(TargetDetails):
    """A target to set."""

    due_on: TargetDay


class NewTarget(NewTargetDetails):
    """A target to set outside a meeting."""

    on: StepDay


class TargetReview(TargetReviewDetails):
    """A review of a target on a day."""

    on: ReviewDay


class TargetEvent(Event):
    """The fields that all events of a target share."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side


class TargetSet(TargetDetails, TargetEvent):
    """A target was set."""

    type: ClassVar[str] = "sessions.target_set"

    text: Annotated[str, Personal("trainee_id")]
    measure: Annotated[str | None, Personal("trainee_id")] = None


class TargetReviewed(TargetReviewDetails, TargetEvent):
    """A target was reviewed."""

    type: ClassVar[str] = "sessions.target_reviewed"

    note: Annotated[str | None, Personal("trainee_id")] = None


class SetTarget(Command):
    """Set a target; `by` is the side that sets it."""

    relationship: Relationship
    target_id: UUID
    by: Side
    on: date
    target: TargetDetails


class ReviewTarget(Command):
    """Review a target; `by` is the side that reviews it."""

    relationship: Relationship
    target_id: UUID
    by: Side
    review: TargetReview


Commands = SetTarget | ReviewTarget
Events = TargetSet | TargetReviewed


class AlreadySet(DomainError):
    """A target with this id is set already."""


class TargetClosed(DomainError):
    """The target is met or dropped, and cannot be reviewed any more."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target: whose it is, when it was set, and its status."""

    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    status: Status = "open"


def decide(command: Commands, target: Target | None, now: datetime) -> Sequence[Events]:
    """Set a target once; review it until it is met or dropped."""
    del now
    match command, target:
        case SetTarget(), None:
            return [_set(command)]
        case SetTarget(), Target():
            raise AlreadySet("This target is set already.")
        case ReviewTarget(), Target(status="met" | "dropped" as status):
            raise TargetClosed(f"This target is {status}; set a new one to continue.")
        case ReviewTarget(review=review), Target():
            command.relationship.must_cover(review.on)
            if review.on < target.set_on:
                raise Invalid(f"This target was set on {long_date(target.set_on)}.", pointer="/on")
            return [
                build_from(
                    TargetReviewed,
                    review,
                    happened_on=review.on,
                    target_id=command.target_id,
                    relationship_id=target.relationship_id,
                    trainee_id=target.trainee_id,
                    by=command.by,
                )
            ]
        case _:
            raise NotFound("There is no such target.")


def _set(command: SetTarget) -> TargetSet:
    relationship, target = command.relationship, command.target
    relationship.must_cover(command.on)
    relationship.must_be_confidential("/text")
    if target.due_on <= command.on:
        raise Invalid(f"Choose a day after {long_date(command.on)}, on which the target is set.", pointer="/due_on")
    return build_from(
        TargetSet,
        target,
        happened_on=command.on,
        target_id=command.target_id,
        relationship_id=relationship.relationship_id,
        trainee_id=relationship.trainee_id,
        by=command.by,
    )


def evolve(target: Target | None, event: Events) -> Target | None:
    """Apply an event to the target."""
    match event:
        case TargetSet():
            return Target(event.relationship_id, event.trainee_id, event.happened_on)
        case TargetReviewed():
            return target and replace(target, status=event.status)


TARGET: Decider[Target | None, Commands, Events] = Decider(
    "target", lambda: None, decide, evolve, (TargetSet, TargetReviewed)
)
