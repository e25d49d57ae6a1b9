"""Read models of reviews: when the next one is due, and those that were recorded."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.reviews import RelationshipReviewed, ReviewPlanned, ReviewTakenBack
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class PlannedReviewRow:
    """The day on which the next review of a relationship is due; None where there is to be none."""

    relationship_id: UUID
    due_on: date | None


PLANNED_REVIEWS = ReadModel(
    name="planned_reviews",
    row=PlannedReviewRow,
    key=("relationship_id",),
    on={ReviewPlanned: Step(key_from("relationship_id"), lambda _, event: row_of(PlannedReviewRow, event))},
    indexes=("due_on",),
)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review, with its note and the reason why it was taken back, both encrypted."""

    relationship_id: UUID
    number: int
    reviewed_on: date
    reviewer_id: UUID
    decision: str
    closes_on: date | None
    note: str | None
    taken_back_on: date | None = None
    reason: str | None = None


def _review(_: ReviewRow | None, event: RelationshipReviewed) -> ReviewRow:
    return row_of(ReviewRow, event, reviewed_on=event.happened_on)


def _take_back(row: ReviewRow, event: ReviewTakenBack) -> ReviewRow:
    return replace(row, taken_back_on=event.happened_on, reason=event.reason)


REVIEWS = ReadModel(
    name="reviews",
    row=ReviewRow,
    key=("relationship_id", "number"),
    on={
        RelationshipReviewed: Step(key_from("relationship_id", "number"), _review),
        ReviewTakenBack: Step(key_from("relationship_id", "number"), _take_back),
    },
)
