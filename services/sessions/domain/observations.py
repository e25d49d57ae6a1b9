"""An observation: arranged by either, with focus and criteria that the observed chooses; then notes, and feedback.

Source: product.md S4; Berry (the mentee "normally chooses the focus and the evaluation criteria"; "all data gathered
become the property of the teacher observed"); DfE, statutory guidance on induction, 2.47 (a brief written record). The
programme's step says who observes, its form what is written and by whom, and whose the record is. What belongs to both
is sealed once for each (decision 32).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.access import (
    PRIVATE,
    Access,
    Item,
    ItemRead,
    ItemReleased,
    ItemReleaseRevoked,
    ItemUsed,
    ReadItem,
    Release,
    ReleaseItem,
    RevokeRelease,
    UseItem,
    read,
    release,
    revoke,
    use,
)
from services.sessions.domain.forms import OTHER, ROLES, SIDES, FormAnswers, check_answers, write_answers
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import Step
from shared.events.words import Side, Standard
from shared.inputs.days import MeetingDay, ObservationDay, PlannedObservationDay, StepDay
from shared.inputs.numbers import Yes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from


class PlannedObservation(Value):
    """An observation that one of the two asks for, or moves: the day that it is planned for."""

    on: StepDay
    planned_on: PlannedObservationDay


class ObservationStep(Value):
    """The day on which somebody accepts an observation, or calls it off."""

    on: StepDay


class ObservationText(Value):
    """All answers that somebody gives to the form of the observation; a field that is left out is empty."""

    on: StepDay
    answers: FormAnswers


class HeldObservation(Value):
    """An observation that took place, whether it showed a need for development, and of which Teachers' Standards."""

    on: ObservationDay
    development_need: Yes
    standards: Annotated[tuple[Standard, ...], Field(max_length=8)] = ()


class Feedback(Value):
    """The day on which the two spoke about the observation."""

    on: MeetingDay


class ObservationEvent(Event):
    """The field that all events of an observation share."""

    observation_id: UUID


class ObservationPlanned(ObservationEvent):
    """One of the two asked for the observation; `both_own` says whether its record belongs to both."""

    type: ClassVar[str] = "sessions.observation_planned"

    relationship_id: UUID
    by: Side
    observed: Side
    both_own: bool
    planned_on: date


class ObservationMoved(ObservationEvent):
    """One of the two asked for another day; the other has to accept it."""

    type: ClassVar[str] = "sessions.observation_moved"

    by: Side
    planned_on: date


class ObservationAccepted(ObservationEvent):
    """The other of the two accepted the day."""

    type: ClassVar[str] = "sessions.observation_accepted"

    by: Side


class ObservationCalledOff(ObservationEvent):
    """One of the two called the observation off before it took place."""

    type: ClassVar[str] = "sessions.observation_called_off"

    by: Side


class ObservationWritten(ObservationEvent):
    """One side filled in its fields of the form, or replaced what it had written.

    `for_mentor` and `for_trainee` are the same answers, for those whose the record is; None for a side that does not
    own it. `version_number` counts what was written of this observation, by either side.
    """

    type: ClassVar[str] = "sessions.observation_written"

    by: Side
    version_number: int
    mentor_id: UUID
    trainee_id: UUID
    for_mentor: Annotated[str | None, Personal("mentor_id")]
    for_trainee: Annotated[str | None, Personal("trainee_id")]


class ObservationHeld(ObservationEvent):
    """The observation took place on this day; a later event of this kind corrects an earlier one."""

    type: ClassVar[str] = "sessions.observation_held"

    development_need: bool
    standards: tuple[Standard, ...] = ()


class FeedbackGiven(ObservationEvent):
    """The two spoke about it on this day; a later event of this kind corrects an earlier one."""

    type: ClassVar[str] = "sessions.observation_feedback_given"


class ObservationReleased(ItemReleased, ObservationEvent):
    """The observed released the record."""

    type: ClassVar[str] = "sessions.observation_released"


class ObservationReleaseRevoked(ItemReleaseRevoked, ObservationEvent):
    """The observed took a release back."""

    type: ClassVar[str] = "sessions.observation_release_revoked"


class ObservationRead(ItemRead, ObservationEvent):
    """Somebody other than the two read the record, for the first time on this day."""

    type: ClassVar[str] = "sessions.observation_read"


class ObservationUsed(ItemUsed, ObservationEvent):
    """An assessment rests on the record."""

    type: ClassVar[str] = "sessions.observation_used"


class PlanObservation(Command):
    """Ask for an observation; `by` is the side that asks."""

    observation_id: UUID
    relationship: Relationship
    programme: Programme
    by: Side
    plan: PlannedObservation


class MoveObservation(Command):
    """Ask for another day."""

    relationship: Relationship
    by: Side
    plan: PlannedObservation


class AcceptObservation(Command):
    """Accept the day that the other asked for."""

    relationship: Relationship
    by: Side
    on: date


class CallOffObservation(Command):
    """Call the observation off."""

    relationship: Relationship
    by: Side
    on: date


class WriteObservation(Command):
    """Fill in one side's fields of the form."""

    relationship: Relationship
    programme: Programme
    by: Side
    text: ObservationText


class HoldObservation(Command):
    """Record that the observation took place."""

    relationship: Relationship
    by: Side
    held: HeldObservation


class GiveFeedback(Command):
    """Record on which day the two spoke about it."""

    relationship: Relationship
    feedback: Feedback


class ReleaseObservation(Command):
    """Release the record to a person or a role; `by` is the side that wants to."""

    relationship: Relationship
    by: Side
    release: Release


class RevokeObservationRelease(Command):
    """Take a release back."""

    relationship: Relationship
    by: Side
    release: Release


class UseObservation(UseItem):
    """Let an assessment rest on the record; `observes` says that its assessor is who observed."""

    relationship: Relationship
    observes: bool


class ReadObservation(ReadItem):
    """Read the record; `side` is the reader's, who is one of the two, as long as they read what was recorded."""

    relationship: Relationship
    side: Side | None


Changes = MoveObservation | AcceptObservation | CallOffObservation | WriteObservation | HoldObservation | GiveFeedback
Commands = PlanObservation | Changes | ReleaseObservation | RevokeObservationRelease | ReadObservation | UseObservation
Events = (
    ObservationPlanned
    | ObservationMoved
    | ObservationAccepted
    | ObservationCalledOff
    | ObservationWritten
    | ObservationHeld
    | FeedbackGiven
    | ObservationReleased
    | ObservationReleaseRevoked
    | ObservationRead
    | ObservationUsed
)

MISSING = "There is no such observation."


class ObservationIsOver(DomainError):
    """The observation has taken place, or was called off, and what is asked comes too late."""


class NotAccepted(DomainError):
    """The observation is recorded as held before the other of the two has accepted its day."""


class NotHeldYet(DomainError):
    """Notes or feedback come before the observation is recorded as held."""


class NotTheirRecord(DomainError):
    """Somebody decides about a record that is the other's."""

    status = 403


@dataclass(frozen=True, slots=True)
class WrittenAnswers:
    """What one side wrote on a day, encrypted for those whose the record is."""

    version: int
    by: Side
    on: date
    for_mentor: str | None
    for_trainee: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation: its plan, what took place, everything that was written, and to whom it is released."""

    observation_id: UUID
    relationship_id: UUID
    observed: Side
    both_own: bool
    planned_on: date
    asked_by: Side
    accepted: bool = False
    called_off: bool = False
    held_on: date | None = None
    development_need: bool | None = None
    standards: tuple[Standard, ...] = ()
    feedback_on: date | None = None
    written: tuple[WrittenAnswers, ...] = ()
    access: Access = PRIVATE

    @property
    def observer(self) -> Side:
        """The side that observes."""
        return OTHER[self.observed]

    def item_in(self, relationship: Relationship, side: Side | None) -> Item:
        """Return what decides who reads what was written.

        The observed does; the observer while both own it, or until feedback was given; others after a release. `side`
        is the reader's: the observer reads no longer than the mentor of the relationship does.
        """
        shared = side == OTHER[self.observed] and (self.both_own or self.feedback_on is None)
        shared_with = frozenset({relationship.person_on(OTHER[self.observed])}) if shared else frozenset()
        owner_id, on = relationship.person_on(self.observed), self.held_on or self.planned_on
        return Item(owner_id, self.access, shared_with, "observation", self.relationship_id, on)

    def evidence_in(self, relationship: Relationship, *, observes: bool) -> Item:
        """Return what decides who lets an assessment rest on it: an assessor who observed needs no release."""
        item = self.item_in(relationship, None)
        return replace(item, shared_with=frozenset({relationship.person_on(self.observer)})) if observes else item


def decide(command: Commands, observation: Observation | None, now: datetime) -> Sequence[Events]:
    """Plan, move, accept, call off, write, hold, speak about and release an observation; record who reads it.

    A command that changes nothing emits no event.
    """
    del now
    match command:
        case PlanObservation() if observation is None:
            return [_plan(command)]
        case PlanObservation():
            return []
        case _ if observation is None:
            raise NotFound(MISSING)
        case ReadObservation():
            return _read(command, observation)
        case UseObservation():
            return _use(command, observation)
        case ReleaseObservation() | RevokeObservationRelease():
            return _release(command, observation)
        case _:
            return _change(command, observation)


def _plan(command: PlanObservation) -> ObservationPlanned:
    step = observation_step(command.programme)
    command.relationship.must_not_be_over(command.plan.on)
    _must_cover(command.relationship, command.plan.planned_on, "/planned_on")
    (observer,) = command.programme.sides_of(step.by)
    owners = command.programme.sides_of(step.owned_by)
    return build_from(
        ObservationPlanned,
        command.plan,
        happened_on=command.plan.on,
        observation_id=command.observation_id,
        relationship_id=command.relationship.relationship_id,
        by=command.by,
        observed=OTHER[observer],
        both_own=owners != (OTHER[observer],),
    )


def observation_step(programme: Programme) -> Step:
    """Return the programme's step of observing; raises `NotFound` where it has none."""
    step = programme.step("observation")
    if step is None:
        raise NotFound("In this programme nobody is observed.")
    return step


def _change(command: Changes, observation: Observation) -> Sequence[Events]:
    names = {"observation_id": observation.observation_id}
    match command:
        case MoveObservation(by=by, plan=plan):
            _must_be_ahead(observation, "move it")
            command.relationship.must_not_be_over(plan.on)
            _must_cover(command.relationship, plan.planned_on, "/planned_on")
            if plan.planned_on == observation.planned_on:
                return []
            return [build_from(ObservationMoved, plan, happened_on=plan.on, **names, by=by)]
        case AcceptObservation(by=by):
            _must_be_ahead(observation, "accept it")
            command.relationship.must_not_be_over(command.on)
            if observation.accepted:
                return []
            if by == observation.asked_by:
                raise Invalid(f"You asked for this day; your {ROLES[OTHER[by]]} accepts it, or asks for another one.")
            return [ObservationAccepted(happened_on=command.on, **names, by=by)]
        case CallOffObservation(by=by):
            if observation.called_off:
                return []
            _must_be_ahead(observation, "call it off")
            return [ObservationCalledOff(happened_on=command.on, **names, by=by)]
        case WriteObservation():
            return [_write(command, observation)]
        case HoldObservation():
            return _hold(command, observation)
        case GiveFeedback(feedback=feedback):
            command.relationship.must_cover(feedback.on)
            held_on = _must_be_held(observation)
            if feedback.on < held_on:
                raise Invalid("Feedback comes after the observation.", pointer="/on")
            given = FeedbackGiven(happened_on=feedback.on, **names)
            return [] if feedback.on == observation.feedback_on else [given]


def _write(command: WriteObservation, observation: Observation) -> ObservationWritten:
    relationship, by, text = command.relationship, command.by, command.text
    relationship.must_not_be_over(text.on)
    relationship.must_be_confidential("/answers")
    if observation.called_off:
        raise ObservationIsOver("This observation was called off.")
    if by == observation.observed and observation.held_on is not None:
        raise ObservationIsOver("The observation has taken place; its focus and criteria stay as they were.")
    if by != observation.observed:
        _must_be_held(observation)
        if not observation.both_own and observation.feedback_on is not None:
            raise ObservationIsOver("You have spoken about it, and the record is the other's now.")
    answers = check_answers(command.programme, observation_step(command.programme), by, text.answers)
    written = write_answers({**answers.own, **answers.joint})
    owners = SIDES if observation.both_own else frozenset({observation.observed})
    return ObservationWritten(
        happened_on=text.on,
        observation_id=observation.observation_id,
        by=by,
        version_number=len(observation.written) + 1,
        mentor_id=relationship.mentor_id,
        trainee_id=relationship.trainee_id,
        for_mentor=written if "mentor" in owners else None,
        for_trainee=written if "trainee" in owners else None,
    )


def _hold(command: HoldObservation, observation: Observation) -> Sequence[ObservationHeld]:
    held = command.held
    command.relationship.must_cover(held.on)
    if observation.called_off:
        raise ObservationIsOver("This observation was called off; ask for another one.")
    if command.by == observation.observed:
        raise NotTheirRecord(f"Your {ROLES[OTHER[command.by]]} observed, and records that it took place.")
    if not observation.accepted:
        asked = f"your {ROLES[observation.observed]}" if observation.asked_by == command.by else "you"
        raise NotAccepted(f"First {asked} have to accept the day: nobody is observed who did not agree to it.")
    if observation.feedback_on is not None and held.on > observation.feedback_on:
        raise Invalid("You have spoken about it already, so it took place before that.", pointer="/on")
    if held.standards and not held.development_need:
        raise Invalid("Without a need for development, leave the Standards out.", pointer="/standards")
    known = (observation.held_on, observation.development_need, observation.standards)
    if (held.on, held.development_need, held.standards) == known:
        return []
    return [build_from(ObservationHeld, held, happened_on=held.on, observation_id=observation.observation_id)]


def _release(
    command: ReleaseObservation | RevokeObservationRelease, observation: Observation
) -> Sequence[ObservationReleased | ObservationReleaseRevoked]:
    names, relationship = {"observation_id": observation.observation_id}, command.relationship
    if command.by != observation.observed:
        raise NotTheirRecord("Who was observed decides who else reads this.")
    item = observation.item_in(relationship, command.by)
    if isinstance(command, ReleaseObservation):
        releasing = ReleaseItem(owner_id=item.owner_id, release=command.release)
        return release(ObservationReleased, releasing, item, names)
    revoking = RevokeRelease(owner_id=item.owner_id, release=command.release)
    return revoke(ObservationReleaseRevoked, revoking, item, names)


def _read(command: ReadObservation, observation: Observation) -> Sequence[ObservationRead]:
    item = observation.item_in(command.relationship, command.side)
    names = {"observation_id": observation.observation_id}
    return read(ObservationRead, command, item, names, missing=MISSING)


def _use(command: UseObservation, observation: Observation) -> Sequence[ObservationUsed]:
    """Let an assessment rest on the record: what was released to its assessor, or what they observed themselves."""
    _must_be_held(observation)
    item = observation.evidence_in(command.relationship, observes=command.observes)
    names = {"observation_id": observation.observation_id}
    version = len(observation.written)
    return use(ObservationUsed, command, item, names, version=version)


def _must_be_ahead(observation: Observation, wish: str) -> None:
    if observation.called_off:
        raise ObservationIsOver(f"You cannot {wish}: it was called off. Ask for another one.")
    if observation.held_on is not None:
        raise ObservationIsOver(f"You cannot {wish}: it has taken place.")


def _must_be_held(observation: Observation) -> date:
    if observation.held_on is None:
        raise NotHeldYet("First the observer records that it took place.")
    return observation.held_on


def _must_cover(relationship: Relationship, day: date, pointer: str) -> None:
    try:
        relationship.must_cover(day)
    except DomainError as error:
        error.pointer = pointer
        raise


def evolve(observation: Observation | None, event: Events) -> Observation | None:
    """Apply an event to the observation."""
    match event:
        case ObservationPlanned():
            return Observation(
                observation_id=event.observation_id,
                relationship_id=event.relationship_id,
                observed=event.observed,
                both_own=event.both_own,
                planned_on=event.planned_on,
                asked_by=event.by,
            )
        case _ if observation is None:
            return None
        case ObservationMoved():
            return replace(observation, planned_on=event.planned_on, asked_by=event.by, accepted=False)
        case ObservationAccepted():
            return replace(observation, accepted=True)
        case ObservationCalledOff():
            return replace(observation, called_off=True)
        case ObservationWritten():
            written = WrittenAnswers(
                version=event.version_number,
                by=event.by,
                on=event.happened_on,
                for_mentor=event.for_mentor,
                for_trainee=event.for_trainee,
            )
            return replace(observation, written=(*observation.written, written))
        case ObservationHeld():
            return replace(
                observation,
                held_on=event.happened_on,
                development_need=event.development_need,
                standards=event.standards,
            )
        case FeedbackGiven():
            return replace(observation, feedback_on=event.happened_on)
        case ObservationReleased() | ObservationReleaseRevoked() | ObservationRead() | ObservationUsed():
            return replace(observation, access=observation.access.after(event))


OBSERVATION: Decider[Observation | None, Commands, Events] = Decider(
    "observation",
    lambda: None,
    decide,
    evolve,
    (
        ObservationPlanned,
        ObservationMoved,
        ObservationAccepted,
        ObservationCalledOff,
        ObservationWritten,
        ObservationHeld,
        FeedbackGiven,
        ObservationReleased,
        ObservationReleaseRevoked,
        ObservationRead,
        ObservationUsed,
    ),
)
