"""The series of meetings of a relationship: its usual days, planned a month ahead, moved or cancelled by either.

Source: product.md S2; CollectivEd (a weekly minuted meeting), domain.md (f) 7 (the agenda is set by either). The
programme says how often the two meet, they say on which days of the week. What they put on the agenda belongs to both,
and is sealed once for each (decision 32).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.absences import NobodyThere, must_be_there
from services.sessions.domain.calendars import NobodyAtSchool, must_be_open
from services.sessions.domain.relationships import OutsideTheRelationship, Relationship
from services.sessions.domain.texts import Text, long_date
from shared.calendar import day_after
from shared.events.absences import Absence
from shared.events.referral import CalendarPeriod
from shared.events.words import Side
from shared.inputs.days import PlannedMeetingDay, StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotAllowed, NotFound, Personal, Value
from shared.wording import counted_noun

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
ChangeReason = Literal["cover", "illness", "school_event", "clash", "other"]
CancellationReason = ChangeReason | Literal["paused"]
"""Why a planned meeting does not take place: one of the two says why, or the relationship was paused."""
DAYS_AHEAD = 28
"""For how many days meetings are planned."""


class NewSeries(Value):
    """The days of the week on which the two meet from a day on."""

    on: StepDay
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=5)]
    starts_on: PlannedMeetingDay


class MovedMeeting(Value):
    """Another day for a planned meeting, and why."""

    on: StepDay
    to: PlannedMeetingDay
    reason: ChangeReason


class CancelledMeeting(Value):
    """A planned meeting that is not to take place, and why."""

    on: StepDay
    reason: ChangeReason


class AgendaItem(Value):
    """Something that one of the two wants to speak about in a planned meeting."""

    on: StepDay
    text: Text


class SeriesEvent(Event):
    """The field that all events of a series share."""

    relationship_id: UUID


class SeriesSet(SeriesEvent):
    """One of the two chose the days of the week, in every `every_weeks`-th week from `starts_on` on."""

    type: ClassVar[str] = "sessions.series_set"

    by: Side
    weekdays: tuple[Weekday, ...]
    every_weeks: int
    starts_on: date


class MeetingPlanned(SeriesEvent):
    """A meeting of the series was planned for a day."""

    type: ClassVar[str] = "sessions.meeting_planned"

    planned_id: UUID
    planned_on: date


class PlannedAhead(SeriesEvent):
    """All meetings of the series up to a day are planned."""

    type: ClassVar[str] = "sessions.planned_ahead"

    until: date


class MeetingMoved(SeriesEvent):
    """One of the two moved a planned meeting to another day."""

    type: ClassVar[str] = "sessions.planned_meeting_moved"

    planned_id: UUID
    by: Side
    planned_on: date
    reason: ChangeReason


class MeetingCancelled(SeriesEvent):
    """One of the two cancelled a planned meeting, or another series replaced it (no reason)."""

    type: ClassVar[str] = "sessions.planned_meeting_cancelled"

    planned_id: UUID
    by: Side
    reason: CancellationReason | None = None


class AgendaItemAdded(SeriesEvent):
    """One of the two put something on the agenda; both texts are the same."""

    type: ClassVar[str] = "sessions.agenda_item_added"

    planned_id: UUID
    item_id: UUID
    by: Side
    mentor_id: UUID
    trainee_id: UUID
    for_mentor: Annotated[str, Personal("mentor_id")]
    for_trainee: Annotated[str, Personal("trainee_id")]


class AgendaItemRemoved(SeriesEvent):
    """Whoever put something on the agenda took it off."""

    type: ClassVar[str] = "sessions.agenda_item_removed"

    planned_id: UUID
    item_id: UUID
    by: Side


class SeriesCommand(Command):
    """The relationship of a series, and the side that commands."""

    relationship: Relationship
    by: Side


class SetSeries(SeriesCommand):
    """Choose the days of the week."""

    series: NewSeries


class PauseSeries(SeriesCommand):
    """Cancel what is planned from a day on, because the relationship is paused; `held` are days with a record."""

    on: date
    held: frozenset[date] = frozenset()


class ResumeSeries(SeriesCommand):
    """Plan meetings anew from a day on, because the relationship was resumed."""

    on: date


class PlanMeetings(Command):
    """Plan the meetings up to four weeks from `today`, from the day on that the series was set.

    `on_bank_holidays` says that the two may meet on those.
    """

    relationship: Relationship
    today: date
    absences: tuple[Absence, ...] = ()
    calendar: tuple[CalendarPeriod, ...] = ()
    on_bank_holidays: bool = False


class MoveMeeting(SeriesCommand):
    """Move a planned meeting."""

    planned_id: UUID
    moved: MovedMeeting
    absences: tuple[Absence, ...] = ()
    calendar: tuple[CalendarPeriod, ...] = ()
    on_bank_holidays: bool = False


class CancelMeeting(SeriesCommand):
    """Cancel a planned meeting."""

    planned_id: UUID
    cancelled: CancelledMeeting


class AddAgendaItem(SeriesCommand):
    """Put something on the agenda of a planned meeting."""

    planned_id: UUID
    item_id: UUID
    item: AgendaItem


class RemoveAgendaItem(SeriesCommand):
    """Take something off the agenda."""

    planned_id: UUID
    item_id: UUID
    on: date


Changes = MoveMeeting | CancelMeeting | AddAgendaItem | RemoveAgendaItem
Commands = SetSeries | PauseSeries | ResumeSeries | PlanMeetings | Changes
Events = (
    SeriesSet | MeetingPlanned | PlannedAhead | MeetingMoved | MeetingCancelled | AgendaItemAdded | AgendaItemRemoved
)


class MeetingThatDay(DomainError):
    """Another meeting is planned for the day."""


class NotPlannedAnyMore(DomainError):
    """The planned meeting was cancelled."""


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A planned meeting: its day, whether it was moved by hand or cancelled, and who put which item on its agenda."""

    planned_on: date
    moved: bool = False
    cancelled: bool = False
    replaced: bool = False
    agenda: Mapping[UUID, Side] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """A series: its days of the week, in which weeks from when on, since when the two chose them, up to which day it is
    planned, and its meetings.
    """

    weekdays: tuple[Weekday, ...] = ()
    every_weeks: int = 1
    starts_on: date = date.min
    set_on: date = date.min
    until: date = date.min
    planned: Mapping[UUID, PlannedMeeting] = field(default_factory=dict)

    def meets_on(self, day: date) -> bool:
        """Whether the two meet on a day by their rhythm."""
        monday = self.starts_on - timedelta(days=self.starts_on.weekday())
        week = (day - monday).days // 7
        named = WEEKDAYS[day.weekday()] if day.weekday() < len(WEEKDAYS) else None
        return named in self.weekdays and week % self.every_weeks == 0

    def is_taken(self, day: date) -> bool:
        """Whether a meeting is planned for a day."""
        return any(each.planned_on == day and not each.cancelled for each in self.planned.values())


def planned_id_of(relationship_id: UUID, day: date) -> UUID:
    """Return the id of the meeting that a series first planned for a day; it stays when the meeting is moved."""
    return uuid5(relationship_id, f"planned {day.isoformat()}")


def decide(command: Commands, series: Series, now: datetime) -> Sequence[Events]:
    """Set the days of the week; plan ahead; move or cancel a planned meeting, or change its agenda.

    A meeting that one of the two cancelled is planned again when it is moved.
    """
    del now
    match command:
        case SetSeries():
            return _set(command, series)
        case PauseSeries():
            return _pause(command, series)
        case ResumeSeries():
            return _resume(command, series)
        case PlanMeetings():
            return _plan(command, series)
        case MoveMeeting() | CancelMeeting() | AddAgendaItem() | RemoveAgendaItem():
            return _change(command, series)


def _set(command: SetSeries, series: Series) -> Sequence[Events]:
    """Choose the days; meetings that were planned by the days before, and nobody moved, are replaced."""
    relationship, new = command.relationship, command.series
    relationship.must_not_be_over(new.on)
    weekdays = tuple(day for day in WEEKDAYS if day in new.weekdays)
    number = max(relationship.meetings_per_week, 1)
    if len(weekdays) != number:
        what = counted_noun(number, "day", "different days")
        raise Invalid(f"By your programme's rhythm, choose {what} of the week.", pointer="/weekdays")
    if not relationship.starts_on <= new.starts_on <= relationship.ends_on:
        raise Invalid(
            f"Choose a day from {long_date(relationship.starts_on)} to {long_date(relationship.ends_on)}.",
            pointer="/starts_on",
        )
    every_weeks = relationship.weeks_between_meetings or 1
    if (weekdays, every_weeks, new.starts_on) == (series.weekdays, series.every_weeks, series.starts_on):
        return []
    names = {"happened_on": new.on, "relationship_id": relationship.relationship_id, "by": command.by}
    replaced = [
        MeetingCancelled.model_validate({**names, "planned_id": planned_id})
        for planned_id, meeting in series.planned.items()
        if meeting.planned_on >= new.starts_on and not (meeting.moved or meeting.cancelled or meeting.agenda)
    ]
    rhythm = {"weekdays": weekdays, "every_weeks": every_weeks, "starts_on": new.starts_on}
    return [*replaced, SeriesSet.model_validate({**names, **rhythm})]


def _pause(command: PauseSeries, series: Series) -> Sequence[MeetingCancelled]:
    """Cancel what is planned for the pause; a meeting of which something is recorded stays."""
    return [
        MeetingCancelled(
            happened_on=command.on,
            relationship_id=command.relationship.relationship_id,
            planned_id=planned_id,
            by=command.by,
            reason="paused",
        )
        for planned_id, meeting in series.planned.items()
        if meeting.planned_on >= command.on and not meeting.cancelled and meeting.planned_on not in command.held
    ]


def _resume(command: ResumeSeries, series: Series) -> Sequence[SeriesSet]:
    """Let the series begin anew on the day, on the same days of the week; its meetings are planned at once."""
    if not series.weekdays:
        return []
    return [
        SeriesSet(
            happened_on=command.on,
            relationship_id=command.relationship.relationship_id,
            by=command.by,
            weekdays=series.weekdays,
            every_weeks=series.every_weeks,
            starts_on=max(command.on, series.starts_on),
        )
    ]


def _plan(command: PlanMeetings, series: Series) -> Sequence[MeetingPlanned | PlannedAhead]:
    """Plan what is missing of the next four weeks. A day on which the two cannot meet is left out."""
    relationship, today = command.relationship, command.today
    until = min(day_after(today, DAYS_AHEAD), relationship.ends_on)
    if not series.weekdays or relationship.erased or until <= series.until:
        return []
    names = {"happened_on": today, "relationship_id": relationship.relationship_id}
    first = max(series.set_on, series.starts_on, day_after(series.until))
    days = [day_after(first, n) for n in range((until - first).days + 1)]
    return [
        *(
            MeetingPlanned.model_validate({**names, "planned_id": planned_id, "planned_on": day})
            for day in days
            if series.meets_on(day)
            and not series.is_taken(day)
            and _may_be_planned(series.planned.get(planned_id := planned_id_of(relationship.relationship_id, day)))
            and _can_meet(command, day)
        ),
        PlannedAhead.model_validate({**names, "until": until}),
    ]


def _may_be_planned(before: PlannedMeeting | None) -> bool:
    """Whether a meeting was not planned yet, or only by days of the week that were replaced, or before a pause."""
    return before is None or before.replaced


def _can_meet(command: PlanMeetings, day: date) -> bool:
    try:
        _must_be_able_to_meet(command, day)
    except (OutsideTheRelationship, NobodyThere, NobodyAtSchool):
        return False
    return True


def _must_be_able_to_meet(command: PlanMeetings | MoveMeeting, day: date) -> None:
    command.relationship.must_cover(day)
    command.relationship.must_not_be_paused(day)
    must_be_there(command.absences, day)
    must_be_open(command.calendar, day, on_bank_holidays=command.on_bank_holidays)


def _change(command: Changes, series: Series) -> Sequence[Events]:
    relationship = command.relationship
    relationship.must_be_kept()
    meeting = series.planned.get(command.planned_id)
    if meeting is None:
        raise NotFound("There is no such planned meeting.")
    names: dict[str, object] = {
        "relationship_id": relationship.relationship_id,
        "planned_id": command.planned_id,
        "by": command.by,
    }
    if isinstance(command, CancelMeeting):
        if meeting.cancelled:
            return []
        cancellation = {"happened_on": command.cancelled.on, "reason": command.cancelled.reason}
        return [MeetingCancelled.model_validate(names | cancellation)]
    if isinstance(command, RemoveAgendaItem):
        return _remove_item(command, meeting, names)
    if meeting.replaced or (meeting.cancelled and isinstance(command, AddAgendaItem)):
        raise NotPlannedAnyMore("This meeting was cancelled. Move it to another day, and it is planned again.")
    if isinstance(command, AddAgendaItem):
        relationship.must_be_confidential("/text")
        text = command.item.text
        item = {
            "happened_on": command.item.on,
            "item_id": command.item_id,
            "mentor_id": relationship.mentor_id,
            "trainee_id": relationship.trainee_id,
            "for_mentor": text,
            "for_trainee": text,
        }
        return [AgendaItemAdded.model_validate(names | item)]
    return _move(command, meeting, series, names)


def _move(
    command: MoveMeeting, meeting: PlannedMeeting, series: Series, names: Mapping[str, object]
) -> Sequence[MeetingMoved]:
    to = command.moved.to
    if to == meeting.planned_on and not meeting.cancelled:
        return []
    if series.is_taken(to):
        raise MeetingThatDay(f"Another meeting is planned for {long_date(to)}; choose another day.", pointer="/to")
    try:
        _must_be_able_to_meet(command, to)
    except Invalid as refusal:
        refusal.pointer = "/to"
        raise
    about = {"happened_on": command.moved.on, "planned_on": to, "reason": command.moved.reason}
    return [MeetingMoved.model_validate({**names, **about})]


def _remove_item(
    command: RemoveAgendaItem, meeting: PlannedMeeting, names: Mapping[str, object]
) -> Sequence[AgendaItemRemoved]:
    by = meeting.agenda.get(command.item_id)
    if by is None:
        return []
    if by != command.by:
        raise NotAllowed("The other of you put this on the agenda, and can take it off.")
    return [AgendaItemRemoved.model_validate({**names, "happened_on": command.on, "item_id": command.item_id})]


def evolve(series: Series, event: Events) -> Series:
    """Apply an event to the series."""
    match event:
        case SeriesSet():
            return replace(
                series,
                weekdays=event.weekdays,
                every_weeks=event.every_weeks,
                starts_on=event.starts_on,
                set_on=event.happened_on,
                until=min(series.until, day_after(event.starts_on, -1)),
            )
        case PlannedAhead():
            return replace(series, until=event.until)
        case MeetingPlanned():
            before = series.planned.get(event.planned_id)
            agenda = before.agenda if before else {}
            return _with(series, event.planned_id, PlannedMeeting(event.planned_on, agenda=agenda))
        case MeetingMoved():
            meeting = series.planned[event.planned_id]
            return _with(
                series, event.planned_id, replace(meeting, planned_on=event.planned_on, moved=True, cancelled=False)
            )
        case MeetingCancelled():
            meeting = series.planned[event.planned_id]
            return _with(
                series, event.planned_id, replace(meeting, cancelled=True, replaced=event.reason in (None, "paused"))
            )
        case AgendaItemAdded():
            meeting = series.planned[event.planned_id]
            agenda = {**meeting.agenda, event.item_id: event.by}
            return _with(series, event.planned_id, replace(meeting, agenda=agenda))
        case AgendaItemRemoved():
            meeting = series.planned[event.planned_id]
            agenda = {item_id: by for item_id, by in meeting.agenda.items() if item_id != event.item_id}
            return _with(series, event.planned_id, replace(meeting, agenda=agenda))


def _with(series: Series, planned_id: UUID, meeting: PlannedMeeting) -> Series:
    return replace(series, planned={**series.planned, planned_id: meeting})


SERIES: Decider[Series, Commands, Events] = Decider(
    "series",
    Series,
    decide,
    evolve,
    (SeriesSet, MeetingPlanned, PlannedAhead, MeetingMoved, MeetingCancelled, AgendaItemAdded, AgendaItemRemoved),
)
