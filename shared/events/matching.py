"""What matching publishes on `alongside.matching.v1`: rounds, proposals and pairs."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.published import PublicEvent
from shared.events.words import Facet, Side, SupportRole, SupportSide, UnplacedReason, WithdrawalReason


class RoundSolved(PublicEvent):
    """A round was solved: so many trainees placed, so many not."""

    type: ClassVar[str] = "matching.round_solved"

    round_id: UUID
    programme_id: UUID
    placed: int
    unplaced: int


class TraineeUnplaced(PublicEvent):
    """A round found no place for a trainee: which rule binds, and a sentence that says so without naming anybody.

    `remedies` are sentences too: smallest changes, any of which would have placed them.
    """

    type: ClassVar[str] = "matching.trainee_unplaced"

    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[str, ...] = ()


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
    """The two were parted, from `happened_on` on; the trainee waits, is proposed to another mentor or has left.

    `round_id` is the repair's that did it, if one did.
    """

    type: ClassVar[str] = "matching.pair_withdrawn"

    pair_id: UUID
    round_id: UUID | None = None
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    reason: WithdrawalReason


class SupportProposed(PublicEvent):
    """Somebody was proposed to a mentee beside their lead mentor; a supporting mentor's facet is what they are for.

    The school is the mentee's. Hours are a week, of the mentor; of two peers, who are named in any order, of both.
    """

    type: ClassVar[str] = "matching.support_proposed"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    school_urn: str
    hours_per_week: float


class SupportConfirmed(PublicEvent):
    """Both said yes: the mentor is there for the mentee from `starts_on` to `ends_on`. Hours, meetings are a week."""

    type: ClassVar[str] = "matching.support_confirmed"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    school_urn: str
    starts_on: date
    ends_on: date
    hours_per_week: float
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool


class SupportDeclined(PublicEvent):
    """One side said no, and is not asked why."""

    type: ClassVar[str] = "matching.support_declined"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    by: SupportSide


class SupportLapsed(PublicEvent):
    """Not both sides answered in time. `waited_for` are the sides that said nothing."""

    type: ClassVar[str] = "matching.support_lapsed"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    waited_for: tuple[SupportSide, ...]


class SupportEnded(PublicEvent):
    """A confirmed support ended before its time; `happened_on` is its last day."""

    type: ClassVar[str] = "matching.support_ended"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
