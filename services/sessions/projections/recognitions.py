"""Read model of documents of what mentors have done; code and name are encrypted with the holder's key."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.recognitions import RecognitionIssued, RecognitionReplaced, RecognitionWithdrawn
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class RecognitionRow:
    """A document, and the days on which it was replaced or withdrawn."""

    recognition_id: UUID
    holder_id: UUID
    issued_on: date
    code: str
    name: str
    name_shown: str
    mentoring: dict[str, Any]
    replaced_on: date | None = None
    withdrawn_on: date | None = None


def _issue(_: RecognitionRow | None, event: RecognitionIssued) -> RecognitionRow:
    mentoring = event.mentoring.model_dump(mode="json")
    return row_of(RecognitionRow, event, issued_on=event.happened_on, mentoring=mentoring)


RECOGNITIONS = ReadModel(
    name="recognitions",
    row=RecognitionRow,
    key=("recognition_id",),
    on={
        RecognitionIssued: Step(key_from("recognition_id"), _issue),
        RecognitionReplaced: Step(
            key_from("recognition_id"), lambda row, event: replace(row, replaced_on=event.happened_on)
        ),
        RecognitionWithdrawn: Step(
            key_from("recognition_id"), lambda row, event: replace(row, withdrawn_on=event.happened_on)
        ),
    },
    indexes=("holder_id",),
)
