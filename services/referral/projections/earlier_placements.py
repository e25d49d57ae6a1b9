"""Read model of earlier placements of trainees."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.referral.domain import earlier_placements, people
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """The earlier placements of a trainee, in the order in which they became known."""

    trainee_id: UUID
    placements: tuple[dict[str, Any], ...]


def _placed_earlier(_: EarlierRow | None, event: earlier_placements.EarlierPlacementsRecorded) -> EarlierRow | None:
    return EarlierRow(event.trainee_id, tuple(placement.model_dump(mode="json") for placement in event.placements))


EARLIER = ReadModel(
    name="earlier",
    row=EarlierRow,
    key=("trainee_id",),
    on={
        earlier_placements.EarlierPlacementsRecorded: Step(key_from("trainee_id"), _placed_earlier),
        people.PersonErased: Step(key_from("person_id"), remove_row),
    },
)
