"""Pauses of a relationship: in a pause no meeting is due, and nobody is asked why. Source: product.md S1."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Protocol
from uuid import UUID

from services.sessions.domain.terms import NotPossibleNow, RelationshipEvent
from services.sessions.domain.texts import long_date
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Invalid, Value


class Pause(Value):
    """The first day of a pause, or the first day after it."""

    on: StepDay


class RelationshipPaused(RelationshipEvent):
    """One of the two paused the relationship: from this day on no meeting is due."""

    type: ClassVar[str] = "sessions.relationship_paused"

    by: Side


class RelationshipResumed(RelationshipEvent):
    """One of the two resumed the relationship, paused since `paused_on`: meetings are due from this day on."""

    type: ClassVar[str] = "sessions.relationship_resumed"

    by: Side
    paused_on: date


class PauseRelationship(Command):
    """Pause the relationship from a day on; `by` is the side that pauses it."""

    by: Side
    on: date


class ResumeRelationship(Command):
    """Resume the relationship on a day; `by` is the side that resumes it."""

    by: Side
    on: date


class Pausable(Protocol):
    """The fields of a relationship that decide whether it can be paused or resumed."""

    @property
    def relationship_id(self) -> UUID: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def pauses(self) -> tuple[tuple[date, date], ...]: ...
    @property
    def paused_on(self) -> date | None: ...
    def must_cover(self, day: date) -> None: ...


def pause_or_resume(
    command: PauseRelationship | ResumeRelationship, relationship: Pausable
) -> Sequence[RelationshipPaused | RelationshipResumed]:
    """Pause a relationship, or resume it, from a day of it on. Idempotent: the same day again emits no event.

    Raises `NotPossibleNow` where it is paused already, or not paused, and `Invalid` for a day that is too early.
    """
    on, paused_on = command.on, relationship.paused_on
    relationship.must_cover(on)
    names = {"happened_on": on, "relationship_id": relationship.relationship_id, "by": command.by}
    if isinstance(command, PauseRelationship):
        if paused_on is None:
            last_back = max((back for _, back in relationship.pauses), default=relationship.starts_on)
            if on < last_back:
                raise Invalid(f"You went on on {long_date(last_back)}; choose that day or a later one.", pointer="/on")
            return [RelationshipPaused.model_validate(names)]
        if on == paused_on:
            return []
        raise NotPossibleNow(f"This relationship is paused since {long_date(paused_on)} already.")
    if paused_on is None:
        if any(back == on for _, back in relationship.pauses):
            return []
        raise NotPossibleNow("This relationship is not paused.")
    if on <= paused_on:
        raise Invalid(f"It is paused since {long_date(paused_on)}; choose a later day.", pointer="/on")
    return [RelationshipResumed.model_validate({**names, "paused_on": paused_on})]
