"""Read model of feedback, without its words; `projections/access.py` has who reads it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.feedback import FeedbackAcknowledged, FeedbackWritten
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """Feedback: by whom, of which day, what it is about, and whether the mentee acknowledged it."""

    feedback_id: UUID
    relationship_id: UUID
    owner_id: UUID
    author_id: UUID
    role: str
    given_on: date
    version: int
    areas: tuple[str, ...]
    development_needs: tuple[str, ...]
    acknowledged_on: date | None = None


def _write(_: FeedbackRow | None, event: FeedbackWritten) -> FeedbackRow:
    return row_of(FeedbackRow, event, given_on=event.happened_on, version=event.version_number)


def _acknowledge(row: FeedbackRow, event: FeedbackAcknowledged) -> FeedbackRow:
    return replace(row, acknowledged_on=event.happened_on)


FEEDBACK = ReadModel(
    name="feedback",
    row=FeedbackRow,
    key=("feedback_id",),
    on={
        FeedbackWritten: Step(key_from("feedback_id"), _write),
        FeedbackAcknowledged: Step(key_from("feedback_id"), _acknowledge),
    },
    indexes=("relationship_id", "owner_id"),
)
