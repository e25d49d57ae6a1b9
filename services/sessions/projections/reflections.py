"""Read models of reflections: what was written and to whom it is released, and who has read it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.reflections import (
    ReflectionRead,
    ReflectionReleased,
    ReflectionReleaseRevoked,
    ReflectionWritten,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ReflectionRow:
    """A reflection without its answers."""

    reflection_id: UUID
    relationship_id: UUID
    step: str
    written_by: str
    owner_id: UUID
    version: int
    written_on: date
    released_to: tuple[Any, ...] = ()


def _write(before: ReflectionRow | None, event: ReflectionWritten) -> ReflectionRow:
    of = {"written_by": event.by, "version": event.version_number, "written_on": event.happened_on}
    return row_of(ReflectionRow, event, **of, released_to=before.released_to if before else ())


def _release(row: ReflectionRow, event: ReflectionReleased) -> ReflectionRow:
    return replace(row, released_to=(*row.released_to, event.to.model_dump(mode="json")))


def _revoke(row: ReflectionRow, event: ReflectionReleaseRevoked) -> ReflectionRow:
    revoked = event.to.model_dump(mode="json")
    return replace(row, released_to=tuple(to for to in row.released_to if to != revoked))


REFLECTIONS = ReadModel(
    name="reflections",
    row=ReflectionRow,
    key=("reflection_id",),
    on={
        ReflectionWritten: Step(key_from("reflection_id"), _write),
        ReflectionReleased: Step(key_from("reflection_id"), _release),
        ReflectionReleaseRevoked: Step(key_from("reflection_id"), _revoke),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class ReflectionReadRow:
    """Somebody other than the author read a reflection on a day."""

    reflection_id: UUID
    reader_id: UUID
    read_on: date
    owner_id: UUID


REFLECTION_READS = ReadModel(
    name="reflection_reads",
    row=ReflectionReadRow,
    key=("reflection_id", "reader_id", "read_on"),
    on={
        ReflectionRead: Step(
            key_from("reflection_id", "reader_id", "happened_on"),
            lambda _, event: row_of(ReflectionReadRow, event, read_on=event.happened_on),
        )
    },
    indexes=("owner_id",),
)
