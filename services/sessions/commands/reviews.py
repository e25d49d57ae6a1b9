"""Commands of reviews: plan the next one, record one, take it back, end a relationship that was closed."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import end_relationship, last_recorded_day, load_to_see
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.reviews import (
    REVIEWS,
    NewReview,
    PlanReview,
    ReviewRelationship,
    ReviewWithdrawal,
    TakeReviewBack,
)
from shared.kernel.answers import Answer
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class ReviewState(Answer):
    """The reviews of a relationship after a command: how many hold, when the next is due, and the day of the closing.

    Until the last day, a review that closes the relationship can be taken back.
    """

    relationship_id: UUID
    reviews: int
    due_on: date | None
    closes_on: date | None


def review_relationship(who: Principal, relationship_id: UUID, review: NewReview) -> UseCase[ReviewState]:
    """Record what a review decided."""

    async def use_case(unit: Unit) -> ReviewState:
        relationship, programme, reviewer_id = await _load_to_review(who, unit, relationship_id)
        (reviews,) = await unit.load(REVIEWS, relationship_id)
        note = reviews.last.note if reviews.last else None
        opened = await open_texts(unit.reads, unit.tenant, [note])
        command = ReviewRelationship(
            relationship=relationship,
            programme=programme,
            reviewer_id=reviewer_id,
            review=review,
            note_on_record=note and opened.get(note, note),
        )
        await unit.decide(REVIEWS, relationship_id, command)
        return await _state(unit, relationship_id)

    return use_case


def take_review_back(who: Principal, relationship_id: UUID, withdrawal: ReviewWithdrawal) -> UseCase[ReviewState]:
    """Take the last review back, with a reason for the mentee."""

    async def use_case(unit: Unit) -> ReviewState:
        relationship, programme, reviewer_id = await _load_to_review(who, unit, relationship_id)
        command = TakeReviewBack(
            relationship=relationship, programme=programme, reviewer_id=reviewer_id, withdrawal=withdrawal
        )
        await unit.decide(REVIEWS, relationship_id, command)
        return await _state(unit, relationship_id)

    return use_case


async def plan_review(unit: Unit, relationship_id: UUID) -> None:
    """Plan the first review by the programme's rules; raises `ProgrammeNotKnown` where they have not arrived."""
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    assert relationship is not None  # its opening asked for the plan
    (reviews,) = await unit.load(REVIEWS, relationship_id)
    if reviews.number or reviews.due_on:
        return
    programme = await load_programme(unit, relationship.programme_id)
    planning = PlanReview(relationship=relationship, programme=programme, on=unit.now.date())
    await unit.decide(REVIEWS, relationship_id, planning)


async def close_relationship(unit: Unit, relationship_id: UUID) -> None:
    """End a relationship that a review has closed, on its last day or on the last one on which something is recorded.

    Does nothing where the review was taken back.
    """
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    (reviews,) = await unit.load(REVIEWS, relationship_id)
    if relationship is None or reviews.closing_on is None:
        return
    recorded_on = await last_recorded_day(unit, relationship, reviews.closing_on)
    await end_relationship(unit, relationship_id, "closed_in_review", recorded_on or reviews.closing_on)


async def _load_to_review(who: Principal, unit: Unit, relationship_id: UUID) -> tuple[Relationship, Programme, UUID]:
    seen = await load_to_see(who, unit, relationship_id)
    programme = await load_programme(unit, seen.relationship.programme_id)
    return seen.relationship, programme, policy.may_review(seen.who, seen.relationship, programme, seen.assigned)


async def _state(unit: Unit, relationship_id: UUID) -> ReviewState:
    (reviews,) = await unit.load(REVIEWS, relationship_id)
    return ReviewState(
        relationship_id=relationship_id,
        reviews=len(reviews.held),
        due_on=reviews.due_on,
        closes_on=reviews.closing_on,
    )
