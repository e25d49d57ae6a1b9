"""The targets that were set in a week of a relationship: at most as many as the programme says.

Source: product.md S2 ("at most three targets a week"). The targets of a week share one stream, so that two commands at
the same time cannot set one too many.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from services.sessions.domain.texts import long_date
from shared.kernel.decider import Command, Decider, Event, Invalid, build_from
from shared.wording import counted_noun


class TargetWeekEvent(Event):
    """The fields that all events of a week share; `week` is its Monday."""

    relationship_id: UUID
    week: date
    target_id: UUID


class TargetCounted(TargetWeekEvent):
    """A target counts for its week."""

    type: ClassVar[str] = "sessions.target_counted"


class TargetUncounted(TargetWeekEvent):
    """A target does not count for its week any more: it was set by mistake."""

    type: ClassVar[str] = "sessions.target_uncounted"


class CountTarget(Command):
    """Count a target for the week of the day on which it was set; None as `at_most` sets no limit."""

    relationship_id: UUID
    target_id: UUID
    set_on: date
    at_most: int | None
    on: date


class UncountTarget(Command):
    """Do not count a target for its week any more."""

    relationship_id: UUID
    target_id: UUID
    set_on: date
    on: date


Commands = CountTarget | UncountTarget
Events = TargetCounted | TargetUncounted


class TooManyTargetsInWeek(Invalid):
    """More targets are set in a week than the programme allows."""


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def target_week_id(relationship_id: UUID, day: date) -> UUID:
    """Return the id of the week of a day in a relationship."""
    return uuid5(relationship_id, f"targets of {monday_of(day).isoformat()}")


def decide(command: Commands, counted: frozenset[UUID], now: datetime) -> Sequence[Events]:
    """Count a target once, as long as the week has room; or do not count it any more."""
    del now
    week = monday_of(command.set_on)
    match command:
        case CountTarget(target_id=target_id) if target_id in counted:
            return []
        case CountTarget(at_most=at_most) if at_most is not None and len(counted) >= at_most:
            raise TooManyTargetsInWeek(
                f"Your programme sets at most {counted_noun(at_most, 'target')} a week, and the week of "
                f"{long_date(week)} has them. Set this one in another week, or drop one of "
                "them that was set by mistake."
            )
        case CountTarget():
            return [build_from(TargetCounted, command, happened_on=command.on, week=week)]
        case UncountTarget(target_id=target_id):
            uncounted = build_from(TargetUncounted, command, happened_on=command.on, week=week)
            return [uncounted] if target_id in counted else []


def evolve(counted: frozenset[UUID], event: Events) -> frozenset[UUID]:
    """Return the targets that count for the week."""
    match event:
        case TargetCounted():
            return counted | {event.target_id}
        case TargetUncounted():
            return counted - {event.target_id}


TARGET_WEEK: Decider[frozenset[UUID], Commands, Events] = Decider(
    "target_week", frozenset, decide, evolve, (TargetCounted, TargetUncounted)
)
