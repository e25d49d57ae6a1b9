"""Read models of the series of meetings: its rhythm, the planned meetings, and what is on their agenda."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.series import (
    AgendaItemAdded,
    AgendaItemRemoved,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    SeriesSet,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """The days of the week on which the two meet, in every `every_weeks`-th week from `starts_on` on."""

    relationship_id: UUID
    weekdays: tuple[str, ...]
    every_weeks: int
    starts_on: date
    set_by: str


SERIES = ReadModel(
    name="series",
    row=SeriesRow,
    key=("relationship_id",),
    on={SeriesSet: Step(key_from("relationship_id"), lambda _, event: row_of(SeriesRow, event, set_by=event.by))},
)


@dataclass(frozen=True, slots=True)
class PlannedMeetingRow:
    """A planned meeting; `changed_by` moved or cancelled it last, for `reason`."""

    planned_id: UUID
    relationship_id: UUID
    planned_on: date
    status: str = "planned"
    first_planned_on: date | None = None
    changed_by: str | None = None
    reason: str | None = None


def _plan(_: PlannedMeetingRow | None, event: MeetingPlanned) -> PlannedMeetingRow:
    return row_of(PlannedMeetingRow, event, first_planned_on=event.planned_on)


def _move(row: PlannedMeetingRow, event: MeetingMoved) -> PlannedMeetingRow:
    return replace(row, planned_on=event.planned_on, status="moved", changed_by=event.by, reason=event.reason)


def _cancel(row: PlannedMeetingRow, event: MeetingCancelled) -> PlannedMeetingRow | None:
    if event.reason is None:  # replaced by another series
        return None
    return replace(row, status="cancelled", changed_by=event.by, reason=event.reason)


PLANNED_MEETINGS = ReadModel(
    name="planned_meetings",
    row=PlannedMeetingRow,
    key=("planned_id",),
    on={
        MeetingPlanned: Step(key_from("planned_id"), _plan),
        MeetingMoved: Step(key_from("planned_id"), _move),
        MeetingCancelled: Step(key_from("planned_id"), _cancel),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class AgendaItemRow:
    """Something on the agenda of a planned meeting; its text is encrypted once for each of the two."""

    item_id: UUID
    planned_id: UUID
    relationship_id: UUID
    added_by: str
    added_on: date
    for_mentor: str
    for_trainee: str


AGENDA_ITEMS = ReadModel(
    name="agenda_items",
    row=AgendaItemRow,
    key=("item_id",),
    on={
        AgendaItemAdded: Step(
            key_from("item_id"),
            lambda _, event: row_of(AgendaItemRow, event, added_by=event.by, added_on=event.happened_on),
        ),
        AgendaItemRemoved: Step(key_from("item_id"), remove_row),
    },
    indexes=("relationship_id",),
)
