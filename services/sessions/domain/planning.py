"""A process for each series: plan its meetings at once, and again every week, so that four weeks are always planned.

Source: product.md S2 (a series, generated a month ahead). It ends with the relationship: what is planned to its last
day needs no further planning.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.series import DAYS_AHEAD, PlannedAhead, SeriesSet
from shared.calendar import day_after
from shared.kernel.decider import Decider, Event

WEEK = 7

SeriesChanged = SeriesSet | PlannedAhead


class PlanningDue(Event):
    """The series is planned further on `due_on`."""

    type: ClassVar[str] = "sessions.planning_due"

    relationship_id: UUID
    due_on: date


def decide(change: SeriesChanged, due_on: date | None, now: datetime) -> Sequence[PlanningDue]:
    """Plan a new series at once, and one that is planned for four weeks after a week."""
    del now
    match change:
        case SeriesSet():
            due = change.happened_on
        case PlannedAhead():
            due = day_after(change.until, WEEK - DAYS_AHEAD)
            if due_on is not None and due <= due_on:
                return []
    return [PlanningDue(happened_on=change.happened_on, relationship_id=change.relationship_id, due_on=due)]


def evolve(_: date | None, event: PlanningDue) -> date:
    """Return the day on which the series is planned further."""
    return event.due_on


PLANNING: Decider[date | None, SeriesChanged, PlanningDue] = Decider(
    "planning", lambda: None, decide, evolve, (PlanningDue,)
)
