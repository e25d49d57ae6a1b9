"""Read model of programmes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.sessions.domain.programmes import ProgrammeKnown
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme, and how people work together in it."""

    programme_id: UUID
    title: str
    practice: dict[str, Any]
    assesses: tuple[str, ...] | None = None


def _know(_: ProgrammeRow | None, event: ProgrammeKnown) -> ProgrammeRow:
    return row_of(ProgrammeRow, event, practice=event.practice.model_dump(mode="json"))


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={ProgrammeKnown: Step(key_from("programme_id"), _know)},
    edition=14,
)
