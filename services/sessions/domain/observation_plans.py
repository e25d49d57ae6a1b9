"""The day of an observation: one of the two asks for it or for another one, and the other accepts it."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.forms import OTHER, ROLES
from services.sessions.domain.observation_states import Observation, ObservationEvent, ObservationIsOver
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import Step
from shared.events.words import Side
from shared.inputs.days import PlannedObservationDay, StepDay
from shared.kernel.decider import Command, DomainError, Invalid, NotFound, Value, build_from


class PlannedObservation(Value):
    """An observation that one of the two asks for, or moves: the day that it is planned for."""

    on: StepDay
    planned_on: PlannedObservationDay


class ObservationStep(Value):
    """The day on which somebody accepts an observation, or calls it off."""

    on: StepDay


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


PlanChanges = MoveObservation | AcceptObservation | CallOffObservation
PlanEvents = ObservationPlanned | ObservationMoved | ObservationAccepted | ObservationCalledOff


def observation_step(programme: Programme) -> Step:
    """Return the programme's step of observing; raises `NotFound` where it has none."""
    step = programme.step("observation")
    if step is None:
        raise NotFound("In this programme nobody is observed.")
    return step


def plan_observation(command: PlanObservation) -> ObservationPlanned:
    """Ask for an observation, by the programme's step of observing; raises `NotFound` where it has none."""
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


def change_plan(command: PlanChanges, observation: Observation) -> Sequence[PlanEvents]:
    """Move an observation that is still ahead, accept its day, or call it off. Idempotent: the same again emits no
    event.
    """
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


def _must_be_ahead(observation: Observation, wish: str) -> None:
    if observation.called_off:
        raise ObservationIsOver(f"You cannot {wish}: it was called off. Ask for another one.")
    if observation.held_on is not None:
        raise ObservationIsOver(f"You cannot {wish}: it has taken place.")


def _must_cover(relationship: Relationship, day: date, pointer: str) -> None:
    try:
        relationship.must_cover(day)
    except DomainError as error:
        error.pointer = pointer
        raise
