"""A pair of trainee and mentor, from proposal to confirmation, or until it is withdrawn.

Source: product.md M5, M6; the colleague who is asked may say no without giving a reason (Berry).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.matching.domain.broken_rules import BrokenRule, refusal
from services.matching.domain.explanations import PairExplanation
from shared.events.words import Side, WithdrawalReason
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value

PairStatus = Literal["proposed", "confirmed", "declined", "lapsed", "withdrawn"]
Status = Literal["none"] | PairStatus
SIDES: frozenset[Side] = frozenset({"mentor", "trainee"})


class Placement(BaseModel):
    """The placement that both sides accept: where, in which subject, between which days, by the programme's rules."""

    model_config = ConfigDict(frozen=True)

    school_urn: str
    offer_id: UUID
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


class PairEvent(Event):
    """The ids that every event of a pair has."""

    pair_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID


class Proposed(PairEvent):
    """A round proposed the pair. Travel is minutes one way; `terms`, by soft rule, add up to `cost`. `why` is in older
    events only: the round has the explanation.

    Both sides are reminded after `remind_after` working days and have `answer_within` working days to answer.
    """

    type: ClassVar[str] = "matching.pair_proposed"

    round_id: UUID
    placement: Placement
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    why: PairExplanation | None = None
    remind_after: int = 5
    answer_within: int = 10


class Accepted(PairEvent):
    """One side accepted; `by` recorded it, for themselves or on the side's behalf."""

    type: ClassVar[str] = "matching.pair_accepted"

    side: Side
    by: str


class Declined(PairEvent):
    """One side declined; the reason, if any, is that of `decliner_id`, whoever recorded it."""

    type: ClassVar[str] = "matching.pair_declined"

    side: Side
    by: str
    decliner_id: UUID
    reason: Annotated[str | None, Personal("decliner_id")] = None


class AnswerTakenBack(PairEvent):
    """One side took its answer back: it was a mistake. A refusal that is taken back bars the two from nothing."""

    type: ClassVar[str] = "matching.answer_taken_back"

    side: Side
    by: str


class Confirmed(PairEvent):
    """Both sides accepted: the placement is confirmed."""

    type: ClassVar[str] = "matching.pair_confirmed"

    placement: Placement


class Reminded(PairEvent):
    """The sides that had not answered were reminded."""

    type: ClassVar[str] = "matching.pair_reminded"

    sides: tuple[Side, ...]


class Lapsed(PairEvent):
    """The proposal lapsed, and the place is free again: `waited_for` are the sides that did not answer in time."""

    type: ClassVar[str] = "matching.pair_lapsed"

    waited_for: tuple[Side, ...]


class Locked(PairEvent):
    """The pair was locked: later rounds and repairs leave it as it is."""

    type: ClassVar[str] = "matching.pair_locked"

    by: str


class Unlocked(PairEvent):
    """The pair was unlocked: a repair may move it again."""

    type: ClassVar[str] = "matching.pair_unlocked"

    by: str


class Withdrawn(PairEvent):
    """The pair was withdrawn; `round_id` is that of the repair which did so, if a repair did."""

    type: ClassVar[str] = "matching.pair_withdrawn"

    round_id: UUID | None = None
    by: str
    reason: WithdrawalReason


class PairAnswer(Value):
    """An answer to a proposed pair; `side` is needed from a person who may answer for both sides."""

    on: StepDay
    side: Side | None = None


class PairRefusal(PairAnswer):
    """An answer that declines; nobody need give a reason."""

    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class Propose(Command):
    """Propose a pair."""

    proposal: Proposed


class Accept(Command):
    """Accept the proposal for one side.

    `broken` are the hard rules that the pair breaks by now, because of which it is not confirmed; `in_full` is whether
    the refusal has their details.
    """

    side: Side
    by: str
    on: date
    broken: tuple[BrokenRule, ...] = ()
    in_full: bool = False


class Decline(Command):
    """Decline the proposal for one side, with or without a reason."""

    side: Side
    by: str
    on: date
    reason: str | None = None


class TakeBack(Command):
    """Take back the answer of one side, which was a mistake."""

    side: Side
    by: str
    on: date


class Remind(Command):
    """Remind the sides that have not answered."""

    on: date


class Lapse(Command):
    """Let the proposal lapse: the time to answer is over."""

    on: date


class Lock(Command):
    """Lock the pair."""

    by: str
    on: date


class Unlock(Command):
    """Unlock the pair."""

    by: str
    on: date


class Withdraw(Command):
    """Withdraw the pair, for a repair or because the trainee has left."""

    round_id: UUID | None = None
    by: str
    reason: WithdrawalReason
    on: date


Commands = Propose | Accept | Decline | TakeBack | Remind | Lapse | Lock | Unlock | Withdraw
Events = (
    Proposed | Accepted | Declined | AnswerTakenBack | Confirmed | Reminded | Lapsed | Locked | Unlocked | Withdrawn
)


class NotOpen(DomainError):
    """The proposal cannot be answered or changed any more."""


class PairLocked(DomainError):
    """A repair may not move a locked pair."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The state of a pair: the proposal, the sides that accepted it, and the side that declined it."""

    status: Status = "none"
    proposal: Proposed | None = None
    accepted_by: frozenset[Side] = frozenset()
    declined_by: Side | None = None
    locked: bool = False
    answered_on: Mapping[Side, date] = field(default_factory=dict)

    def would_be_confirmed_by(self, side: Side) -> bool:
        """Whether the pair is confirmed if this side accepts it."""
        return self.status == "proposed" and side not in self.accepted_by and self.accepted_by | {side} == SIDES


def decide(command: Commands, pair: Pair, now: datetime) -> Sequence[Events]:
    """Confirm when both sides have accepted, close when one side declines.

    An answer can be taken back until the pair is confirmed. After a refusal the proposal stays closed, as one that
    lapsed: the place may be promised to somebody else, so that the next round decides again.

    Idempotent: a repeated answer emits no event. Raises `RuleBroken` if a hard rule does not hold any more when the
    last side accepts.
    """
    del now
    match command, pair:
        case Propose(proposal=proposal), Pair(status="none"):
            return [proposal]
        case Propose(), _:
            raise NotOpen("This pair was proposed before.")
        case _, Pair(proposal=None):
            raise NotFound("There is no such proposal.")
        case Accept(side=side), Pair(accepted_by=accepted) if side in accepted and pair.status not in (
            "declined",
            "withdrawn",
        ):
            return _answered_again(command, pair, "accepted")
        case Decline(side=side), Pair(declined_by=declined) if side == declined:
            return _answered_again(command, pair, "declined")
        case TakeBack(), Pair(proposal=Proposed() as proposal):
            return _taken_back(command, pair, proposal)
        case ((Accept() | Decline()), Pair(status="proposed", proposal=Proposed() as proposal)):
            return _answered(command, pair, proposal)
        case ((Remind() | Lapse()), Pair(status="proposed", proposal=Proposed() as proposal)):
            return [_unanswered(command, pair, proposal)]
        case (
            (Lock() | Unlock() | Withdraw()),
            Pair(status="proposed" | "confirmed", proposal=Proposed() as proposal),
        ):
            return _locked_or_withdrawn(command, pair, proposal)
        case _:
            raise NotOpen(f"This proposal is already {pair.status}.")


def _answered_again(command: Accept | Decline, pair: Pair, answer: str) -> Sequence[Events]:
    """Emit nothing for the same answer of the same day; raise `NotOpen` for another day."""
    answered_on = pair.answered_on[command.side]
    if command.on == answered_on:
        return []
    raise NotOpen(f"The {command.side} {answer} this proposal on {answered_on} already; that day stays.")


def _answered(command: Accept | Decline, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    if command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; answer on that day or later.", pointer="/on")
    common = _common(proposal, command.on)
    match command:
        case Accept(side=side, by=by):
            events: list[Events] = [Accepted(side=side, by=by, **common)]
            if pair.would_be_confirmed_by(side):
                if command.broken:
                    raise refusal("pair", command.broken, in_full=command.in_full)
                events.append(Confirmed(placement=proposal.placement, **common))
            return events
        case Decline(side=side, by=by, reason=reason):
            decliner = proposal.mentor_id if side == "mentor" else proposal.trainee_id
            return [Declined(side=side, by=by, decliner_id=decliner, reason=reason, **common)]


def _taken_back(command: TakeBack, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    side = command.side
    declined = pair.status == "declined" and pair.declined_by == side
    if pair.status == "confirmed":
        raise NotOpen("Both sides have accepted, and the placement is confirmed. End the relationship instead.")
    if not declined and (pair.status != "proposed" or side not in pair.accepted_by):
        raise NotOpen(f"There is no answer of the {side} to take back.")
    if command.on < pair.answered_on[side]:
        raise Invalid(f"The answer was given on {pair.answered_on[side]}; name that day or a later one.", pointer="/on")
    common = _common(proposal, command.on)
    taken_back = AnswerTakenBack(side=side, by=command.by, **common)
    return [taken_back, Lapsed(waited_for=(side,), **common)] if declined else [taken_back]


def _unanswered(command: Remind | Lapse, pair: Pair, proposal: Proposed) -> Events:
    silent = tuple(sorted(SIDES - pair.accepted_by))
    common = _common(proposal, command.on)
    return Lapsed(waited_for=silent, **common) if isinstance(command, Lapse) else Reminded(sides=silent, **common)


def _locked_or_withdrawn(command: Lock | Unlock | Withdraw, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    if command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; name that day or a later one.", pointer="/on")
    common = _common(proposal, command.on)
    match command:
        case Lock(by=by):
            return [] if pair.locked else [Locked(by=by, **common)]
        case Unlock(by=by):
            return [Unlocked(by=by, **common)] if pair.locked else []
        case Withdraw(reason=reason) if pair.locked and reason == "moved_in_repair":
            raise PairLocked("This pair is locked. Unlock it first, then a repair can move it.")
        case Withdraw(round_id=round_id, by=by, reason=reason):
            return [Withdrawn(round_id=round_id, by=by, reason=reason, **common)]


def _common(proposal: Proposed, on: date) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in PairEvent.model_fields} | {"happened_on": on}


def evolve(pair: Pair, event: Events) -> Pair:
    """Return the pair after the event."""
    match event:
        case Proposed():
            return Pair("proposed", event)
        case Accepted(side=side):
            answered_on = {**pair.answered_on, side: event.happened_on}
            return replace(pair, accepted_by=pair.accepted_by | {side}, answered_on=answered_on)
        case Declined(side=side):
            answered_on = {**pair.answered_on, side: event.happened_on}
            return replace(pair, status="declined", declined_by=side, answered_on=answered_on)
        case AnswerTakenBack(side=side):
            answered_on = {other: on for other, on in pair.answered_on.items() if other != side}
            accepted_by = pair.accepted_by - {side}
            return replace(pair, accepted_by=accepted_by, declined_by=None, answered_on=answered_on)
        case Confirmed():
            return replace(pair, status="confirmed")
        case Reminded():
            return pair
        case Lapsed():
            return replace(pair, status="lapsed")
        case Locked() | Unlocked():
            return replace(pair, locked=isinstance(event, Locked))
        case Withdrawn():
            return replace(pair, status="withdrawn", locked=False)


PAIR: Decider[Pair, Commands, Events] = Decider(
    "pair",
    Pair,
    decide,
    evolve,
    (Proposed, Accepted, Declined, AnswerTakenBack, Confirmed, Reminded, Lapsed, Locked, Unlocked, Withdrawn),
)
