"""Mentees who are not trainees: teachers, pupils, parents."""

from typing import ClassVar

from services.matching.domain.facts import RecordFact, last_fact
from services.matching.domain.people import RegistrationUndone
from shared.events import referral
from shared.kernel.decider import Decider, Event


class MenteeKnown(Event, referral.MenteeRecorded):
    """A person at a school who can be mentored and is not a trainee."""

    type: ClassVar[str] = "matching.mentee_known"


MENTEE: Decider[Event | None, RecordFact[Event], Event] = last_fact("mentee", MenteeKnown, RegistrationUndone)
