"""A mentee wants another mentor: the pair or support goes on, a round looks for another one, and it is then replaced.

Source: product.md S12. Why is not known here, and the mentor is not told. The two are not brought together again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.matching.domain import pairs, supports
from shared.kernel.decider import Command, Decider, Event

Kind = Literal["pair", "support"]


class MentorChangeEvent(Event):
    """The pair or support whose mentee wants another mentor."""

    relationship_id: UUID


class MentorChangeRequested(MentorChangeEvent):
    """The mentee wants another mentor."""

    type: ClassVar[str] = "matching.mentor_change_known"


class MentorChangeWithdrawn(MentorChangeEvent):
    """The mentee does not want another mentor any more."""

    type: ClassVar[str] = "matching.mentor_change_withdrawn"


class SetMentorChange(Command):
    """Record whether the mentee wants another mentor."""

    relationship_id: UUID
    requested: bool
    on: date


def decide(command: SetMentorChange, requested: bool, now: datetime) -> Sequence[MentorChangeEvent]:
    """Record whether another mentor is wanted. Idempotent."""
    del now
    if command.requested == requested:
        return []
    event = MentorChangeRequested if command.requested else MentorChangeWithdrawn
    return [event(happened_on=command.on, relationship_id=command.relationship_id)]


def evolve(_: bool, event: MentorChangeEvent) -> bool:
    """Return whether another mentor is wanted."""
    return isinstance(event, MentorChangeRequested)


MENTOR_CHANGE: Decider[bool, SetMentorChange, MentorChangeEvent] = Decider(
    "mentor_change", lambda: False, decide, evolve, (MentorChangeRequested, MentorChangeWithdrawn)
)


class PlaceConfirmed(Event):
    """A pair of a referral, or a support of a mentee in a role, was confirmed."""

    type: ClassVar[str] = "matching.place_confirmed"

    kind: Kind
    id: UUID


class ReplacementDue(Event):
    """Another mentor has accepted: the earlier pair or support ends before the first day of the later one."""

    type: ClassVar[str] = "matching.replacement_due"

    kind: Kind
    id: UUID
    starts_on: date


Facts = PlaceConfirmed | ReplacementDue


@dataclass(frozen=True, slots=True)
class Place:
    """The pair or support that was confirmed last; None before the first."""

    kind: Kind = "pair"
    id: UUID | None = None


def follow(change: pairs.Confirmed | supports.Confirmed, place: Place, now: datetime) -> Sequence[Facts]:
    """End an earlier pair of the referral, or support of the mentee in this role, once another one is confirmed."""
    del now
    on = change.happened_on
    match change:
        case pairs.Confirmed():
            kind, id_, starts_on = "pair", change.pair_id, change.placement.starts_on
        case supports.Confirmed():
            kind, id_, starts_on = "support", change.support_id, change.terms.starts_on
    confirmed = PlaceConfirmed.model_validate({"happened_on": on, "kind": kind, "id": id_})
    if place.id == id_:
        return []
    if place.id is None:
        return [confirmed]
    about = {"happened_on": on, "kind": place.kind, "id": place.id, "starts_on": starts_on}
    return [ReplacementDue.model_validate(about), confirmed]


def place_after(place: Place, event: Facts) -> Place:
    """Return the pair or support that was confirmed last."""
    return Place(event.kind, event.id) if isinstance(event, PlaceConfirmed) else place


PLACE: Decider[Place, pairs.Confirmed | supports.Confirmed, Facts] = Decider(
    "place", Place, follow, place_after, (PlaceConfirmed, ReplacementDue)
)
