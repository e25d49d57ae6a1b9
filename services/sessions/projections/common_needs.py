"""Read model of counts of common needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.common_needs import NeedsCounted
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class CommonNeedsRow:
    """The needs of a school and a programme in the term that ended on `until`, each with the number of people."""

    count_id: UUID
    programme_id: UUID
    school_urn: str
    until: date
    needs: tuple[Any, ...]


def _count(_: CommonNeedsRow | None, event: NeedsCounted) -> CommonNeedsRow:
    return row_of(CommonNeedsRow, event, needs=tuple(need.model_dump() for need in event.needs))


COMMON_NEEDS = ReadModel(
    name="common_needs",
    row=CommonNeedsRow,
    key=("count_id",),
    on={NeedsCounted: Step(key_from("count_id"), _count)},
    indexes=("school_urn",),
)
