"""Requests for support as a read model."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.people import PersonForgotten
from services.matching.domain.support_requests import SupportRequested, SupportRequestWithdrawn
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class SupportRequestRow:
    """The support that a mentee requests; there is no row for a mentee who requests none."""

    person_id: UUID
    facets: tuple[str, ...]
    structural: bool
    buddy: bool
    since: date


def _requested(_: SupportRequestRow | None, event: SupportRequested) -> SupportRequestRow:
    return row_of(SupportRequestRow, event, since=event.happened_on)


SUPPORT_REQUESTS = ReadModel(
    name="asks",
    row=SupportRequestRow,
    key=("person_id",),
    on={
        SupportRequested: Step(key_from("person_id"), _requested),
        SupportRequestWithdrawn: Step(key_from("person_id"), remove_row),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)
