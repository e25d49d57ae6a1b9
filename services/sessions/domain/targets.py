"""A target for the trainee: set by mentor or trainee, and reviewed until it is met or dropped.

Source: product.md S3; NCSL (targets "written in planners and never revisited"), George (academic and other targets).
The words of a target belong to the trainee. What its progress and its sharing are is in `target_progress` and
`target_sharing`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.sessions.domain.curricula import Tags
from services.sessions.domain.forms import FormAnswers, fit_answers, write_answers
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.target_progress import (
    NoteProgress,
    ProgressNoted,
    ProgressTakenBack,
    TakeBackProgress,
    change_progress,
    evolve_progress,
)
from services.sessions.domain.target_sharing import (
    AcknowledgeTarget,
    RevokeTargetShare,
    ShareTarget,
    TargetAcknowledged,
    TargetShared,
    TargetShareRevoked,
    evolve_sharing,
    share_target,
)
from services.sessions.domain.target_states import (
    ReviewStatus,
    Status,
    Target,
    TargetEvent,
    TouchingEvent,
    days_to_tell,
)
from services.sessions.domain.texts import Text, long_date
from shared.events.practices import SMART, Form, TargetRules
from shared.events.words import Side, Standard
from shared.inputs.days import ReviewDay, StepDay, TargetDay
from shared.kernel.decider import Command, Decider, DomainError, Invalid, NotFound, Personal, Value, build_from

TargetKind = Literal["academic", "professional", "personal"]
DropReason = Literal["no_longer_needed", "too_much", "replaced", "by_mistake", "other"]
"""Why a target is dropped; one that was set by mistake does not count for its week."""


class TargetDetails(Value):
    """A target to reach by `due_on`; `measure` says how mentor and trainee will know that it is met.

    The standards say what it is about, and nothing of whether they are met.
    """

    text: Text
    measure: Text | None = None
    due_on: date
    kind: TargetKind | None = None
    standards: Tags = ()


class TargetReviewDetails(Value):
    """The status of a target, and what was observed; one that is dropped has a reason."""

    status: ReviewStatus
    note: Text | None = None
    reason: DropReason | None = None


class NewTargetDetails(TargetDetails):
    """A target to set; `answers` are those to the programme's form for targets, of which none has to be given."""

    due_on: TargetDay
    answers: FormAnswers = Field(default_factory=dict)


class NewTarget(NewTargetDetails):
    """A target to set outside a meeting."""

    on: StepDay


class DatedReview(TargetReviewDetails):
    """A review of a target on a day."""

    on: ReviewDay


class TargetReview(DatedReview):
    """A review of a target on a day; a target that is revised goes on as `revised`."""

    revised: NewTargetDetails | None = None


class AmendedTarget(NewTargetDetails):
    """Another version of a target: the whole target as it should be. `amended_on` is the day on which it is written."""

    amended_on: StepDay


class AmendedReview(DatedReview):
    """Another version of the last review of a target. `amended_on` is the day on which it is written."""

    amended_on: StepDay


class TargetSet(TargetDetails, TouchingEvent):
    """A target was set, or another version of it was written."""

    type: ClassVar[str] = "sessions.target_set"

    text: Annotated[str, Personal("trainee_id")]
    measure: Annotated[str | None, Personal("trainee_id")] = None
    answers: Annotated[str | None, Personal("trainee_id")] = None
    standards: tuple[Standard, ...] = ()


class TargetReviewed(TargetReviewDetails, TouchingEvent):
    """A target was reviewed, or another version of its last review was written."""

    type: ClassVar[str] = "sessions.target_reviewed"

    version_number: int = 2
    note: Annotated[str | None, Personal("trainee_id")] = None


class TargetUntouched(TargetEvent):
    """Nobody had touched the target for the programme's working days: its owner was told, or then the mentor.

    `by` is the side that was told.
    """

    type: ClassVar[str] = "sessions.target_untouched"


class TargetCommand(Command):
    """The relationship of a target, the rules and the form that the programme has for targets, and the side that
    commands.
    """

    relationship: Relationship
    rules: TargetRules = TargetRules()
    form: Form = SMART
    target_id: UUID
    by: Side


class SetTarget(TargetCommand):
    """Set a target."""

    on: date
    target: TargetDetails


class ReviewTarget(TargetCommand):
    """Review a target."""

    review: TargetReview


class AmendTarget(TargetCommand):
    """Amend a target."""

    target: AmendedTarget


class AmendReview(TargetCommand):
    """Amend the last review of a target."""

    review: AmendedReview


class TellOfUntouched(Command):
    """Tell a side on a day that nobody touches the target, unless somebody has."""

    relationship: Relationship
    target_id: UUID
    to: Side
    on: date


Progress = NoteProgress | TakeBackProgress
Sharing = ShareTarget | RevokeTargetShare | AcknowledgeTarget
Commands = SetTarget | ReviewTarget | AmendTarget | AmendReview | Progress | Sharing | TellOfUntouched
Events = (
    TargetSet
    | TargetReviewed
    | ProgressNoted
    | ProgressTakenBack
    | TargetShared
    | TargetShareRevoked
    | TargetAcknowledged
    | TargetUntouched
)


class AlreadySet(DomainError):
    """A target with this id is set already."""


class TargetClosed(DomainError):
    """The target is met or dropped, and cannot be reviewed any more."""


class NotReviewed(DomainError):
    """The target was not reviewed yet, so that there is no review to amend."""


def decide(command: Commands, target: Target | None, now: datetime) -> Sequence[Events]:
    """Set a target once; review it until it is met or dropped; amend the target or its last review at any time.

    Note progress, share it and acknowledge it as long as it is there.
    """
    today = now.date()
    match command, target:
        case SetTarget(), None:
            return [_set(command, today)]
        case SetTarget(), Target():
            raise AlreadySet("This target is set already.")
        case ReviewTarget() | NoteProgress(), Target(status="met" | "dropped" as status):
            raise TargetClosed(
                f"This target is {status}; set a new one to continue. If its last review is wrong, amend that."
            )
        case AmendReview(), Target(status="open"):
            raise NotReviewed("This target was not reviewed yet. Review it first.")
        case ReviewTarget(), Target():
            return _review(command, target, today)
        case AmendReview(), Target():
            return [_reviewed(command, target, target.version + 1, today)]
        case AmendTarget(), Target():
            return [_amend(command, target, today)]
        case NoteProgress() | TakeBackProgress(), Target():
            return change_progress(command, target, today)
        case ShareTarget() | RevokeTargetShare() | AcknowledgeTarget(), Target():
            return share_target(command, target)
        case TellOfUntouched(), Target():
            return _tell(command, target)
        case _:
            raise NotFound("There is no such target.")


def _review(command: ReviewTarget, target: Target, today: date) -> Sequence[TargetReviewed | TargetSet]:
    review, revised = command.review, command.review.revised
    if (review.status == "revised") != (revised is not None):
        raise Invalid(
            "Say how the target reads from now on (revised)."
            if revised is None
            else "Only a target that is revised reads otherwise from now on; leave this out.",
            pointer="/revised",
        )
    reviewed = _reviewed(command, target, target.version + 1, today)
    if revised is None:
        return [reviewed]
    command.relationship.must_be_confidential("/revised/text")
    if revised.due_on <= review.on:
        raise Invalid(f"Choose a day after {long_date(review.on)}, on which it is revised.", pointer="/revised/due_on")
    version = {**_names(command, target, target.version + 2), "amended_on": review.on}
    return [reviewed, _written(command, revised, "/revised", today, target, happened_on=target.set_on, **version)]


def _reviewed(command: ReviewTarget | AmendReview, target: Target, version: int, today: date) -> TargetReviewed:
    review = command.review
    command.relationship.must_cover(review.on)
    if review.on < target.set_on:
        raise Invalid(
            f"This target was set on {long_date(target.set_on)}; give that day or a later one.", pointer="/on"
        )
    if isinstance(review, AmendedReview):
        _must_not_precede(review.amended_on, review.on)
    if (review.status == "dropped") != (review.reason is not None):
        raise Invalid(
            "Say why the target is dropped (reason)."
            if review.reason is None
            else "Only a target that is dropped has a reason; leave it out.",
            pointer="/reason",
        )
    days = days_to_tell(command.rules, target, getattr(review, "amended_on", review.on), today, review.status)
    return build_from(TargetReviewed, review, happened_on=review.on, **_names(command, target, version), **days)


def _amend(command: AmendTarget, target: Target, today: date) -> TargetSet:
    new, relationship = command.target, command.relationship
    relationship.must_be_kept()
    relationship.must_be_confidential("/text")
    _must_not_precede(new.amended_on, target.set_on)
    _must_be_due_later(new.due_on, target.set_on)
    names = _names(command, target, target.version + 1)
    version = {"happened_on": target.set_on, "amended_on": new.amended_on}
    return _written(command, new, "", today, target, target.status, **version, **names)


def _must_not_precede(amended_on: date, day: date) -> None:
    if amended_on < day:
        raise Invalid(f"What you amend is of {long_date(day)}; it is amended after that.", pointer="/amended_on")


def _must_be_due_later(due_on: date, set_on: date) -> None:
    if due_on <= set_on:
        raise Invalid(f"Choose a day after {long_date(set_on)}, on which the target is set.", pointer="/due_on")


def _names(command: TargetCommand, target: Target, version: int) -> dict[str, Any]:
    return {
        "target_id": command.target_id,
        "relationship_id": target.relationship_id,
        "trainee_id": target.trainee_id,
        "by": command.by,
        "version_number": version,
    }


def _set(command: SetTarget, today: date) -> TargetSet:
    relationship, target = command.relationship, command.target
    relationship.must_cover(command.on)
    relationship.must_be_confidential("/text")
    _must_be_due_later(target.due_on, command.on)
    return _written(
        command,
        target,
        "",
        today,
        happened_on=command.on,
        target_id=command.target_id,
        relationship_id=relationship.relationship_id,
        trainee_id=relationship.trainee_id,
        by=command.by,
    )


def _written(
    command: TargetCommand,
    new: TargetDetails,
    pointer: str,
    today: date,
    target: Target | None = None,
    status: Status = "open",
    **others: Any,
) -> TargetSet:
    """Return a version of a target with its answers to the form, and when somebody is told if nobody touches it."""
    given = getattr(new, "answers", {})
    answers = write_answers(fit_answers(command.form, given, f"{pointer}/answers")) if given else None
    touched_on = others.get("amended_on") or others["happened_on"]
    days = days_to_tell(command.rules, target, touched_on, today, status)
    return build_from(TargetSet, new, **others, **days, answers=answers)


def _tell(command: TellOfUntouched, target: Target) -> Sequence[TargetUntouched]:
    """Tell the owner, then the mentor, each on their day; nobody once it is closed or the relationship is over."""
    relationship, on = command.relationship, command.on
    due = target.owner_told_on if command.to == "trainee" else target.mentor_told_on
    if relationship.erased or on > relationship.ends_on or target.is_closed or due is None or on < due:
        return []
    told: Sequence[Side] = {None: (), "owner": ("trainee",), "mentor": ("trainee", "mentor")}[target.told]
    wanted: Sequence[Side] = ("trainee",) if command.to == "trainee" else ("trainee", "mentor")
    return [
        TargetUntouched(
            happened_on=on,
            target_id=command.target_id,
            relationship_id=target.relationship_id,
            trainee_id=target.trainee_id,
            by=side,
            version_number=target.version + nth,
        )
        for nth, side in enumerate((side for side in wanted if side not in told), 1)
    ]


def evolve(target: Target | None, event: Events) -> Target | None:
    """Apply an event to the target."""
    if target is None:
        if not isinstance(event, TargetSet):
            return None
        target = Target(event.relationship_id, event.trainee_id, event.happened_on)
    # reviews of earlier versions of the program are not numbered
    version = max(target.version + isinstance(event, TargetReviewed), event.version_number)
    target = replace(target, version=version)
    if isinstance(event, TouchingEvent):
        target = target.after_touch(event)
    match event:
        case TargetSet():
            return target
        case TargetReviewed():
            return replace(target, status=event.status, by_mistake=event.reason == "by_mistake")
        case ProgressNoted() | ProgressTakenBack():
            return evolve_progress(target, event)
        case TargetShared() | TargetShareRevoked() | TargetAcknowledged():
            return evolve_sharing(target, event)
        case TargetUntouched(by=by):
            return replace(target, told="owner" if by == "trainee" else "mentor")


TARGET: Decider[Target | None, Commands, Events] = Decider(
    "target",
    lambda: None,
    decide,
    evolve,
    (
        TargetSet,
        TargetReviewed,
        ProgressNoted,
        ProgressTakenBack,
        TargetShared,
        TargetShareRevoked,
        TargetAcknowledged,
        TargetUntouched,
    ),
)
