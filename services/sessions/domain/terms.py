"""The terms on which a mentor and a trainee work together, and what every event of their relationship has."""

from datetime import date
from uuid import UUID

from shared.events.words import Facet, MentoringRole
from shared.kernel.decider import DomainError, Event, Value


class RelationshipTerms(Value):
    """Who works together, where, and from `starts_on` to `ends_on`, both included; hours and meetings are per week.

    In a support (`role` is not `lead`) the supporting person is the mentor and the mentee is the trainee; a supporting
    mentor has a `facet`. With no meeting a week there is one in `weeks_between_meetings` weeks. The record of a meeting
    may be amended for `amend_within_days` days after it. The mentor reads what the two wrote for
    `mentor_reads_for_days` days after the end; None sets no end. With `agreement_first` the two sign an agreement
    before they confide anything to the record.
    """

    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    mentor_hours_per_week: float
    role: MentoringRole = "lead"
    facet: Facet | None = None
    amend_within_days: int = 14
    weeks_between_meetings: int | None = None
    mentor_reads_for_days: int | None = None
    agreement_first: bool = False


class RelationshipEvent(Event):
    """The field that all events of a relationship share."""

    relationship_id: UUID


class NotPossibleNow(DomainError):
    """The state of the relationship excludes this step: it is paused already, is not paused, or is over."""
