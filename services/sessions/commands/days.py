"""Commands of days: plan, log, remove; confirm, accept and return those of many trainees at once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.merges import current_principal
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.relationships import load_to_see
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.absences import ABSENCES
from services.sessions.domain.assignments import ASSIGNMENTS
from services.sessions.domain.calendars import CALENDAR
from services.sessions.domain.days import (
    DAY,
    HALVES,
    DayLine,
    DayLines,
    DayRecorded,
    DayRole,
    DayStep,
    GiveUpDay,
    LoggedDay,
    LoggedDays,
    PlannedDay,
    PlannedDays,
    RecordStep,
    RemovedDay,
    RemovedDays,
    ReturnedDays,
    TakeOverDay,
    day_id_on,
    must_be_named_once,
)
from services.sessions.domain.merges import MERGE
from services.sessions.domain.people import PERSON
from services.sessions.domain.programmes import PROGRAMME, Programme, require_known
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.words import AssignedRole, DayKind, DayState, Half
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class HalfDayState(Answer):
    """Half of a day of a placement after a command; a half that was removed is not there."""

    on: date
    half: Half
    kind: DayKind
    state: DayState


class DaysState(Answer):
    """The days of a request after the command, as far as they belong to this placement."""

    relationship_id: UUID
    half_days: tuple[HalfDayState, ...]


class RefusedLine(Answer):
    """A line that was not recorded: its place in the request, the field to look at, and what to do."""

    line: int
    pointer: str
    detail: str


class DayOutcomes(Answer):
    """How many lines were recorded, and those that were refused; a line that was recorded before counts as recorded."""

    recorded: int
    refused: tuple[RefusedLine, ...]


Allowed = Callable[[Principal, Relationship, Programme, frozenset[AssignedRole]], DayRole]
"""Return the role in which somebody takes a step; raises `NotAllowed` or `NotFound`."""


def plan_days(who: Principal, relationship_id: UUID, planned: PlannedDays) -> UseCase[DaysState]:
    """Plan days of a placement: all of them, or none."""
    return _record_all(who, relationship_id, "plan", planned.days, policy.may_plan_days)


def log_days(who: Principal, relationship_id: UUID, logged: LoggedDays) -> UseCase[DaysState]:
    """Log days of the person's own placement: all of them, or none."""
    return _record_all(who, relationship_id, "log", logged.days, policy.may_log_days)


def remove_days(who: Principal, relationship_id: UUID, removed: RemovedDays) -> UseCase[DaysState]:
    """Remove days from the person's own placement: all of them, or none."""
    return _record_all(who, relationship_id, "remove", removed.days, policy.may_log_days)


def confirm_days(who: Principal, lines: DayLines) -> UseCase[DayOutcomes]:
    """Confirm days of trainees for their host school: each line by itself."""
    return _record_each(who, "confirm", lines.days, policy.may_confirm_days)


def accept_days(who: Principal, lines: DayLines) -> UseCase[DayOutcomes]:
    """Accept days of trainees for the provider: each line by itself."""
    return _record_each(who, "accept", lines.days, policy.may_accept_days)


def return_days(who: Principal, returned: ReturnedDays) -> UseCase[DayOutcomes]:
    """Return days of trainees, one step back from the state that they are in: each line by itself."""

    def may_return(
        who: Principal, relationship: Relationship, programme: Programme, assigned: frozenset[AssignedRole]
    ) -> DayRole:
        return policy.may_return_days(who, relationship, programme, returned.state, assigned)

    return _record_each(who, "return", returned.days, may_return, returned_from=returned.state, reason=returned.reason)


async def take_over_days(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Let the days of a merged record count for the kept one; of each half what was further on counts."""
    recorded = await find_events(unit, DAY, DayRecorded, trainee_id=[merged_id])
    for day in sorted({event.happened_on for event in recorded}):
        merged_day, kept_day = day_id_on(merged_id, day), day_id_on(kept_id, day)
        merged, _ = await unit.load(DAY, merged_day, kept_day)
        giving_up = GiveUpDay(trainee_id=merged_id, on=day, recorded_on=on)
        taking_over = TakeOverDay(trainee_id=kept_id, on=day, recorded_on=on, merged=merged)
        await unit.decide(DAY, merged_day, giving_up)
        await unit.decide(DAY, kept_day, taking_over)


def _record_all(
    who: Principal,
    relationship_id: UUID,
    step: DayStep,
    days: Sequence[PlannedDay | LoggedDay | RemovedDay],
    allowed: Allowed,
) -> UseCase[DaysState]:
    async def use_case(unit: Unit) -> DaysState:
        caller = await current_principal(unit, who)
        relationship, programme, assigned = await _load_placement(unit, caller, relationship_id)
        by = allowed(caller, relationship, programme, assigned)
        must_be_named_once(days)
        await _read_days(unit, [(relationship, day.on) for day in days])
        for line, day in enumerate(days):
            kind = None if isinstance(day, RemovedDay) else day.kind
            try:
                await _take_step(unit, relationship, programme, day.on, HALVES[day.part], step=step, by=by, kind=kind)
            except DomainError as error:
                error.pointer = f"/days/{line}{error.pointer or ''}"
                raise
        return await _state(unit, relationship, sorted({day.on for day in days}))

    return use_case


def _record_each(
    who: Principal, step: DayStep, lines: Sequence[DayLine], allowed: Allowed, **others: Any
) -> UseCase[DayOutcomes]:
    async def use_case(unit: Unit) -> DayOutcomes:
        relationship_ids = dict.fromkeys(line.relationship_id for line in lines)
        await unit.read((MERGE, who.subject), *((RELATIONSHIP, each) for each in relationship_ids))
        caller = await current_principal(unit, who)
        found = await unit.load(RELATIONSHIP, *relationship_ids)
        of_id = {each.relationship_id: each for each in found if each is not None}
        await _read_days(
            unit, [(of_id[line.relationship_id], line.on) for line in lines if line.relationship_id in of_id]
        )
        refused = []
        for number, line in enumerate(lines):
            before = unit.savepoint()
            try:
                relationship, programme, assigned = await _load_placement(unit, caller, line.relationship_id)
                by = allowed(caller, relationship, programme, assigned)
                await _take_step(unit, relationship, programme, line.on, HALVES[line.part], step=step, by=by, **others)
            except DomainError as refusal:
                unit.undo(before)
                pointer = f"/days/{number}{refusal.pointer or '/relationship_id'}"
                refused.append(RefusedLine(line=number, pointer=pointer, detail=refusal.detail))
        return DayOutcomes(recorded=len(lines) - len(refused), refused=tuple(refused))

    return use_case


async def _load_placement(
    unit: Unit, caller: Principal, relationship_id: UUID
) -> tuple[Relationship, Programme, frozenset[AssignedRole]]:
    """Load a relationship that the caller may see, its programme, and what they are to the trainee.

    Raises `NotFound` or `ProgrammeNotKnown`.
    """
    seen = await load_to_see(caller, unit, relationship_id)
    (programme,) = await unit.load(PROGRAMME, seen.relationship.programme_id)
    return seen.relationship, require_known(programme), seen.assigned


async def _read_days(unit: Unit, days: Iterable[tuple[Relationship, date]]) -> None:
    """Read in one round trip what steps with these days rest on."""
    wanted: dict[tuple[Any, object], None] = {}
    for relationship, on in days:
        trainee_id = relationship.trainee_id
        wanted |= dict.fromkeys(
            (
                (DAY, day_id_on(trainee_id, on)),
                (PROGRAMME, relationship.programme_id),
                (PERSON, trainee_id),
                (MERGE, trainee_id),
                (ASSIGNMENTS, trainee_id),
                (ABSENCES, trainee_id),
                (ABSENCES, relationship.school_urn),
                (CALENDAR, relationship.school_urn),
            )
        )
    await unit.read(*wanted)


async def _take_step(
    unit: Unit, relationship: Relationship, programme: Programme, on: date, halves: Sequence[Half], **step: Any
) -> None:
    await must_not_be_erased(unit, relationship.trainee_id)
    absences = await unit.load(ABSENCES, relationship.trainee_id, relationship.school_urn)
    (calendar,) = await unit.load(CALENDAR, relationship.school_urn)
    command = RecordStep(
        relationship=relationship,
        rules=programme.practice.days,
        on=on,
        halves=tuple(halves),
        recorded_on=unit.now.date(),
        absences=tuple(absence for each in absences for absence in each),
        calendar=calendar,
        **step,
    )
    await unit.decide(DAY, day_id_on(relationship.trainee_id, on), command)


async def _state(unit: Unit, relationship: Relationship, days: Sequence[date]) -> DaysState:
    recorded = await unit.load(DAY, *(day_id_on(relationship.trainee_id, on) for on in days))
    return DaysState(
        relationship_id=relationship.relationship_id,
        half_days=tuple(
            HalfDayState(on=on, half=half, kind=half_day.kind, state=half_day.state)
            for on, day in zip(days, recorded, strict=True)
            for half in HALVES["day"]
            if (half_day := day.halves.get(half)) is not None
            and half_day.relationship_id == relationship.relationship_id
        ),
    )
