"""Read model of reflections, without their answers; `projections/access.py` has who reads them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.reflections import ReflectionWritten
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ReflectionRow:
    """A reflection: at which step, by whom, and its last version."""

    reflection_id: UUID
    relationship_id: UUID
    step: str
    written_by: str
    owner_id: UUID
    version: int
    written_on: date


def _write(_: ReflectionRow | None, event: ReflectionWritten) -> ReflectionRow:
    of = {"written_by": event.by, "version": event.version_number, "written_on": event.happened_on}
    return row_of(ReflectionRow, event, **of)


REFLECTIONS = ReadModel(
    name="reflections",
    row=ReflectionRow,
    key=("reflection_id",),
    on={ReflectionWritten: Step(key_from("reflection_id"), _write)},
    indexes=("relationship_id",),
    edition=2,
)
