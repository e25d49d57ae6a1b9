"""Read model of journals; `projections/access.py` has who reads an entry."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.journal import EntryRemoved, EntryWritten
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A journal entry; `text` and `link` are encrypted with the owner's key."""

    entry_id: UUID
    owner_id: UUID
    written_on: date
    version: int
    text: str
    link: str | None
    tags: tuple[str, ...]
    areas: tuple[str, ...]


def _write(_: EntryRow | None, event: EntryWritten) -> EntryRow:
    return row_of(EntryRow, event, written_on=event.happened_on, version=event.version_number)


JOURNAL = ReadModel(
    name="journal",
    row=EntryRow,
    key=("entry_id",),
    on={
        EntryWritten: Step(key_from("entry_id"), _write),
        EntryRemoved: Step(key_from("entry_id"), remove_row),
    },
    indexes=("owner_id",),
    edition=3,
)
