"""Commands of the series of meetings: set it, plan ahead, move and cancel a planned meeting, change its agenda."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from services.sessions.commands.absences import absences_of
from services.sessions.commands.calendars import calendar_of, works_on_bank_holidays
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.merges import MERGE
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.series import (
    SERIES,
    AddAgendaItem,
    AgendaItem,
    CancelledMeeting,
    CancelMeeting,
    Commands,
    MovedMeeting,
    MoveMeeting,
    NewSeries,
    PlanMeetings,
    RemoveAgendaItem,
    SetSeries,
    Weekday,
)
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SeriesState(Answer):
    """A series after a command: its days of the week, in every `every_weeks`-th week from `starts_on` on."""

    relationship_id: UUID
    weekdays: tuple[Weekday, ...]
    every_weeks: int
    starts_on: date


class PlannedMeetingState(Answer):
    """A planned meeting after a command, and the ids of what is on its agenda."""

    relationship_id: UUID
    planned_id: UUID
    planned_on: date
    cancelled: bool
    agenda: tuple[UUID, ...]


def set_series(who: Principal, relationship_id: UUID, series: NewSeries) -> UseCase[SeriesState]:
    """Choose the days of the week; the meetings of the next four weeks are planned at once."""

    async def use_case(unit: Unit) -> SeriesState:
        relationship, by = await _load(who, unit, relationship_id)
        await unit.decide(SERIES, relationship_id, SetSeries(relationship=relationship, by=by, series=series))
        (now,) = await unit.load(SERIES, relationship_id)
        return SeriesState(
            relationship_id=relationship_id,
            weekdays=now.weekdays,
            every_weeks=now.every_weeks,
            starts_on=now.starts_on,
        )

    return use_case


def move_meeting(
    who: Principal, relationship_id: UUID, planned_id: UUID, moved: MovedMeeting
) -> UseCase[PlannedMeetingState]:
    """Move a planned meeting to another day."""

    async def use_case(unit: Unit) -> PlannedMeetingState:
        relationship, by = await _load(who, unit, relationship_id)
        calendar = await calendar_of(unit, relationship)
        moving = MoveMeeting(
            relationship=relationship,
            by=by,
            planned_id=planned_id,
            moved=moved,
            absences=await absences_of(unit, relationship),
            calendar=calendar,
            on_bank_holidays=await works_on_bank_holidays(unit, relationship),
        )
        await unit.decide(SERIES, relationship_id, moving)
        return await _state(unit, relationship_id, planned_id)

    return use_case


def cancel_meeting(
    who: Principal, relationship_id: UUID, planned_id: UUID, cancelled: CancelledMeeting
) -> UseCase[PlannedMeetingState]:
    """Cancel a planned meeting."""
    return _change(
        who,
        relationship_id,
        planned_id,
        lambda relationship, by: CancelMeeting(
            relationship=relationship, by=by, planned_id=planned_id, cancelled=cancelled
        ),
    )


def add_agenda_item(
    who: Principal, relationship_id: UUID, planned_id: UUID, item: AgendaItem
) -> UseCase[PlannedMeetingState]:
    """Put something on the agenda of a planned meeting."""
    return _change(
        who,
        relationship_id,
        planned_id,
        lambda relationship, by: AddAgendaItem(
            relationship=relationship, by=by, planned_id=planned_id, item_id=uuid4(), item=item
        ),
    )


def remove_agenda_item(
    who: Principal, relationship_id: UUID, planned_id: UUID, item_id: UUID, on: date
) -> UseCase[PlannedMeetingState]:
    """Take something off the agenda that the person put there."""
    return _change(
        who,
        relationship_id,
        planned_id,
        lambda relationship, by: RemoveAgendaItem(
            relationship=relationship, by=by, planned_id=planned_id, item_id=item_id, on=on
        ),
    )


async def plan_meetings(unit: Unit, relationship_id: UUID) -> None:
    """Plan the meetings of a series for the next four weeks."""
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    assert relationship is not None  # a series is set in a relationship
    calendar = await calendar_of(unit, relationship)
    planning = PlanMeetings(
        relationship=relationship,
        today=unit.now.date(),
        absences=await absences_of(unit, relationship),
        calendar=calendar,
        on_bank_holidays=await works_on_bank_holidays(unit, relationship),
    )
    await unit.decide(SERIES, relationship_id, planning)


async def _load(who: Principal, unit: Unit, relationship_id: UUID) -> tuple[Relationship, Side]:
    await unit.read((RELATIONSHIP, relationship_id), (SERIES, relationship_id), (MERGE, who.subject))
    return await load_to_record(who, unit, relationship_id, "plan their meetings")


def _change(
    who: Principal, relationship_id: UUID, planned_id: UUID, command_of: Callable[[Relationship, Side], Commands]
) -> UseCase[PlannedMeetingState]:
    async def use_case(unit: Unit) -> PlannedMeetingState:
        relationship, by = await _load(who, unit, relationship_id)
        await unit.decide(SERIES, relationship_id, command_of(relationship, by))
        return await _state(unit, relationship_id, planned_id)

    return use_case


async def _state(unit: Unit, relationship_id: UUID, planned_id: UUID) -> PlannedMeetingState:
    (series,) = await unit.load(SERIES, relationship_id)
    meeting = series.planned[planned_id]
    return PlannedMeetingState(
        relationship_id=relationship_id,
        planned_id=planned_id,
        planned_on=meeting.planned_on,
        cancelled=meeting.cancelled,
        agenda=tuple(meeting.agenda),
    )
