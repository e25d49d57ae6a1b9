"""Read model of openings of somebody's record to keep somebody safe."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.safeguarding import RecordClosed, RecordOpened
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """An opening: who opened what in which role, until which day; `reason` is encrypted with that person's key."""

    grant_id: UUID
    relationship_id: UUID
    owner_id: UUID
    opened_by: UUID
    role: str
    kinds: tuple[str, ...]
    opened_on: date
    last_day: date
    tell_later: bool
    reason: str
    closed_on: date | None = None


def _open(_: OpeningRow | None, event: RecordOpened) -> OpeningRow:
    return row_of(OpeningRow, event, opened_on=event.happened_on, last_day=event.until)


def _close(row: OpeningRow, event: RecordClosed) -> OpeningRow:
    return replace(row, closed_on=event.happened_on)


OPENINGS = ReadModel(
    name="openings",
    row=OpeningRow,
    key=("grant_id",),
    on={
        RecordOpened: Step(key_from("grant_id"), _open),
        RecordClosed: Step(key_from("grant_id"), _close),
    },
    indexes=("relationship_id", "owner_id"),
)
