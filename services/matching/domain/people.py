"""People and their records: registrations undone, records merged, people erased."""

from typing import ClassVar
from uuid import UUID

from services.matching.domain.facts import last_fact
from shared.kernel.decider import DomainError, Event


class RecordMerged(Event):
    """Two records of one person were merged: `merged_id` now means `kept_id`."""

    type: ClassVar[str] = "matching.record_merged"

    merged_id: UUID
    kept_id: UUID


class RegistrationUndone(Event):
    """The record was a mistake: until it is recorded again, there is no such person to match."""

    type: ClassVar[str] = "matching.registration_undone"

    person_id: UUID


class PersonForgotten(Event):
    """A person was erased: they are no longer matched, and later facts about them are not stored."""

    type: ClassVar[str] = "matching.person_forgotten"

    person_id: UUID


class Erased(DomainError):
    """The person was erased; nothing about them can be recorded any more."""

    status = 410
    denies = True


MERGE = last_fact("merge", RecordMerged)
PERSON = last_fact("person", PersonForgotten)
