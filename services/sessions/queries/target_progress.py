"""Queries of notes of progress towards targets."""

from datetime import date
from uuid import UUID

from services.sessions.queries.targets import must_be_one_of_the_two
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class ProgressNote(Answer):
    """A note of progress; `evidence` are entries of its author's journal, which open for those who may read them."""

    note_id: UUID
    noted_by: Side
    noted_on: date
    note: str
    evidence: tuple[UUID, ...]
    taken_back_on: date | None


async def list_progress(reader: Reader, target_id: UUID) -> list[ProgressNote]:
    """Return the notes of progress towards a target, the earliest first; raises `NotFound` for others than its two."""
    await must_be_one_of_the_two(reader, target_id)
    return await reader.all(
        ProgressNote,
        """select note_id, noted_by, noted_on, note, evidence, taken_back_on from target_progress
           where target_id = $1 order by noted_on, note_id""",
        target_id,
        unseal=True,
    )
