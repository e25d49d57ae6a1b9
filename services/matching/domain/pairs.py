"""A trainee and a mentor proposed to each other, from proposal to confirmation, or until a repair has to part them.

Source: product.md M5, M6; the colleague who is asked may say no without giving a reason (Berry).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.matching.domain.explanations import Why
from shared.events.words import Side, WithdrawalReason
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal

Status = Literal["none", "proposed", "confirmed", "declined", "lapsed", "withdrawn"]
SIDES: frozenset[Side] = frozenset({"mentor", "trainee"})


class Placement(BaseModel):
    """What both sides say yes to: where, in which subject, between which days, by the programme's rules."""

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


class PairEvent(Event):
    """What every event of a pair names."""

    pair_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID


class Proposed(PairEvent):
    """A round put the two together. Travel is minutes one way; `terms`, one a soft rule, add up to `cost`.

    Working days: they are reminded after `remind_after`, and have `answer_within` to answer.
    """

    type: ClassVar[str] = "matching.pair_proposed"

    round_id: UUID
    placement: Placement
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    why: Why | None = None
    remind_after: int = 5
    answer_within: int = 10


class Accepted(PairEvent):
    """One side said yes; `by` is who said so, for themselves or on the side's behalf."""

    type: ClassVar[str] = "matching.pair_accepted"

    side: Side
    by: str


class Declined(PairEvent):
    """One side said no; the words, if any, are those of `decliner_id`, whoever passed them on."""

    type: ClassVar[str] = "matching.pair_declined"

    side: Side
    by: str
    decliner_id: UUID
    reason: Annotated[str | None, Personal("decliner_id")] = None


class Confirmed(PairEvent):
    """Both sides said yes: the placement stands."""

    type: ClassVar[str] = "matching.pair_confirmed"

    placement: Placement


class Reminded(PairEvent):
    """These sides have not answered yet, and were told so."""

    type: ClassVar[str] = "matching.pair_reminded"

    sides: tuple[Side, ...]


class Lapsed(PairEvent):
    """Not both sides answered in time; the place is free again. `waited_for` are those who did not."""

    type: ClassVar[str] = "matching.pair_lapsed"

    waited_for: tuple[Side, ...]


class Locked(PairEvent):
    """The two stay together, whatever later rounds and repairs would rather do."""

    type: ClassVar[str] = "matching.pair_locked"

    by: str


class Unlocked(PairEvent):
    """A repair may move the two again."""

    type: ClassVar[str] = "matching.pair_unlocked"

    by: str


class Withdrawn(PairEvent):
    """The two were parted; `round_id` is the repair's that did it, if one did."""

    type: ClassVar[str] = "matching.pair_withdrawn"

    round_id: UUID | None = None
    by: str
    reason: WithdrawalReason


class Propose(Command):
    """Put a trainee and a mentor together."""

    proposal: Proposed


class Accept(Command):
    """Say yes for one side."""

    side: Side
    by: str
    on: date


class Decline(Command):
    """Say no for one side, with or without a reason."""

    side: Side
    by: str
    on: date
    reason: str | None = None


class Remind(Command):
    """Tell those who have not answered."""

    on: date


class Lapse(Command):
    """The time to answer is over."""

    on: date


class Lock(Command):
    """Keep the two together."""

    by: str
    on: date


class Unlock(Command):
    """Let a repair move the two again."""

    by: str
    on: date


class Withdraw(Command):
    """Part the two, for a repair or since one of them has left."""

    round_id: UUID | None = None
    by: str
    reason: WithdrawalReason
    on: date


Commands = Propose | Accept | Decline | Remind | Lapse | Lock | Unlock | Withdraw
Events = Proposed | Accepted | Declined | Confirmed | Reminded | Lapsed | Locked | Unlocked | Withdrawn


class NotOpen(DomainError):
    """The proposal is past the point at which this can be answered."""


class PairLocked(DomainError):
    """A repair may not move the two."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the next decision needs: the proposal, who has accepted it, and who declined it."""

    status: Status = "none"
    proposal: Proposed | None = None
    accepted_by: frozenset[Side] = frozenset()
    declined_by: Side | None = None
    locked: bool = False


def decide(command: Commands, pair: Pair, now: datetime) -> Sequence[Events]:
    """Confirmed when both sides have accepted, closed when one declines; what is said twice is said once."""
    del now
    match command, pair:
        case Propose(proposal=proposal), Pair(status="none"):
            return [proposal]
        case Propose(), _:
            raise NotOpen("These two were proposed to each other before.")
        case _, Pair(proposal=None):
            raise NotFound("There is no such proposal.")
        case Accept(side=side), Pair(accepted_by=accepted) if side in accepted and pair.status not in (
            "declined",
            "withdrawn",
        ):
            return []
        case Decline(side=side), Pair(declined_by=declined) if side == declined:
            return []
        case ((Accept() | Decline()), Pair(status="proposed", proposal=Proposed() as proposal)):
            return _answered(command, pair, proposal)
        case ((Remind() | Lapse()), Pair(status="proposed", proposal=Proposed() as proposal)):
            return [_unanswered(command, pair, proposal)]
        case (
            (Lock() | Unlock() | Withdraw()),
            Pair(status="proposed" | "confirmed", proposal=Proposed() as proposal),
        ):
            return _kept_or_parted(command, pair, proposal)
        case _:
            raise NotOpen(f"This proposal is already {pair.status}.")


def _answered(command: Accept | Decline, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    if command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; an answer comes later.", pointer="/on")
    common = _common(proposal, command.on)
    match command:
        case Accept(side=side, by=by):
            events: list[Events] = [Accepted(side=side, by=by, **common)]
            if pair.accepted_by | {side} == SIDES:
                events.append(Confirmed(placement=proposal.placement, **common))
            return events
        case Decline(side=side, by=by, reason=reason):
            decliner = proposal.mentor_id if side == "mentor" else proposal.trainee_id
            return [Declined(side=side, by=by, decliner_id=decliner, reason=reason, **common)]


def _unanswered(command: Remind | Lapse, pair: Pair, proposal: Proposed) -> Events:
    silent = tuple(sorted(SIDES - pair.accepted_by))
    common = _common(proposal, command.on)
    return Lapsed(waited_for=silent, **common) if isinstance(command, Lapse) else Reminded(sides=silent, **common)


def _kept_or_parted(command: Lock | Unlock | Withdraw, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    if command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; this comes later.", pointer="/on")
    common = _common(proposal, command.on)
    match command:
        case Lock(by=by):
            return [] if pair.locked else [Locked(by=by, **common)]
        case Unlock(by=by):
            return [Unlocked(by=by, **common)] if pair.locked else []
        case Withdraw(reason=reason) if pair.locked and reason == "moved_in_repair":
            raise PairLocked("This pair is locked; unlock it, and a repair may move it.")
        case Withdraw(round_id=round_id, by=by, reason=reason):
            return [Withdrawn(round_id=round_id, by=by, reason=reason, **common)]


def _common(proposal: Proposed, on: date) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in PairEvent.model_fields} | {"happened_on": on}


def evolve(pair: Pair, event: Events) -> Pair:
    """The pair after the event."""
    match event:
        case Proposed():
            return Pair("proposed", event)
        case Accepted(side=side):
            return replace(pair, accepted_by=pair.accepted_by | {side})
        case Declined(side=side):
            return replace(pair, status="declined", declined_by=side)
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
    (Proposed, Accepted, Declined, Confirmed, Reminded, Lapsed, Locked, Unlocked, Withdrawn),
)
