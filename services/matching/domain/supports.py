"""A support: a mentor in addition to the lead mentor, proposed to a mentee who requested it, from proposal to end.

Source: product.md M7 and "A mosaic of mentors"; Berry (a structural mentor and a buddy; peers choose one another).
Nobody needs a reason to decline, and none is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.matching.domain.broken_rules import BrokenRule, refusal
from shared.events.words import Facet, SupportRole, SupportSide
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Value

SupportStatus = Literal["proposed", "confirmed", "declined", "lapsed", "ended"]
Status = Literal["none"] | SupportStatus
SIDES: frozenset[SupportSide] = frozenset({"mentor", "mentee"})
MATCHING = "matching"
"""The `by` of a support that matching ends itself."""
LIVE: tuple[Status, ...] = ("proposed", "confirmed")
"""The statuses in which a support takes hours of the mentor."""


class Terms(BaseModel):
    """The terms that both accept: at which school, between which days, how much a week, by the programme's rules."""

    model_config = ConfigDict(frozen=True)

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


class SupportEvent(Event):
    """The fields that every event of a support has; only a supporting mentor has a facet.

    The support ends with the pair `pair_id`; None where there is no lead mentor.
    """

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None = None
    pair_id: UUID | None = None


class Proposed(SupportEvent):
    """The support was proposed; `words` explain why these two, and name nobody.

    Both have `answer_within` working days to answer. The mentor travels at most `reach_minutes` to another school; None
    where that was not stored, or does not matter.
    """

    type: ClassVar[str] = "matching.support_proposed"

    terms: Terms
    words: str
    answer_within: int = 10
    reach_minutes: int | None = None


class Accepted(SupportEvent):
    """One side accepted; `by` recorded it, for themselves or on the side's behalf."""

    type: ClassVar[str] = "matching.support_accepted"

    side: SupportSide
    by: str


class Declined(SupportEvent):
    """One side declined the proposal."""

    type: ClassVar[str] = "matching.support_declined"

    side: SupportSide
    by: str


class AnswerTakenBack(SupportEvent):
    """One side took its answer back: it was a mistake. A refusal that is taken back bars the two from nothing."""

    type: ClassVar[str] = "matching.support_answer_taken_back"

    side: SupportSide
    by: str


class Confirmed(SupportEvent):
    """Both sides accepted the proposal."""

    type: ClassVar[str] = "matching.support_confirmed"

    terms: Terms


class Lapsed(SupportEvent):
    """The proposal lapsed, and the hours are free again: `waited_for` are the sides that did not answer in time."""

    type: ClassVar[str] = "matching.support_lapsed"

    waited_for: tuple[SupportSide, ...]


class Ended(SupportEvent):
    """The support ended early, by one of the two or with its pair; `happened_on` is its last day.

    Two of whom one broke off are not brought together again. A mentee whose relationship was `closed` in a review waits
    for nobody else.
    """

    type: ClassVar[str] = "matching.support_ended"

    by: str
    broken_off: bool = False
    closed: bool = False


class SupportAnswer(Value):
    """An answer to a proposed support; `side` is needed from a person who may answer for both sides."""

    on: StepDay
    side: SupportSide | None = None


class Propose(Command):
    """Propose a support."""

    proposal: Proposed


class Accept(Command):
    """Accept the proposal for one side.

    `broken` are the hard rules that the support breaks by now, because of which it is not confirmed.
    """

    side: SupportSide
    by: str
    on: date
    broken: tuple[BrokenRule, ...] = ()


class Decline(Command):
    """Decline the proposal for one side."""

    side: SupportSide
    by: str
    on: date


class TakeBack(Command):
    """Take back the answer of one side, which was a mistake."""

    side: SupportSide
    by: str
    on: date


class Lapse(Command):
    """Let the proposal lapse: the time to answer is over."""

    on: date


class End(Command):
    """End the support: this is its last day. With `broken_off` the two are not brought together again, with `closed`
    the mentee waits for nobody else.
    """

    by: str
    on: date
    broken_off: bool = False
    closed: bool = False


class Release(Command):
    """End the support, whatever its status, because its pair was withdrawn on this day."""

    on: date


Commands = Propose | Accept | Decline | TakeBack | Lapse | End | Release
Events = Proposed | Accepted | Declined | AnswerTakenBack | Confirmed | Lapsed | Ended


class NotOpen(DomainError):
    """The support is not in a status in which this can be done."""


@dataclass(frozen=True, slots=True)
class Support:
    """The state of a support: the proposal, the sides that accepted it, and the side that declined it."""

    status: Status = "none"
    proposal: Proposed | None = None
    accepted_by: frozenset[SupportSide] = frozenset()
    declined_by: SupportSide | None = None
    answered_on: Mapping[SupportSide, date] = field(default_factory=dict)
    ended_on: date | None = None

    def would_be_confirmed_by(self, side: SupportSide) -> bool:
        """Whether the support is confirmed if this side accepts it."""
        return self.status == "proposed" and side not in self.accepted_by and self.accepted_by | {side} == SIDES


def decide(command: Commands, support: Support, now: datetime) -> Sequence[Events]:
    """Confirm when both sides have accepted, close when one side declines, end when the mentor or the mentee ends
    it.

    An answer can be taken back until the support is confirmed; after a refusal the proposal stays closed, as one that
    lapsed. Raises `RuleBroken` if a hard rule does not hold any more when the last side accepts.
    """
    del now
    match command, support:
        case Propose(proposal=proposal), Support(status="none"):
            return [proposal]
        case Propose(), _:
            raise NotOpen("This support was proposed before.")
        case _, Support(proposal=None):
            raise NotFound("There is no such support.")
        case Accept(side=side), Support(status="proposed" | "confirmed", accepted_by=accepted) if side in accepted:
            return _answered_again(command, support, "accepted")
        case Decline(side=side), Support(declined_by=declined) if side == declined:
            return _answered_again(command, support, "declined")
        case TakeBack(), Support(proposal=Proposed() as proposal):
            return _taken_back(command, support, proposal)
        case End(on=on), Support(status="ended", ended_on=ended_on):
            if on == ended_on:
                return []
            raise NotOpen(f"This support ended on {ended_on} already; that day stays.")
        case Release(on=on), Support(proposal=Proposed() as proposal):
            return _released(max(on, proposal.happened_on), support, proposal)
        case ((Accept() | Decline() | Lapse()), Support(status="proposed", proposal=Proposed() as proposal)):
            return _answered(command, support, proposal)
        case End(), Support(status="confirmed", proposal=Proposed() as proposal):
            return [_ended(command, proposal)]
        case End(), Support(status="proposed"):
            raise NotOpen("This support is only proposed: decline it instead.")
        case _:
            raise NotOpen(f"This support is already {support.status}.")


def _answered_again(command: Accept | Decline, support: Support, answer: str) -> Sequence[Events]:
    """Emit nothing for the same answer of the same day; raise `NotOpen` for another day."""
    answered_on = support.answered_on[command.side]
    if command.on == answered_on:
        return []
    raise NotOpen(f"The {command.side} {answer} this support on {answered_on} already; that day stays.")


def _answered(command: Accept | Decline | Lapse, support: Support, proposal: Proposed) -> Sequence[Events]:
    if not isinstance(command, Lapse) and command.on < proposal.happened_on:
        raise Invalid(f"The proposal was made on {proposal.happened_on}; answer on that day or later.", pointer="/on")
    common = _common(proposal, command.on)
    match command:
        case Accept(side=side, by=by):
            events: list[Events] = [Accepted(side=side, by=by, **common)]
            if support.would_be_confirmed_by(side):
                if command.broken:
                    raise refusal("support", command.broken)
                events.append(Confirmed(terms=proposal.terms, **common))
            return events
        case Decline(side=side, by=by):
            return [Declined(side=side, by=by, **common)]
        case Lapse():
            return [Lapsed(waited_for=tuple(sorted(SIDES - support.accepted_by)), **common)]


def _taken_back(command: TakeBack, support: Support, proposal: Proposed) -> Sequence[Events]:
    side = command.side
    declined = support.status == "declined" and support.declined_by == side
    if support.status == "confirmed":
        raise NotOpen("Both sides have accepted, and the support is confirmed: end it instead.")
    if not declined and (support.status != "proposed" or side not in support.accepted_by):
        raise NotOpen(f"There is no answer of the {side} to take back.")
    answered_on = support.answered_on[side]
    if command.on < answered_on:
        raise Invalid(f"The answer was given on {answered_on}; name that day or a later one.", pointer="/on")
    common = _common(proposal, command.on)
    taken_back = AnswerTakenBack(side=side, by=command.by, **common)
    return [taken_back, Lapsed(waited_for=(side,), **common)] if declined else [taken_back]


def _ended(command: End, proposal: Proposed) -> Ended:
    if not proposal.happened_on <= command.on <= proposal.terms.ends_on:
        raise Invalid(
            f"Name a last day from {proposal.happened_on}, when it was proposed, to {proposal.terms.ends_on}, "
            "when it ends by itself.",
            pointer="/on",
        )
    return Ended(by=command.by, broken_off=command.broken_off, closed=command.closed, **_common(proposal, command.on))


def _released(on: date, support: Support, proposal: Proposed) -> Sequence[Events]:
    if support.status == "proposed":
        return _answered(Lapse(on=on), support, proposal)
    over = support.status != "confirmed" or on > proposal.terms.ends_on
    return [] if over else [Ended(by=MATCHING, **_common(proposal, on))]


def _common(proposal: Proposed, on: date) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in SupportEvent.model_fields} | {"happened_on": on}


def evolve(support: Support, event: Events) -> Support:
    """Return the support after the event."""
    match event:
        case Proposed():
            return Support("proposed", event)
        case Accepted(side=side):
            answered_on = {**support.answered_on, side: event.happened_on}
            return replace(support, accepted_by=support.accepted_by | {side}, answered_on=answered_on)
        case Declined(side=side):
            answered_on = {**support.answered_on, side: event.happened_on}
            return replace(support, status="declined", declined_by=side, answered_on=answered_on)
        case AnswerTakenBack(side=side):
            answered_on = {other: on for other, on in support.answered_on.items() if other != side}
            accepted_by = support.accepted_by - {side}
            return replace(support, accepted_by=accepted_by, declined_by=None, answered_on=answered_on)
        case Confirmed():
            return replace(support, status="confirmed")
        case Lapsed():
            return replace(support, status="lapsed")
        case Ended():
            return replace(support, status="ended", ended_on=event.happened_on)


SUPPORT: Decider[Support, Commands, Events] = Decider(
    "support", Support, decide, evolve, (Proposed, Accepted, Declined, AnswerTakenBack, Confirmed, Lapsed, Ended)
)
