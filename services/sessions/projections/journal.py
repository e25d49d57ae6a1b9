"""Read models of journals: the entries, and who has read them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.journal import (
    EntryRead,
    EntryReleased,
    EntryRemoved,
    EntryWritten,
    EvidenceUsed,
    ReleaseRevoked,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A journal entry; `text` and `link` are encrypted with the owner's key. `kept_by` are assessors."""

    entry_id: UUID
    owner_id: UUID
    written_on: date
    version: int
    text: str
    link: str | None
    tags: tuple[str, ...]
    released_to: tuple[Any, ...] = ()
    kept_by: tuple[str, ...] = ()


def _write(before: EntryRow | None, event: EntryWritten) -> EntryRow:
    row = row_of(EntryRow, event, written_on=event.happened_on, version=event.version_number)
    return row if before is None else replace(row, released_to=before.released_to, kept_by=before.kept_by)


def _release(row: EntryRow, event: EntryReleased) -> EntryRow:
    return replace(row, released_to=(*row.released_to, event.to.model_dump(mode="json")))


def _revoke(row: EntryRow, event: ReleaseRevoked) -> EntryRow:
    revoked = event.to.model_dump(mode="json")
    return replace(row, released_to=tuple(to for to in row.released_to if to != revoked))


def _keep(row: EntryRow, event: EvidenceUsed) -> EntryRow:
    return replace(row, kept_by=(*row.kept_by, str(event.assessor_id)))


JOURNAL = ReadModel(
    name="journal",
    row=EntryRow,
    key=("entry_id",),
    on={
        EntryWritten: Step(key_from("entry_id"), _write),
        EntryRemoved: Step(key_from("entry_id"), remove_row),
        EntryReleased: Step(key_from("entry_id"), _release),
        ReleaseRevoked: Step(key_from("entry_id"), _revoke),
        EvidenceUsed: Step(key_from("entry_id"), _keep),
    },
    indexes=("owner_id",),
)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """Somebody other than the owner read an entry on a day."""

    entry_id: UUID
    reader_id: UUID
    read_on: date
    owner_id: UUID


JOURNAL_READS = ReadModel(
    name="journal_reads",
    row=ReadRow,
    key=("entry_id", "reader_id", "read_on"),
    on={
        EntryRead: Step(
            key_from("entry_id", "reader_id", "happened_on"),
            lambda _, event: row_of(ReadRow, event, read_on=event.happened_on),
        )
    },
    indexes=("owner_id",),
)
