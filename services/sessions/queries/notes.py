"""Queries of private notes."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.merges import current_principal, records_of
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class Note(Answer):
    """The person's own private note about a meeting, and the day of its latest text."""

    meeting_id: UUID
    note: str
    on: date


async def show_note(reader: Reader, meeting_id: UUID) -> Note:
    """Return the person's own private note about a meeting; raises `NotFound`."""
    author_id = policy.note_author(await current_principal(reader))
    note = await reader.first(
        Note,
        """select meeting_id, note, written_on as "on" from notes where meeting_id = $1 and author_id = any ($2)
           order by author_id = $3 desc, written_on desc limit 1""",  # what they wrote since a merge comes first
        meeting_id,
        await records_of(reader, author_id),
        author_id,
        unseal=True,
    )
    if note is None:
        raise NotFound("There is no such note.")
    return note
