"""Queries of mentors: a mentee sees all of their own, who leads, and what each of them can see."""

from datetime import date, timedelta
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import Audience
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.queries.relationships import RelationshipSummary, relationships_of_mentee
from shared.events.words import Facet, MentoringRole
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class ReadableForm(Answer):
    """A form of the programme that a mentor reads once it is filled in."""

    id: str
    title: str


class MentorOfMine(Answer):
    """A mentor of the person, in one relationship; of several at a time, the one with the role `lead` leads.

    The mentor reads what is recorded in this relationship until `reads_until`, None for as long as it is kept; the
    `forms` of its programme; and the journal entries that the person released to them. Of the other relationships they
    read nothing.
    """

    relationship_id: UUID
    mentor_id: UUID
    role: MentoringRole
    facet: Facet | None
    leads: bool
    school_urn: str
    starts_on: date
    ends_on: date
    paused_on: date | None
    reads_until: date | None
    forms: tuple[ReadableForm, ...]
    journal_entries: tuple[UUID, ...]


async def list_mentors(reader: Reader) -> list[MentorOfMine]:
    """Return the mentors of the person who still read something of theirs: who leads first, then by the first day."""
    mentee_id = policy.mentee(await current_principal(reader))
    if mentee_id is None:
        return []
    own = await records_of(reader, mentee_id)
    today = utc_now().date()
    relationships = [
        each
        for each in await relationships_of_mentee(reader, own)
        if (until := _reads_until(each)) is None or until >= today
    ]
    programmes = await find_programmes(reader, {each.programme_id for each in relationships})
    released = await _released(reader, own)
    found = []
    for each in relationships:
        programme = programmes.get(each.programme_id)
        role = programme.mentors_role(each.role) if programme else None
        forms = programme.practice.forms if programme else ()
        found.append(
            MentorOfMine(
                **{name: getattr(each, name) for name in MentorOfMine.model_fields if hasattr(each, name)},
                leads=each.role == "lead",
                reads_until=_reads_until(each),
                forms=tuple(ReadableForm(id=form.id, title=form.title) for form in forms if role in form.read_by),
                journal_entries=tuple(sorted(released.get(each.mentor_id, ()))),
            )
        )
    return sorted(found, key=lambda mentor: (not mentor.leads, mentor.starts_on, str(mentor.relationship_id)))


def _reads_until(relationship: RelationshipSummary) -> date | None:
    days = relationship.mentor_reads_for_days
    return None if days is None else relationship.ends_on + timedelta(days=days)


async def _released(reader: Reader, own: list[UUID]) -> dict[UUID, list[UUID]]:
    """The journal entries that the person released to people by name, by the current record of each of those."""
    rows = await reader.connection.fetch(
        "select item_id, released_to from items where kind = 'journal_entry' and owner_id = any ($1)", own
    )
    released: dict[UUID, list[UUID]] = {}
    for row in rows:
        for to in map(Audience.model_validate, row["released_to"]):
            if to.person_id is not None:
                released.setdefault(await kept_record(reader, to.person_id), []).append(row["item_id"])
    return released
