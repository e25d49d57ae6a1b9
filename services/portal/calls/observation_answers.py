"""What pages of observations and feedback read of sessions: a lesson from plan to conversation, and feedback."""

from datetime import date
from uuid import UUID

from services.portal.calls.answers import Part
from services.portal.calls.assessment_answers import ObservationOfLesson


class ObservationWithText(ObservationOfLesson):
    """An observation with what was written of it, for those who may read that."""

    relationship_id: UUID
    development_need: bool | None
    both_own: bool
    answers: dict[str, str | float]


class ObservationState(Part):
    """An observation after a command."""

    observation_id: UUID


class FeedbackWithText(Part):
    """Feedback with its words, for those who may read it."""

    feedback_id: UUID
    relationship_id: UUID
    owner_id: UUID
    author_id: UUID
    on: date
    text: str
    next_step: str | None
    areas: tuple[str, ...]
    development_needs: tuple[str, ...]
    acknowledged_on: date | None
    version: int


class FeedbackState(Part):
    """Feedback after a command."""

    feedback_id: UUID
