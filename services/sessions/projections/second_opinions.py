"""Read model of second opinions: a row for each step, with its texts as they are encrypted."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.second_opinions import OpinionAsked, OpinionRequestWithdrawn, OpinionWritten
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class OpinionStepRow:
    """Somebody asked for a second opinion on a version, took that back, or wrote it."""

    assessment_id: UUID
    version_number: int
    step: int
    trainee_id: UUID
    state: str
    taken_on: date
    person_id: UUID
    reason: str | None = None
    levels: dict[str, Any] | None = None
    text: str | None = None


def _ask(_: OpinionStepRow | None, event: OpinionAsked) -> OpinionStepRow:
    return row_of(OpinionStepRow, event, state="asked", taken_on=event.happened_on)


def _withdraw(_: OpinionStepRow | None, event: OpinionRequestWithdrawn) -> OpinionStepRow:
    return row_of(OpinionStepRow, event, state="withdrawn", taken_on=event.happened_on)


def _write(_: OpinionStepRow | None, event: OpinionWritten) -> OpinionStepRow:
    levels = {str(standard): level for standard, level in event.levels.items()}
    return row_of(OpinionStepRow, event, state="written", taken_on=event.happened_on, levels=levels)


_KEY = key_from("assessment_id", "version_number", "step")

OPINION_STEPS = ReadModel(
    name="second_opinion_steps",
    row=OpinionStepRow,
    key=("assessment_id", "version_number", "step"),
    on={
        OpinionAsked: Step(_KEY, _ask),
        OpinionRequestWithdrawn: Step(_KEY, _withdraw),
        OpinionWritten: Step(_KEY, _write),
    },
)
