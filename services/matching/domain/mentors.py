"""Mentors: their record, terms, relations and training."""

from typing import ClassVar
from uuid import UUID

from services.matching.domain.facts import RecordFact, last_fact
from services.matching.domain.people import RegistrationUndone
from shared.events import referral
from shared.events.words import TrainingKind
from shared.kernel.decider import Decider, Event


class MentorKnown(Event, referral.MentorRecorded):
    """A mentor, as last recorded."""

    type: ClassVar[str] = "matching.mentor_known"


class MentorTermsKnown(Event, referral.MentorDeclared):
    """What a mentor can be asked for."""

    type: ClassVar[str] = "matching.mentor_terms_known"


class RelationsKnown(Event, referral.RelationsRecorded):
    """All relations of a mentor that may bar a pair."""

    type: ClassVar[str] = "matching.relations_known"


class TrainingKnown(Event):
    """A mentor had training, in hours; `removed` says that the entry was a mistake."""

    type: ClassVar[str] = "matching.training_known"

    training_id: UUID
    mentor_id: UUID
    kind: TrainingKind
    hours: float
    removed: bool = False


MENTOR: Decider[Event | None, RecordFact[Event], Event] = last_fact("mentor", MentorKnown, RegistrationUndone)
MENTOR_TERMS = last_fact("mentor_terms", MentorTermsKnown)
RELATIONS = last_fact("relations", RelationsKnown)
TRAINING = last_fact("training", TrainingKnown)
