"""The days of a trainee at schools, in half days: planned, logged, confirmed by the school, accepted by the provider.

Source: product.md S9; domain.md (g) (the four are counted separately, intensive practice apart from general placement;
"one day never counted twice"). All that a person records of one date is one stream, whatever placement it belongs to,
so that no half of a day is ever counted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.absences import must_be_there
from services.sessions.domain.calendars import must_be_open
from services.sessions.domain.relationships import OutsideTheRelationship, Relationship
from services.sessions.domain.texts import long_date
from shared.calendar import is_weekend
from shared.events.absences import Absence
from shared.events.practices import DayRules
from shared.events.referral import CalendarPeriod
from shared.events.words import DayKind, DayState, Half
from shared.inputs.days import PlacementDay, SchoolDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Value

DayPart = Literal["day", "morning", "afternoon"]
DayStep = Literal["plan", "log", "remove", "confirm", "accept", "return"]
DayRole = Literal["trainee", "school", "provider", "merge"]
"""In which role a step is taken: by the trainee, by a lead of the host school, by those who accept for the provider, or
in the merge of two records of the trainee.
"""
ReturnReason = Literal["not_there", "other_part", "other_kind", "by_mistake", "other"]
"""Why a day goes one step back: the trainee was not there, it was another part of the day or another kind of day, or
the step was taken by mistake.
"""
ReturnableState = Literal["logged", "confirmed", "accepted"]
HALVES: Mapping[DayPart, tuple[Half, ...]] = {
    "day": ("morning", "afternoon"),
    "morning": ("morning",),
    "afternoon": ("afternoon",),
}


class PlannedDay(Value):
    """A day, or half of one, on which the trainee is to be at the school."""

    on: PlacementDay
    part: DayPart = "day"
    kind: DayKind = "general"


class LoggedDay(Value):
    """A day, or half of one, on which the trainee was at the school."""

    on: SchoolDay
    part: DayPart = "day"
    kind: DayKind = "general"


class RemovedDay(Value):
    """A day, or half of one, that is taken out of the record."""

    on: PlacementDay
    part: DayPart = "day"


class PlannedDays(Value):
    """Days that are planned in one request: all of them, or none."""

    days: Annotated[tuple[PlannedDay, ...], Field(min_length=1, max_length=200)]


class LoggedDays(Value):
    """Days that are logged in one request: all of them, or none."""

    days: Annotated[tuple[LoggedDay, ...], Field(min_length=1, max_length=200)]


class RemovedDays(Value):
    """Days that are taken out of the record in one request: all of them, or none."""

    days: Annotated[tuple[RemovedDay, ...], Field(min_length=1, max_length=200)]


class DayLine(Value):
    """A day, or half of one, of the trainee of a relationship."""

    relationship_id: UUID
    on: SchoolDay
    part: DayPart = "day"


class DayLines(Value):
    """Days of many trainees; each line is recorded or refused by itself."""

    days: Annotated[tuple[DayLine, ...], Field(min_length=1, max_length=500)]


class ReturnedDays(DayLines):
    """Days of many trainees that go one step back from the state that they are in, and why."""

    state: ReturnableState
    reason: ReturnReason


class DayRecorded(Event):
    """Halves of a day are in a state now, or were removed; `happened_on` is the day, `recorded_on` when that was
    recorded. Each event makes a version of the day, of which the first is 1.
    """

    type: ClassVar[str] = "sessions.day_recorded"

    day_id: UUID
    trainee_id: UUID
    relationship_id: UUID
    school_urn: str
    halves: tuple[Half, ...]
    kind: DayKind
    state: DayState | Literal["removed"]
    by: DayRole
    recorded_on: date
    version_number: int
    reason: ReturnReason | None = None


@dataclass(frozen=True, slots=True)
class HalfDay:
    """Half of a day: the placement that it belongs to, its school, its kind, and the state that it is in."""

    relationship_id: UUID
    school_urn: str
    kind: DayKind
    state: DayState


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a person: its version, and each half that is recorded."""

    version: int = 0
    halves: Mapping[Half, HalfDay] = field(default_factory=dict)

    def counts_in(self, relationship: Relationship) -> bool:
        """Whether the person was at the school in this placement: half of the day is logged, or further on."""
        return any(
            half.relationship_id == relationship.relationship_id and half.state in ("logged", "confirmed", "accepted")
            for half in self.halves.values()
        )


class RecordStep(Command):
    """Take a step with halves of a day; `by` is the role of whoever takes it.

    `absences` are those of the trainee and of the school, `calendar` is the school's. `kind` is that of a day which is
    planned or logged, `returned_from` the state of a day which is returned.
    """

    relationship: Relationship
    rules: DayRules | None
    on: date
    halves: tuple[Half, ...]
    step: DayStep
    by: DayRole
    recorded_on: date
    kind: DayKind | None = None
    returned_from: ReturnableState | None = None
    reason: ReturnReason | None = None
    absences: tuple[Absence, ...] = ()
    calendar: tuple[CalendarPeriod, ...] = ()


class TakeOverDay(Command):
    """Take over what a merged record of the trainee holds of the day."""

    trainee_id: UUID
    on: date
    recorded_on: date
    merged: Day


class GiveUpDay(Command):
    """Leave the day to the record into which this one was merged."""

    trainee_id: UUID
    on: date
    recorded_on: date


Commands = RecordStep | TakeOverDay | GiveUpDay


class DayTaken(DomainError):
    """Half of a day is recorded in another placement of the person."""


class NotAtThisStep(DomainError):
    """The day is not at the step from which this one is taken."""


class NoSchoolDay(Invalid):
    """The day is at a weekend."""


def day_id_on(trainee_id: UUID, day: date) -> UUID:
    """Return the id of a person's day: there is one of each date, whatever placements it belongs to."""
    return uuid5(trainee_id, f"day {day.isoformat()}")


def must_be_named_once(days: Sequence[PlannedDay | LoggedDay | RemovedDay]) -> None:
    """Raise `Invalid` where one request names half of a day twice: nobody could say which of the two holds."""
    named: set[tuple[date, Half]] = set()
    for line, day in enumerate(days):
        halves = {(day.on, half) for half in HALVES[day.part]}
        if named & halves:
            raise Invalid(
                f"{long_date(day.on)} is named twice; name each half of a day once.", pointer=f"/days/{line}/on"
            )
        named |= halves


def must_count(command: RecordStep) -> None:
    """Raise a refusal for a day that cannot count: the only place that says what hinders a day at a school.

    It lies within the placement and not on a weekend, the trainee is in training and the school has not closed. A
    general day is none of the school's holidays and no bank holiday; intensive practice may be elsewhere. A pause does
    not matter: it is between the trainee and the mentor, and the training at the school goes on. Nor does it matter
    whether the mentor was there.
    """
    relationship, day = command.relationship, command.on
    if not relationship.starts_on <= day <= relationship.ends_on:
        raise OutsideTheRelationship(
            f"This placement runs from {long_date(relationship.starts_on)} to {long_date(relationship.ends_on)}. "
            "Check the day, or use the placement that it belongs to.",
            pointer="/on",
        )
    if is_weekend(day):
        raise NoSchoolDay(f"{long_date(day)} is a {day:%A}. Check the day; weekends do not count.", pointer="/on")
    if command.kind != "intensive":
        must_be_open(command.calendar, day)
    must_be_there(command.absences, day)


_STATES: tuple[DayState, ...] = ("planned", "returned", "logged", "confirmed", "accepted")
"""From the first to the last."""
_STEPS: Mapping[DayStep, Mapping[DayState | None, DayState | None]] = {
    "plan": {None: "planned", "planned": "planned"},
    "log": {None: "logged", "planned": "logged", "returned": "logged", "logged": "logged", "confirmed": "logged"},
    "remove": {None: None, "planned": None, "returned": None, "logged": None, "confirmed": None},
    "confirm": {"logged": "confirmed", "confirmed": "confirmed", "accepted": "accepted"},
    "accept": {"confirmed": "accepted", "accepted": "accepted"},
}
"""From which state a step leads to which; None is no record. What is logged anew is to be confirmed anew."""
_BACK: Mapping[ReturnableState, DayState] = {"logged": "returned", "confirmed": "logged", "accepted": "confirmed"}
_IS: Mapping[DayState | None, str] = {
    None: "is not recorded",
    "planned": "is planned, not logged",
    "returned": "was returned to the trainee",
    "logged": "is logged, not confirmed",
    "confirmed": "is confirmed by the school",
    "accepted": "is accepted by the provider",
}
_WHAT_TO_DO: Mapping[DayStep, str] = {
    "plan": "There is nothing to plan; log it anew if it was another kind of day.",
    "log": "Ask the provider to return it first.",
    "remove": "Ask the provider to return it first.",
    "confirm": "The trainee logs it first.",
    "accept": "The school confirms it first.",
    "return": "Look at it again, and return it from the state that it is in.",
}


def decide(command: Commands, day: Day, now: datetime) -> Sequence[DayRecorded]:
    """Take a step with halves of a day, all of them or none. Idempotent: a step that is taken already emits no event.

    After a merge the kept record has of each half what was further on.
    """
    del now
    match command:
        case RecordStep():
            return _take_step(command, day)
        case TakeOverDay(merged=merged):
            further = {
                half: theirs
                for half, theirs in merged.halves.items()
                if half not in day.halves or _STATES.index(theirs.state) > _STATES.index(day.halves[half].state)
            }
            return _record(command, day, further, command.trainee_id, "merge")
        case GiveUpDay():
            return _record(command, day, dict.fromkeys(day.halves), command.trainee_id, "merge")


def _take_step(command: RecordStep, day: Day) -> Sequence[DayRecorded]:
    rules, relationship = command.rules, command.relationship
    if rules is None or relationship.role != "lead":
        raise NotFound("Days are counted in placements. Use the trainee's placement with their lead mentor.")
    if command.kind is not None and command.kind not in rules.kinds:
        raise Invalid(f"This programme counts days of these kinds: {', '.join(rules.kinds)}.", pointer="/kind")
    after = {half: _after(command, half, day.halves.get(half)) for half in command.halves}
    changed = {half: new for half, new in after.items() if new != day.halves.get(half)}
    if changed and command.step not in ("remove", "return"):
        must_count(command)
    return _record(command, day, changed, relationship.trainee_id, command.by)


def _after(command: RecordStep, half: Half, before: HalfDay | None) -> HalfDay | None:
    """Return half of a day after the step; raises `DayTaken` or `NotAtThisStep` where it cannot be taken."""
    relationship, step = command.relationship, command.step
    if before is not None and before.relationship_id != relationship.relationship_id:
        raise DayTaken(
            f"The {half} of {long_date(command.on)} is recorded in another placement. Remove it there first.",
            pointer="/on",
        )
    state = before.state if before is not None else None
    steps = _returning(command.returned_from) if command.returned_from is not None else _STEPS[step]
    if before is not None and before.kind == command.kind and _is_beyond(before.state, steps.get(None)):
        return before
    if state not in steps:
        raise NotAtThisStep(f"The {half} of {long_date(command.on)} {_IS[state]}. {_WHAT_TO_DO[step]}", pointer="/on")
    to = steps[state]
    if to is None:
        return None
    if before is not None and command.kind is None:
        return replace(before, state=to)
    assert command.kind is not None  # only what is planned or logged has no record before
    return HalfDay(relationship.relationship_id, relationship.school_urn, command.kind, to)


def _returning(state: ReturnableState) -> Mapping[DayState | None, DayState | None]:
    """Return what a return leads to: one step back, and nothing new where it was returned already."""
    return {state: _BACK[state], _BACK[state]: _BACK[state]}


def _is_beyond(state: DayState, target: DayState | None) -> bool:
    return target is not None and _STATES.index(state) >= _STATES.index(target)


def _record(
    command: Commands, day: Day, changed: Mapping[Half, HalfDay | None], trainee_id: UUID, by: DayRole
) -> Sequence[DayRecorded]:
    """Make an event for each group of halves that belong together: one for most days, two where the halves differ."""
    groups: dict[tuple[HalfDay, bool], list[Half]] = {}
    for half, after in changed.items():
        groups.setdefault((after or day.halves[half], after is None), []).append(half)
    return [
        DayRecorded(
            happened_on=command.on,
            day_id=day_id_on(trainee_id, command.on),
            trainee_id=trainee_id,
            relationship_id=half_day.relationship_id,
            school_urn=half_day.school_urn,
            halves=tuple(halves),
            kind=half_day.kind,
            state="removed" if is_removed else half_day.state,
            by=by,
            recorded_on=command.recorded_on,
            version_number=day.version + nth,
            reason=command.reason if isinstance(command, RecordStep) else None,
        )
        for nth, ((half_day, is_removed), halves) in enumerate(groups.items(), start=1)
    ]


def evolve(day: Day, event: DayRecorded) -> Day:
    """Apply an event to the day."""
    halves = {half: half_day for half, half_day in day.halves.items() if half not in event.halves}
    if event.state != "removed":
        recorded = HalfDay(event.relationship_id, event.school_urn, event.kind, event.state)
        halves |= dict.fromkeys(event.halves, recorded)
    return Day(event.version_number, halves)


DAY: Decider[Day, Commands, DayRecorded] = Decider("day", Day, decide, evolve, (DayRecorded,))
