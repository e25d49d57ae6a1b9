"""Read model of observations: their course without what was written; `projections/access.py` has who reads them."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.observation_plans import (
    ObservationAccepted,
    ObservationCalledOff,
    ObservationMoved,
    ObservationPlanned,
)
from services.sessions.domain.observations import FeedbackGiven, ObservationHeld
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """The plan of an observation, and what took place."""

    observation_id: UUID
    relationship_id: UUID
    observed: str
    planned_on: date
    asked_by: str
    accepted: bool = False
    called_off: bool = False
    held_on: date | None = None
    development_need: bool | None = None
    standards: tuple[str, ...] = ()
    feedback_on: date | None = None


def _plan(_: ObservationRow | None, event: ObservationPlanned) -> ObservationRow:
    return row_of(ObservationRow, event, asked_by=event.by)


def _move(row: ObservationRow, event: ObservationMoved) -> ObservationRow:
    return replace(row, planned_on=event.planned_on, asked_by=event.by, accepted=False)


def _accept(row: ObservationRow, _: ObservationAccepted) -> ObservationRow:
    return replace(row, accepted=True)


def _call_off(row: ObservationRow, _: ObservationCalledOff) -> ObservationRow:
    return replace(row, called_off=True)


def _hold(row: ObservationRow, event: ObservationHeld) -> ObservationRow:
    return replace(row, held_on=event.happened_on, development_need=event.development_need, standards=event.standards)


def _give_feedback(row: ObservationRow, event: FeedbackGiven) -> ObservationRow:
    return replace(row, feedback_on=event.happened_on)


OBSERVATIONS = ReadModel(
    name="observations",
    row=ObservationRow,
    key=("observation_id",),
    on={
        ObservationPlanned: Step(key_from("observation_id"), _plan),
        ObservationMoved: Step(key_from("observation_id"), _move),
        ObservationAccepted: Step(key_from("observation_id"), _accept),
        ObservationCalledOff: Step(key_from("observation_id"), _call_off),
        ObservationHeld: Step(key_from("observation_id"), _hold),
        FeedbackGiven: Step(key_from("observation_id"), _give_feedback),
    },
    indexes=("relationship_id",),
    edition=2,
)
