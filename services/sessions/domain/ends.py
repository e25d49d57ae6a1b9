"""Ends of a relationship before its last day: agreed by both, at the mentee's wish alone, or as others report.

Source: product.md S1 and "What they fear" (a mentor who does not fit).
"""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Protocol
from uuid import UUID

from services.sessions.domain.terms import NotPossibleNow, RelationshipEvent
from services.sessions.domain.texts import long_date
from shared.events.words import EndingReason, Side
from shared.inputs.days import LastDay, StepDay
from shared.kernel.decider import Command, Invalid, Value, build_from


class NewEnding(Value):
    """The last day on which the two are to work together, as one of them proposes it on a day."""

    on: StepDay
    last_day: LastDay


class EndProposed(RelationshipEvent):
    """One of the two proposed an early last day; it holds once the other proposes the same."""

    type: ClassVar[str] = "sessions.end_proposed"

    by: Side
    last_day: date


class EndWithdrawn(RelationshipEvent):
    """One of the two took the proposed last day back, or does not agree to it: the last day stays as it was."""

    type: ClassVar[str] = "sessions.end_withdrawn"

    by: Side


class RelationshipBrokenOff(RelationshipEvent):
    """The mentee ended the relationship; `happened_on` is its last day. Nobody had to agree."""

    type: ClassVar[str] = "sessions.relationship_broken_off"


class RelationshipEnded(RelationshipEvent):
    """The relationship ended before its last day; `ended_on` is the last day on which the two work together.

    An `ended_on` before the first day means that they never worked together. What was recorded is kept.
    """

    type: ClassVar[str] = "sessions.relationship_ended"

    ended_on: date
    reason: EndingReason


class ProposeEnd(Command):
    """Propose an early last day, or agree to it; `by` is the side that does so, `recorded_on` the last recorded day."""

    by: Side
    last_day: date
    on: date
    recorded_on: date | None = None


class WithdrawEnd(Command):
    """Take back the proposed last day, or refuse it; `by` is the side that does so."""

    by: Side
    on: date


class BreakOffRelationship(Command):
    """End the relationship at the mentee's wish; `on` is its last day, `recorded_on` the last recorded day."""

    on: date
    recorded_on: date | None = None


class EndRelationship(Command):
    """End the relationship early; `on` is its last day."""

    reason: EndingReason
    on: date


class Endable(Protocol):
    """The fields of a relationship that decide whether it can end early."""

    @property
    def relationship_id(self) -> UUID: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def proposed_end(self) -> tuple[Side, date] | None: ...
    def must_be_kept(self) -> None: ...


def propose_end(command: ProposeEnd, relationship: Endable) -> Sequence[EndProposed | RelationshipEnded]:
    """Propose an early last day, or end the relationship on it if the other of the two proposed the same.

    Idempotent: the same proposal again emits no event. Raises `NotPossibleNow` where the relationship is over, and
    `Invalid` for a day outside of it.
    """
    by, last_day = command.by, command.last_day
    _must_run(relationship, command.on)
    if not relationship.starts_on <= last_day < relationship.ends_on:
        raise Invalid(
            f"Choose a day from {long_date(relationship.starts_on)} on and before {long_date(relationship.ends_on)}, "
            "when it ends by itself.",
            pointer="/last_day",
        )
    if command.recorded_on is not None and last_day < command.recorded_on:
        raise Invalid(
            f"Something is recorded on {long_date(command.recorded_on)}. Choose that day or a later one.",
            pointer="/last_day",
        )
    names = {"happened_on": command.on, "relationship_id": relationship.relationship_id}
    match relationship.proposed_end:
        case (proposer, day) if day == last_day and proposer != by:
            return [RelationshipEnded.model_validate({**names, "ended_on": last_day, "reason": "ended_by_them"})]
        case (proposer, day) if day == last_day:
            return []
        case _:
            return [EndProposed.model_validate({**names, "by": by, "last_day": last_day})]


def withdraw_end(command: WithdrawEnd, relationship: Endable) -> Sequence[EndWithdrawn]:
    """Take back the proposed last day. Idempotent: without a proposal it emits no event."""
    relationship.must_be_kept()
    if relationship.proposed_end is None:
        return []
    about = {"happened_on": command.on, "relationship_id": relationship.relationship_id, "by": command.by}
    return [EndWithdrawn.model_validate(about)]


def break_off(
    command: BreakOffRelationship, relationship: Endable
) -> Sequence[RelationshipBrokenOff | RelationshipEnded]:
    """End the relationship at the mentee's wish.

    Raises `NotPossibleNow` where it is over, and `Invalid` for a day before the last one on which something is
    recorded: that is today at the latest, so that nobody is kept from leaving.
    """
    _must_run(relationship, command.on)
    if command.recorded_on is not None and command.on < command.recorded_on:
        raise Invalid(
            f"Something is recorded on {long_date(command.recorded_on)}: that is the earliest last day. Send it as the "
            "day, and it ends; nobody has to agree.",
            pointer="/on",
        )
    names = {"happened_on": command.on, "relationship_id": relationship.relationship_id}
    last = {**names, "ended_on": command.on, "reason": "ended_by_them"}
    return [RelationshipBrokenOff.model_validate(names), RelationshipEnded.model_validate(last)]


def end(command: EndRelationship, relationship: Endable) -> Sequence[RelationshipEnded]:
    """End the relationship as others report. Does nothing where it ends by then anyway."""
    on = command.on
    if on >= relationship.ends_on:
        return []
    return [
        build_from(
            RelationshipEnded, command, happened_on=on, relationship_id=relationship.relationship_id, ended_on=on
        )
    ]


def _must_run(relationship: Endable, on: date) -> None:
    """Raise `NotPossibleNow` for a relationship that is over, or ends on this day anyway, and `Erased`."""
    relationship.must_be_kept()
    if on >= relationship.ends_on:
        raise NotPossibleNow(f"The last day of this relationship is {long_date(relationship.ends_on)} already.")
