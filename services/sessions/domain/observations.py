"""An observation: arranged by either, with focus and criteria that the observed chooses; then notes, and feedback.

Source: product.md S4; Berry (the mentee "normally chooses the focus and the evaluation criteria"; "all data gathered
become the property of the teacher observed"); DfE, statutory guidance on induction, 2.47 (a brief written record). The
programme's step says who observes, its form what is written and by whom, and whose the record is. What belongs to both
is sealed once for each (decision 32).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.forms import OTHER, ROLES, SIDES, FormAnswers, check_answers, write_answers
from services.sessions.domain.observation_access import (
    ObservationRead,
    ObservationReleased,
    ObservationReleaseRevoked,
    ObservationUsed,
    ReadObservation,
    ReleaseObservation,
    RevokeObservationRelease,
    UseObservation,
    decide_access,
)
from services.sessions.domain.observation_plans import (
    AcceptObservation,
    CallOffObservation,
    MoveObservation,
    ObservationAccepted,
    ObservationCalledOff,
    ObservationMoved,
    ObservationPlanned,
    PlanObservation,
    change_plan,
    observation_step,
    plan_observation,
)
from services.sessions.domain.observation_states import (
    MISSING,
    NotTheirRecord,
    Observation,
    ObservationEvent,
    ObservationIsOver,
    WrittenAnswers,
    must_be_held,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.words import Side, Standard
from shared.inputs.days import MeetingDay, ObservationDay, StepDay
from shared.inputs.numbers import Yes
from shared.kernel.decider import Command, Decider, DomainError, Invalid, NotFound, Personal, Value, build_from


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


Plan = PlanObservation | MoveObservation | AcceptObservation | CallOffObservation
Record = ReleaseObservation | RevokeObservationRelease | ReadObservation | UseObservation
Commands = Plan | WriteObservation | HoldObservation | GiveFeedback | Record
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


class NotAccepted(DomainError):
    """The observation is recorded as held before the other of the two has accepted its day."""


def decide(command: Commands, observation: Observation | None, now: datetime) -> Sequence[Events]:
    """Plan, move, accept, call off, write, hold, speak about and release an observation; record who reads it.

    A command that changes nothing emits no event.
    """
    del now
    match command:
        case PlanObservation() if observation is None:
            return [plan_observation(command)]
        case PlanObservation():
            return []
        case _ if observation is None:
            raise NotFound(MISSING)
        case MoveObservation() | AcceptObservation() | CallOffObservation():
            return change_plan(command, observation)
        case WriteObservation():
            return [_write(command, observation)]
        case HoldObservation():
            return _hold(command, observation)
        case GiveFeedback():
            return _speak_about(command, observation)
        case ReleaseObservation() | RevokeObservationRelease() | ReadObservation() | UseObservation():
            return decide_access(command, observation)


def _write(command: WriteObservation, observation: Observation) -> ObservationWritten:
    relationship, by, text = command.relationship, command.by, command.text
    relationship.must_not_be_over(text.on)
    relationship.must_be_confidential("/answers")
    if observation.called_off:
        raise ObservationIsOver("This observation was called off.")
    if by == observation.observed and observation.held_on is not None:
        raise ObservationIsOver("The observation has taken place; its focus and criteria stay as they were.")
    if by != observation.observed:
        must_be_held(observation)
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


def _speak_about(command: GiveFeedback, observation: Observation) -> Sequence[FeedbackGiven]:
    feedback = command.feedback
    command.relationship.must_cover(feedback.on)
    if feedback.on < must_be_held(observation):
        raise Invalid("Feedback comes after the observation.", pointer="/on")
    given = FeedbackGiven(happened_on=feedback.on, observation_id=observation.observation_id)
    return [] if feedback.on == observation.feedback_on else [given]


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
