"""Read models of days: each day as it is now, and every step that was taken with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.days import DayRecorded
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a person; each of its `halves` has a placement, a school, a kind and a state."""

    day_id: UUID
    trainee_id: UUID
    happened_on: date
    version: int
    halves: tuple[Any, ...]


def _record(row: DayRow | None, event: DayRecorded) -> DayRow | None:
    others = tuple(half for half in (row.halves if row else ()) if half["half"] not in event.halves)
    recorded = (
        {
            "half": half,
            "relationship_id": str(event.relationship_id),
            "school_urn": event.school_urn,
            "kind": event.kind,
            "state": event.state,
        }
        for half in event.halves
        if event.state != "removed"
    )
    halves = (*others, *recorded)
    return row_of(DayRow, event, version=event.version_number, halves=halves) if halves else None


DAYS = ReadModel(
    name="days",
    row=DayRow,
    key=("day_id",),
    on={DayRecorded: Step(key_from("day_id"), _record)},
    indexes=("trainee_id",),
)


@dataclass(frozen=True, slots=True)
class DayStepRow:
    """A step with halves of a day: the state that it led to, who took it and when, and why a day was returned."""

    day_id: UUID
    version: int
    relationship_id: UUID
    happened_on: date
    halves: tuple[str, ...]
    kind: str
    state: str
    taken_by: str
    recorded_on: date
    reason: str | None


DAY_STEPS = ReadModel(
    name="day_steps",
    row=DayStepRow,
    key=("day_id", "version"),
    on={
        DayRecorded: Step(
            key_from("day_id", "version_number"),
            lambda _, event: row_of(DayStepRow, event, version=event.version_number, taken_by=event.by),
        )
    },
    indexes=("relationship_id",),
)
