"""The induction of a teacher: periods at schools with their share of full time, and absences.

Source: domain.md (b) Induction; statutory guidance on induction 2.30 to 2.36, 3.6. The kind of an absence may tell of
somebody's health, so that it is sealed; only whether it is exempt is a fact. What follows from all this is computed in
`induction_rules.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.induction_rules import days_between
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import long_date
from shared.calendar import day_after
from shared.events.practices import InductionRules
from shared.events.words import TrainingProgramme
from shared.inputs.days import InductionDay, StepDay
from shared.inputs.numbers import HalfDays, Whole
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from
from shared.wording import counted_noun

FullTimePercent = Annotated[Whole, Field(ge=1, le=100)]


class InductionPeriod(Value):
    """The days of a period at a school, and its share of full time; without a last day it goes on.

    `training_programme` says who trains the teacher, None where that is not known. The day before `starts_on` as
    `ends_on` takes the period back altogether.
    """

    on: StepDay
    starts_on: InductionDay
    ends_on: InductionDay | None = None
    full_time_percent: FullTimePercent = 100
    training_programme: TrainingProgramme | None = None


class NewInductionPeriod(InductionPeriod):
    """A period of induction at the school of a relationship."""

    relationship_id: UUID


class InductionAbsence(Value):
    """An absence from a day to a day; `days` are those on which the teacher would have worked, by default all.

    With 0 days the absence is taken back.
    """

    on: StepDay
    kind: Annotated[str, Field(min_length=1, max_length=50)]
    since: InductionDay
    until: InductionDay
    days: HalfDays | None = None


class NewInductionAbsence(InductionAbsence):
    """An absence from the school of a relationship."""

    relationship_id: UUID


class InductionPeriodSet(Event):
    """A period of induction was recorded, or changed."""

    type: ClassVar[str] = "sessions.induction_period_set"

    trainee_id: UUID
    period_id: UUID
    relationship_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date | None
    full_time_percent: int
    training_programme: TrainingProgramme | None = None


class InductionAbsenceSet(Event):
    """An absence during induction was recorded, or changed."""

    type: ClassVar[str] = "sessions.induction_absence_set"

    trainee_id: UUID
    absence_id: UUID
    relationship_id: UUID
    since: date
    until: date
    days: float
    exempt: bool
    kind: Annotated[str, Personal("trainee_id")]


class SetInductionPeriod(Command):
    """Record or change a period; `new` says that there is none of this id yet."""

    period_id: UUID
    relationship: Relationship
    rules: InductionRules | None
    period: InductionPeriod
    new: bool


class SetInductionAbsence(Command):
    """Record or change an absence; `on_record` is the kind recorded before, decrypted by the use case."""

    absence_id: UUID
    relationship: Relationship
    rules: InductionRules | None
    absence: InductionAbsence
    new: bool
    on_record: str | None = None


class TakeOverInduction(Command):
    """Let the periods and absences of a merged record be those of this one too; `kinds` are decrypted, by absence."""

    trainee_id: UUID
    merged: "Induction"
    kinds: Mapping[UUID, str]
    on: date


Commands = SetInductionPeriod | SetInductionAbsence | TakeOverInduction
Events = InductionPeriodSet | InductionAbsenceSet
MISSING = "There is no such induction."


class NoInduction(DomainError):
    """The programme of a relationship is no induction."""


class TooMuchAtOnce(Invalid):
    """Periods that overlap come to more than full time."""


class AbsenceRecordedAlready(DomainError):
    """An absence has a day of another one."""


@dataclass(frozen=True, slots=True)
class KnownPeriod:
    """A period at a school."""

    relationship_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date | None
    full_time_percent: int
    training_programme: TrainingProgramme | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the period was not taken back."""
        return self.ends_on is None or self.ends_on >= self.starts_on

    def covers(self, day: date) -> bool:
        """Whether the period has this day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class KnownAbsence:
    """An absence, with its encrypted kind."""

    relationship_id: UUID
    since: date
    until: date
    days: float
    exempt: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Induction:
    """A teacher's periods and absences, by their ids."""

    periods: Mapping[UUID, KnownPeriod] = field(default_factory=dict)
    absences: Mapping[UUID, KnownAbsence] = field(default_factory=dict)


def decide(command: Commands, induction: Induction, now: datetime) -> Sequence[Events]:
    """Record and change periods and absences. A command that changes nothing emits no event."""
    del now
    match command:
        case SetInductionPeriod():
            return _set_period(command, induction)
        case SetInductionAbsence():
            return _set_absence(command, induction)
        case TakeOverInduction():
            return _take_over(command, induction)


def _must_have_induction(rules: InductionRules | None) -> InductionRules:
    if rules is None:
        raise NoInduction("This programme is no induction, so that nothing of one is recorded in it.")
    return rules


def _set_period(command: SetInductionPeriod, induction: Induction) -> Sequence[InductionPeriodSet]:
    period, known = command.period, induction.periods.get(command.period_id)
    _must_have_induction(command.rules)
    command.relationship.must_be_kept()
    if known is None and not command.new:
        raise NotFound("There is no such period of induction.")
    if period.ends_on is not None and period.ends_on < day_after(period.starts_on, -1):
        raise Invalid(
            "The last day is not before the first. To take a period back altogether, give the day before its first.",
            pointer="/ends_on",
        )
    values = (period.starts_on, period.ends_on, period.full_time_percent, period.training_programme)
    if known is not None and values == (
        known.starts_on,
        known.ends_on,
        known.full_time_percent,
        known.training_programme,
    ):
        return []
    school_urn = command.relationship.school_urn if known is None else known.school_urn
    changed = KnownPeriod(command.relationship.relationship_id, school_urn, *values)
    others = [each for key, each in induction.periods.items() if key != command.period_id and each.is_kept]
    _must_not_be_too_much(changed, others)
    _must_keep_absences(changed, others, induction)
    return [
        build_from(
            InductionPeriodSet,
            period,
            happened_on=period.on,
            trainee_id=command.relationship.trainee_id,
            period_id=command.period_id,
            relationship_id=changed.relationship_id,
            school_urn=school_urn,
        )
    ]


def _must_not_be_too_much(period: KnownPeriod, others: Sequence[KnownPeriod]) -> None:
    """Raise `TooMuchAtOnce` where more than full time is worked on a day: it is enough to look at the first days."""
    if not period.is_kept:
        return
    for day in (each.starts_on for each in (period, *others)):
        total = sum(each.full_time_percent for each in (period, *others) if each.covers(day))
        if period.covers(day) and total > 100:
            raise TooMuchAtOnce(
                f"With the other periods this comes to {total} per cent on {long_date(day)}. Correct the shares, "
                "or the last day of the period before.",
                pointer="/full_time_percent",
            )


def _must_keep_absences(period: KnownPeriod, others: Sequence[KnownPeriod], induction: Induction) -> None:
    kept = [*others, *([period] if period.is_kept else [])]
    for absence in induction.absences.values():
        if absence.days and not _cover(kept, absence.since, absence.until):
            raise Invalid(
                f"An absence from {long_date(absence.since)} is recorded in this period. Correct that first.",
                pointer="/ends_on",
            )


def _cover(periods: Sequence[KnownPeriod], first: date, last: date) -> bool:
    return all(any(each.covers(day) for each in periods) for day in (first, last))


def _set_absence(command: SetInductionAbsence, induction: Induction) -> Sequence[InductionAbsenceSet]:
    absence, known = command.absence, induction.absences.get(command.absence_id)
    rules = _must_have_induction(command.rules)
    command.relationship.must_be_kept()
    if known is None and not command.new:
        raise NotFound("There is no such absence.")
    kind = next((each for each in rules.absence_kinds if each.id == absence.kind), None)
    if kind is None:
        raise Invalid(f"Choose one of: {', '.join(each.id for each in rules.absence_kinds)}.", pointer="/kind")
    if absence.until < absence.since:
        raise Invalid("The last day is not before the first.", pointer="/until")
    possible = days_between(absence.since, absence.until)
    days = float(possible if absence.days is None else absence.days)
    if days > possible:
        length = counted_noun(possible, "working day")
        raise Invalid(f"From the first day to the last it is {length}; give no more.", pointer="/days")
    _must_be_free(command, induction, days)
    if known is not None and (known.since, known.until, known.days, command.on_record) == (
        absence.since,
        absence.until,
        days,
        absence.kind,
    ):
        return []
    return [
        build_from(
            InductionAbsenceSet,
            absence,
            happened_on=absence.on,
            trainee_id=command.relationship.trainee_id,
            absence_id=command.absence_id,
            relationship_id=command.relationship.relationship_id,
            days=days,
            exempt=kind.exempt,
        )
    ]


def _must_be_free(command: SetInductionAbsence, induction: Induction, days: float) -> None:
    absence = command.absence
    if not days:
        return
    if not _cover([each for each in induction.periods.values() if each.is_kept], absence.since, absence.until):
        raise Invalid("No period of induction has these days. Record the period first.", pointer="/since")
    for key, other in induction.absences.items():
        overlaps = other.since <= absence.until and absence.since <= other.until
        if key != command.absence_id and other.days and overlaps:
            raise AbsenceRecordedAlready(
                f"An absence from {long_date(other.since)} to {long_date(other.until)} is recorded: correct that.",
                pointer="/since",
            )


def _take_over(command: TakeOverInduction, induction: Induction) -> Sequence[Events]:
    names = {"happened_on": command.on, "trainee_id": command.trainee_id}
    periods = [
        InductionPeriodSet(
            **names,
            period_id=period_id,
            relationship_id=period.relationship_id,
            school_urn=period.school_urn,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            full_time_percent=period.full_time_percent,
            training_programme=period.training_programme,
        )
        for period_id, period in command.merged.periods.items()
        if period_id not in induction.periods
    ]
    absences = [
        InductionAbsenceSet(
            **names,
            absence_id=absence_id,
            relationship_id=absence.relationship_id,
            since=absence.since,
            until=absence.until,
            days=absence.days,
            exempt=absence.exempt,
            kind=command.kinds.get(absence_id, absence.kind),
        )
        for absence_id, absence in command.merged.absences.items()
        if absence_id not in induction.absences
    ]
    return [*periods, *absences]


def evolve(induction: Induction, event: Events) -> Induction:
    """Apply an event to the induction."""
    match event:
        case InductionPeriodSet():
            period = KnownPeriod(
                event.relationship_id,
                event.school_urn,
                event.starts_on,
                event.ends_on,
                event.full_time_percent,
                event.training_programme,
            )
            return Induction({**induction.periods, event.period_id: period}, induction.absences)
        case InductionAbsenceSet():
            absence = KnownAbsence(
                event.relationship_id, event.since, event.until, event.days, event.exempt, event.kind
            )
            return Induction(induction.periods, {**induction.absences, event.absence_id: absence})


INDUCTION: Decider[Induction, Commands, Events] = Decider(
    "induction", Induction, decide, evolve, (InductionPeriodSet, InductionAbsenceSet)
)
