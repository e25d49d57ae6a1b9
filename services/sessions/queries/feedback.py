"""Queries of feedback."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.access import is_readable, reader_of
from services.sessions.queries.merges import kept_id_of, records_of
from services.sessions.queries.relationships import Visible, find_to_see
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class FeedbackSummary(Answer):
    """Feedback without its words: open it to read them. `role` is the author's role in the programme."""

    feedback_id: UUID
    on: date
    author_id: UUID
    role: str
    version: int
    areas: tuple[str, ...]
    development_needs: tuple[Standard, ...]
    acknowledged_on: date | None


async def list_feedback(reader: Reader, relationship_id: UUID) -> list[FeedbackSummary]:
    """Return the feedback of a relationship that the person may read, the latest first.

    Raises `NotFound` for people who may not see the relationship.
    """
    seen = await find_to_see(reader, relationship_id)
    policy.may_see_feedback(seen.who, seen.relationship, seen.assigned)
    rows = await find_readable_feedback(reader, seen)
    return [FeedbackSummary.model_validate({**row, "author_id": row["author"]}) for row in rows]


async def find_readable_feedback(reader: Reader, seen: Visible) -> list[Any]:
    """Return the rows of the feedback of a relationship that the person may read, the latest first."""
    item_reader = await reader_of(reader, await records_of(reader, seen.relationship.trainee_id))
    rows = await reader.connection.fetch(_FEEDBACK, seen.relationship.relationship_id)
    return [row for row in rows if is_readable(row, item_reader)]


_FEEDBACK = f"""
    select f.feedback_id, f.given_on as "on", {kept_id_of("f.author_id")} as author, f.role, f.version, f.areas,
           f.development_needs, f.acknowledged_on, i.owner_id, i.owner_side, i.author_id, i.both_read, i.released_to,
           i.kept_by, r.mentor_id, r.trainee_id, r.ends_on, r.mentor_reads_for_days
    from feedback f join items i on i.item_id = f.feedback_id
         join relationships r on r.relationship_id = f.relationship_id
    where f.relationship_id = $1 order by f.given_on desc, f.feedback_id"""
