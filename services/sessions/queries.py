"""Read tables to answers. A text is opened only for those whose conversation it was."""

from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.projections import RelationshipRow
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

Answer = dict[str, Any]


async def relationships(reader: Reader, *, after: UUID | None, limit: int) -> list[Answer]:
    """The relationships that the person may know of, in the order of their ids, one page."""
    scope = policy.scope(reader.who)
    rows = await reader.connection.fetch(
        f"""{_RELATIONSHIP}
            where ($1 or school_urn = any ($2) or mentor_id = $3 or trainee_id = $3)
              and ($4::uuid is null or relationship_id > $4)
            order by relationship_id limit $5""",
        scope.everything,
        sorted(scope.schools),
        scope.person_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def relationship(reader: Reader, relationship_id: UUID) -> Answer:
    """One relationship with its meetings and targets: with their words for its two people, without for others.

    Raises `NotFound`, also for those who may not know of it.
    """
    row = await reader.connection.fetchrow(f"{_RELATIONSHIP} where relationship_id = $1", relationship_id)
    found = RelationshipRow(**dict(row)) if row else None
    policy.may_know_of(reader.who, found)
    within = found is not None and policy.side_of(reader.who, found) is not None
    meetings = await _of(reader, _MEETINGS_IN_WORDS if within else _MEETINGS, relationship_id)
    targets = await _of(reader, _TARGETS_IN_WORDS if within else _TARGETS, relationship_id)
    return {**dict(row or ()), "meetings": meetings, "targets": targets}


async def _of(reader: Reader, select: str, relationship_id: UUID) -> list[Answer]:
    rows = await reader.connection.fetch(select, relationship_id)
    return await reader.unsealed([dict(row) for row in rows])


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


async def assessments(reader: Reader, trainee_id: UUID) -> list[Answer]:
    """A trainee's assessments, the latest first: all for the trainee and the partnership lead, else one's own."""
    kept_id = await reader.connection.fetchval("select kept_id from merges where merged_id = $1", trainee_id)
    trainee_id = kept_id or trainee_id
    rows = await reader.connection.fetch(
        """select assessment_id, relationship_id, $1::uuid as trainee_id, assessor_id, kind, submitted_on as "on",
                  judgements, comments
           from assessments
           where (trainee_id = $1 or trainee_id in (select merged_id from merges where kept_id = $1))
             and ($2 or assessor_id = $3)
           order by submitted_on desc, assessment_id""",
        trainee_id,
        policy.may_see_all_assessments(reader.who, trainee_id),
        policy.person_id(reader.who),
    )
    comments = await reader.unsealed([row["comments"] for row in rows])
    return [{**dict(row), "comments": opened} for row, opened in zip(rows, comments, strict=True)]


_RELATIONSHIP = """
    select relationship_id, programme_id, trainee_id, mentor_id, school_urn, starts_on, ends_on, meetings_per_week,
           targets_per_meeting, mentor_hours_per_week, opened_on, ended_because, role
    from relationships"""

_MEETINGS = """
    select meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason
    from meetings where relationship_id = $1 order by happened_on, meeting_id"""

_MEETINGS_IN_WORDS = """
    select meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason, discussed, reflection
    from meetings where relationship_id = $1 order by happened_on, meeting_id"""

_TARGETS = """
    select target_id, set_on, set_by, due_on, status, reviewed_on
    from targets where relationship_id = $1 order by set_on, target_id"""

_TARGETS_IN_WORDS = """
    select target_id, set_on, set_by, due_on, status, reviewed_on, text, measure, note
    from targets where relationship_id = $1 order by set_on, target_id"""
