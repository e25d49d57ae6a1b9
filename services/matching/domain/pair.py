"""A trainee and a mentor proposed to each other, from proposal to confirmation.

Source: product.md M5; the colleague who is asked may say no without giving a reason (Berry).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.words import Side
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal

Status = Literal["none", "proposed", "confirmed", "declined"]
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
    """A round put the two together. Travel is minutes one way; `terms`, one a soft rule, add up to `cost`."""

    type: ClassVar[str] = "matching.pair_proposed"

    round_id: UUID
    placement: Placement
    travel_minutes: int
    cost: int
    terms: dict[str, int]


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


Commands = Propose | Accept | Decline
Events = Proposed | Accepted | Declined | Confirmed


class NotOpen(DomainError):
    """The proposal is past the point at which this can be answered."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the next decision needs: the proposal, who has accepted it, and who declined it."""

    status: Status = "none"
    proposal: Proposed | None = None
    accepted_by: frozenset[Side] = frozenset()
    declined_by: Side | None = None


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
        case Accept(side=side), Pair(accepted_by=accepted) if side in accepted and pair.status != "declined":
            return []
        case Decline(side=side), Pair(declined_by=declined) if side == declined:
            return []
        case ((Accept() | Decline()), Pair(status="proposed", proposal=Proposed() as proposal)):
            return _answered(command, pair, proposal)
        case _:
            raise NotOpen(f"This proposal is already {pair.status}.")


def _answered(command: Accept | Decline, pair: Pair, proposal: Proposed) -> Sequence[Events]:
    if command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; an answer comes later.", pointer="/on")
    common = {name: getattr(proposal, name) for name in PairEvent.model_fields} | {"happened_on": command.on}
    match command:
        case Accept(side=side, by=by):
            events: list[Events] = [Accepted(side=side, by=by, **common)]
            if pair.accepted_by | {side} == SIDES:
                events.append(Confirmed(placement=proposal.placement, **common))
            return events
        case Decline(side=side, by=by, reason=reason):
            decliner = proposal.mentor_id if side == "mentor" else proposal.trainee_id
            return [Declined(side=side, by=by, decliner_id=decliner, reason=reason, **common)]


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


PAIR: Decider[Pair, Commands, Events] = Decider("pair", Pair, decide, evolve, (Proposed, Accepted, Declined, Confirmed))
