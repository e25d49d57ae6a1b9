"""Reviews of a relationship by the role that the programme names: close, continue, or monitor.

Source: product.md S10; George ("make a decision to close, continue or monitor the mentoring"). The programme says how
often, by whom and what can be decided. A relationship that is closed goes on for some working days, so that the two can
say goodbye; until then the decision can be taken back. The note belongs to the mentee.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.terms import NotPossibleNow
from services.sessions.domain.texts import Text, long_date
from shared.calendar import day_after, working_days_after
from shared.events.practices import ReviewRules
from shared.events.words import ReviewDecision
from shared.inputs.days import ReviewDay, StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value

WEEK = 7


class NewReview(Value):
    """What was decided in a review, and a note for the mentee."""

    on: ReviewDay
    decision: ReviewDecision
    note: Text | None = None


class ReviewWithdrawal(Value):
    """Why the last review is taken back."""

    on: StepDay
    reason: Text


class ReviewEvent(Event):
    """The field that all events of the reviews of a relationship share."""

    relationship_id: UUID


class ReviewPlanned(ReviewEvent):
    """The next review is due on a day; None where there is to be none."""

    type: ClassVar[str] = "sessions.review_planned"

    due_on: date | None


class RelationshipReviewed(ReviewEvent):
    """The relationship was reviewed; `number` counts its reviews. One that is closed has `closes_on` as last day."""

    type: ClassVar[str] = "sessions.relationship_reviewed"

    number: int
    reviewer_id: UUID
    decision: ReviewDecision
    closes_on: date | None
    trainee_id: UUID
    note: Annotated[str | None, Personal("trainee_id")] = None


class ReviewTakenBack(ReviewEvent):
    """A review was taken back: what it decided does not hold."""

    type: ClassVar[str] = "sessions.review_taken_back"

    number: int
    reviewer_id: UUID
    trainee_id: UUID
    reason: Annotated[str, Personal("trainee_id")]


class PlanReview(Command):
    """Plan the next review by the rules of the programme."""

    relationship: Relationship
    programme: Programme
    on: date


class ReviewRelationship(Command):
    """Record what a review decided; `note_on_record` is the note of the last review, decrypted by the use case."""

    relationship: Relationship
    programme: Programme
    reviewer_id: UUID
    review: NewReview
    note_on_record: str | None = None


class TakeReviewBack(Command):
    """Take the last review back."""

    relationship: Relationship
    programme: Programme
    reviewer_id: UUID
    withdrawal: ReviewWithdrawal


Commands = PlanReview | ReviewRelationship | TakeReviewBack
Events = ReviewPlanned | RelationshipReviewed | ReviewTakenBack


class AlreadyReviewed(DomainError):
    """A review of that day decided something else."""


@dataclass(frozen=True, slots=True)
class PastReview:
    """A review that holds; its note is encrypted."""

    number: int
    on: date
    decision: ReviewDecision
    closes_on: date | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews of a relationship that hold, how many there were, and the day on which the next one is due."""

    held: tuple[PastReview, ...] = ()
    number: int = 0
    due_on: date | None = None

    @property
    def last(self) -> PastReview | None:
        """The last review that holds."""
        return self.held[-1] if self.held else None

    @property
    def closing_on(self) -> date | None:
        """The last day of the relationship, if the last review closed it."""
        return self.last.closes_on if self.last else None


def rules_of(programme: Programme) -> ReviewRules:
    """Return the rules of reviews; raises `NotFound` where the programme has none."""
    if programme.practice.review is None:
        raise NotFound("In this programme relationships are not reviewed.")
    return programme.practice.review


def decide(command: Commands, reviews: Reviews, now: datetime) -> Sequence[Events]:
    """Plan the next review, record one, or take the last one back. Idempotent where nothing changes."""
    del now
    match command:
        case PlanReview(relationship=relationship, programme=programme, on=on):
            rules = programme.practice.review
            may_be_planned = rules is not None and not relationship.erased and relationship.ends_on >= on
            # the first review follows from the first day: a relationship that is recorded late had it planned by then
            planned_on = min(on, relationship.starts_on)
            return _plan(relationship, rules, reviews, planned_on) if rules and may_be_planned else []
        case ReviewRelationship():
            return _review(command, reviews)
        case TakeReviewBack():
            return _take_back(command, reviews)


def _plan(relationship: Relationship, rules: ReviewRules, reviews: Reviews, on: date) -> Sequence[ReviewPlanned]:
    due_on = _due_on(relationship, rules, reviews.last)
    if due_on == reviews.due_on:
        return []
    return [ReviewPlanned(happened_on=on, relationship_id=relationship.relationship_id, due_on=due_on)]


def _due_on(relationship: Relationship, rules: ReviewRules, last: PastReview | None) -> date | None:
    """Return the day of the next review; None after one that closed the relationship, and where it ends before."""
    match last:
        case None:
            since, weeks = relationship.starts_on, rules.every_weeks
        case PastReview(decision="close"):
            return None
        case PastReview(decision="monitor"):
            since, weeks = last.on, rules.monitor_weeks or max(1, rules.every_weeks // 2)
        case PastReview():
            since, weeks = last.on, rules.every_weeks
    due_on = working_days_after(day_after(since, weeks * WEEK), 0)
    return due_on if due_on <= relationship.ends_on else None


def _review(command: ReviewRelationship, reviews: Reviews) -> Sequence[Events]:
    relationship, new, last = command.relationship, command.review, reviews.last
    rules = rules_of(command.programme)
    if new.decision not in rules.decisions:
        raise Invalid(f"In this programme a review decides: {', '.join(rules.decisions)}.", pointer="/decision")
    if last is not None and new.on == last.on:
        if (new.decision, new.note) == (last.decision, command.note_on_record):
            return []
        raise AlreadyReviewed(
            f"A review of {long_date(last.on)} decided: {last.decision}. If that was wrong, take the review back and "
            "record it anew."
        )
    if last is not None and last.decision == "close":
        raise NotPossibleNow("A review has closed this relationship. If that was wrong, take the review back.")
    relationship.must_cover(new.on)
    if last is not None and new.on < last.on:
        raise Invalid(f"The last review was on {long_date(last.on)}; this one was later.", pointer="/on")
    closes_on = None
    if new.decision == "close":
        closes_on = min(working_days_after(new.on, rules.notice), relationship.ends_on)
    reviewed = RelationshipReviewed(
        happened_on=new.on,
        relationship_id=relationship.relationship_id,
        number=reviews.number + 1,
        reviewer_id=command.reviewer_id,
        decision=new.decision,
        closes_on=closes_on,
        trainee_id=relationship.trainee_id,
        note=new.note,
    )
    return [reviewed, *_plan(relationship, rules, evolve(reviews, reviewed), new.on)]


def _take_back(command: TakeReviewBack, reviews: Reviews) -> Sequence[Events]:
    relationship, last, withdrawal = command.relationship, reviews.last, command.withdrawal
    if last is None:
        raise NotFound("There is no review to take back.")
    relationship.must_be_kept()
    if relationship.ended:
        raise NotPossibleNow(
            f"The last day of this relationship was {long_date(relationship.ends_on)}, so that its reviews stay as "
            "they are. Refer the mentee anew to begin again."
        )
    if withdrawal.on < last.on:
        raise Invalid(f"The review was on {long_date(last.on)}; it is taken back after that.", pointer="/on")
    taken_back = ReviewTakenBack(
        happened_on=withdrawal.on,
        relationship_id=relationship.relationship_id,
        number=last.number,
        reviewer_id=command.reviewer_id,
        trainee_id=relationship.trainee_id,
        reason=withdrawal.reason,
    )
    after = evolve(reviews, taken_back)
    return [taken_back, *_plan(relationship, rules_of(command.programme), after, withdrawal.on)]


def evolve(reviews: Reviews, event: Events) -> Reviews:
    """Apply an event to the reviews."""
    match event:
        case ReviewPlanned():
            return replace(reviews, due_on=event.due_on)
        case RelationshipReviewed():
            past = PastReview(event.number, event.happened_on, event.decision, event.closes_on, event.note)
            return replace(reviews, held=(*reviews.held, past), number=event.number)
        case ReviewTakenBack():
            return replace(reviews, held=tuple(each for each in reviews.held if each.number != event.number))


REVIEWS: Decider[Reviews, Commands, Events] = Decider(
    "reviews", Reviews, decide, evolve, (ReviewPlanned, RelationshipReviewed, ReviewTakenBack)
)
