"""What matching publishes on `alongside.matching.v1`: rounds, proposals and pairs."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.published import PublicEvent
from shared.events.words import Facet, Side, SupportRole, SupportSide, UnplacedReason, WithdrawalReason


class RoundSolved(PublicEvent):
    """A round was solved; how many trainees it placed, and how many it did not."""

    type: ClassVar[str] = "matching.round_solved"

    round_id: UUID
    programme_id: UUID
    placed: int
    unplaced: int


class TraineeUnplaced(PublicEvent):
    """A round found no place for a trainee: the rule that prevents one, and a sentence that explains it and names
    nobody.

    Each sentence of `remedies` is a smallest change that alone would have placed the trainee.
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
    """The trainee's or the mentor's side declined a proposed pair; it need not give a reason."""

    type: ClassVar[str] = "matching.pair_declined"

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    by: Side


class PairLapsed(PublicEvent):
    """A proposed pair expired unanswered, so that the trainee waits again; `waited_for` are the sides that did not
    answer. After a refusal it says that the refusal was taken back.
    """

    type: ClassVar[str] = "matching.pair_lapsed"

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    waited_for: tuple[Side, ...]


class PairConfirmed(PublicEvent):
    """Both sides accepted a pair: the trainee is placed from `starts_on` to `ends_on`.

    The record of a meeting may be amended for `amend_within_days` days after it. With no meeting a week there is one in
    `weeks_between_meetings` weeks. The mentor reads what the two wrote for `mentor_reads_for_days` days after the end;
    None sets no end. With `agreement_first` the two sign an agreement before they confide anything to the record.
    """

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
    amend_within_days: int = 14
    weeks_between_meetings: int | None = None
    mentor_reads_for_days: int | None = None
    agreement_first: bool = False


class PairWithdrawn(PublicEvent):
    """A pair was withdrawn, with effect from `happened_on`: the trainee waits, is proposed to another mentor, or has
    left.

    `round_id` is the repair that withdrew the pair, if a repair did.
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
    """A supporter was proposed to a mentee, in addition to the mentee's lead mentor.

    A supporting mentor's facet is what they support the mentee in. The school is the mentee's. Hours are per week of
    the mentor; of two peers, who are named in any order, hours are per week of each.
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
    """Both sides accepted a support, which runs from `starts_on` to `ends_on`. Hours and meetings are per week.

    The record of a meeting may be amended for `amend_within_days` days after it. With no meeting a week there is one in
    `weeks_between_meetings` weeks. The mentor reads what the two wrote for `mentor_reads_for_days` days after the end;
    None sets no end. With `agreement_first` the two sign an agreement before they confide anything to the record.
    """

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
    amend_within_days: int = 14
    weeks_between_meetings: int | None = None
    mentor_reads_for_days: int | None = None
    agreement_first: bool = False


class SupportDeclined(PublicEvent):
    """One side declined a proposed support; it need not give a reason."""

    type: ClassVar[str] = "matching.support_declined"

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    by: SupportSide


class SupportLapsed(PublicEvent):
    """A proposed support expired unanswered. `waited_for` are the sides that did not answer."""

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
