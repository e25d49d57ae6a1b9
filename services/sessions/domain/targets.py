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


class AmendedTarget(NewTargetDetails):
    """Another version of a target: the whole target as it should be. `amended_on` is the day on which it is written."""

    amended_on: StepDay


class AmendedReview(TargetReview):
    """Another version of the last review of a target. `amended_on` is the day on which it is written."""

    amended_on: StepDay


class TargetEvent(Event):
    """The fields that all events of a target share; a version written on `amended_on` replaces what was there."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side
    version_number: int = 1
    amended_on: date | None = None


class TargetSet(TargetDetails, TargetEvent):
    """A target was set, or another version of it was written."""

    type: ClassVar[str] = "sessions.target_set"

    text: Annotated[str, Personal("trainee_id")]
    measure: Annotated[str | None, Personal("trainee_id")] = None


class TargetReviewed(TargetReviewDetails, TargetEvent):
    """A target was reviewed, or another version of its last review was written."""

    type: ClassVar[str] = "sessions.target_reviewed"

    version_number: int = 2
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


class AmendTarget(Command):
    """Amend a target; `by` is the side that writes the version."""

    relationship: Relationship
    target_id: UUID
    by: Side
    target: AmendedTarget


class AmendReview(Command):
    """Amend the last review of a target; `by` is the side that writes the version."""

    relationship: Relationship
    target_id: UUID
    by: Side
    review: AmendedReview


Commands = SetTarget | ReviewTarget | AmendTarget | AmendReview
Events = TargetSet | TargetReviewed


class AlreadySet(DomainError):
    """A target with this id is set already."""


class TargetClosed(DomainError):
    """The target is met or dropped, and cannot be reviewed any more."""


class NotReviewed(DomainError):
    """The target was not reviewed yet, so that there is no review to amend."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target: whose it is, when it was set, its status, and the number of its last version."""

    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    status: Status = "open"
    version: int = 1


def decide(command: Commands, target: Target | None, now: datetime) -> Sequence[Events]:
    """Set a target once; review it until it is met or dropped; amend the target or its last review at any time."""
    del now
    match command, target:
        case SetTarget(), None:
            return [_set(command)]
        case SetTarget(), Target():
            raise AlreadySet("This target is set already.")
        case ReviewTarget(), Target(status="met" | "dropped" as status):
            raise TargetClosed(
                f"This target is {status}; set a new one to continue. If its last review is wrong, amend that."
            )
        case AmendReview(), Target(status="open"):
            raise NotReviewed("This target was not reviewed yet. Review it first.")
        case ((ReviewTarget() | AmendReview()), Target()):
            return [_review(command, target)]
        case AmendTarget(), Target():
            return [_amend(command, target)]
        case _:
            raise NotFound("There is no such target.")


def _review(command: ReviewTarget | AmendReview, target: Target) -> TargetReviewed:
    review = command.review
    command.relationship.must_cover(review.on)
    if review.on < target.set_on:
        raise Invalid(f"This target was set on {long_date(target.set_on)}.", pointer="/on")
    if isinstance(review, AmendedReview):
        _must_not_precede(review.amended_on, review.on)
    return build_from(TargetReviewed, review, happened_on=review.on, **_names(command, target))


def _amend(command: AmendTarget, target: Target) -> TargetSet:
    new, relationship = command.target, command.relationship
    relationship.must_be_kept()
    relationship.must_be_confidential("/text")
    _must_not_precede(new.amended_on, target.set_on)
    _must_be_due_later(new.due_on, target.set_on)
    return build_from(TargetSet, new, happened_on=target.set_on, **_names(command, target))


def _must_not_precede(amended_on: date, day: date) -> None:
    if amended_on < day:
        raise Invalid(f"What you amend is of {long_date(day)}; it is amended after that.", pointer="/amended_on")


def _must_be_due_later(due_on: date, set_on: date) -> None:
    if due_on <= set_on:
        raise Invalid(f"Choose a day after {long_date(set_on)}, on which the target is set.", pointer="/due_on")


def _names(command: Commands, target: Target) -> dict[str, object]:
    return {
        "target_id": command.target_id,
        "relationship_id": target.relationship_id,
        "trainee_id": target.trainee_id,
        "by": command.by,
        "version_number": target.version + 1,
    }


def _set(command: SetTarget) -> TargetSet:
    relationship, target = command.relationship, command.target
    relationship.must_cover(command.on)
    relationship.must_be_confidential("/text")
    _must_be_due_later(target.due_on, command.on)
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
        case TargetSet() if target is None:
            return Target(event.relationship_id, event.trainee_id, event.happened_on)
        case TargetSet():
            return target and replace(target, version=event.version_number)
        case TargetReviewed():
            # reviews of earlier versions of the program are not numbered
            return target and replace(
                target, status=event.status, version=max(target.version + 1, event.version_number)
            )


TARGET: Decider[Target | None, Commands, Events] = Decider(
    "target", lambda: None, decide, evolve, (TargetSet, TargetReviewed)
)
