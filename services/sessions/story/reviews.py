"""The lines of reviews."""

from services.sessions.domain.reviews import REVIEWS as DECIDER
from services.sessions.domain.reviews import RelationshipReviewed, ReviewPlanned, ReviewTakenBack
from services.sessions.domain.texts import long_date
from services.sessions.story.chapters import Chapter, Line, LineReaders

OF_REVIEWS = LineReaders(
    "The mentor and the mentee",
    "What a review decided is for the two; those who review see it with the facts.",
    sides=frozenset({"mentor", "trainee"}),
)


def _planned(planned: ReviewPlanned) -> str:
    if planned.due_on is None:
        return "No further review is planned."
    return f"The next review was planned for {long_date(planned.due_on)}."


def _reviewed(reviewed: RelationshipReviewed) -> str:
    if reviewed.closes_on is None:
        return "A review decided: {decision}."
    return f"A review decided to close the relationship, with {long_date(reviewed.closes_on)} as its last day."


REVIEWS = Chapter(
    DECIDER,
    about="review",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        ReviewPlanned: Line(_planned, OF_REVIEWS),
        RelationshipReviewed: Line(_reviewed, OF_REVIEWS),
        ReviewTakenBack: Line("A review was taken back: what it decided does not hold.", OF_REVIEWS),
    },
)
