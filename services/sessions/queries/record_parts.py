"""Queries of what is recorded of somebody in their relationships, and who sees it: meetings, targets, notes and others.

What can be released item by item is in `queries/access.py`; who sees these parts follows from what they are.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.programmes import Programme
from services.sessions.queries.merges import current_principal, records_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.story.chapters import THE_TWO
from services.sessions.story.notes import WHOEVER_WROTE_IT
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader

PartKind = Literal["agreement", "survey", "meetings", "pulse", "targets", "notes", "assessments"]


class PartOfRecord(Answer):
    """What is recorded of the person in a relationship: how many there are, who sees them, and why.

    The mentor sees it until the day `mentor_until`; None sets no end, or says that the mentor does not see it.
    """

    relationship_id: UUID
    what: PartKind
    number: int
    seen_by: str
    because: str
    mentor_until: date | None


async def list_parts(reader: Reader) -> list[PartOfRecord]:
    """Return what is recorded of the person in each of their relationships, the latest first, with who sees it."""
    own = await records_of(reader, policy.item_owner(await current_principal(reader)))
    rows = await reader.connection.fetch(_PARTS, own)
    programmes = await find_programmes(reader, {row["programme_id"] for row in rows})
    return [part for row in rows for part in _parts(row, programmes.get(row["programme_id"]))]


def _parts(row: Any, programme: Programme | None) -> Iterator[PartOfRecord]:
    days = row["mentor_reads_for_days"]
    until = None if days is None else row["ends_on"] + timedelta(days=days)
    for what, seen_by, because, mentor_sees in _who_sees(programme):
        if row[what]:
            yield PartOfRecord(
                relationship_id=row["relationship_id"],
                what=what,
                number=row[what],
                seen_by=seen_by,
                because=because,
                mentor_until=until if mentor_sees else None,
            )


def _who_sees(programme: Programme | None) -> Iterator[tuple[PartKind, str, str, bool]]:
    """Yield who sees each part and why, and whether the mentor is one of those whose time to see it ends."""
    others = _readers_of_agreement(programme)
    with_others = f"{THE_TWO.who}, and whoever is: {', '.join(others)}" if others else THE_TWO.who
    yield "agreement", with_others, "The two agree on it; the programme names who else reads its form.", True
    yield "survey", "Only you", "Neither of the two sees what the other answered, only what to talk about.", False
    yield "meetings", THE_TWO.who, THE_TWO.why, True
    yield "pulse", "Only you", "How it goes is yours to say.", False
    yield "targets", THE_TWO.who, THE_TWO.why, True
    yield "notes", "Only you", WHOEVER_WROTE_IT.why, False
    yield (
        "assessments",
        "You, the assessor, and those whom the programme names",
        "An assessment reaches you once it is shared, then those who sign it, then those to whom it is sent.",
        False,
    )


def _readers_of_agreement(programme: Programme | None) -> list[str]:
    """The titles of those roles outside of the relationship that read the form of the agreement."""
    step = None if programme is None else programme.step("agreement")
    if programme is None or step is None:
        return []
    read_by = programme.form_of(step).read_by
    return [role.title for role in programme.practice.roles if role.id in read_by and role.held_by is not None]


_PARTS = """
    select r.relationship_id, r.programme_id, r.ends_on, r.mentor_reads_for_days,
           (select count(*) from agreements a where a.relationship_id = r.relationship_id) as agreement,
           (select count(*) from surveys s where s.relationship_id = r.relationship_id
            and case when r.trainee_id = any ($1) then s.trainees else s.mentors end is not null) as survey,
           (select count(*) from meetings m where m.relationship_id = r.relationship_id
            and r.trainee_id = any ($1)) as meetings,
           (select count(*) from meetings m where m.relationship_id = r.relationship_id
            and r.trainee_id = any ($1) and m.pulse is not null) as pulse,
           (select count(*) from targets t where t.relationship_id = r.relationship_id
            and r.trainee_id = any ($1)) as targets,
           (select count(*) from notes n join meetings m using (meeting_id)
            where m.relationship_id = r.relationship_id and n.author_id = any ($1)) as notes,
           (select count(distinct a.assessment_id) from assessments a where a.relationship_id = r.relationship_id
            and r.trainee_id = any ($1) and a.state <> 'drafting') as assessments
    from relationships r where r.trainee_id = any ($1) or r.mentor_id = any ($1)
    order by r.starts_on desc, r.relationship_id"""
