"""Private notes, for their author."""

from typing import Any
from uuid import UUID

from services.sessions import policy
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

Answer = dict[str, Any]


async def note(reader: Reader, meeting_id: UUID) -> Answer:
    """The person's own private note about a meeting; raises `NotFound`."""
    row = await reader.connection.fetchrow(
        'select meeting_id, note, written_on as "on" from notes where meeting_id = $1 '
        "and (author_id = $2 or author_id in (select merged_id from merges where kept_id = $2))",
        meeting_id,
        policy.person_id(reader.who),
    )
    if row is None:
        raise NotFound("There is no such note.")
    (found,) = await reader.unsealed([dict(row)])
    return found
