"""Feedback on teaching: on which days it was taught and written; its words stay in sessions."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import FeedbackGiven
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """Feedback: the day of the teaching, and the day on which it was given in writing."""

    feedback_id: UUID
    relationship_id: UUID
    taught_on: date
    given_on: date


def _give(_: FeedbackRow | None, event: FeedbackGiven) -> FeedbackRow:
    return row_of(FeedbackRow, event, given_on=event.happened_on)


FEEDBACK = table(
    "feedback", FeedbackRow, ("feedback_id",), {FeedbackGiven: _give}, indexes=("relationship_id",), edition=2
)
