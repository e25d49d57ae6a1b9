"""Who sees which line of the story of a relationship."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.assessment_versions import State as AssessmentState
from services.sessions.policy.relations import NOBODY, ReadableRelationship, accounts_for, side_of
from services.sessions.policy.relationships import may_see, reading_side
from services.sessions.story.chapters import LineReaders
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole, Side
from shared.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class StoryReader:
    """What somebody is to a relationship whose story they read: a side, one that reads the texts of the two, those who
    oversee it with an account; and the ids of all their records.
    """

    side: Side | None
    reading_side: Side | None
    accounts: frozenset[AccountRole]
    records: frozenset[UUID]


def story_reader(
    who: Principal,
    relationship: ReadableRelationship,
    records: Collection[UUID],
    today: date,
    assigned: Collection[AssignedRole] = NOBODY,
) -> StoryReader:
    """The mentor and the trainee, and those who may see the relationship, each the lines of what they may read.

    `records` are the ids of all records of the person. Raises `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    return StoryReader(
        side=side_of(who, relationship),
        reading_side=reading_side(who, relationship, today),
        accounts=accounts_for(who, relationship, assigned),
        records=frozenset(records),
    )


def sees_line(
    reader: StoryReader,
    readers: LineReaders,
    readable_assessment: Collection[AssessmentState] = frozenset(),
    *,
    reads_item: bool = False,
) -> bool:
    """Whether somebody who may see a relationship sees a line of its story: whoever may read what it tells of does.

    `readable_assessment` are the states in which the person reads the assessment of the line, if it is of one;
    `reads_item` says that they read the item that it is about.
    """
    if readers.person_id is not None:
        return readers.person_id in reader.records
    if readers.assessment is not None:
        return readers.assessment in readable_assessment
    if readers.of_item:
        return reads_item
    side = reader.reading_side if readers.while_reading else reader.side
    overseeing = reader.side != "mentor" and not reader.accounts.isdisjoint(readers.accounts)
    return readers.everybody or side in readers.sides or overseeing
