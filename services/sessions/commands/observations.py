"""Commands of observations: ask for, move, accept, call off, write, hold, speak about, release, open."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.access import (
    current_audiences,
    load_item_reader,
    reading_of,
    release_to_known,
    revocations_of,
)
from services.sessions.commands.merges import current_principal, kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_change, load_to_record
from services.sessions.domain.access import PRIVATE, Audience, Release, reason_to_read
from services.sessions.domain.forms import read_answers
from services.sessions.domain.observation_access import (
    ReadObservation,
    ReleaseObservation,
    RevokeObservationRelease,
    UseObservation,
)
from services.sessions.domain.observation_plans import (
    AcceptObservation,
    CallOffObservation,
    MoveObservation,
    PlannedObservation,
    PlanObservation,
)
from services.sessions.domain.observation_states import MISSING, Observation, WrittenAnswers
from services.sessions.domain.observations import (
    OBSERVATION,
    Commands,
    Feedback,
    GiveFeedback,
    HeldObservation,
    HoldObservation,
    ObservationText,
    WriteObservation,
)
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.words import Side, Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, NotFound, build_from
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class ObservationState(Answer):
    """An observation after a command. The day is `accepted` once the side that did not ask for it agrees to it."""

    observation_id: UUID
    relationship_id: UUID
    observed: Side
    both_own: bool
    planned_on: date
    asked_by: Side
    accepted: bool
    called_off: bool
    held_on: date | None
    development_need: bool | None
    standards: tuple[Standard, ...]
    feedback_on: date | None
    released_to: tuple[Audience, ...]


class ObservationVersion(Answer):
    """What one side wrote of an observation on a day, by the fields of the programme's form."""

    version: int
    by: Side
    on: date
    answers: dict[str, str | float]


class OpenedObservation(ObservationState):
    """An observation with the latest answers of both sides, and all that was written before; `[erased]` stands for what
    can no longer be read. Only the observed sees to whom it is released.
    """

    answers: dict[str, str | float]
    versions: list[ObservationVersion]


def plan_observation(who: Principal, relationship_id: UUID, plan: PlannedObservation) -> UseCase[ObservationState]:
    """Ask for an observation; the other of the two accepts the day, or asks for another one."""

    async def use_case(unit: Unit) -> ObservationState:
        relationship, by = await load_to_record(who, unit, relationship_id, "plan their observations")
        programme = await load_programme(unit, relationship.programme_id)
        observation_id = uuid4()
        planning = PlanObservation(
            observation_id=observation_id, relationship=relationship, programme=programme, by=by, plan=plan
        )
        await unit.decide(OBSERVATION, observation_id, planning)
        return await _state(unit, observation_id, by)

    return use_case


def move_observation(who: Principal, observation_id: UUID, plan: PlannedObservation) -> UseCase[ObservationState]:
    """Ask for another day; the other of the two has to accept it."""
    return _change(who, observation_id, lambda to, by: MoveObservation(relationship=to, by=by, plan=plan))


def accept_observation(who: Principal, observation_id: UUID, on: date) -> UseCase[ObservationState]:
    """Accept the day that the other asked for."""
    return _change(who, observation_id, lambda to, by: AcceptObservation(relationship=to, by=by, on=on))


def call_off_observation(who: Principal, observation_id: UUID, on: date) -> UseCase[ObservationState]:
    """Call an observation off before it takes place."""
    return _change(who, observation_id, lambda to, by: CallOffObservation(relationship=to, by=by, on=on))


def write_observation(who: Principal, observation_id: UUID, text: ObservationText) -> UseCase[ObservationState]:
    """Fill in the person's own fields of the form: the observed focus and criteria, the observer what was seen."""

    async def use_case(unit: Unit) -> ObservationState:
        relationship, by = await _load_to_change(who, unit, observation_id)
        programme = await load_programme(unit, relationship.programme_id)
        writing = WriteObservation(relationship=relationship, programme=programme, by=by, text=text)
        await unit.decide(OBSERVATION, observation_id, writing)
        return await _state(unit, observation_id, by)

    return use_case


def hold_observation(who: Principal, observation_id: UUID, held: HeldObservation) -> UseCase[ObservationState]:
    """Record that an observation took place, or correct its day or what it showed."""
    return _change(who, observation_id, lambda to, by: HoldObservation(relationship=to, by=by, held=held))


def give_feedback(who: Principal, observation_id: UUID, feedback: Feedback) -> UseCase[ObservationState]:
    """Record on which day the two spoke about an observation, or correct it."""
    return _change(who, observation_id, lambda to, _: GiveFeedback(relationship=to, feedback=feedback))


def release_observation(who: Principal, observation_id: UUID, release: Release) -> UseCase[ObservationState]:
    """Release the record of an observation to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> ObservationState:
        relationship, by = await _load_to_change(who, unit, observation_id)
        observation, _ = await _load(unit, observation_id)
        releasing = ReleaseObservation(
            relationship=relationship,
            by=by,
            release=await release_to_known(unit, relationship.person_on(observation.observed), release),
        )
        await unit.decide(OBSERVATION, observation_id, releasing)
        return await _state(unit, observation_id, by)

    return use_case


def revoke_release(who: Principal, observation_id: UUID, release: Release) -> UseCase[ObservationState]:
    """Take a release back."""

    async def use_case(unit: Unit) -> ObservationState:
        relationship, by = await _load_to_change(who, unit, observation_id)
        observation, _ = await _load(unit, observation_id)
        for revoked in await revocations_of(unit, observation.access, release) or [release]:
            revoking = RevokeObservationRelease(relationship=relationship, by=by, release=revoked)
            await unit.decide(OBSERVATION, observation_id, revoking)
        return await _state(unit, observation_id, by)

    return use_case


def open_observation(who: Principal, observation_id: UUID) -> UseCase[OpenedObservation]:
    """Open an observation that the person may read; if they are neither of the two, record that they did."""

    async def use_case(unit: Unit) -> OpenedObservation:
        observation, relationship = await _load(unit, observation_id)
        side = policy.reading_side(await current_principal(unit, who), relationship, unit.now.date())
        reading = await reading_of(unit, who, observation.item_in(relationship, side))
        reading_it = build_from(ReadObservation, reading, relationship=relationship, side=side)
        await unit.decide(OBSERVATION, observation_id, reading_it)
        versions = await _open_versions(unit, observation, side or observation.observed)
        return OpenedObservation(
            **(await _state(unit, observation_id, side)).model_dump(),
            answers={field: answer for version in _latest(versions).values() for field, answer in version.items()},
            versions=versions,
        )

    return use_case


async def use_observations(
    unit: Unit, who: Principal, observation_ids: Iterable[UUID], assessment_id: UUID, assessed_id: UUID, on: date
) -> None:
    """Let an assessment rest on observations of the assessed person: released to the assessor, or made by them."""
    assessor_id = policy.item_reader(who)
    assert assessor_id is not None  # whoever may assess has a record
    kept_assessor = await kept_record(unit, assessor_id)
    for index, observation_id in enumerate(observation_ids):
        try:
            observation, relationship = await _load(unit, observation_id)
            owner_id = relationship.person_on(observation.observed)
            observes = await kept_record(unit, relationship.person_on(observation.observer)) == kept_assessor
            evidence = observation.evidence_in(relationship, observes=observes)
            using = UseObservation(
                relationship=relationship,
                observes=observes,
                reader=await load_item_reader(unit, who, evidence),
                assessor_id=kept_assessor,
                assessment_id=assessment_id,
                assessed_id=owner_id if await kept_record(unit, owner_id) == assessed_id else assessed_id,
                on=on,
            )
            await unit.decide(OBSERVATION, observation_id, using)
        except DomainError as error:
            error.pointer = f"/observations/{index}"
            raise


async def concerns_of(unit: Unit, who: Principal, observation_ids: Iterable[UUID]) -> list[tuple[Standard, date]]:
    """Return the Standards of which observations showed a need that somebody may know of, with their days."""
    found = []
    for observation_id in observation_ids:
        observation, relationship = await _load(unit, observation_id)
        if observation.standards and observation.held_on is not None:
            reading = await reading_of(unit, who, observation.item_in(relationship, None))
            observer_id = relationship.person_on(observation.observer)
            own = reading.reader_id == await kept_record(unit, observer_id)
            if own or reason_to_read(reading.reader, observation.item_in(relationship, None)):
                found += [(standard, observation.held_on) for standard in observation.standards]
    return found


def _change(
    who: Principal, observation_id: UUID, command_of: Callable[[Relationship, Side], Commands]
) -> UseCase[ObservationState]:
    """Let one of the two change an observation; `command_of` makes the command of a side."""

    async def use_case(unit: Unit) -> ObservationState:
        return await _decide(unit, who, observation_id, command_of)

    return use_case


async def _decide(
    unit: Unit, who: Principal, observation_id: UUID, command_of: Callable[[Relationship, Side], Commands]
) -> ObservationState:
    relationship, by = await _load_to_change(who, unit, observation_id)
    await unit.decide(OBSERVATION, observation_id, command_of(relationship, by))
    return await _state(unit, observation_id, by)


async def _load(unit: Unit, observation_id: UUID) -> tuple[Observation, Relationship]:
    (observation,) = await unit.load(OBSERVATION, observation_id)
    if observation is None:
        raise NotFound(MISSING)
    (relationship,) = await unit.load(RELATIONSHIP, observation.relationship_id)
    assert relationship is not None  # an observation is planned in a relationship
    return observation, relationship


async def _load_to_change(who: Principal, unit: Unit, observation_id: UUID) -> tuple[Relationship, Side]:
    (observation,) = await unit.load(OBSERVATION, observation_id)
    return await load_to_change(who, unit, observation, "observation")


async def _state(unit: Unit, observation_id: UUID, side: Side | None) -> ObservationState:
    observation, _ = await _load(unit, observation_id)
    fields = {name: getattr(observation, name) for name in ObservationState.model_fields if name != "released_to"}
    access = observation.access if side == observation.observed else PRIVATE
    return ObservationState(**fields, released_to=await current_audiences(unit, access))


async def _open_versions(unit: Unit, observation: Observation, side: Side) -> list[ObservationVersion]:
    """Decrypt everything that was written, each with the key of this side, or of the side whose the record is."""
    sealed = [_sealed_for(side, written) for written in observation.written]
    opened = await open_texts(unit.reads, unit.tenant, sealed)
    return [
        ObservationVersion(
            version=written.version,
            by=written.by,
            on=written.on,
            answers={} if (text := opened.get(token, token)) == ERASED else read_answers(text),
        )
        for written, token in zip(observation.written, sealed, strict=True)
    ]


def _sealed_for(side: Side, written: WrittenAnswers) -> str:
    mentors, trainees = written.for_mentor, written.for_trainee
    token = (mentors or trainees) if side == "mentor" else (trainees or mentors)
    assert token is not None  # at least one of the two owns what was written
    return token


def _latest(versions: list[ObservationVersion]) -> Mapping[Side, dict[str, str | float]]:
    return {version.by: version.answers for version in versions}
