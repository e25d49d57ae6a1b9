"""Routes of observations."""

from uuid import UUID

from services.sessions.commands import observations as commands
from services.sessions.commands.observations import ObservationState, OpenedObservation
from services.sessions.domain.access import Release
from services.sessions.domain.observation_plans import ObservationStep, PlannedObservation
from services.sessions.domain.observations import OBSERVATION, Feedback, HeldObservation, ObservationText
from services.sessions.queries import observations as queries
from services.sessions.queries.observations import ObservationAccess, ObservationSummary
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/observations", status_code=201)
async def plan_observation(relationship_id: UUID, body: PlannedObservation, caller: CreatorDep) -> ObservationState:
    """Ask for an observation. Either of you can; the other accepts the day or asks for another one."""
    return await caller.run(commands.plan_observation(caller.who, relationship_id, body), ObservationState)


@router.get("/relationships/{relationship_id}/observations")
async def list_observations(relationship_id: UUID, reader: ReaderDep) -> list[ObservationSummary]:
    """List the observations of a relationship by their day, without what was written."""
    return await queries.list_observations(reader, relationship_id)


@router.get("/observations/{observation_id}")
@has_version(OBSERVATION, key="observation_id")
async def open_observation(observation_id: UUID, caller: CallerDep) -> OpenedObservation:
    """Open an observation with what was written. If you are neither of the two, the observed can see that you did."""
    return await caller.run(commands.open_observation(caller.who, observation_id), OpenedObservation)


@router.get("/observations/{observation_id}/reads")
async def list_observation_reads(observation_id: UUID, reader: ReaderDep) -> list[ObservationAccess]:
    """List who else has read an observation of yours, and when."""
    return await queries.list_observation_reads(reader, observation_id)


@router.put("/observations/{observation_id}/day")
@has_version(OBSERVATION, key="observation_id")
async def move_observation(observation_id: UUID, body: PlannedObservation, caller: CallerDep) -> ObservationState:
    """Ask for another day; the other of you accepts it."""
    return await caller.run(commands.move_observation(caller.who, observation_id, body), ObservationState)


@router.put("/observations/{observation_id}/acceptance")
@has_version(OBSERVATION, key="observation_id")
async def accept_observation(observation_id: UUID, body: ObservationStep, caller: CallerDep) -> ObservationState:
    """Accept the day that the other of you asked for."""
    return await caller.run(commands.accept_observation(caller.who, observation_id, body.on), ObservationState)


@router.put("/observations/{observation_id}/cancellation")
@has_version(OBSERVATION, key="observation_id")
async def call_off_observation(observation_id: UUID, body: ObservationStep, caller: CallerDep) -> ObservationState:
    """Call an observation off before it takes place."""
    return await caller.run(commands.call_off_observation(caller.who, observation_id, body.on), ObservationState)


@router.put("/observations/{observation_id}/answers")
@has_version(OBSERVATION, key="observation_id")
async def write_observation(observation_id: UUID, body: ObservationText, caller: CallerDep) -> ObservationState:
    """Fill in your fields of the programme's form: send them all, as they should be. Every version is kept."""
    return await caller.run(commands.write_observation(caller.who, observation_id, body), ObservationState)


@router.put("/observations/{observation_id}/held")
@has_version(OBSERVATION, key="observation_id")
async def hold_observation(observation_id: UUID, body: HeldObservation, caller: CallerDep) -> ObservationState:
    """Record that an observation took place, or correct its day or whether it showed a need for development."""
    return await caller.run(commands.hold_observation(caller.who, observation_id, body), ObservationState)


@router.put("/observations/{observation_id}/feedback")
@has_version(OBSERVATION, key="observation_id")
async def give_feedback(observation_id: UUID, body: Feedback, caller: CallerDep) -> ObservationState:
    """Record on which day you spoke about an observation, or correct it."""
    return await caller.run(commands.give_feedback(caller.who, observation_id, body), ObservationState)


@router.post("/observations/{observation_id}/releases", status_code=201)
@has_version(OBSERVATION, key="observation_id")
async def release_observation(observation_id: UUID, body: Release, caller: CallerDep) -> ObservationState:
    """Release an observation of yours to a person, or to everybody in a role."""
    return await caller.run(commands.release_observation(caller.who, observation_id, body), ObservationState)


@router.post("/observations/{observation_id}/revocations", status_code=201)
@has_version(OBSERVATION, key="observation_id")
async def revoke_observation_release(observation_id: UUID, body: Release, caller: CallerDep) -> ObservationState:
    """Take a release back."""
    return await caller.run(commands.revoke_release(caller.who, observation_id, body), ObservationState)
