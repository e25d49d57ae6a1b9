"""What a mentor can be asked for: role kinds, facets, hours already given, relations that bar a pair, training.

Source: product.md R6; Berry (a line manager as mentor, choice), domain.md e2 (capacity is the bottleneck: ITT and ECT
together) and (c) (claimable training). Hours already given elsewhere are declared, because no service knows of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from services.referral.domain.fields import Dated
from shared.calendar.academic_years import academic_year_of
from shared.events.words import Facet, LoadKind, RelationKind, RoleKind, TrainingKind
from shared.inputs.days import AvailabilityDay, StepDay, TrainingDay
from shared.inputs.numbers import HoursAWeek, TrainingHours
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Value


class Period(Value):
    """The days from `starts_on` to `ends_on`, both included."""

    starts_on: date
    ends_on: date


class Terms(Value):
    """What a mentor can be asked for, and when; `load` is hours a week that they give already, by kind.

    Without availability they are always available.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    role_kinds: tuple[RoleKind, ...] = Field(min_length=1, max_length=10)
    facets: tuple[Facet, ...] = Field(default=(), max_length=10)
    load: dict[LoadKind, float] = Field(default_factory=dict)
    available: tuple[Period, ...] = Field(default=(), max_length=20)


class NewPeriod(Period):
    """A period of availability that is sent."""

    starts_on: AvailabilityDay
    ends_on: AvailabilityDay


class NewTerms(Terms, Dated):
    """Everything that a mentor can be asked for, as declared on a day."""

    load: dict[LoadKind, HoursAWeek] = Field(default_factory=dict)
    available: tuple[NewPeriod, ...] = Field(default=(), max_length=20)


class RelationTo(Dated):
    """A relation of a mentor to somebody, which may keep the two from being paired."""

    other_id: UUID
    kind: RelationKind


class TrainingDetails(Value):
    """Training of some hours with a provider, by its DfE code."""

    provider: str = Field(examples=["1AB"])
    hours: float


class NewTraining(TrainingDetails, Dated):
    """Training that a mentor had on a day."""

    provider: str = Field(pattern=r"^[A-Z0-9]{3}$", examples=["1AB"])
    hours: TrainingHours
    on: TrainingDay


class CorrectedTraining(NewTraining):
    """An entry of training as it should be, written on the day `corrected_on`."""

    corrected_on: StepDay


class Relation(Value):
    """A relation of the mentor to another person, from a day on, because of which the two may not be paired."""

    other_id: UUID
    kind: RelationKind
    since: date


class Allowance(Value):
    """The hours of training that can be claimed, by the named edition of a rule."""

    hours: float
    edition: str


class Training(Value):
    """Training that a mentor had.

    `claimable` is how many of its hours the allowance in force on its day still covered, None without a rule.
    """

    training_id: UUID
    provider: str
    academic_year: str
    kind: TrainingKind
    hours: float
    claimable: float | None
    edition: str | None
    on: date


class _MentorEvent(Event):
    person_id: UUID
    by: str


class MentorDeclared(_MentorEvent):
    """What the mentor can be asked for was declared for the first time, or changed."""

    type: ClassVar[str] = "referral.mentor_declared"

    terms: Terms


class RelationsRecorded(_MentorEvent):
    """All relations of the mentor, after a relation was added or has ended."""

    type: ClassVar[str] = "referral.relations_recorded"

    relations: tuple[Relation, ...]


class TrainingLogged(_MentorEvent):
    """Training that the mentor had was logged."""

    type: ClassVar[str] = "referral.training_logged"

    training: Training


class TrainingCorrected(TrainingLogged):
    """An entry of training was corrected, or its claimable hours were judged anew because another entry was.

    `happened_on` is the day of the correction.
    """

    type: ClassVar[str] = "referral.training_corrected"


class TrainingRemoved(_MentorEvent):
    """An entry of training was a mistake: there was no such training."""

    type: ClassVar[str] = "referral.training_removed"

    training: Training


class _MentorCommand(Dated, Command):
    person_id: UUID
    by: str


class Declare(_MentorCommand):
    """Declare everything that the mentor can be asked for."""

    terms: Terms


class Relate(RelationTo, _MentorCommand):
    """Add a relation of the mentor, or correct the day from which it holds."""


class EndRelation(RelationTo, _MentorCommand):
    """End a relation of the mentor."""


class LogTraining(TrainingDetails, _MentorCommand):
    """Log training; `allowances` are those in force on its day, by kind of training, without kinds that have no
    rule.
    """

    training_id: UUID
    allowances: dict[TrainingKind, Allowance]


class CorrectTraining(LogTraining):
    """Correct an entry of training; an entry that is as it should be is judged anew."""

    corrected_on: date


class RemoveTraining(_MentorCommand):
    """Remove an entry of training that was a mistake."""

    training_id: UUID


Commands = Declare | Relate | EndRelation | LogTraining | CorrectTraining | RemoveTraining
Events = MentorDeclared | RelationsRecorded | TrainingLogged | TrainingCorrected | TrainingRemoved


class NotRelated(DomainError):
    """There is no such relation to end."""


@dataclass(frozen=True, slots=True)
class Mentoring:
    """The last declaration, the current relations, and all training in the order in which it was logged."""

    terms: Terms | None = None
    relations: tuple[Relation, ...] = ()
    trainings: tuple[Training, ...] = ()


def decide(command: Commands, mentoring: Mentoring, now: datetime) -> Sequence[Events]:
    """Declare, relate and log. No change emits no event; training can be claimed up to the allowance of its day."""
    del now
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    match command:
        case Declare(terms=terms):
            _must_be_in_order(terms)
            return [] if terms == mentoring.terms else [MentorDeclared(terms=terms, **common)]
        case Relate(other_id=other, kind=kind):
            if other == command.person_id:
                raise Invalid("A mentor has no relation to themselves. Choose another person.", pointer="/other_id")
            relation = Relation(other_id=other, kind=kind, since=command.on)
            if relation in mentoring.relations:
                return []
            others = _without(mentoring, other, kind)
            return [RelationsRecorded(relations=(*others, relation), **common)]
        case EndRelation(other_id=other, kind=kind):
            if not _related(mentoring, other, kind):
                raise NotRelated("There is no such relation.")
            return [RelationsRecorded(relations=_without(mentoring, other, kind), **common)]
        case CorrectTraining():
            there = _entry(mentoring, command.training_id)
            judged = _judged(command, mentoring.trainings[: mentoring.trainings.index(there)])
            common |= {"happened_on": command.corrected_on}
            return [] if judged == there else [TrainingCorrected(training=judged, **common)]
        case RemoveTraining():
            return [TrainingRemoved(training=_entry(mentoring, command.training_id), **common)]
        case LogTraining():
            if any(training.training_id == command.training_id for training in mentoring.trainings):
                return []
            return [TrainingLogged(training=_judged(command, mentoring.trainings), **common)]


def _entry(mentoring: Mentoring, training_id: UUID) -> Training:
    for training in mentoring.trainings:
        if training.training_id == training_id:
            return training
    raise NotFound("There is no such training entry.")


def _must_be_in_order(terms: Terms) -> None:
    for nth, period in enumerate(terms.available):
        if period.ends_on < period.starts_on:
            raise Invalid("The last day is not before the first.", pointer=f"/available/{nth}/ends_on")
    for earlier, later in pairwise(terms.available):
        if later.starts_on <= earlier.ends_on:
            nth = terms.available.index(later)
            raise Invalid("Give these periods in order, without overlaps.", pointer=f"/available/{nth}/starts_on")
    for kind, hours in terms.load.items():
        if not 0 <= hours <= 40:
            raise Invalid("A load is between 0 and 40 hours a week.", pointer=f"/load/{kind}")


def _related(mentoring: Mentoring, other: UUID, kind: RelationKind) -> bool:
    return any((relation.other_id, relation.kind) == (other, kind) for relation in mentoring.relations)


def _without(mentoring: Mentoring, other: UUID, kind: RelationKind) -> tuple[Relation, ...]:
    return tuple(relation for relation in mentoring.relations if (relation.other_id, relation.kind) != (other, kind))


def _judged(command: LogTraining, before: Sequence[Training]) -> Training:
    """Initial in the first year with a provider, a refresher after it; allowances are per provider, year and kind."""
    year = academic_year_of(command.on)
    theirs = [one for one in before if one.provider == command.provider]
    kind: TrainingKind = "refresher" if any(one.academic_year < year for one in theirs) else "initial"
    allowance = command.allowances.get(kind)
    claimed = sum(one.claimable or 0 for one in theirs if (one.academic_year, one.kind) == (year, kind))
    return Training(
        training_id=command.training_id,
        provider=command.provider,
        academic_year=year,
        kind=kind,
        hours=command.hours,
        claimable=max(0.0, min(command.hours, allowance.hours - claimed)) if allowance else None,
        edition=allowance.edition if allowance else None,
        on=command.on,
    )


def evolve(mentoring: Mentoring, event: Events) -> Mentoring:
    """Return the mentor's declaration, relations and training after the event."""
    match event:
        case MentorDeclared(terms=terms):
            return replace(mentoring, terms=terms)
        case RelationsRecorded(relations=relations):
            return replace(mentoring, relations=relations)
        case TrainingCorrected(training=training):
            corrected = [training if one.training_id == training.training_id else one for one in mentoring.trainings]
            return replace(mentoring, trainings=tuple(corrected))
        case TrainingRemoved(training=training):
            left = [one for one in mentoring.trainings if one.training_id != training.training_id]
            return replace(mentoring, trainings=tuple(left))
        case TrainingLogged(training=training):
            return replace(mentoring, trainings=(*mentoring.trainings, training))


MENTORING: Decider[Mentoring, Commands, Events] = Decider(
    "mentoring",
    Mentoring,
    decide,
    evolve,
    (MentorDeclared, RelationsRecorded, TrainingLogged, TrainingCorrected, TrainingRemoved),
)
