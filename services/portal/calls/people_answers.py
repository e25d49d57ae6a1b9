"""What pages of people read of the services' answers: the fields that they use, and no others."""

from datetime import date, datetime
from uuid import UUID

from services.portal.calls.answers import Part


class TrainingState(Part):
    """Where a trainee's training stands, if they ever deferred or withdrew."""

    standing: str
    since: date


class Person(Part):
    """The record of a person."""

    person_id: UUID
    kind: str
    reference: str
    email: str
    trn: str | None
    school_urn: str | None
    standing: TrainingState | None


class HistoryEntry(Part):
    """Something that was recorded of a person."""

    what: str
    happened_on: date
    recorded_at: datetime
    by: str


class ReportRead(Part):
    """Somebody read a report about a person."""

    report: str
    as_of: date
    read_at: datetime
    reader: str
    roles: tuple[str, ...]


class ReportReads(Part):
    """Who has read reports about a person, the latest first; they are kept for `kept_days`."""

    reads: tuple[ReportRead, ...]
    kept_days: int
    next: int | None
