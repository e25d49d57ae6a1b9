"""What matching publishes on `alongside.matching.v1`: rounds, proposals and pairs."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.published import PublicEvent
from shared.events.words import Side, UnplacedReason, WithdrawalReason


class RoundSolved(PublicEvent):
    """A round was solved: so many trainees placed, so many not."""

    type: ClassVar[str] = "matching.round_solved"

    round_id: UUID
    programme_id: UUID
    placed: int
    unplaced: int


class TraineeUnplaced(PublicEvent):
    """A round found no place for a trainee: which rule binds, and a sentence that says so without naming anybody."""

    type: ClassVar[str] = "matching.trainee_unplaced"

    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str


class PairProposed(PublicEvent):
    """A trainee and a mentor were proposed to each other. Travel is minutes one way."""

    type: ClassVar[str] = "matching.pair_proposed"

    pair_id: UUID
    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    travel_minutes: int


class PairDeclined(PublicEvent):
    """One side said no; it need not say why."""

    type: ClassVar[str] = "matching.pair_declined"

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    by: Side


class PairLapsed(PublicEvent):
    """Not both sides answered in time: the trainee waits again. `waited_for` are the sides that said nothing."""

    type: ClassVar[str] = "matching.pair_lapsed"

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    waited_for: tuple[Side, ...]


class PairConfirmed(PublicEvent):
    """Both sides said yes: the placement stands, from `starts_on` to `ends_on`."""

    type: ClassVar[str] = "matching.pair_confirmed"

    pair_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    subject: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    mentor_hours_per_week: float


class PairWithdrawn(PublicEvent):
    """A repair parted the two, proposed or confirmed, from `happened_on` on; the trainee waits or is proposed anew."""

    type: ClassVar[str] = "matching.pair_withdrawn"

    pair_id: UUID
    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    reason: WithdrawalReason
