"""A school, as the partnership's last extracts of the register of schools (GIAS) and of its links show it.

Source: product.md R1, R2. The register is the authority on schools. Three things are recorded: the register's row, that
the school closed, and which school succeeded it. An old URN stays on record and leads to the successor. A host
without a URN is recorded as a school, with its code in the place of a URN (`hosts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.events.words import Phase
from shared.kernel.decider import Command, Decider, DomainError, Event


class RegisterRow(BaseModel):
    """The register's row of an open school, or the partnership's own of a host without a URN; None: no value.

    `phases` are those whose trainees it can host, sorted; easting and northing are metres (EPSG:27700).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    status: Literal["open", "proposed_to_close"]
    phases: tuple[Phase, ...]
    phase: str | None = None
    type_code: str | None = None
    type_of_establishment: str | None = None
    type_group: str | None = None
    open_date: date | None = None
    close_date: date | None = None
    la_code: str | None = None
    la_name: str | None = None
    district_code: str | None = None
    town: str | None = None
    postcode: str | None = None
    trust_code: str | None = None
    trust_name: str | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    urban_rural: str | None = None
    special_classes: str | None = None
    resourced_provision: str | None = None
    low_age: int | None = None
    high_age: int | None = None
    pupils: int | None = None
    percentage_fsm: float | None = None
    ukprn: str | None = None
    easting: int | None = None
    northing: int | None = None


class SchoolState(BaseModel):
    """A school's last row of the register (None: not recorded), whether it closed, its predecessors and successor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: RegisterRow | None = None
    closed: bool = False
    successor_urn: str | None = None
    predecessors: tuple[str, ...] = ()


class SchoolRecorded(Event):
    """The register's row of a school is new or has changed; a school that was closed is open again."""

    type: ClassVar[str] = "referral.school_recorded"

    urn: str
    row: RegisterRow


class SchoolClosed(Event):
    """The register shows the school as closed; `closed_on` is the day if the register knows it."""

    type: ClassVar[str] = "referral.school_closed"

    urn: str
    reason: str | None = None


class SchoolSucceeded(Event):
    """The school is closed, and another school took over all that is attached to it; `merged` if together with
    others.
    """

    type: ClassVar[str] = "referral.school_succeeded"

    urn: str
    successor_urn: str
    merged: bool = False


class SchoolFollowed(Event):
    """The school took over from another."""

    type: ClassVar[str] = "referral.school_followed"

    urn: str
    predecessor_urn: str


class SchoolRestored(Event):
    """The undo of an import put the school back into its state before the import."""

    type: ClassVar[str] = "referral.school_restored"

    urn: str
    standing: SchoolState


class RecordSchool(Command):
    """Record the register's row."""

    urn: str
    row: RegisterRow
    on: date


class CloseSchool(Command):
    """Close a school that the register says is closed; a school that is not recorded is left alone."""

    urn: str
    reason: str | None
    on: date


class SucceedSchool(Command):
    """Record that another school took over."""

    urn: str
    successor_urn: str
    merged: bool
    on: date


class FollowSchool(Command):
    """Record that the school took over from another."""

    urn: str
    predecessor_urn: str
    on: date


class RestoreSchool(Command):
    """Restore an earlier state of the school."""

    urn: str
    to: SchoolState
    on: date


Commands = RecordSchool | CloseSchool | SucceedSchool | FollowSchool | RestoreSchool
Events = SchoolRecorded | SchoolClosed | SchoolSucceeded | SchoolFollowed | SchoolRestored


class NoSuchSchool(DomainError):
    """The school is not recorded."""

    status = 404


@dataclass(frozen=True, slots=True)
class School:
    """A school; `SchoolState` describes the fields."""

    row: RegisterRow | None = None
    closed: bool = False
    successor_urn: str | None = None
    predecessors: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the school is recorded and not closed."""
        return self.row is not None and not self.closed

    @property
    def snapshot(self) -> SchoolState:
        """The state of the school, as an event carries it."""
        return SchoolState(**{field.name: getattr(self, field.name) for field in fields(self)})


def decide(command: Commands, school: School, now: datetime) -> Sequence[Events]:
    """Record changes of a school. A school that succeeds another, or is succeeded, has to be recorded.

    A command that changes nothing emits no event.
    """
    del now
    match command:
        case RecordSchool(urn=urn, row=row):
            return [] if row == school.row and not school.closed else [_recorded(command)]
        case CloseSchool(urn=urn, reason=reason):
            return [SchoolClosed(happened_on=command.on, urn=urn, reason=reason)] if school.open else []
        case SucceedSchool(urn=urn, successor_urn=successor_urn, merged=merged):
            _is_recorded(school, urn)
            if successor_urn == school.successor_urn:
                return []
            return [SchoolSucceeded(happened_on=command.on, urn=urn, successor_urn=successor_urn, merged=merged)]
        case FollowSchool(urn=urn, predecessor_urn=predecessor_urn):
            _is_recorded(school, urn)
            if predecessor_urn in school.predecessors:
                return []
            return [SchoolFollowed(happened_on=command.on, urn=urn, predecessor_urn=predecessor_urn)]
        case RestoreSchool(urn=urn, to=to):
            return [] if to == school.snapshot else [SchoolRestored(happened_on=command.on, urn=urn, standing=to)]


def _recorded(command: RecordSchool) -> SchoolRecorded:
    return SchoolRecorded(happened_on=command.on, urn=command.urn, row=command.row)


def _is_recorded(school: School, urn: str) -> None:
    if school.row is None:
        raise NoSuchSchool(f"No school with the URN {urn} is recorded. Import a newer extract of the register first.")


def evolve(school: School, event: Events) -> School:
    """Return the school after the event."""
    match event:
        case SchoolRecorded(row=row):
            return School(row, predecessors=school.predecessors)
        case SchoolClosed():
            return replace(school, closed=True)
        case SchoolSucceeded(successor_urn=successor_urn):
            return replace(school, closed=True, successor_urn=successor_urn)
        case SchoolFollowed(predecessor_urn=predecessor_urn):
            return replace(school, predecessors=(*school.predecessors, predecessor_urn))
        case SchoolRestored(standing=to):
            return School(to.row, to.closed, to.successor_urn, to.predecessors)


SCHOOL: Decider[School, Commands, Events] = Decider(
    "school", School, decide, evolve, (SchoolRecorded, SchoolClosed, SchoolSucceeded, SchoolFollowed, SchoolRestored)
)


What = Literal["opened", "reopened", "closed", "succeeded", "moved_trust", "changed"]


def what_changed(before: School, after: School) -> tuple[What, tuple[str, ...]] | None:
    """Compare a school before and after an import: return the most important kind of change, and the names of changed
    fields.

    Returns None if nothing changed, and for a school that took over from another: the change of the other school shows
    it.
    """
    if before.row is None or after.row is None:
        return ("opened", ()) if after.row is not None else None
    changed = tuple(name for name in RegisterRow.model_fields if getattr(before.row, name) != getattr(after.row, name))
    if after.successor_urn != before.successor_urn:
        return "succeeded", changed
    if after.closed != before.closed:
        return ("closed" if after.closed else "reopened"), changed
    if not changed:
        return None
    return ("moved_trust" if "trust_code" in changed else "changed"), changed
