"""Candidates: trainees whose referral to a programme was accepted, and why and how urgently they were referred."""

from typing import ClassVar
from uuid import UUID

from services.matching.domain.facts import RecordFact, last_fact
from shared.events import referral
from shared.events.words import Priority
from shared.kernel.decider import Decider, Event


class ReasonsKnown(Event):
    """The reasons for a referral, by the programme's codes, its priority, and the provision that it asks for."""

    type: ClassVar[str] = "matching.reasons_known"

    referral_id: UUID
    trainee_id: UUID
    reasons: tuple[str, ...]
    priority: Priority = "usual"
    send_placement: bool = False


class CandidateJoined(Event, referral.ReferralAccepted):
    """A referral was accepted: its trainee waits for a match in the programme."""

    type: ClassVar[str] = "matching.candidate_joined"


class CandidateLeft(Event):
    """The referral was withdrawn: its trainee does not wait any more."""

    type: ClassVar[str] = "matching.candidate_left"

    referral_id: UUID


REASONS = last_fact("reasons", ReasonsKnown)
CANDIDATE: Decider[Event | None, RecordFact[Event], Event] = last_fact("candidate", CandidateJoined, CandidateLeft)
